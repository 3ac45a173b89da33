"""What becomes of each file of a report: pending → ready, or failed, then tried again. A file that is ready is never
written again."""

from collections.abc import Sequence

from django.db import transaction

from reports.models import Report, ReportFile
from reports.transitions.jobs import hold

FileState = ReportFile.State


@transaction.atomic
def expect_files(report: Report, wanted: Sequence[tuple[str, str]]) -> list[ReportFile]:
    """One row for each (format, language); returns those still to be written, in that order."""
    hold(report)
    rows = (ReportFile(report=report, format=format_, language=language) for format_, language in wanted)
    ReportFile.objects.bulk_create(rows, ignore_conflicts=True)
    missing = {(file.format, file.language): file for file in report.files.exclude(state=FileState.READY)}
    report.files.exclude(state=FileState.READY).update(state=FileState.PENDING, error="")
    # Formats that the portal made when the report was first tried, and makes no more.
    report.files.filter(pk__in=[file.pk for key, file in missing.items() if key not in wanted]).delete()
    return [missing[key] for key in wanted if key in missing]


def file_is_ready(file: ReportFile) -> None:
    """With what the storage has of it. In the transaction that holds the report."""
    file.state, file.error = FileState.READY, ""
    file.save()


@transaction.atomic
def file_failed(report: Report, file: ReportFile, reason: str) -> None:
    """The others go on."""
    hold(report)
    file.state, file.error = FileState.FAILED, reason
    file.save(update_fields=["state", "error"])
