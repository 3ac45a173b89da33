"""CSV of open data (requirement T6): one row per commitment, its fields named as in the dataset, its texts untouched.

UTF-8 without BOM, comma, decimal point, RFC 4180, ISO dates. Codes, never labels: the JSON beside it holds these in
both languages, and what does not fit in a row. Several values of a field are separated by a vertical bar.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reports.dataset import Dataset, Json

# Of the dataset: the same on every row.
COMMON: dict[str, Callable[[Dataset], Any]] = {
    "demonstration_notice": lambda dataset: dataset["demonstration_notice"],
    "quarter": lambda dataset: dataset["quarter"]["slug"],
    "reference_on": lambda dataset: dataset["quarter"]["reference_on"],
}
# Keys of a commitment; `is_adjacent` tells the adjacent actions, which enter no headline figure.
FIELDS = (
    "code",
    "title",
    "is_adjacent",
    "axis",
    "axes",
    "provenance",
    "confidence",
    "leads",
    "operators",
    "partners",
    "funders",
    "status",
    "status_reason",
    "weather",
    "weather_reason",
    "weight",
    "progress",
    "progress_method",
    "expected",
    "expected_revised",
    "is_late",
    "late_since",
    "is_late_revised",
    "late_since_revised",
    "starts_on",
    "initial_due_on",
    "due_on",
    "date_precision",
    "slippage_days",
    "postponement_count",
    "milestone_postponement_count",
    "updated_on",
    "answer",
    "answered_on",
    "confirmed_on",
    "summary",
    "text",
    "next_steps",
    "official_text",
    "planned_regional",
    "planned_national",
    "planned_european",
    "lines_without_amount",
)
# What a commitment holds as objects: the one of their keys that is told.
INSIDE = {"sources": "url", "late_reasons": "kind"}


def write(dataset: Dataset, path: Path, language: str) -> None:
    common = [field(value(dataset)) for value in COMMON.values()]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow([*COMMON, *FIELDS, *INSIDE])
        for key in ("commitments", "adjacent"):
            for row in dataset[key]:
                out.writerow([*common, *cells(row)])


def cells(row: Json) -> list[str]:
    objects = [[item[key] for item in row[name]] for name, key in INSIDE.items()]
    return [field(value) for value in [*(row[name] for name in FIELDS), *objects]]


def field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "|".join(value) if isinstance(value, list) else str(value)
