"""Sends the reminders of a day in this process, as the calendar does every morning."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate, now

from accounts.models import User
from commitments import services
from commitments.queries.owed import Owed


class Command(BaseCommand):
    help = "Sends the reminders due on a day (today), each once, and prints who was written to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", default="", metavar="DATE", help="as in 2026-11-22; today by default")
        parser.add_argument("--dry-run", action="store_true", help="print who would get what, and send nothing")

    def handle(self, *args: object, on: str, dry_run: bool, **options: object) -> None:
        day = day_of(on)
        if dry_run:
            self.plan(services.plan_reminders(day))
            return
        run = services.send_reminders(day, at=now())
        for name, reminded in (("weekly", run.weekly), ("urgent", run.urgent)):
            for outcome in services.Outcome:
                users: Sequence[User] = getattr(reminded, outcome)
                for user in users:
                    self.stdout.write(f"{name} {outcome:<8} {user.email}")
        if run.weekly.failed or run.urgent.failed:
            raise CommandError("Some mails did not leave: see the log, and Delivery.error.")

    def plan(self, plan: services.Plan) -> None:
        for outcome in (services.Outcome.SENT, services.Outcome.ALREADY, services.Outcome.SNOOZED):
            for owed in plan.weekly.get(outcome, ()):
                name = "due" if outcome == services.Outcome.SENT else outcome
                self.stdout.write(f"weekly {name:<8} {owed.user.email}: {counts_of(owed)}")
        for owed in plan.urgent:
            self.stdout.write(f"urgent {'due':<8} {owed.user.email}: {counts_of(owed)}")


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else localdate()
    except ValueError as error:
        raise CommandError(f"--on: read {text!r}, expected a day such as 2026-11-22.") from error


def counts_of(owed: Owed) -> str:
    return f"{len(owed.answers)} answers, {len(owed.corrections)} corrections, {len(owed.visas)} visas"
