"""Takes a backup while people write.

First the database, at one instant (a snapshot that all its readers share); then the files that its rows name at that
instant. A file is written before the row that names it, and one of a sealed report never changes: each is there. Only
drafts may have been deleted or made anew meanwhile; the manifest names them.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pghistory.models
from django.apps import apps
from django.core.files.storage import Storage
from django.db import connection, models, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from roadmap_portal.backup import BackupFailed, clients
from roadmap_portal.backup.archive import CHUNK, Hashing, Manifest, Writer, writing
from roadmap_portal.backup.locks import Lock, closing
from roadmap_portal.models import Backup
from roadmap_portal.publication import publication_number


@dataclass(frozen=True)
class Named:
    """A file that a row names."""

    model: type[models.Model]
    field: str
    pk: Any
    name: str
    sha256: str
    storage: Storage

    @property
    def is_still_named(self) -> bool:
        told = {"sha256": self.sha256} if self.sha256 else {}
        return self.model._default_manager.filter(pk=self.pk, **{self.field: self.name}, **told).exists()


def back_up(folder: Path, lock: Lock) -> tuple[Path, Manifest]:
    """The finished archive: under its name there is a whole one or none. BackupFailed otherwise."""
    begun = timezone.now()
    path = folder / f"roadmap-portal-{begun:%Y%m%dT%H%M%SZ}{lock.suffix}"
    with _whole_or_none(path) as file, closing(file, lock) as plain, writing(plain) as archive:
        manifest = _write(archive, {"made_at": begun.isoformat()})
    if not manifest["lost"]:
        Backup.objects.create(
            name=path.name, finished_at=timezone.now(), size=path.stat().st_size, is_encrypted=lock != Lock()
        )
    return path, manifest


@contextmanager
def _whole_or_none(path: Path) -> Iterator[IO[bytes]]:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # Never over another one.
        os.link(unfinished, path)
        _sync(path.parent)
    except OSError as error:
        raise BackupFailed(f"{path}: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _write(archive: Writer, manifest: Manifest) -> Manifest:
    with _snapshot() as snapshot:
        named = list(_named_files())
        manifest |= {
            "postgresql": cast(DatabaseWrapper, connection).pg_version,
            "pg_dump": clients.version_of("pg_dump"),
            "publication_number": publication_number()[0],
            "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
            "tables": _counts(),
            "database": _dump(archive, snapshot),
        }
    manifest |= {"files": [], "gone": [], "lost": []}
    for each in named:
        if told := _copy(archive, each):
            manifest["files"].append(told)
        else:
            manifest["lost" if each.is_still_named else "gone"].append(each.name)
    archive.manifest(manifest)
    return manifest


@contextmanager
def _snapshot() -> Iterator[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _dump(archive: Writer, snapshot: str) -> dict[str, Any]:
    command, variables = clients.program("pg_dump")
    options = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
    with subprocess.Popen(  # noqa: S603 - a program of PostgreSQL
        [*command, *options], env=os.environ | variables, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        told = archive.database(process.stdout)
    if process.returncode:
        raise BackupFailed(f"pg_dump has failed (code {process.returncode}); its own words are above.")
    return told


def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [table for (table,) in cursor.fetchall()]
        counted = {}
        for table in tables:
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*) FROM public.{name}")  # noqa: S608 - a table of ours, quoted
            counted[table] = cursor.fetchone()[0]
    return counted


# --- Files --------------------------------------------------------------------------------------


def _named_files() -> Iterator[Named]:
    """Not those that only a history names: they may be gone for good reason."""
    for model in apps.get_models():
        if model._meta.proxy or issubclass(model, pghistory.models.Event):
            continue
        names = {field.name for field in model._meta.fields}
        for field in model._meta.fields:
            if isinstance(field, models.FileField):
                wanted = ["pk", field.name, *(["sha256"] if "sha256" in names else [])]
                for pk, name, *sha256 in model._default_manager.exclude(**{field.name: ""}).values_list(*wanted):
                    yield Named(model, field.name, pk, name, sha256[0] if sha256 else "", field.storage)


def _copy(archive: Writer, named: Named) -> dict[str, Any] | None:
    """None when it is not there, or not what its row says: read through first, so that the archive holds none such."""
    try:
        with named.storage.open(named.name, "rb") as content:
            measured: Any = Hashing(content)
            while measured.read(CHUNK):
                pass
            if named.sha256 not in ("", measured.sha256):
                return None
            content.seek(0)
            told = archive.file(named.name, measured.size, content)
    except FileNotFoundError:
        return None
    if told["sha256"] != measured.sha256:
        raise BackupFailed(f"{named.name} was changed while it was read: take the backup again.")
    return told
