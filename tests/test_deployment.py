"""What the files of deployment promise. No container is built here."""

import json
import logging.config
import os
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
OURS = {"web", "worker", "beat", "migrate", "backup"}
NAMES = sorted(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_two_of_each_and_one_calendar(services):
    assert {name: services[name]["deploy"]["replicas"] for name in ("web", "worker", "beat")} == {
        "web": 2, "worker": 2, "beat": 1,
    }  # fmt: skip
    # Two of one service cannot have one port of the machine.
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_writes_outside_its_volumes_or_has_rights_or_fills_the_disk_with_its_lines(services, name):
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(place.startswith("/tmp") for place in service["tmpfs"])  # noqa: S108
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    # Ours have their account in the image; the proxy opens ports below 1024.
    assert "user" in service or name in OURS | {"proxy"}


def test_images_of_ours_are_built_once_and_asked_of_no_registry(services):
    """Compose builds all at once, and two builds that end under one name fail."""
    built = [services[name]["image"] for name in NAMES if "build" in services[name]]
    assert sorted(built) == sorted({services[name]["image"] for name in OURS})
    assert all(services[name]["pull_policy"] == "never" for name in OURS)


def test_no_password_is_on_a_command_line(services):
    for name in NAMES:
        told = str(services[name].get("command", ""))
        assert "PASSWORD" not in told, name
    assert services["redis"]["command"][2].startswith("exec valkey-server - <<END\n")


def test_a_backup_asks_for_its_folder_instead_of_having_one_made_that_it_may_not_write_to(services):
    (folder,) = [place for place in services["backup"]["volumes"] if isinstance(place, dict)]
    assert folder["target"] == "/backups"
    assert folder["bind"] == {"create_host_path": False}
    uid = re.search(r"useradd --uid (\d+)", (ROOT / "Dockerfile").read_text())[1]
    assert f"-o {uid}" in (ROOT / "README.md").read_text()


def test_the_database_is_ready_when_it_is_so_for_the_others(services):
    """By its socket it is ready too while it is made, just before it stops."""
    assert "--host 127.0.0.1" in services["db"]["healthcheck"]["test"]


@pytest.mark.parametrize("name", [".dockerignore", ".gitignore"])
def test_what_is_secret_or_kept_goes_neither_into_the_image_nor_into_the_repository(name):
    lines = {line.strip("/") for line in (ROOT / name).read_text().splitlines()}
    assert {".env", ".env.*", "var", ".venv", "backups"} <= lines
    if name == ".dockerignore":
        assert {".git", "tests", "**/*.pem", "**/*.key", "**/*.age", "**/*.dump"} <= lines


def test_each_service_that_stays_says_how_it_is(services):
    """That of web is in its image."""
    for name in services.keys() - {"web", "migrate", "backup"}:
        assert services[name]["healthcheck"]["test"], name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_the_proxy_says_itself_who_calls(services):
    config = (ROOT / "deploy" / "Caddyfile").read_text()
    for header, value in {
        # Of an address that TRUSTED_PROXIES names, the one that it tells; else that of the connection.
        "X-Forwarded-For": "{client_ip}",
        "X-Forwarded-Proto": "{scheme}",
        "X-Forwarded-Host": "{host}",
        "X-Request-ID": "{http.request.uuid}",
    }.items():
        assert f"header_up {header} {value}" in config
    assert services["web"]["environment"]["PROXIES"] == "1"
    assert services["proxy"]["environment"]["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-127.0.0.1}"


def test_the_proxy_logs_no_address_that_was_asked(services):
    """Neither in its lines of answers nor in those of errors, which the log without a name writes."""
    config = (ROOT / "deploy" / "Caddyfile").read_text()
    snippet = config[config.index("(lines) {") : config.index("\n}\n")]
    for field in ("request>uri", "request>headers", "resp_headers"):
        assert f"{field} delete" in snippet
    assert config.count("log {") == config.count("import lines") == 2


def test_the_proxy_lets_through_what_the_portal_takes():
    most = int(re.search(r"max_size (\d+)MB", (ROOT / "deploy" / "Caddyfile").read_text())[1]) * 10**6
    # With the other fields of the form; and not far above.
    assert settings.UPLOAD_MOST_BYTES * 1.1 < most < settings.UPLOAD_MOST_BYTES * 1.5
    # Heavier still, a visitor reads why instead of an empty page.
    said = (ROOT / "deploy" / "Caddyfile").read_text().split("handle_errors 413 {")[1]
    assert f"{settings.UPLOAD_MOST_BYTES // 1024**2}\N{NO-BREAK SPACE}Mo" in said


def test_the_antivirus_reads_what_the_portal_takes_and_is_there_for_who_asks(services):
    config = dict(re.findall(r"(?m)^(\w+) (.+)$", (ROOT / "deploy" / "clamd.conf").read_text()))
    megabyte = 1024**2
    assert int(config["StreamMaxLength"].removesuffix("M")) * megabyte > settings.UPLOAD_MOST_BYTES
    assert int(config["MaxFileSize"].removesuffix("M")) * megabyte >= settings.UPLOAD_MOST_UNZIPPED_BYTES
    assert services["antivirus"]["profiles"] == ["antivirus"]
    assert f"tcp://antivirus:{config['TCPSocket']}" in (ROOT / "README.md").read_text()


def test_an_upgrade_migrates_before_it_replaces_and_starts_new_web_before_it_stops_the_old():
    script = ROOT / "deploy" / "upgrade.sh"
    assert os.access(script, os.X_OK)
    steps = [
        "run --rm backup",
        "--profile tools build",
        "from migrate migrate",
        "--wait --wait-timeout 180 web",
        "\nremove $old",
        "worker beat",
    ]
    lines = script.read_text()
    assert [lines.index(step) for step in steps] == sorted(lines.index(step) for step in steps)


def test_who_stops_has_time_to_finish(services):
    longest = int(re.search(r"GRANIAN_WORKERS_KILL_TIMEOUT=(\d+)", (ROOT / "Dockerfile").read_text())[1])
    assert int(services["web"]["stop_grace_period"].removesuffix("s")) > longest


def test_the_last_stage_is_the_small_one_under_an_ordinary_account():
    stages = re.split(r"(?m)^FROM ", (ROOT / "Dockerfile").read_text())[1:]
    assert stages[-1].strip() == "portal"
    portal = next(stage for stage in stages if "AS portal\n" in stage)
    assert "USER portail" in portal
    assert "apt-get" not in portal


def pins(name):
    """Version by package, where each is held by a fingerprint at least."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    kept = [line.split() for line in lines if line.strip() and not line.strip().startswith("#")]
    assert all("==" in first and "--hash=sha256:" in " ".join(rest) for first, *rest in kept), name
    return {line[0] for line in kept}


def test_what_is_tested_is_what_runs_and_nothing_comes_unsealed():
    running = pins("requirements.txt")
    for name in ("requirements-dev.txt", "requirements-s3.txt", "requirements-bench.txt"):
        assert running - pins(name) == set(), name
    assert pins("requirements-audit.txt")


def test_the_programs_of_the_backup_are_of_the_version_of_the_server(services):
    version = services["db"]["image"].removeprefix("postgres:")
    assert f"postgresql-client-{version}" in (ROOT / "Dockerfile").read_text()


def test_the_server_of_pages_logs_as_the_pages_do():
    config = json.loads((ROOT / "deploy" / "granian-logs.json").read_text())
    logging.config.dictConfig(config)
    logger = logging.getLogger("_granian")
    (handler,) = logger.handlers
    assert (
        json.loads(handler.format(logger.makeRecord("_granian", 20, "", 1, "started", (), None)))["message"]
        == "started"
    )
    logger.handlers.clear()
