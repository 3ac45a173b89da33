"""Child processes that do not outlive what started them (embedded servers, demonstration)."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

PR_SET_PDEATHSIG = 1


def alive_since(pid: int) -> str | None:
    """Birth mark of a running process, None when there is none: a number alone may have been given to another."""
    try:
        # The name, between brackets, may itself hold spaces.
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if state in "ZX" else fields[18]
    except OSError:
        return _answers_signals(pid) if not Path("/proc/self/stat").exists() else None


def _answers_signals(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "alive"


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """`preexec_fn` of a child that must go even when this process is killed by SIGKILL (Linux only)."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_for_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent:
            os._exit(1)

    return ask_for_signal


def spawn(command: list[str], *, stop_signal: signal.Signals, **options: Any) -> subprocess.Popen[bytes]:
    """Start a child out of reach of the terminal's Ctrl-C, so that its parent chooses the order of the ends."""
    # PLW1509: neither caller has threads.
    return subprocess.Popen(  # noqa: S603 - the commands are written in this project
        command,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(stop_signal),  # noqa: PLW1509
        **options,
    )


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, *, patience: float = 15) -> None:
    """End what `spawn` started, then whatever it has left in its session's group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def unwind_on_signals() -> None:
    """From now on SIGINT and SIGTERM raise SystemExit once; the next ones do not interrupt the stopping."""
    stopping = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        stopping.append(signal.SIGHUP)

    def unwind(number: int, frame: FrameType | None) -> None:
        for each in stopping:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for each in stopping:
        signal.signal(each, unwind)
