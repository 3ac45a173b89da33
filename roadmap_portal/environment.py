"""Values of the environment, each refused by its name when it is not what it should be (README, "Environment")."""

import importlib.util
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET, SHORTEST_TOKEN = 50, 20
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Of an address s3://bucket/prefix?…
S3_OPTIONS = {"region": "region_name", "endpoint": "endpoint_url"}


def refused(name: str, expected: str) -> ImproperlyConfigured:
    """Without the value, which may be a secret."""
    return ImproperlyConfigured(f"{name}: expected {expected} (README, « Environment »).")


def whole_number(env: environ.Env, name: str, *, default: int, least: int) -> int:
    try:
        value = env.int(name, default=default)
    except ValueError:
        value = least - 1
    if value < least:
        raise refused(name, f"a whole number, {least} at least")
    return value


def whole_numbers(env: environ.Env, name: str, *, default: list[int]) -> list[int]:
    try:
        values = env.list(name, cast=int, default=default)
    except ValueError:
        values = []
    if not values or min(values) < 0:
        raise refused(name, "whole numbers parted by commas, such as 60,300,900")
    return [int(value) for value in values]


def proxies(env: environ.Env, *, must_say: bool) -> int:
    """`must_say`: a wrong guess would count all visitors as one, or believe whatever address they make up."""
    if must_say and not env.str("PROXIES", default=""):
        raise refused("PROXIES", "how many proxies of yours stand before the portal, 0 for none")
    return whole_number(env, "PROXIES", default=0, least=0)


def secret_key(key: str, *, is_production: bool) -> str:
    if is_production and len(key) < SHORTEST_SECRET:
        raise refused("SECRET_KEY", f"{SHORTEST_SECRET} random characters at least")
    return key


def older_secret_keys(env: environ.Env) -> list[str]:
    """What they signed is still believed (links of mails, sessions); nothing is signed with them any more."""
    keys = [str(key) for key in env.list("SECRET_KEY_FALLBACKS", default=[])]
    if any(len(key) < SHORTEST_SECRET for key in keys):
        raise refused("SECRET_KEY_FALLBACKS", f"keys of {SHORTEST_SECRET} characters at least, parted by commas")
    return keys


def metrics_token(env: environ.Env) -> str:
    """Empty: no figures are shown to anybody."""
    token = str(env.str("METRICS_TOKEN", default=""))
    if token and len(token) < SHORTEST_TOKEN:
        raise refused("METRICS_TOKEN", f"{SHORTEST_TOKEN} random characters at least")
    return token


def antivirus(env: environ.Env) -> str:
    """Empty: uploads are not scanned."""
    address = str(env.str("CLAMD_URL", default=""))
    parts = urlsplit(address)
    try:
        is_complete = (parts.scheme == "tcp" and parts.hostname and parts.port) or (
            parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/")
        )
    except ValueError:
        is_complete = False
    if address and not is_complete:
        raise refused("CLAMD_URL", "tcp://host:3310 or unix:///run/clamav/clamd.ctl")
    return address


def log_level(env: environ.Env) -> str:
    level = str(env.str("LOG_LEVEL", default="WARNING")).upper()
    if level not in LEVELS:
        raise refused("LOG_LEVEL", f"one of {', '.join(LEVELS)}")
    return level


def mail(env: environ.Env, *, must_say: bool) -> dict[str, Any]:
    """`must_say`: reminders written to a console remind nobody."""
    expected = "smtp+tls://user:password@host:587"
    if must_say and not env.str("EMAIL_URL", default=""):
        raise ImproperlyConfigured(
            f"The environment variable EMAIL_URL is missing: expected {expected} (README, « Environment »)."
        )
    try:
        found: dict[str, Any] = env.email_url("EMAIL_URL", default="consolemail://")
    except (ImproperlyConfigured, ValueError):
        raise refused("EMAIL_URL", expected) from None
    if found["EMAIL_BACKEND"].endswith("smtp.EmailBackend") and not found["EMAIL_HOST"]:
        raise refused("EMAIL_URL", expected)
    return found


# --- Files ------------------------------------------------------------------------------------


def storage(env: environ.Env, *, default: Path, is_production: bool) -> dict[str, Any]:
    """Of what is generated and of evidence: never below a public address; a view checks the right, then streams."""
    address = str(env.str("FILES_URL", default=str(default)))
    if address.startswith("s3:"):
        return _bucket(address)
    if ("://" in address and not address.startswith("file:///")) or not address.strip():
        raise refused("FILES_URL", "a folder, file:///folder or s3://bucket/prefix?region=…&endpoint=https://…")
    folder = Path(address.removeprefix("file://"))
    if is_production and not _is_writable(folder):
        raise refused("FILES_URL", f"a folder in which this account may write; {folder} is not")
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder, "base_url": None},
    }


def _is_writable(folder: Path) -> bool:
    """It may not exist yet: whoever writes first makes it."""
    existing = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _bucket(address: str) -> dict[str, Any]:
    """Its keys are those that boto3 finds by itself: AWS_… variables, or the role of the machine."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    if not parts.hostname or parts.username or set(asked) - set(S3_OPTIONS):
        raise refused("FILES_URL", "s3://bucket/prefix?region=…&endpoint=https://…, the keys in AWS_… variables")
    if importlib.util.find_spec("storages") is None or importlib.util.find_spec("boto3") is None:
        raise refused("FILES_URL", "a folder: s3 needs requirements-s3.txt, which is not installed")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": unquote(parts.path).strip("/"),
            "default_acl": None,
            # As a folder does: what is there is never written over under the same name.
            "file_overwrite": False,
            **{S3_OPTIONS[name]: value for name, value in asked.items()},
        },
    }
