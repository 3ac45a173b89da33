"""What an archive holds: a tar of the database in parts, the files, and last the manifest that counts and signs them.

After the end of the tar stands the fingerprint of all that comes before: `tar` does not look there, and no byte of an
archive in plain can change unseen.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from roadmap_portal.backup import BackupFailed

FORM = 1
DATABASE, FILES, MANIFEST = "database/", "files/", "manifest.json"
PART = 4 * 1024**2
CHUNK = 1024**2
MARK = b"sha256:"
SEAL_BYTES = len(MARK) + 64
Manifest = dict[str, Any]


class Hashing:
    """Passes on what is written or read, and knows its size and its fingerprint."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.size, self._sha256 = stream, 0, hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    def _seen(self, data: bytes) -> None:
        self.size += len(data)
        self._sha256.update(data)

    def write(self, data: bytes) -> int:
        self._seen(data)
        return self.stream.write(data)

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self._seen(data)
        return data


# --- Writing ------------------------------------------------------------------------------------


class Writer:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar

    def database(self, dump: IO[bytes]) -> dict[str, Any]:
        """In parts, because a tar tells the size of a member before it, and a dump its own at its end."""
        source, parts = Hashing(dump), 0
        while part := source.read(PART):
            parts += 1
            self._add(f"{DATABASE}{parts:06}", len(part), io.BytesIO(part))
        return {"parts": parts, "size": source.size, "sha256": source.sha256}

    def file(self, name: str, size: int, content: IO[bytes]) -> dict[str, Any]:
        source = Hashing(content)
        self._add(FILES + name, size, source)
        return {"name": name, "size": source.size, "sha256": source.sha256}

    def manifest(self, manifest: Manifest) -> None:
        text = json.dumps({"form": FORM, **manifest}, ensure_ascii=False, indent=1).encode()
        self._add(MANIFEST, len(text), io.BytesIO(text))

    def _add(self, name: str, size: int, content: Any) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, content)


@contextmanager
def writing(stream: IO[bytes]) -> Iterator[Writer]:
    hashing: Any = Hashing(stream)
    with tarfile.open(fileobj=hashing, mode="w|", bufsize=CHUNK, format=tarfile.PAX_FORMAT) as tar:
        yield Writer(tar)
    stream.write(MARK + hashing.sha256.encode())


# --- Reading ------------------------------------------------------------------------------------


class Unsealed:
    """All but the fingerprint at the end, which is kept back to be compared."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self._sha256, self._tail = stream, hashlib.sha256(), b""

    def read(self, size: int) -> bytes:
        while new := self.stream.read(size):
            data = self._tail + new
            given, self._tail = data[:-SEAL_BYTES], data[-SEAL_BYTES:]
            self._sha256.update(given)
            if given:
                return given
        return b""

    def check(self) -> None:
        while self.read(CHUNK):
            pass
        if self._tail != MARK + self._sha256.hexdigest().encode():
            raise BackupFailed("The archive is cut or was changed.")


Receive = Callable[[str, IO[bytes]], None]


def read_through(stream: IO[bytes], *, database: Receive, file: Receive) -> Manifest:
    """Hands over each part and each file, in their order; the manifest, once all was found to agree with it.

    What was handed over is only good when this returns: BackupFailed otherwise.
    """
    unsealed: Any = Unsealed(stream)
    dump, parts, found, manifest = hashlib.sha256(), 0, {}, None
    try:
        with tarfile.open(fileobj=unsealed, mode="r|", bufsize=CHUNK) as tar:
            for member in tar:
                content: Any = tar.extractfile(member)
                hashing: Any = Hashing(content)
                if member.name.startswith(DATABASE):
                    part = content.read()
                    dump.update(part)
                    parts += 1
                    database(member.name, io.BytesIO(part))
                elif member.name.startswith(FILES):
                    name = member.name.removeprefix(FILES)
                    file(name, hashing)
                    found[name] = hashing.sha256
                else:
                    manifest = json.load(content)
        unsealed.check()
    except (tarfile.TarError, ValueError, EOFError, AttributeError):
        raise BackupFailed("The archive is cut or was changed.") from None
    if not isinstance(manifest, dict) or manifest.get("form") != FORM:
        raise BackupFailed("The archive has no manifest that this release reads.")
    _compare(manifest, parts, dump.hexdigest(), found)
    return manifest


def _compare(manifest: Manifest, parts: int, sha256: str, files: dict[str, str]) -> None:
    told = manifest["database"]
    if (told["parts"], told["sha256"]) != (parts, sha256):
        raise BackupFailed("The database in the archive is not the one of its manifest.")
    if differing := {each["name"] for each in manifest["files"] if files.get(each["name"]) != each["sha256"]}:
        raise BackupFailed(f"Files in the archive are not those of its manifest: {', '.join(sorted(differing)[:5])}.")
