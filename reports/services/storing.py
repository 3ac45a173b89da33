"""The files of reports in the storage, which knows no transaction and may know no renaming.

A file always goes to the same place, its report and its name. It is stored while its report is held: nobody else
touches that place meanwhile, and what a dead worker has left there goes first.
"""

import hashlib
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from reports import transitions
from reports.models import Report, ReportFile

FOLDER = "reports"
# A worker frozen while it stores a file lets its report go.
LONGEST_STORING = "SET LOCAL idle_in_transaction_session_timeout = '5min'"


def store(report: Report, file: ReportFile, path: Path) -> None:
    """Raises HoldLost when another worker has the report: nothing was written."""
    place = _place(report, path.name)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(LONGEST_STORING)
            transitions.hold(report)
            default_storage.delete(place)
            file.file.name = default_storage.save(place, File(content))
            file.name, file.size, file.sha256 = path.name, path.stat().st_size, digest
            transitions.file_is_ready(file)


def _place(report: Report, name: str) -> str:
    return f"{FOLDER}/{report.pk}/{name}"


@transaction.atomic
def forget(report: Report, name: str) -> None:
    """What a storage that failed may have kept of a file."""
    transitions.hold(report)
    default_storage.delete(_place(report, name))


def sweep() -> list[str]:
    """Deletes what no report has: files of drafts that are gone, leftovers of workers that died for good."""
    try:
        numbers, _files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [place for number in numbers if number.isdecimal() for place in _sweep(int(number))]


@transaction.atomic
def _sweep(number: int) -> list[str]:
    if Report.objects.filter(pk=number, state__in=Report.RUNNING).exists():
        return []
    # Not begun again meanwhile.
    report = Report.objects.select_for_update(of=("self",)).filter(pk=number).defer("content").first()
    if report is not None and report.is_running:
        return []
    ready = ReportFile.objects.filter(report=number, state=ReportFile.State.READY)
    kept = set(ready.values_list("file", flat=True))
    _folders, names = default_storage.listdir(f"{FOLDER}/{number}")
    left = [place for name in names if (place := f"{FOLDER}/{number}/{name}") not in kept]
    for place in left:
        default_storage.delete(place)
    if report is None:
        # The empty folder, where the storage has any.
        default_storage.delete(f"{FOLDER}/{number}")
    return left
