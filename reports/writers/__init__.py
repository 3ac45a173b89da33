"""The files of a report: one module a format, all with `write(dataset, path)`. They lay out, and compute nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

from django.utils.text import slugify

from reports.dataset import Json
from reports.models import ReportFile
from reports.writers import csv_excel, ods, pdf, xlsx

Format = ReportFile.Format
LONGEST_SCOPE = 36


@dataclass(frozen=True)
class Writer:
    write: Callable[[Json, Path], None]
    ending: str


WRITERS = {
    Format.ODS: Writer(ods.write, ".ods"),
    Format.XLSX: Writer(xlsx.write, ".xlsx"),
    Format.PDF: Writer(pdf.write, ".pdf"),
    Format.CSV_EXCEL: Writer(csv_excel.write, "-excel.csv"),
}


def file_name(dataset: Json, format_: Format) -> str:
    """feuille-route-ia_rapport_2026-T3.pdf; a report on a part of the roadmap says which in its name."""
    scope = slugify(unquote_plus(dataset["scope"]["query"]).replace("=", "-").replace("&", "-"))[:LONGEST_SCOPE]
    part = f"_{scope.strip('-')}" if dataset["scope"]["query"] else ""
    return f"feuille-route-ia_rapport_{dataset['quarter']['slug']}{part}{WRITERS[format_].ending}"
