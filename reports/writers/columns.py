"""The tables of a report: one line is one column, with its title, kind, meaning and value. Formats only lay out."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from reports.dataset import Dataset, Json

Kind = Literal["text", "long", "integer", "decimal", "percent", "euros", "date", "url"]
Value: TypeAlias = str | int | Decimal | date | None

# What XML cannot hold, so neither workbook: a text pasted from elsewhere may carry some.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CONVERSIONS: dict[Kind, Callable[[Any], Value]] = {
    "text": lambda value: NOT_XML.sub("", str(value)),
    "long": lambda value: NOT_XML.sub("", str(value)),
    "url": lambda value: NOT_XML.sub("", str(value)),
    "integer": int,
    "decimal": Decimal,
    "percent": Decimal,
    "euros": Decimal,
    "date": date.fromisoformat,
}
WIDTHS: dict[Kind, int] = {
    "text": 26,
    "long": 60,
    "url": 40,
    "integer": 12,
    "decimal": 14,
    "percent": 13,
    "euros": 18,
    "date": 13,
}


@dataclass(frozen=True)
class Column:
    """`path`: the key of the row, or a function of the row. `meaning` goes to the dictionary of the workbook."""

    title: str
    kind: Kind
    path: str | Callable[[Json], Any]
    meaning: str = ""
    wide: int = 0

    def value(self, row: Json) -> Value:
        """Typed. None for what is missing; an empty text is missing too."""
        found = row[self.path] if isinstance(self.path, str) else self.path(row)
        return None if found is None or found == "" else CONVERSIONS[self.kind](found)

    @property
    def width(self) -> int:
        return self.wide or WIDTHS[self.kind]


@dataclass(frozen=True)
class Sheet:
    """One table: its name, columns, and the rows a dataset has for it."""

    name: str
    columns: Sequence[Column]
    rows: Callable[[Dataset], Iterable[Json]]


def joined(key: str) -> Callable[[Json], str]:
    return lambda row: "\u202f; ".join(row[key])


def yes_no(key: str) -> Callable[[Json], str]:
    return lambda row: "oui" if row[key] else "non"


def urls(row: Json) -> str:
    return " ".join(source["url"] for source in row["sources"])


def publishers(row: Json) -> str:
    return "\u202f; ".join(source["publisher"] for source in row["sources"])


def last(key: str, field: str) -> Callable[[Json], Any]:
    return lambda row: row[key][-1][field] if row[key] else None


def count_of(key: str, code: str) -> Callable[[Json], int]:
    return lambda row: next(item["count"] for item in row[key] if item["code"] == code)
