"""CSV for French Excel (requirement T7): one row per commitment.

UTF-8 with BOM, « ; », decimal comma without grouping, JJ/MM/AAAA, CRLF. A text that a spreadsheet would run as a
formula gets a leading apostrophe (requirement S9).
"""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from reports.dataset import Json
from reports.writers.columns import Column, Value
from reports.writers.sheets import COMMITMENT, NOTICE, commitment_rows

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
UNITS = {"percent": " (%)", "euros": " (€)"}


def write(dataset: Json, path: Path) -> None:
    # In a file that is one table, the notice can only be a column: the first, on every row.
    columns = (NOTICE, *COMMITMENT) if dataset["demonstration_notice"] else COMMITMENT
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";", lineterminator="\r\n")
        out.writerow([title(column) for column in columns])
        for key in ("commitments", "adjacent"):
            for row in commitment_rows(dataset, key):
                out.writerow([cell(column.value(row)) for column in columns])


def title(column: Column) -> str:
    return column.title + UNITS.get(column.kind, "")


def cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(RUN_BY_SPREADSHEETS) else text
