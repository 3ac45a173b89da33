"""A backup taken while people write, put back elsewhere; and every archive that is not what was written is refused."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pyrage
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from commitments.models import Evidence, ProgressUpdate
from reports import services, transitions
from roadmap_portal.backup import BackupFailed
from roadmap_portal.backup.archive import PART, read_through, writing
from roadmap_portal.backup.locks import Lock, closing, opening
from roadmap_portal.models import Backup
from tests.factories import make_commitment, make_evidence, make_update
from tests.reports.situations import at, draw_quarter
from tests.worker import database_url

DATABASE = os.urandom(PART + 17)
FILES = {"reports/1/a.pdf": b"%PDF-" * 50_000, "pièces/é.csv": b"", "c": os.urandom(300_000)}
KEY = pyrage.x25519.Identity.generate()
LOCKS = {
    "plain": (Lock(), Lock()),
    "recipient": (Lock(recipients=(str(KEY.to_public()),)), Lock(identities=(str(KEY),))),
    "passphrase": (Lock(passphrase="correct horse"), Lock(passphrase="correct horse")),
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Each kind once: a passphrase takes a second by design."""
    made = {}
    for kind, (closed, opened) in LOCKS.items():
        path = tmp_path_factory.mktemp("archives") / f"{kind}{closed.suffix}"
        with path.open("xb") as file, closing(file, closed) as plain, writing(plain) as archive:
            database = archive.database(io.BytesIO(DATABASE))
            files = [archive.file(name, len(content), io.BytesIO(content)) for name, content in FILES.items()]
            archive.manifest({"database": database, "files": files})
        made[kind] = (path, opened)
    return made


def read(path, lock):
    database, files = io.BytesIO(), {}
    with opening(path, lock) as plain:
        manifest = read_through(
            plain,
            database=lambda name, part: database.write(part.read()),
            file=lambda name, content: files.update({name: content.read()}),
        )
    return database.getvalue(), files, manifest


@pytest.mark.parametrize("kind", LOCKS)
def test_what_is_read_is_what_was_written(archives, kind):
    path, lock = archives[kind]
    database, files, manifest = read(path, lock)
    assert database == DATABASE
    assert files == FILES
    assert manifest["database"]["parts"] == 2
    assert (kind == "plain") is (FILES["reports/1/a.pdf"][:5000] in path.read_bytes())


@pytest.mark.parametrize("kind", LOCKS)
@pytest.mark.parametrize("where", [0.01, 0.5, 0.9, 0.9999])
def test_a_changed_byte_is_seen_and_so_is_a_cut(archives, kind, where, tmp_path):
    path, lock = archives[kind]
    content = path.read_bytes()
    place = int(len(content) * where)
    if kind == "passphrase" and where == 0.9999:
        place = content.rindex(
            content.rstrip(b"\0")[-1:]
        )  # what follows is the padding of the outer tar, which is nothing
    spoilt = tmp_path / path.name
    for damaged in (content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :], content[:place]):
        spoilt.write_bytes(damaged)
        with pytest.raises(BackupFailed, match=r"cut|changed|passphrase|not those|not the one"):
            read(spoilt, lock)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("recipient", Lock()),
        ("recipient", Lock(identities=(str(pyrage.x25519.Identity.generate()),))),
        ("passphrase", Lock()),
        ("passphrase", Lock(passphrase="incorrect horse")),
    ],
)
def test_without_the_right_key_nothing_is_read(archives, kind, wrong):
    with pytest.raises(BackupFailed, match=r"encrypted|not closed by this key|not the one"):
        read(archives[kind][0], wrong)


