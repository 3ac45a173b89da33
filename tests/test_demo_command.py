"""A newcomer's first command refuses, before it starts anything, what it could not do."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


def demo(**environ):
    return subprocess.run(
        [sys.executable, "manage.py", "demo"],
        env=os.environ | environ,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused_at_once(refused, words):
    assert refused.returncode == 1
    # No step has been announced: nothing was started.
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert words in refused.stderr


@pytest.mark.slow
def test_a_taken_port_is_said_with_the_command_to_type_instead():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_refused_at_once(demo(PORT=str(port)), f"Le port {port} est déjà pris\u00a0: relancez avec PORT=")


@pytest.mark.slow
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "portail.example"])  # noqa: S104
def test_it_is_shown_to_this_machine_only(host):
    assert_refused_at_once(demo(HOST=host), f"HOST={host}\u00a0: ")


@pytest.mark.slow
@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8000 "])
def test_a_port_is_a_number(port):
    assert_refused_at_once(demo(PORT=port), f"PORT={port}\u00a0: il faut un nombre")
