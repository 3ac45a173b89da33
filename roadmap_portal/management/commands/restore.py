"""Puts an archive back: `manage.py restore --from FILE [--replace] [--passphrase-file F | --identity-file F]`."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from roadmap_portal.backup import BackupFailed
from roadmap_portal.backup.locks import Lock
from roadmap_portal.backup.restoring import look_through, restore
from roadmap_portal.management.commands.backup import first_line


class Command(BaseCommand):
    help = (
        "Verifies the archive, puts back its files and its database, applies the migrations of this release, then"
        " verifies the sealed reports. Stop web, worker and beat before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", type=Path, required=True, dest="archive", metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="what the database holds may go")
        parser.add_argument("--check", action="store_true", help="only verify the archive")
        lock = parser.add_mutually_exclusive_group()
        lock.add_argument("--passphrase-file", type=Path, metavar="FILE")
        lock.add_argument("--identity-file", type=Path, metavar="FILE", help="secret key of age")

    def handle(self, *args: object, archive: Path, replace: bool, check: bool, **options: Path | None) -> None:
        try:
            identity = secret_key(options["identity_file"])
            lock = Lock(identities=identity, passphrase=first_line(options["passphrase_file"]))
            manifest = look_through(archive, lock) if check else restore(archive, lock, replace=replace)
        except (BackupFailed, OSError) as failure:
            raise CommandError(str(failure)) from failure
        rows, files = sum(manifest["tables"].values()), len(manifest["files"])
        self.stdout.write(f"{archive.name}, of {manifest['made_at']}: {rows} rows, {files} files.")
        if not check:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("verify_reports", stdout=self.stdout)


def secret_key(path: Path | None) -> tuple[str, ...]:
    """As age-keygen writes it, comments included."""
    if path is None:
        return ()
    return tuple(line.strip() for line in path.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-"))
