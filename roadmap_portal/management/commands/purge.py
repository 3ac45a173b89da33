"""Deletes what is about people and past its term: `manage.py purge [--dry-run]`."""

from argparse import ArgumentParser

from django.utils import timezone

from roadmap_portal.history.recording import RecordedCommand
from roadmap_portal.persons.purge import outdated, purge


class Command(RecordedCommand):
    help = "Deletes logs, sessions, tries, invitations, unconfirmed subscriptions and mails past their term."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how many, and delete none")

    def handle(self, *args: object, dry_run: bool, **options: object) -> None:
        at = timezone.now()
        counts = {name: found.count() for name, found in outdated(at).items()} if dry_run else purge(at)
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
