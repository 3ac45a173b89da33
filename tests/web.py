"""A real web process on the test database, with the settings of production."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from roadmap_portal.processes import spawn, stop
from tests.worker import SESSION, database_url, end_of_sessions

LOG = settings.VAR_DIR / "test" / "web.log"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_web(**variables: str) -> Iterator[str]:
    """Its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "PUBLIC_URL": address,
        "DATABASE_URL": database_url(),
        "PGAPPNAME": SESSION,
        **variables,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(port)]
    LOG.parent.mkdir(parents=True, exist_ok=True)
    gather = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(gather, check=True, cwd=settings.BASE_DIR, env=environment)
    with LOG.open("wb") as log:
        process = spawn(
            [*command, "roadmap_portal.wsgi:application"],
            stop_signal=signal.SIGTERM,
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
        )
        try:
            _await(f"{address}/healthz/")
            yield address
        finally:
            stop(process, signal.SIGTERM)
            end_of_sessions()


def main_process(address: str) -> int:
    """Of the server, by the port in its command line."""
    port = address.rpartition(":")[2]
    for entry in Path("/proc").glob("[0-9]*"):
        words = (entry / "cmdline").read_bytes().split(b"\0") if (entry / "cmdline").exists() else []
        if b"granian" in words and port.encode() in words and entry.name.isdigit():
            return int(entry.name)
    raise AssertionError("no server")


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - an address of ours
        return str(answer.read().decode())


def _await(url: str) -> None:
    for _ in range(150):
        try:
            read(url)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"The web process does not answer: {LOG.read_text()[-2000:]}")
