"""Puts an archive back: all of it or nothing.

It is read through once before anything is touched. Then the files that are not there yet are laid down, and the
database is put back in one transaction, which also counts its rows; only after that are files replaced that differ.
"""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from roadmap_portal.backup import BackupFailed, clients
from roadmap_portal.backup.archive import CHUNK, Manifest, Receive, read_through
from roadmap_portal.backup.locks import Lock, opening


def look_through(path: Path, lock: Lock) -> Manifest:
    """The manifest of an archive that is whole."""
    return _read(path, lock, file=_skip)


def restore(path: Path, lock: Lock, *, replace: bool) -> Manifest:
    manifest = look_through(path, lock)
    _refuse_newer(manifest)
    if _tables() and not replace:
        raise BackupFailed("The database is not empty: --replace says that what it holds may go.")
    differing = _differing(manifest)
    if differing and not replace:
        raise BackupFailed(f"Other files stand in the place of those of the archive ({differing[0]}…): --replace.")
    with _laid_down(path, lock, absent={each["name"] for each in manifest["files"]} - _present(manifest)):
        _put_back(path, lock, manifest, replace=replace)
    if differing:
        _read(path, lock, file=_replacing(set(differing)))
    return manifest


def _read(path: Path, lock: Lock, *, file: Receive, database: Receive | None = None) -> Manifest:
    with opening(path, lock) as plain:
        return read_through(plain, database=database or (lambda name, content: None), file=file)


def _skip(name: str, content: IO[bytes]) -> None:
    while content.read(CHUNK):
        pass


def _refuse_newer(manifest: Manifest) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    ours = {app for app, _name in known}
    if unknown := [f"{app}.{name}" for app, name in manifest["migrations"] if app in ours and (app, name) not in known]:
        raise BackupFailed(f"The archive was made by a newer release, or another one (migration {unknown[0]}).")


def _tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return int(cursor.fetchone()[0])


# --- Files --------------------------------------------------------------------------------------


def _present(manifest: Manifest) -> set[str]:
    return {each["name"] for each in manifest["files"] if default_storage.exists(each["name"])}


def _differing(manifest: Manifest) -> list[str]:
    present = _present(manifest)
    return [
        each["name"]
        for each in manifest["files"]
        if each["name"] in present and _fingerprint(each["name"]) != each["sha256"]
    ]


def _fingerprint(name: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name, "rb") as stored:
        for chunk in stored.chunks():
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _laid_down(path: Path, lock: Lock, *, absent: set[str]) -> Iterator[None]:
    """Taken away again when what follows fails: a name that was free is free again."""
    laid: list[str] = []

    def lay(name: str, content: IO[bytes]) -> None:
        if name in absent:
            laid.append(name)
            _store(name, content)
        else:
            _skip(name, content)

    try:
        _read(path, lock, file=lay)
        yield
    except BaseException:
        for name in laid:
            default_storage.delete(name)
        raise


def _replacing(differing: set[str]) -> Receive:
    def replace(name: str, content: IO[bytes]) -> None:
        if name in differing:
            default_storage.delete(name)
            _store(name, content)
        else:
            _skip(name, content)

    return replace


class _Stream(File):
    """A storage asks for the pieces of what it keeps; from a stream that cannot go back."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while piece := self.read(CHUNK):
            yield piece


def _store(name: str, content: IO[bytes]) -> None:
    try:
        stored = default_storage.save(name, _Stream(content, name))
    except OSError as error:
        raise BackupFailed(f"{name}: {error.strerror or error}.") from error
    if stored != name:
        default_storage.delete(stored)
        raise BackupFailed(f"{name} could not be stored under its own name.")


# --- Database -----------------------------------------------------------------------------------


def _put_back(path: Path, lock: Lock, manifest: Manifest, *, replace: bool) -> None:
    """pg_restore turns the dump into commands, psql runs them in one transaction, of which we alone say the last word:
    without it nothing has happened."""
    command, variables = clients.program("psql")
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"]
    connection.close()
    with subprocess.Popen(  # noqa: S603 - a program of PostgreSQL
        [*command, *options], env=os.environ | variables, stdin=subprocess.PIPE, bufsize=0
    ) as psql:
        assert psql.stdin is not None
        try:
            psql.stdin.write(_before(replace).encode())
            psql.stdin.flush()
            _feed(path, lock, psql.stdin)
            psql.stdin.write(_after(manifest["tables"]).encode())
            psql.stdin.close()
        except BrokenPipeError:
            pass  # psql has said why
        except BaseException:
            psql.kill()
            raise
    if psql.returncode:
        raise BackupFailed(f"psql has failed (code {psql.returncode}); nothing was changed, its own words are above.")


def _before(replace: bool) -> str:
    """Whoever still reads or writes is not waited for long: the portal is to be stopped first."""
    emptied = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n" if replace else ""
    return f"BEGIN;\nSET LOCAL lock_timeout = '10s';\nSET LOCAL statement_timeout = 0;\n{emptied}"


def _after(tables: dict[str, int]) -> str:
    quote = connection.ops.quote_name
    checks = "".join(
        f"IF (SELECT count(*) FROM public.{quote(table)}) <> {int(count)}"  # noqa: S608 - names of tables, quoted
        f" THEN RAISE EXCEPTION 'other rows than in the manifest: %', {_literal(table)}; END IF;\n"
        for table, count in tables.items()
    )
    return f"\nDO $check$ BEGIN\n{checks}END $check$;\nCOMMIT;\n"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _feed(path: Path, lock: Lock, commands: IO[bytes]) -> None:
    """Raises BackupFailed when pg_restore has not made all of it: the transaction then stays open, and is lost."""
    options = ["--no-owner", "--no-privileges", "--file=-"]
    with subprocess.Popen(  # noqa: S603 - a program of PostgreSQL
        [*clients.alone("pg_restore"), *options], stdin=subprocess.PIPE, stdout=commands, bufsize=0
    ) as pg_restore:
        into: Any = pg_restore.stdin
        try:
            _read(path, lock, file=_skip, database=lambda name, part: into.write(part.read()))
            into.close()
        except BrokenPipeError:
            pass  # it has said why
        except BaseException:
            pg_restore.kill()
            raise
    if pg_restore.returncode:
        raise BackupFailed(f"pg_restore has failed (code {pg_restore.returncode}); nothing was changed.")
