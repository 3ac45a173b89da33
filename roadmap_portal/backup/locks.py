"""Encryption, as age has it: an archive can be opened without the portal (`age --decrypt`, then `tar`).

To recipients: `x.tar.age`. By a passphrase: a tar that holds a key of its own, closed by the passphrase (`key.age`),
and what that key opens (`data.tar.age`): pyrage closes streams with keys only. Everything goes through in pieces.
"""

import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import pyrage

from roadmap_portal.backup import BackupFailed

AGE = b"age-encryption.org/"
KEY, DATA = "key.age", "data.tar.age"


class Lock(NamedTuple):
    """What closes an archive, or opens it. Nothing: it is in plain."""

    recipients: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    passphrase: str = ""

    @property
    def suffix(self) -> str:
        return ".tar.age" if self.recipients else ".locked.tar" if self.passphrase else ".tar"


@contextmanager
def closing(file: IO[bytes], lock: Lock) -> Iterator[IO[bytes]]:
    """What is written goes to the file, encrypted."""
    if lock.recipients:
        with _piped_into(file, [recipient(text) for text in lock.recipients]) as plain:
            yield plain
    elif lock.passphrase:
        identity = pyrage.x25519.Identity.generate()
        file.write(_member(KEY, pyrage.passphrase.encrypt(str(identity).encode(), lock.passphrase)))
        start = file.tell()
        file.write(bytes(tarfile.BLOCKSIZE))
        with _piped_into(file, [identity.to_public()]) as plain:
            yield plain
        size = file.tell() - start - tarfile.BLOCKSIZE
        file.write(bytes(-size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE))
        # The size is known now.
        file.seek(start)
        file.write(_header(DATA, size))
        file.seek(0, os.SEEK_END)
    else:
        yield file


def recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise BackupFailed(f"--encrypt-to: read {text!r}, expected a public key age1….") from None


def _member(name: str, content: bytes) -> bytes:
    return _header(name, len(content)) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


# --- The way back -------------------------------------------------------------------------------


@contextmanager
def opening(path: Path, lock: Lock) -> Iterator[IO[bytes]]:
    """What was written, in plain. A wrong key, a cut or a changed byte: BackupFailed, at the latest at the end."""
    with path.open("rb") as file:
        beginning = file.read(len(AGE))
        file.seek(0)
        if beginning == AGE:
            if not lock.identities:
                raise BackupFailed(f"{path.name} is encrypted: name the file of the secret key (--identity-file).")
            with _piped_from(file, [_identity(text) for text in lock.identities]) as plain:
                yield plain
        elif beginning.startswith(KEY.encode()):
            if not lock.passphrase:
                raise BackupFailed(f"{path.name} is encrypted: name the file of the passphrase (--passphrase-file).")
            with _piped_from(*_with_passphrase(file, lock.passphrase)) as plain:
                yield plain
        else:
            yield file


def _identity(text: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise BackupFailed("--identity-file: expected a line AGE-SECRET-KEY-1….") from None


def _with_passphrase(file: IO[bytes], passphrase: str) -> tuple[IO[bytes], list[pyrage.x25519.Identity]]:
    try:
        members = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 - the file is closed by who opened it
        key, data = members.extractfile(KEY), members.extractfile(DATA)
        assert key is not None and data is not None  # noqa: PT018 - ordinary members, for the checker
        return data, [_identity(pyrage.passphrase.decrypt(key.read(), passphrase).decode())]
    except pyrage.DecryptError:
        raise BackupFailed("The passphrase is not the one of this archive, or the archive was changed.") from None
    except (tarfile.TarError, KeyError, OSError):
        raise BackupFailed("The archive is cut or was changed.") from None


# --- pyrage reads from one side and writes to the other; we hold the other end of a pipe ----------


@contextmanager
def _piped_into(file: IO[bytes], recipients: list[pyrage.x25519.Recipient]) -> Iterator[IO[bytes]]:
    reader, writer = _pipe()
    with _beside(lambda: pyrage.encrypt_io(reader, file, recipients), reader) as failures:
        try:
            with writer:
                yield writer
        except BrokenPipeError:
            if not failures:
                raise
    if failures:
        raise BackupFailed(f"The archive could not be written: {failures[0]}.")


@contextmanager
def _piped_from(file: IO[bytes], identities: list[pyrage.x25519.Identity]) -> Iterator[IO[bytes]]:
    reader, writer = _pipe()
    with _beside(lambda: pyrage.decrypt_io(file, writer, identities), writer) as failures:
        stopped: BaseException | None = None
        try:
            with reader:
                yield reader
        except BackupFailed as failure:
            stopped = failure
    if failures and not isinstance(failures[0], BrokenPipeError):
        raise BackupFailed("The archive is cut, was changed, or is not closed by this key.")
    if stopped is not None:
        raise stopped


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    reader, writer = os.pipe()
    return os.fdopen(reader, "rb", 1 << 16), os.fdopen(writer, "wb", 1 << 16)


@contextmanager
def _beside(work: Callable[[], None], end: IO[bytes]) -> Iterator[list[Exception]]:
    """Runs in a thread, which then closes its end of the pipe; what it raised."""
    failures: list[Exception] = []

    def run() -> None:
        try:
            work()
            end.close()
        except Exception as failure:
            failures.append(failure)
            _close(end)

    thread = threading.Thread(target=run, name="age", daemon=True)
    thread.start()
    try:
        yield failures
    finally:
        thread.join()


def _close(end: IO[bytes]) -> None:
    """What is still to be flushed has nobody left to read it."""
    with suppress(OSError):
        end.close()
