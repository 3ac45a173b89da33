"""A data set as of today, or as a sealed quarter froze it; and its two files. Both are written row by row."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate

from reports.dataset import Dataset, Json
from reports.dataset.labels import labels
from reports.models import SealedReport
from reports.open_data.fields import DataSet, Labels, Row, Value, absolute
from reports.open_data.origin import LICENCE_TITLE, LICENCE_URL
from reports.queries import contents_of
from roadmap_portal.csv_lines import csv_lines
from roadmap_portal.templatetags.portal import quarter


@dataclass(frozen=True)
class Edition:
    """`read`: its rows and the words for their codes, once they are asked for."""

    data_set: DataSet
    title: str
    updated: date | None
    read: Callable[[], tuple[Iterable[Row], Labels]]

    def rows(self) -> Iterator[list[Value]]:
        found, words = self.read()
        for row in found:
            yield [field.value(row, words) for field in self.data_set.fields]

    @property
    def names(self) -> Sequence[str]:
        return [field.name for field in self.data_set.fields]


def of_today(data_set: DataSet, on: date) -> Edition:
    return Edition(data_set, str(data_set.title), data_set.updated(), lambda: (data_set.current(on), labels()["fr"]))


def of_quarter(data_set: DataSet, sealed: SealedReport) -> Edition | None:
    """None where the data of a report do not hold this data set. `sealed`: published."""
    frozen, published_at = data_set.frozen, sealed.published_at
    if frozen is None or published_at is None:
        return None

    def read() -> tuple[Iterable[Row], Labels]:
        dataset = Dataset.read(contents_of([sealed])[sealed.pk])
        return frozen(dataset), dataset["labels"]["fr"]

    return Edition(data_set, f"{data_set.title} – {quarter(sealed.campaign)}", localdate(published_at), read)


def as_csv(edition: Edition) -> Iterator[str]:
    return csv_lines(edition.names, (list(map(cell, row)) for row in edition.rows()))


def cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def as_json(edition: Edition) -> Iterator[str]:
    head: Json = {
        "title": edition.title,
        "licence": {"title": LICENCE_TITLE, "url": LICENCE_URL},
        "updated": None if edition.updated is None else edition.updated.isoformat(),
        "schema": absolute("open_data:schema", edition.data_set.slug),
    }
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "rows": ['
    separator = "\n"
    for row in edition.rows():
        pairs = zip(edition.names, row, strict=True)
        yield separator + "{" + ", ".join(f'"{name}": {json_value(value)}' for name, value in pairs) + "}"
        separator = ",\n"
    yield "\n]}\n"


def json_value(value: Value) -> str:
    """A decimal is written as it is: through a float, a large amount would lose its cents."""
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
