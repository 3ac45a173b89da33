"""Builds a report: the data once, then each file from the data. All the files, or none."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from reports import transitions
from reports.dataset import Json, build_dataset
from reports.models import Report, ReportFile
from reports.writers import WRITERS, Format, file_name

STORED = 95


def produce(report: Report) -> Report:
    """Of a report that is building. A second call on one that is ready changes nothing."""
    if report.state == Report.State.READY:
        return report
    dataset = build_dataset(report)
    with TemporaryDirectory(prefix="report-") as folder:
        written = _write_files(report, dataset, Path(folder))
        transitions.progress(report, _("Enregistrement des fichiers"), STORED)
        with _stored_together() as stored, transaction.atomic():
            ready = transitions.finish(report, dataset)
            for format_, path in written:
                stored.append(_store(ready, format_, path))
    return ready


def reason_of_failure(report: Report, error: Exception) -> str:
    """For the reader in French, then the technical line for whoever keeps the portal running."""
    told = _(
        "La construction s’est arrêtée à l’étape « %(step)s ». Relancez-la ; si l’échec se répète, transmettez ceci :"
    )
    lines = str(error).strip().splitlines() or [""]
    return f"{told % {'step': report.step or _('Lecture des données')}}\n{type(error).__name__}: {lines[0][:500]}"


def _write_files(report: Report, dataset: Json, folder: Path) -> list[tuple[Format, Path]]:
    written = []
    with translation.override("fr"):
        for index, (format_, writer) in enumerate(WRITERS.items(), start=1):
            transitions.progress(report, str(format_.label), STORED * index // (len(WRITERS) + 1))
            path = folder / file_name(dataset, format_)
            writer.write(dataset, path)
            written.append((format_, path))
    return written


@contextmanager
def _stored_together() -> Iterator[list[ReportFile]]:
    """The storage knows no transaction: what was stored before a failure is taken back."""
    stored: list[ReportFile] = []
    try:
        yield stored
    except BaseException:
        for file in stored:
            file.file.delete(save=False)
        raise


def _store(report: Report, format_: Format, path: Path) -> ReportFile:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        file = ReportFile(report=report, format=format_, name=path.name, size=path.stat().st_size, sha256=digest)
        file.file.save(f"{report.pk}/{path.name}", File(content), save=False)
    try:
        file.save()
    except BaseException:
        file.file.delete(save=False)
        raise
    return file