def test_age_and_tar_alone_open_it(archives, tmp_path):
    """The outer tar of a passphrase holds two files that age knows; here its library stands for the program."""
    path, _lock = archives["passphrase"]
    with tarfile.open(path) as outer:
        key = pyrage.passphrase.decrypt(outer.extractfile("key.age").read(), "correct horse").decode()
        data = outer.extractfile("data.tar.age").read()
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(key)]))) as inner:
        assert inner.extractfile("files/c").read() == FILES["c"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"encrypt_to": ["age1nonsense"]}, "--encrypt-to"),
        ({"passphrase_file": Path("/nowhere")}, "/nowhere"),
        ({"passphrase_file": Path("/dev/null")}, "first line"),
    ],
)
def test_a_lock_that_would_not_close_is_refused(options, said, tmp_path):
    with pytest.raises(CommandError, match=said):
        call_command("backup", to=tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


# --- The drill ----------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path):
    """Another database of the same server and another folder: its address, and the variables that lead there."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    url = urlsplit(database_url())._replace(path=f"/{name}").geturl()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    yield url, {"DATABASE_URL": url, "FILES_URL": str(folder)}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def storage(tmp_path, settings):
    here = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": here}
    return tmp_path / "files"


def manage(*command, **variables):
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, command)],
        cwd=settings.BASE_DIR,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def tables_of(url):
    with psycopg.connect(url) as other:
        found = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {name: other.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in found}  # noqa: S608


def send_file(commitment, person, content):
    told = {"file_name": "p.pdf", "media_type": "application/pdf", "size": len(content)}
    piece = {"file": ContentFile(content, "p.pdf"), "sha256": hashlib.sha256(content).hexdigest()}
    return make_evidence(commitment, person, url="", **told, **piece)


class Writers:
    """People who save texts and send files, until they are told to stop."""

    def __init__(self, people):
        self.over, self.saved, self.ended = threading.Event(), 0, 0
        self.threads = [threading.Thread(target=self.write, args=(each,)) for each in people]

    def write(self, person):
        try:
            while not self.over.is_set():
                commitment = make_commitment(lead=person.memberships.get().actor)
                make_update(commitment, person, publish=True)
                send_file(commitment, person, os.urandom(200_000))
                self.saved += 1
        finally:
            self.ended += 1
            connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.over.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_drill(amina, rachel, storage, elsewhere, tmp_path):
    url, there = elsewhere
    sealed = transitions.seal(draw_quarter(), by=amina, at=at(2026, 10, 20))
    services.produce(transitions.start(sealed.layout.pk))
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse\n")
    archives = tmp_path / "archives"
    archives.mkdir()

    with Writers([amina, rachel]) as writers:
        while writers.saved < 5:
            assert not writers.ended
            time.sleep(0.05)
        before = writers.saved
        said = io.StringIO()
        call_command("backup", to=archives, passphrase_file=passphrase, stdout=said)
    path = Path(said.getvalue().strip())
    assert list(archives.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0
    assert writers.saved > before
    assert Backup.objects.get().is_encrypted

    assert_damaged_archives_leave_nothing(path, tmp_path, url, there)
    manifest = assert_restored(path, passphrase, url, there, storage)
    assert_replaced_when_told_so(path, passphrase, url, there, manifest)


def assert_damaged_archives_leave_nothing(path, tmp_path, url, there):
    archives = path.parent
    content = path.read_bytes()
    (tmp_path / "wrong").write_text("incorrect horse\n")
    (archives / "cut.locked.tar").write_bytes(content[: len(content) // 2])
    (archives / "changed.locked.tar").write_bytes(content[:-9000] + b"?" + content[-8999:])
    for name, key in ((path.name, "wrong"), ("cut.locked.tar", "passphrase"), ("changed.locked.tar", "passphrase")):
        refused = manage("restore", "--from", archives / name, "--passphrase-file", tmp_path / key, **there)
        assert refused.returncode == 1, refused.stderr
        assert tables_of(url) == {}
        assert list(Path(there["FILES_URL"]).iterdir()) == []


def files_named_in(url):
    with psycopg.connect(url) as other:
        named = other.execute("SELECT file FROM commitments_evidence WHERE file <> ''").fetchall()
        return [name for (name,) in named + other.execute("SELECT file FROM reports_reportfile").fetchall()]


def assert_restored(path, passphrase, url, there, storage):
    restored = manage("restore", "--from", path, "--passphrase-file", passphrase, **there)
    assert restored.returncode == 0, restored.stderr
    assert "ok" in restored.stdout
    assert manage("verify_reports", "--rebuild", **there).returncode == 0
    checked = manage("restore", "--check", "--from", path, "--passphrase-file", passphrase, **there)
    assert checked.returncode == 0, checked.stderr
    found = tables_of(url)
    manifest = read(path, Lock(passphrase="correct horse"))[2]
    assert found == manifest["tables"]
    assert (manifest["lost"], manifest["gone"]) == ([], [])
    # At one instant: people have gone on writing since, and each row has its file.
    assert 5 <= found["commitments_evidence"] <= Evidence.objects.count()
    assert found["commitments_progressupdate"] <= ProgressUpdate.objects.count()
    for name in files_named_in(url):
        assert (Path(there["FILES_URL"]) / name).read_bytes() == (storage / name).read_bytes()
    return manifest


def assert_replaced_when_told_so(path, passphrase, url, there, manifest):
    name = files_named_in(url)[0]
    kept = (Path(there["FILES_URL"]) / name).read_bytes()
    (Path(there["FILES_URL"]) / name).write_bytes(b"other")
    again = ["restore", "--from", path, "--passphrase-file", passphrase]
    refused = manage(*again, **there)
    assert (refused.returncode, "not empty" in refused.stderr) == (1, True)
    with psycopg.connect(url) as other:
        other.execute("UPDATE accounts_user SET name = 'Changed'")
    replaced = manage(*again, "--replace", **there)
    assert replaced.returncode == 0, replaced.stderr
    assert tables_of(url) == manifest["tables"]
    with psycopg.connect(url) as other:
        assert other.execute("SELECT count(*) FROM accounts_user WHERE name = 'Changed'").fetchone() == (0,)
    assert (Path(there["FILES_URL"]) / name).read_bytes() == kept


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_file_that_the_portal_has_lost_is_named_and_the_rest_is_kept(amina, commitment, storage, tmp_path):
    send_file(commitment, amina, b"kept")
    gone = send_file(commitment, amina, b"lost").file.name
    (storage / gone).unlink()
    archives = tmp_path / "archives"
    archives.mkdir()
    with pytest.raises(CommandError, match=gone):
        call_command("backup", to=archives)
    (path,) = archives.iterdir()
    _database, files, manifest = read(path, Lock())
    assert (list(files.values()), manifest["lost"]) == ([b"kept"], [gone])
    assert not Backup.objects.exists()
    assert json.dumps(manifest)
