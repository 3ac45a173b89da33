"""Builds a report: the data once, then each file from the data. All the files, or none."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from reports import queries, transitions
from reports.dataset import Dataset, Json, build_dataset, canonical_json, part_of
from reports.models import Report, ReportFile
from reports.writers import WRITERS, Format, file_name, variants

STORED = 95


def produce(report: Report) -> Report:
    """Of a report that is building. A second call on one that is ready changes nothing."""
    if report.state == Report.State.READY:
        return report
    content = None if report.sealed is not None else canonical_json(_data_of(report)).decode()
    with TemporaryDirectory(prefix="report-") as folder:
        chunks = queries.content_chunks(report) if content is None else [content]
        dataset = Dataset.spooled(chunks, Path(folder))
        written = _write_files(report, dataset, Path(folder))
        transitions.progress(report, _("Enregistrement des fichiers"), STORED)
        with _stored_together() as stored, transaction.atomic():
            ready = transitions.finish(report, content)
            for format_, language, path in written:
                stored.append(_store(ready, format_, language, path))
    return ready


def reason_of_failure(report: Report, error: Exception) -> str:
    """For the reader in French, then the technical line for whoever keeps the portal running."""
    told = _(
        "La construction s’est arrêtée à l’étape « %(step)s ». Relancez-la ; si l’échec se répète, transmettez ceci :"
    )
    lines = str(error).strip().splitlines() or [""]
    return f"{told % {'step': report.step or _('Lecture des données')}}\n{type(error).__name__}: {lines[0][:500]}"


def _data_of(report: Report) -> Json:
    """Of a part of a sealed quarter, what the sealed report says of it."""
    sealed = queries.latest_sealed(report.campaign)
    if sealed is not None and report.period == Report.Period.QUARTER:
        return part_of(json.loads(sealed.content), report)
    return build_dataset(report)


def _write_files(report: Report, dataset: Dataset, folder: Path) -> list[tuple[Format, str, Path]]:
    written, every = [], list(variants())
    for index, (format_, language) in enumerate(every, start=1):
        transitions.progress(report, str(format_.label), STORED * index // (len(every) + 1))
        path = folder / file_name(dataset, format_, language)
        with translation.override(language or "fr"):
            WRITERS[format_].write(dataset, path, language)
        written.append((format_, language, path))
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


def _store(report: Report, format_: Format, language: str, path: Path) -> ReportFile:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        file = ReportFile(
            report=report,
            format=format_,
            language=language,
            state=ReportFile.State.READY,
            name=path.name,
            size=path.stat().st_size,
            sha256=digest,
        )
        file.file.save(f"{report.pk}/{path.name}", File(content), save=False)
    try:
        file.save()
    except BaseException:
        file.file.delete(save=False)
        raise
    return file
