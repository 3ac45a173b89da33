"""Builds the report of a quarter in this process, without a worker: `manage.py build_report 2026-T3`."""

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.http import Http404

from reports import queries, services, transitions
from reports.models import ReportFile
from roadmap_portal.history.recording import RecordedCommand


class Command(RecordedCommand):
    help = "Builds the report of a quarter (2026-T3) on the whole roadmap, and prints its files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quarter", help="as in 2026-T3")

    def handle(self, *args: object, quarter: str, **options: object) -> None:
        try:
            campaign = queries.campaign_of(quarter)
        except Http404 as error:
            raise CommandError(
                f"Quarter: read {quarter!r}, expected one that has a campaign, such as 2026-T3."
            ) from error
        try:
            queued = transitions.request_draft(campaign)
        except transitions.AlreadySealed as refusal:
            raise CommandError(f"{quarter} is sealed: its report is number {refusal.sealed.number}.") from refusal
        report = transitions.start(queued.pk)
        if report is None:
            raise CommandError("A worker is building this report right now, or will try it again soon.")
        built = services.produce(report)
        self.stdout.write(f"Report {built.pk}, data {built.dataset_sha256}")
        for file in built.files.filter(state=ReportFile.State.READY):
            self.stdout.write(f"{file.sha256}  {file.size:>10}  {file.file.name}")
        if built.state != built.State.READY:
            raise CommandError(
                f"Not all of it could be built; a worker will try again, or say « Réessayer ».\n{built.error}"
            )
