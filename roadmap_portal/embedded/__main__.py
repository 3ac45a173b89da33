"""`python -m roadmap_portal.embedded [--home DIR] [--throwaway] -- COMMAND`: run a command beside the servers."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from roadmap_portal.embedded import ServerFailed, servers
from roadmap_portal.embedded.place import CHECKOUT
from roadmap_portal.processes import unwind_on_signals


def _run(command: list[str], environ: Mapping[str, str]) -> int:
    """Exit code of the command; the signals that reach this process meanwhile are passed on to it."""
    try:
        process = subprocess.Popen(command, env=environ)  # noqa: S603 - the user's own command
    except OSError as error:
        sys.stderr.write(f"{command[0]}\u00a0: {os.strerror(error.errno or 0)}\n")
        return 127

    def pass_on(number: int, frame: FrameType | None) -> None:
        # The terminal's Ctrl-C has already reached the command: twice would mean "at once".
        if number != signal.SIGINT or not _is_in_foreground():
            process.send_signal(number)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, pass_on)
    code = process.wait()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    return code if code >= 0 else 128 - code


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m roadmap_portal.embedded", description=__doc__)
    parser.add_argument("--home", type=Path, default=CHECKOUT / "var" / "embedded")
    parser.add_argument("--throwaway", action="store_true", help="keep nothing, do not wait for the disk")
    parser.add_argument("command", nargs="+", metavar="-- COMMAND")
    options = parser.parse_args()
    unwind_on_signals()
    try:
        with servers(options.home, os.environ, throwaway=options.throwaway) as variables:
            return _run(options.command, os.environ | variables)
    except ServerFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
