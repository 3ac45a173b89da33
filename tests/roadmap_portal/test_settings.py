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
    "EMAIL_URL": "smtp+tls://user:secret@mail:587",
    "PROXIES": "1",
}
ASK = "import django; django.setup(); from django.conf import settings as s; print(s.IS_HTTPS, s.SESSION_COOKIE_NAME)"


def start(ask=ASK, **changes):
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "roadmap_portal.settings",
        **COMPLETE,
        **changes,
    }
    known = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run([sys.executable, "-c", ask], cwd=ROOT, env=known, capture_output=True, text=True, check=False)


def test_production_starts_when_all_is_named():
    started = start()
    assert started.returncode == 0, started.stderr
    assert started.stdout.strip() == "True __Host-sessionid"


def test_a_new_secret_key_still_believes_what_an_older_one_signed():
    """A link of an old mail works for ever."""
    sign = "import django; django.setup(); from django.core import signing as s; print(s.dumps(7))"
    signed = start(ask=sign).stdout.strip()
    read = f"import django; django.setup(); from django.core import signing as s; print(s.loads({signed!r}))"
    new = {"ask": read, "SECRET_KEY": "y" * 60}
    assert "BadSignature" in start(**new).stderr
    assert start(**new, SECRET_KEY_FALLBACKS=f"{'z' * 60},{COMPLETE['SECRET_KEY']}").stdout.strip() == "7"


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_variable_is_named(name):
    refused = start(**{name: None})
    assert refused.returncode != 0
    assert "ImproperlyConfigured" in refused.stderr
    assert name in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "portail.example"),
        ("PUBLIC_URL", "http://portail.example"),
        ("DATABASE_URL", "mysql://user@host/name"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "http://redis"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY_FALLBACKS", "x" * 60 + ",short"),
        ("EMAIL_URL", "imap://host"),
        ("EMAIL_URL", "smtp://"),
        ("PROXIES", "-1"),
        ("PROXIES", "one"),
        ("METRICS_TOKEN", "short"),
        ("LOG_LEVEL", "LOUD"),
        ("CLAMD_URL", "clamav"),
        ("CLAMD_URL", "tcp://clamav"),
        ("CLAMD_URL", "tcp://clamav:port"),
        ("CLAMD_URL", "unix://run/clamd.ctl"),
        ("REPORT_LEASE_SECONDS", "0"),
        ("REPORT_RETRY_SECONDS", "60;300"),
        ("FILES_URL", "ftp://host/files"),
        ("FILES_URL", "/etc/passwd"),
        ("FILES_URL", "s3://"),
        ("FILES_URL", "s3://bucket?color=blue"),
    ],
)
def test_a_malformed_variable_is_named(name, value):
    refused = start(**{name: value})
    assert refused.returncode != 0
    assert f"{name}: " in refused.stderr.splitlines()[-1]
    assert "secret" not in refused.stderr.splitlines()[-1]


def test_plain_http_is_for_the_loopback_address():
    assert start(PUBLIC_URL="http://127.0.0.1:8000").stdout.strip() == "False sessionid"
