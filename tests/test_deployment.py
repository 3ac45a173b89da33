"""What the container files promise, read as the tools read them. They are not built here."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
OURS = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_write_nowhere_and_gain_nothing(services, name):
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - of the container
    assert service["volumes"] == ["files:/app/var/files"]


def test_two_of_each_and_one_calendar(services):
    replicas = {name: services[name].get("deploy", {}).get("replicas", 1) for name in OURS}
    assert replicas == {"web": 2, "worker": 2, "beat": 1, "migrate": 1}
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", ["worker", "beat", "db", "redis"])
def test_each_says_whether_it_is_well(services, name):
    assert services[name]["healthcheck"]["test"]


def test_the_proxy_signs_requests_and_the_portal_believes_one(services):
    proxy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "header_up X-Request-ID {http.request.uuid}" in proxy
    assert "trusted_proxies" not in proxy
    assert services["web"]["environment"]["PROXIES"] == "1"


def test_every_variable_of_env_that_is_missing_is_named(services):
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?\1 is missing", text)) == {
        "SECRET_KEY", "PUBLIC_URL", "DATABASE_PASSWORD", "REDIS_PASSWORD"}  # fmt: skip


def test_the_image_runs_as_an_ordinary_account_without_developers_tools():
    image = (ROOT / "Dockerfile").read_text()
    last = image.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER portail$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "requirements-dev" not in image
