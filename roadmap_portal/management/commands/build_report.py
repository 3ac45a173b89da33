"""Builds the report of a quarter in this process, without a worker: `manage.py build_report 2026-T3`."""

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.http import Http404

from reports import queries, services, transitions
from reports.models import Report, ReportFile
from roadmap_portal.history.recording import RecordedCommand


class Command(RecordedCommand):
    help = "Builds the files of the report of a quarter (2026-T3), sealed or else a draft, and prints them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quarter", help="as in 2026-T3")

    def handle(self, *args: object, quarter: str, **options: object) -> None:
        try:
            campaign = queries.campaign_of(quarter)
        except Http404 as error:
            raise CommandError(
                f"Quarter: read {quarter!r}, expected one that has a campaign, such as 2026-T3."
            ) from error
        sealed = queries.latest_sealed(campaign)
        report = transitions.request_draft(campaign) if sealed is None else sealed.layout
        built = report if report.state == report.State.READY else self._build(report.pk)
        self.stdout.write(f"Report {built.pk}, data {built.dataset_sha256}")
        for file in built.files.filter(state=ReportFile.State.READY):
            self.stdout.write(f"{file.sha256}  {file.size:>10}  {file.file.name}")
        if built.state != built.State.READY:
            raise CommandError(
                f"Not all of it could be built; a worker will try again, or say « Réessayer ».\n{built.error}"
            )

    def _build(self, pk: int) -> Report:
        report = transitions.start(pk)
        if report is None:
            raise CommandError("A worker is building this report right now, or will try it again soon.")
        return services.produce(report)
