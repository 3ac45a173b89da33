"""A column of open data is one line: its name, type and meaning, and how its value is read from a row.

A row comes from the database (`commitments.queries.open_data`) or from the frozen data of a sealed quarter; both use
the same keys, so that a column reads either. What the dictionary says is in French, as the texts of the data are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Literal, TypeAlias

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from reports.dataset import Dataset, Json
from reports.dataset.labels import codes

Type = Literal["string", "integer", "number", "boolean", "date"]  # as Table Schema names them
Value: TypeAlias = str | int | Decimal | bool | None
Row = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, str]]  # group → code → French word
Path = Callable[[Row, Labels], Any]

# A date comes as one or as the text it was frozen as: both write the same.
READ: dict[Type, Callable[[Any], Value]] = {
    "string": str,
    "integer": int,
    "number": Decimal,
    "boolean": bool,
    "date": str,
}
SEVERAL = "|"


@dataclass(frozen=True)
class Field:
    """`path`: the key of the row, or a function of it; its name when empty. `constraints`: those of Table Schema."""

    type: Type
    name: str
    title: str
    meaning: str
    example: str
    path: str | Path = ""
    required: bool = False
    constraints: Mapping[str, Any] = field(default_factory=dict)

    def value(self, row: Row, labels: Labels) -> Value:
        """None for what is missing; an empty text, or an empty list, is missing too."""
        found = row[self.path or self.name] if isinstance(self.path, str) else self.path(row, labels)
        if isinstance(found, list):
            found = SEVERAL.join(found)
        return None if found is None or found == "" else READ[self.type](found)

    def described(self) -> Json:
        constraints = {"required": self.required, **self.constraints}
        shown = {"name": self.name, "type": self.type, "title": self.title, "description": self.meaning}
        return {**shown, "example": self.example, "constraints": constraints}


text = partial(Field, "string")
whole = partial(Field, "integer")
number = partial(Field, "number")
truth = partial(Field, "boolean")
day = partial(Field, "date")


@dataclass(frozen=True)
class DataSet:
    """`slug`: in its addresses, for good. `title`, `description`: in the active language once written. `key`: the
    columns that tell its rows apart, where the database holds that they do. `current`: its rows as of a day, read one
    by one; `size`: how many they are; `updated`: the day of the last change. `frozen`: its rows in a sealed quarter,
    None where these are not frozen. `standard`: the schema of others it follows, and its address."""

    slug: str
    title: Any
    description: Any
    keywords: tuple[str, ...]
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    current: Callable[[date], Iterable[Row]]
    size: Callable[[], int]
    updated: Callable[[], date | None]
    frozen: Callable[[Dataset], Iterable[Row]] | None = None
    standard: Callable[[], Json] | None = None
    standard_url: str = ""


def coded(name: str, title: str, meaning: str, example: tuple[str, str], group: str) -> tuple[Field, Field]:
    """The code, then the French word for it. `example`: both. `group`: of `reports.dataset.labels`."""

    def word(row: Row, labels: Labels) -> Any:
        """A quarter frozen in an older form may hold the word alone."""
        return labels.get(group, {}).get(row[name]) or row.get(f"{name}_label") or row[name]

    code, french = example
    return (
        text(name, title, meaning, code, constraints={"enum": codes(group)}),
        text(f"{name}_label", f"{title}, en toutes lettres", f"Libellé français de {name}.", french, word),
    )


def absolute(name: str, *arguments: str) -> str:
    """The address everyone may keep: that of the French page."""
    with translation.override("fr"):
        return settings.PUBLIC_URL + reverse(name, args=arguments)


def days_between(first: str, last: str) -> Path:
    """None where one of the two days is missing."""

    def count(row: Row, labels: Labels) -> int | None:
        days = [row[name] for name in (first, last)]
        if None in days:
            return None
        start, end = (date.fromisoformat(str(day)) for day in days)
        return (end - start).days

    return count


def is_told(name: str) -> Path:
    return lambda row, labels: row[name] is not None


def main_axis(row: Row, labels: Labels) -> str | None:
    """A commitment without a main axis concerns all of them, which is no title."""
    return row["axis_title"] if row["axis"] else None
