"""Random portfolios, laid out in every format and language, opened again: the figures of the dataset, no text cut."""

import csv
import io
import json
import re
import tempfile
import unicodedata
from decimal import Decimal
from pathlib import Path

import openpyxl
import outloud
import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, Phase, example, given, settings
from odfdo import Document
from pypdf import PdfReader

from reports.dataset import Dataset, canonical_json
from reports.writers import Format, variants
from roadmap_portal.templatetags.portal import percent
from tests.reports.portfolios import DRAWINGS, ODD_TEXTS, Drawn, draw_portfolio
from tests.reports.reading import csv_rows, dataset_of, written

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TEXTS = ("title", "official_text", "text", "next_steps", "weather_reason")
WORDS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]{4,}")
LINE_BREAKS = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")


def bare(text):
    """Without what a format may write its own way: spaces, breaks, invisible signs, decomposed accents."""
    return LINE_BREAKS.sub("", unicodedata.normalize("NFKC", str(text or "")))


def visible(text):
    """What XML can hold of a text, bare."""
    return bare(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", "", str(text or "")))


def number(value):
    return None if value in (None, "") else Decimal(str(value))


def everyone(dataset):
    return [*dataset["commitments"], *dataset["adjacent"]]


# --- One check a format: it opens, and says what the dataset says ------------------------------------


def check_json(dataset, path, language):
    assert path.read_bytes() == canonical_json(dataset)


def check_open_csv(dataset, path, language):
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert [row["code"] for row in rows] == [row["code"] for row in everyone(dataset)]
    for read, row in zip(rows, everyone(dataset), strict=True):
        assert [read[name] for name in TEXTS] == [row[name] for name in TEXTS]
        assert [number(read[name]) for name in ("progress", "expected", "planned_regional")] == [
            number(row[name]) for name in ("progress", "expected", "planned_regional")
        ]


def check_excel_csv(dataset, path, language):
    rows = csv_rows(path)
    for read, row in zip(rows, everyone(dataset), strict=True):
        assert read["Code"] == row["code"]
        assert visible(read["Titre"]).removeprefix("'") == visible(row["title"]).removeprefix("'")
        assert number(read["Avancement (%)"].replace(",", ".")) == number(row["progress"])
        assert number(read["Programmé, région (€)"].replace(",", ".")) == number(row["planned_regional"])


def sheets_of_xlsx(path):
    book = openpyxl.load_workbook(path, read_only=True)
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def sheets_of_ods(path):
    return [table.get_values() for table in Document(path).body.tables]


def check_workbook(dataset, path, language):
    sheets = sheets_of_xlsx(path) if path.suffix == ".xlsx" else sheets_of_ods(path)
    _read_me, summary, counted, adjacent = sheets[:4]
    assert int(summary[1][1]) == dataset["summary"]["counted"]
    assert len(summary) == 2 + len(dataset["axes"])
    for sheet, rows in ((counted, dataset["commitments"]), (adjacent, dataset["adjacent"])):
        read = [row for row in sheet[1:] if row[0]]
        assert [row[0] for row in read] == [row["code"] for row in rows]
        for cells, row in zip(read, rows, strict=True):
            assert visible(cells[1]) == visible(row["title"])
            held = {visible(cell) for cell in cells if isinstance(cell, str)}
            assert {visible(row[name]) for name in TEXTS if visible(row[name])} <= held
            figures = {Decimal(str(cell)).normalize() for cell in cells if isinstance(cell, int | float | Decimal)}
            if row["progress"] is not None:
                assert (Decimal(row["progress"]) / 100).normalize() in figures
            if row["planned_regional"] is not None:
                assert any(abs(figure - Decimal(row["planned_regional"])) < Decimal("0.01") for figure in figures)


def check_pdf(dataset, path, language):
    found = outloud.check(str(path))
    assert found.errors == 0, [finding.message for finding in found.findings]
    told = bare("".join(page.extract_text() for page in PdfReader(path).pages))
    assert str(dataset["summary"]["counted"]) in told
    for row in everyone(dataset):
        assert bare(row["code"]) in told
        if row["progress"] is not None:
            with translation.override(language):
                assert bare(percent(Decimal(row["progress"]))) in told
        for name in TEXTS:
            missing = {word for word in WORDS.findall(row[name]) if bare(word) not in told}
            assert missing == set(), f"{row['code']} {name}"


def check_summary(dataset, path, language):
    told = bare(" ".join(element.text_recursive for element in Document(path).body.children))
    assert f"{dataset['summary']['counted']}" in told


def check_slides(dataset, path, language):
    pages = Document(path).body.get_elements("draw:page")
    assert len(pages) == 10
    assert f"{dataset['summary']['counted']}" in bare(pages[1].text_recursive)


CHECKS = {
    Format.JSON: check_json,
    Format.CSV_OPEN: check_open_csv,
    Format.CSV_EXCEL: check_excel_csv,
    Format.XLSX: check_workbook,
    Format.ODS: check_workbook,
    Format.PDF: check_pdf,
    Format.ODT: check_summary,
    Format.ODP: check_slides,
}


def test_no_format_is_left_out():
    assert set(CHECKS) == {format_ for format_, _language in variants()} == set(Format)


@given(drawn=DRAWINGS)
@example(drawn=Drawn(size=0, seed=1, texts=["Rien"]))
@example(drawn=Drawn(size=1, seed=2, texts=["=1+1"]))
@example(drawn=Drawn(size=200, seed=3, texts=ODD_TEXTS))
# Not shrunk: a portfolio takes seconds, and the seed is enough to draw it again. The same draws at each run, so that a
# red run speaks of a change; without `derandomize`, it searches further.
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
def test_every_file_opens_and_carries_the_figures_of_the_dataset(drawn):
    with transaction.atomic(), tempfile.TemporaryDirectory() as folder:
        dataset = json.loads(canonical_json(dataset_of(draw_portfolio(drawn))))
        transaction.set_rollback(True)
        assert dataset["summary"]["counted"] + dataset["summary"]["adjacent"] == drawn.size
        spooled = Dataset.spooled([canonical_json(dataset).decode()], Path(folder))
        for format_, language in variants():
            path = written(spooled, format_, Path(folder), language)
            CHECKS[format_](dataset, path, language)
