"""Where the embedded servers keep their data, and under which account they run.

PostgreSQL refuses to run as root. Root therefore starts it under an ordinary account, without
changing owner or permissions of anything outside the servers' own folder.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
ELSEWHERE = Path("/var/lib")
# Looked for in the words of the system or of the server: an exit code says nothing.
CAUSES = (
    ("No space left on device", "le disque est plein"),
    ("Address already in use", "le port est déjà pris"),
    ("Cannot allocate memory", "la mémoire manque"),
    ("Permission denied", "accès refusé"),
    ("Operation not permitted", "opération non permise"),
)


class ServerFailed(Exception):
    """Its message is one French line, shown as it is."""


def cause_in(words: Path | str) -> str:
    """Why it failed, from a message or from a log."""
    text = words if isinstance(words, str) else words.read_text(errors="replace")
    for sign, cause in CAUSES:
        if sign in text:
            return cause
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "sans explication")


def _ordinary_account() -> pwd.struct_passwd | None:
    """Whom the servers run as when this process is root; None when they simply run as its user."""
    if os.geteuid() != 0:
        return None
    owner = CHECKOUT.stat().st_uid
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        raise ServerFailed(
            "PostgreSQL refuse de tourner en root et aucun compte ordinaire n’existe\u00a0: indiquez DATABASE_URL."
        ) from None


@dataclass(frozen=True)
class Place:
    home: Path
    folder: Path
    account: pwd.struct_passwd | None
    throwaway: bool

    @classmethod
    @contextmanager
    def opened(cls, home: Path, *, throwaway: bool) -> Iterator["Place"]:
        place = cls(home, home / "server", _ordinary_account(), throwaway)
        if throwaway:
            place._discard()
        try:
            place._make_folder()
            if not place.password_file.exists():
                place.write_private(place.password_file, secrets.token_urlsafe(24))
            yield place
        finally:
            if throwaway:
                place._discard()

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    def password(self) -> str:
        return self.password_file.read_text()

    def as_account(self) -> dict[str, Any]:
        """Options of a subprocess of the servers: their account, and nothing of the user's environment."""
        options: dict[str, Any] = {"env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "umask": 0o077}
        if self.account:
            options |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return options

    def write_private(self, file: Path, text: str) -> None:
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(text)
        self._give(file)

    def new_folder(self, name: str) -> Path:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        self._give(folder)
        return folder

    def runnable(self, tree: Path, executable: str) -> Path:
        """The wheel's tree, or a copy of it when the account cannot read the wheel."""
        if self._account_can(str(tree / executable), "--version"):
            return tree
        version = hashlib.sha256(f"{tree} {(tree / executable).stat().st_mtime_ns}".encode()).hexdigest()[:12]
        copy = self.folder / f"{tree.name}-{version}"
        if not copy.exists():
            unfinished = self.new_folder(f"{copy.name}.new")
            shutil.copytree(
                tree, unfinished, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("include")
            )
            self._give(unfinished)
            unfinished.rename(copy)
        return copy

    def _make_folder(self) -> None:
        if not self.folder.is_symlink():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._give(self.folder)
            if self._account_can("/usr/bin/test", "-w", str(self.folder)):
                return
            self._move_elsewhere()
        target = self.folder.readlink()
        target.mkdir(mode=0o700, exist_ok=True)
        self._give(target)
        name = self.account.pw_name if self.account else ""
        sys.stderr.write(f"Le compte {name} ne peut pas atteindre {self.home}\u00a0: ses données sont dans {target}.\n")

    def _move_elsewhere(self) -> None:
        target = ELSEWHERE / f"roadmap-portal-{hashlib.sha256(bytes(self.home)).hexdigest()[:12]}"
        if target.exists():
            self.folder.rmdir()
        else:
            shutil.move(self.folder, target)
        self.folder.symlink_to(target)

    def _account_can(self, *command: str) -> bool:
        if self.account is None:
            return True
        try:
            done = subprocess.run(command, capture_output=True, cwd="/", **self.as_account())  # noqa: S603, PLW1510
        except PermissionError:
            return False
        return done.returncode == 0

    def _give(self, path: Path) -> None:
        """To the account, with all that is below (a folder may come from a run under another account)."""
        if self.account is None or path.stat().st_uid == self.account.pw_uid:
            return
        for each in (path, *path.rglob("*")):
            os.chown(each, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def _discard(self) -> None:
        if self.folder.is_symlink():
            shutil.rmtree(self.folder.readlink(), ignore_errors=True)
            self.folder.unlink()
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
