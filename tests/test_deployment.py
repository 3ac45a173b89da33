"""What the files of deployment promise. No container is built here."""

import json
import logging.config
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
OURS = {"web", "worker", "beat", "migrate", "backup"}


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_two_of_each_and_one_calendar(services):
    assert {name: services[name]["deploy"]["replicas"] for name in ("web", "worker", "beat")} == {
        "web": 2, "worker": 2, "beat": 1,
    }  # fmt: skip
    # Two of one service cannot have one port of the machine.
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", sorted(OURS | {"proxy"}))
def test_nothing_of_ours_writes_outside_its_volumes_or_has_rights(services, name):
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(place.startswith("/tmp") for place in service["tmpfs"])  # noqa: S108


def test_each_service_that_stays_says_how_it_is(services):
    """That of web is in its image."""
    for name in services.keys() - {"web", "migrate", "backup"}:
        assert services[name]["healthcheck"]["test"], name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_the_proxy_says_itself_who_calls(services):
    config = (ROOT / "deploy" / "Caddyfile").read_text()
    for header, value in {
        "X-Forwarded-For": "{remote_host}",
        "X-Forwarded-Proto": "{scheme}",
        "X-Forwarded-Host": "{host}",
        "X-Request-ID": "{http.request.uuid}",
    }.items():
        assert f"header_up {header} {value}" in config
    assert services["web"]["environment"]["PROXIES"] == "${PROXIES:-1}"


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
