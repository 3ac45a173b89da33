"""Files of a report written, and read again the way others read them."""

import csv
import io

import openpyxl
from django.utils import translation
from odfdo import Document

from reports.dataset import Dataset, build_dataset
from reports.models import Report
from reports.writers import WRITERS, file_name
from tests.reports.situations import at


def dataset_of(campaign):
    return build_dataset(Report(campaign=campaign, started_at=at(2026, 10, 1)))


def written(dataset, format_, folder, language="fr"):
    """`dataset`: as JSON, or as a Dataset."""
    dataset = dataset if isinstance(dataset, Dataset) else Dataset.of(dataset)
    path = folder / file_name(dataset, format_, language)
    with translation.override(language or "fr"):
        WRITERS[format_].write(dataset, path, language)
    return path


def csv_rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=";"))


def xlsx_table(path, name):
    sheet = openpyxl.load_workbook(path)[name]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows if any(value is not None for value in row)]


def ods_table(path, name):
    head, *rows = Document(path).body.get_table(name=name).get_values()
    return [dict(zip(head, row, strict=True)) for row in rows if any(value is not None for value in row)]
