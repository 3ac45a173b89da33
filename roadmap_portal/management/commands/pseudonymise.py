"""Takes the name from accounts closed long ago: `manage.py pseudonymise [--user EMAIL] [--dry-run]`."""

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.utils.timezone import localdate

from accounts.models import User
from roadmap_portal.history.recording import RecordedCommand
from roadmap_portal.persons.pseudonyms import forgettable, pseudonymise


class Command(RecordedCommand):
    help = "Replaces name and address of closed accounts by their number, in the history too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", help="this account, closed, whatever its age")
        parser.add_argument("--after-days", type=int, default=365, help="since the last right and login (365)")
        parser.add_argument("--dry-run", action="store_true", help="say whom, and change nothing")

    def handle(self, *args: object, user: str | None, after_days: int, dry_run: bool, **options: object) -> None:
        for found in self.chosen(user, after_days):
            self.stdout.write(found.email)
            if dry_run:
                continue
            try:
                pseudonymise(found)
            except ValueError as error:
                raise CommandError(str(error)) from error

    def chosen(self, email: str | None, after_days: int) -> list[User]:
        if email is None:
            return forgettable(localdate(), after_days)
        found = list(User.objects.filter(email=email.lower()))
        if not found:
            raise CommandError(f"{email}: no such account.")
        return found
