"""One archive of the database and the files: `manage.py backup --to DIR [--encrypt-to age1… | --passphrase-file F]`."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from roadmap_portal.backup import BackupFailed
from roadmap_portal.backup.locks import Lock, recipient
from roadmap_portal.backup.saving import back_up


class Command(BaseCommand):
    help = "Backs up the database and the files, while people write. Prints the path of the archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder of the archives")
        lock = parser.add_mutually_exclusive_group()
        lock.add_argument("--encrypt-to", action="append", default=[], metavar="age1…", help="public key, or several")
        lock.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line closes the archive")

    def handle(self, *args: object, to: Path, encrypt_to: list[str], passphrase_file: Path | None, **o: object) -> None:
        try:
            for text in encrypt_to:
                recipient(text)
            lock = Lock(recipients=tuple(encrypt_to), passphrase=first_line(passphrase_file))
            path, manifest = back_up(to, lock)
        except BackupFailed as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(str(path))
        if lost := manifest["lost"]:
            raise CommandError(f"The archive is whole, but the portal itself lacks files: {', '.join(lost)}.")


def first_line(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        line = next(iter(path.read_text().splitlines()), "").strip()
    except OSError as error:
        raise BackupFailed(f"{path}: {error.strerror}.") from error
    if not line:
        raise BackupFailed(f"{path}: expected a passphrase or a key on its first line.")
    return line
