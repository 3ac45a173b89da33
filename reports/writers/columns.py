"""The tables of a report: one line is one column, with its title, kind, meaning and value. Formats only lay out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from roadmap_portal.archive import NOT_XML
from roadmap_portal.templatetags.portal import day_text, in_english, semicolon

Kind = Literal["text", "long", "integer", "decimal", "percent", "euros", "date", "url"]
Value: TypeAlias = str | int | Decimal | date | None

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
# Characters that a page in landscape holds across and that still can be read.
PAGE_WIDTH = 260


@dataclass(frozen=True)
class Words:
    """Those of the codes, in the language of the file, as frozen with the dataset; and the limits its texts quote."""

    language: str
    labels: dict[str, dict[str, str]]
    limits: Json

    @classmethod
    def of(cls, dataset: Dataset) -> "Words":
        """In the active language."""
        language = "en" if in_english() else "fr"
        return cls(language, dataset["labels"][language], dataset["formulas"])

    def __call__(self, group: str, code: str | None, otherwise: str = "") -> str:
        return otherwise if code is None else self.labels[group].get(code, otherwise)


Path = Callable[[Json, Words], Any]


@dataclass(frozen=True)
class Column:
    """`path`: the key of the row, or a function of the row. `meaning` goes to the dictionary of the workbook. Titles
    and meanings are in the active language once written: they may be lazy."""

    title: Any
    kind: Kind
    path: str | Path
    meaning: Any = ""
    wide: int = 0

    def value(self, row: Json, words: Words) -> Value:
        """Typed. None for what is missing; an empty text is missing too."""
        found = row[self.path] if isinstance(self.path, str) else self.path(row, words)
        return None if found is None or found == "" else CONVERSIONS[self.kind](found)

    @property
    def width(self) -> int:
        return self.wide or WIDTHS[self.kind]


@dataclass(frozen=True)
class Sheet:
    """One table: its name, columns, and the rows a dataset has for it."""

    name: Any
    columns: Sequence[Column]
    rows: Callable[[Dataset], Iterable[Json]]


def joined(key: str) -> Path:
    return lambda row, words: semicolon().join(row[key])


def labelled(group: str, key: str) -> Path:
    """The word for a code. A dataset of an older form may hold the French word alone."""
    return lambda row, words: words(group, row[key], row.get(f"{key}_label") or row[key] or "")


def labels_of(group: str, key: str) -> Path:
    return lambda row, words: semicolon().join(words(group, code, code) for code in row[key])


def in_words(value: bool) -> str:
    return _("oui") if value else _("non")


def yes_no(key: str) -> Path:
    return lambda row, words: in_words(row[key])


def no_yes(key: str) -> Path:
    return lambda row, words: in_words(not row[key])


def urls(row: Json, words: Words) -> str:
    return " ".join(source["url"] for source in row["sources"])


def publishers(row: Json, words: Words) -> str:
    return semicolon().join(source["publisher"] for source in row["sources"])


def last(key: str, field: str) -> Path:
    return lambda row, words: row[key][-1][field] if row[key] else None


def last_label(group: str, key: str, field: str) -> Path:
    return lambda row, words: labelled(group, field)(row[key][-1], words) if row[key] else None


def inside(key: str, field: str) -> Path:
    return lambda row, words: None if row[key] is None else row[key][field]


def label_inside(group: str, key: str, field: str) -> Path:
    return lambda row, words: None if row[key] is None else words(group, row[key][field])


def of_side(side: str, field: str) -> Path:
    """Of the visa of a side."""
    return lambda row, words: next((visa[field] for visa in row["visas"] if visa["side"] == side), None)


def decision_of_side(side: str) -> Path:
    return lambda row, words: words("visa", of_side(side, "decision")(row, words))


def count_of(key: str, code: str) -> Path:
    return lambda row, words: next((item["count"] for item in row[key] if item["code"] == code), None)


def answer(row: Json, words: Words) -> str:
    """In French as it was frozen, which says the day; in English the word for the code, the day being in a column."""
    return str(row["answer_label"]) if words.language == "fr" else words("answer", row["answer"])


def main_axis(row: Json, words: Words) -> str:
    return str(row["axis_title"]) if row["axis"] is not None else words("transversal", "", row["axis_title"])


def reasons(row: Json, words: Words) -> str:
    return semicolon().join(reason_in_words(reason, words) for reason in row["late_reasons"])


def reason_in_words(reason: Json, words: Words) -> str:
    if words.language == "fr":
        return str(reason["label"])
    texts = {
        "due_date": _("échéance dépassée, depuis le %(day)s"),
        "milestone": _("jalon en retard de plus de %(limit)s jours, depuis le %(day)s"),
        "gap": _("avancement inférieur de plus de %(limit)s points à l’attendu, depuis le %(day)s"),
    }
    limit = words.limits["late_milestone_grace_days" if reason["kind"] == "milestone" else "late_progress_gap_points"]
    return texts[reason["kind"]] % {"limit": limit, "day": day_text(date.fromisoformat(reason["since"]))}


def letter(number: int) -> str:
    """Name of the nth column: A … Z, AA …"""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def pages_across(widths: Sequence[int]) -> int:
    """How many printed pages a table is spread over, its first column on each: on one, forty columns are dust."""
    return max(1, round(sum(widths) / PAGE_WIDTH))
