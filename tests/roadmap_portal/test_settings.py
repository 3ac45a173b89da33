"""Production refuses to start half configured, and names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
COMPLETE = {
    "SECRET_KEY": "x" * 60,
    "PUBLIC_URL": "https://portail.example",
    "DATABASE_URL": "postgresql://user:secret@db:5432/portail",
    "REDIS_URL": "redis://redis:6379/0",
}
ASK = "import django; django.setup(); from django.conf import settings as s; print(s.IS_HTTPS, s.SESSION_COOKIE_NAME)"


def start(**changes):
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "roadmap_portal.settings",
        **COMPLETE,
        **changes,
    }
    known = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=known, capture_output=True, text=True, check=False)


def test_production_starts_when_all_is_named():
    started = start()
    assert started.returncode == 0, started.stderr
    assert started.stdout.strip() == "True __Host-sessionid"


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_variable_is_named(name):
    refused = start(**{name: None})
    assert refused.returncode != 0
    assert f"The environment variable {name} is missing" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "portail.example"),
        ("PUBLIC_URL", "http://portail.example"),
        ("DATABASE_URL", "mysql://user@host/name"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "http://redis"),
    ],
)
def test_a_malformed_variable_is_named(name, value):
    refused = start(**{name: value})
    assert refused.returncode != 0
    assert f"{name}: " in refused.stderr


def test_plain_http_is_for_the_loopback_address():
    assert start(PUBLIC_URL="http://127.0.0.1:8000").stdout.strip() == "False sessionid"
