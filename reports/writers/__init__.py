"""The files of a report: one module a format, all with `write(dataset, path, language)`. They lay out, and compute
nothing. The language is that of headings and labels, and the active one meanwhile; texts stay as they were written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

from django.utils.text import slugify

from reports.dataset import Dataset
from reports.models import ReportFile
from reports.writers import csv_excel, csv_open, json_data, odp, ods, odt, pdf, xlsx

Format = ReportFile.Format
BOTH, DATA = ("fr", "en"), ("",)
LONGEST_SCOPE = 36
PERIODS = {"quarter": "", "year": "annee", "beginning": "depuis-le-debut"}


@dataclass(frozen=True)
class Writer:
    """`languages`: those the format is made in; "" for what has none."""

    write: Callable[[Dataset, Path, str], None]
    ending: str
    languages: tuple[str, ...] = ("fr",)


WRITERS = {
    Format.ODS: Writer(ods.write, ".ods", BOTH),
    Format.XLSX: Writer(xlsx.write, ".xlsx", BOTH),
    Format.PDF: Writer(pdf.write, ".pdf", BOTH),
    Format.ODT: Writer(odt.write, ".odt", BOTH),
    Format.ODP: Writer(odp.write, ".odp", BOTH),
    Format.CSV_EXCEL: Writer(csv_excel.write, "-excel.csv"),
    Format.CSV_OPEN: Writer(csv_open.write, "-donnees.csv", DATA),
    Format.JSON: Writer(json_data.write, ".json", DATA),
}


def variants() -> Iterator[tuple[Format, str]]:
    """Every file of a report: (format, language), in the order they are offered and built."""
    for format_, writer in WRITERS.items():
        for language in writer.languages:
            yield format_, language


def file_name(dataset: Dataset, format_: Format, language: str = "fr") -> str:
    """feuille-route-ia_rapport_2026-T3_v1.pdf (requirement T8); a draft says « provisoire » where a sealed report has
    its version, a report on a part of the roadmap or a longer period says which, and « extrait » where it was taken
    from a sealed one; a file in English says so too."""
    query, seal = dataset["scope"]["query"], dataset["seal"]
    scope = slugify(unquote_plus(query).replace("=", "-").replace("&", "-"))[:LONGEST_SCOPE].strip("-")
    period = PERIODS[dataset["period"]["kind"]]
    version = "provisoire" if seal is None else f"v{seal['version']}"
    nature = "rapport" if dataset["extract"] is None else "extrait"
    parts = ["feuille-route-ia", nature, dataset["quarter"]["slug"], period, scope, version]
    parts.append(language if language not in ("", "fr") else "")
    return "_".join(part for part in parts if part) + WRITERS[format_].ending
