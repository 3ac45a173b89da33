"""Builds a report: its data once, then each file from the data. A file that fails takes none of the others with it, and
what an earlier try has made is not made again."""

import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports import queries, transitions
from reports.dataset import Dataset, Json, ScopeNotUnderstood, build_dataset, canonical_json, extract
from reports.models import Report, ReportFile
from reports.services.heartbeat import signs_of_life
from reports.services.storing import forget, store
from reports.writers import WRITERS, Format, file_name, variants

logger = logging.getLogger(__name__)
DATA_READ = 5
LANGUAGES = {"fr": gettext_lazy("en français"), "en": gettext_lazy("en anglais")}


def produce(report: Report) -> Report:
    """Of a report that is building. A second call on one that is ready changes nothing. Raises HoldLost when another
    worker has it; any other failure is told in the report, which is then tried again or has failed."""
    if report.state == Report.State.READY:
        return report
    try:
        with signs_of_life(report), TemporaryDirectory(prefix="report-") as folder:
            return _produce(report, Path(folder))
    except transitions.HoldLost:
        raise
    except Exception as error:
        logger.exception("Report %s, attempt %s", report.pk, report.attempt)
        return transitions.fail(report, _reason(report, error))


def _produce(report: Report, folder: Path) -> Report:
    missing = transitions.expect_files(report, list(variants()))
    _keep_data(report)
    dataset = Dataset.spooled(queries.content_chunks(report), folder)
    done = len(list(variants())) - len(missing)
    for index, file in enumerate(missing):
        percent = DATA_READ + (100 - DATA_READ) * (done + index) // (done + len(missing))
        transitions.progress(report, title_of(file), percent)
        _write(report, file, dataset, folder)
    failed = [file for file in missing if file.state == ReportFile.State.FAILED]
    return transitions.fail(report, _reason_of_all(failed)) if failed else transitions.finish(report)


def _keep_data(report: Report) -> None:
    """Those of a draft are kept before anything is laid out from them; those of a sealed report are in its seal."""
    if report.sealed_id is None and not report.content:
        transitions.keep_data(report, canonical_json(_data_of(report)).decode())


def _data_of(report: Report) -> Json:
    """Of a sealed quarter, what the sealed report says of it, whatever the part and the period."""
    sealed = queries.latest_sealed(report.campaign)
    return build_dataset(report) if sealed is None else extract(sealed, report)


def _write(report: Report, file: ReportFile, dataset: Dataset, folder: Path) -> None:
    format_, begun = Format(file.format), time.perf_counter()
    path = folder / file_name(dataset, format_, file.language)
    try:
        with translation.override(file.language or "fr"):
            WRITERS[format_].write(dataset, path, file.language)
        file.milliseconds = round(1000 * (time.perf_counter() - begun))
        store(report, file, path)
    except transitions.HoldLost:
        raise
    except Exception as error:
        logger.exception("Report %s, %s", report.pk, path.name)
        transitions.file_failed(report, file, _technical(error))
        forget(report, path.name)
    finally:
        path.unlink(missing_ok=True)


def title_of(file: ReportFile) -> str:
    """« Classeur ODS en français »; what has no language has none to tell."""
    title, language = file.get_format_display(), str(LANGUAGES.get(file.language, ""))
    return title if title.endswith(language) else f"{title} {language}"


def _reason(report: Report, error: Exception) -> str:
    """For the reader, then the technical line for whoever keeps the portal running."""
    if isinstance(error, ScopeNotUnderstood):
        return str(error)
    told = _("La construction s’est arrêtée à l’étape « %(step)s ».") % {"step": report.step}
    return f"{told}\n{_technical(error)}"


def _reason_of_all(failed: list[ReportFile]) -> str:
    told = _("Ces fichiers n’ont pas pu être faits ; les autres sont prêts.")
    return "\n".join([told, *(f"{title_of(file)} – {file.error}" for file in failed)])


def _technical(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:500]}"
