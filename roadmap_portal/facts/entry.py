"""One entry of the file, read field by field.

What is wrong is added to a list, with the entry, the field, what was read and what was expected; reading goes on,
so that all errors come at once. The value then returned stands in for the one that could not be read: nobody
uses it, as nothing is built from a file with an error. The rules of a text or number are those of its column.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models

from roadmap_portal.facts.shapes import Day
from roadmap_portal.facts.typography import composed
from roadmap_portal.one_line import OneLine

MISSING = object()
PUBLISHED_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Known:
    """What an entry may refer to, and the places that lie in the region."""

    sources: Mapping[str, Mapping[str, Any]]
    axes: Collection[str]
    actors: Collection[str]
    envelopes: Collection[str]
    places: Collection[str]

    def named(self, kind: str) -> tuple[Collection[str], str]:
        return {
            "source": (self.sources, "une clé de « sources »"),
            "axis": (self.axes, "le code d’un axe du fichier"),
            "actor": (self.actors, "l’identifiant d’un acteur du fichier"),
            "envelope": (self.envelopes, "l’identifiant d’une enveloppe (funding_line) du fichier"),
        }[kind]


def column(model: type[models.Model], name: str) -> models.Field:
    return cast(models.Field, model._meta.get_field(name))


def shown(value: Any) -> str:
    if value is MISSING:
        return "rien (clé absente)"
    if value is None:
        return "null"
    text = value if isinstance(value, str) else repr(value)
    text = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return f"« {text} »"


def expected_of(rule: models.Field) -> str:
    limit = f" d’au plus {rule.max_length} caractères" if rule.max_length else ""
    if isinstance(rule, models.URLField):
        return f"une adresse web (http:// ou https://){limit}"
    if isinstance(rule, models.SlugField):
        return f"un code (lettres sans accent, chiffres, - et _){limit}"
    if isinstance(rule, models.DecimalField):
        whole = rule.max_digits - rule.decimal_places
        bound = " positif" if rule.validators and rule.name.endswith("amount") else ""
        return f"un nombre{bound} ({whole} chiffres et {rule.decimal_places} décimales au plus)"
    first = " qui commence par une lettre, un chiffre ou un guillemet" if isinstance(rule, OneLine) else ""
    return f"un texte{limit}{first}" if rule.blank else f"un texte non vide{limit}{first}"


def parse_day(value: Any) -> Day | None:
    """None when it is not a date. YAML itself reads 2022-08-30 as a date, and 2022 as a number."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return Day(value.year, value.month, value.day)
    match = PUBLISHED_DATE.fullmatch(str(value)) if isinstance(value, str | int) else None
    if match is None:
        return None
    year, month, day = (None if part is None else int(part) for part in match.groups())
    # 0 would read as « not given ».
    if not year or month == 0 or day == 0:
        return None
    try:
        return Day(year, month, day)
    except ValueError:
        return None


class Entry:
    def __init__(self, name: str, data: Mapping[str, Any], known: Known, problems: list[str], path: str = "") -> None:
        self.name, self.data, self.known, self.problems, self.path = name, data, known, problems, path
        self._seen: set[str] = set()

    def raw(self, key: str) -> Any:
        self._seen.add(key)
        return self.data.get(key, MISSING)

    def refuse(self, key: str, expected: str) -> None:
        read = shown(self.data.get(key, MISSING))
        self.problems.append(f"{self.name}, {self.path}{key} : lu {read}, attendu {expected}.")

    def finish(self) -> None:
        """A key nobody reads is a mistyped one: it would otherwise be lost without a word."""
        for key in sorted(self.data.keys() - self._seen, key=str):
            self.refuse(str(key), f"une clé connue ({', '.join(sorted(self._seen))})")

    def text(self, key: str, rule: models.Field, *, optional: bool = False) -> str:
        value = self.raw(key)
        if (value is None and rule.blank) or (value is MISSING and optional):
            return ""
        if not isinstance(value, str) or CONTROL_CHARACTER.search(value):
            self.refuse(key, expected_of(rule))
            return ""
        if not isinstance(rule, models.URLField | models.SlugField):
            value = composed(value)
        try:
            rule.clean(value, None)
        except ValidationError:
            self.refuse(key, expected_of(rule))
        return value

    def choice(self, key: str, choices: Mapping[str, str], *, nullable: bool = False) -> str:
        value = self.raw(key)
        if value is None and nullable:
            return ""
        if not isinstance(value, str) or value not in choices:
            self.refuse(key, f"l’une des valeurs {', '.join(choices)}")
            return ""
        return choices[value]

    def number(self, key: str, rule: models.Field) -> Decimal | None:
        """None when the file says null, if the caller accepts it."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            self.refuse(key, expected_of(rule))
            return None
        try:
            return rule.clean(Decimal(str(value)), None)
        except ValidationError:
            self.refuse(key, expected_of(rule))
            return None

    def required_number(self, key: str, rule: models.Field) -> Decimal:
        if self.data.get(key) is None:
            self.raw(key)
            self.refuse(key, expected_of(rule))
        return self.number(key, rule) or Decimal(0)

    def day(self, key: str, *, precision_key: str = "") -> Day | None:
        value = self.raw(key)
        day = None if value is None else parse_day(value)
        if value is not None and day is None:
            self.refuse(key, "une date AAAA-MM-JJ, AAAA-MM ou AAAA, ou null")
        if precision_key:
            precision = self.raw(precision_key)
            expected = None if day is None else day.precision.value
            if precision != expected and (day or value is None):
                self.refuse(precision_key, f"{expected or 'null'}, comme « {key} » ({shown(value)})")
        return day

    def required_day(self, key: str, *, precision_key: str = "") -> Day:
        if self.data.get(key) is None:
            self.raw(key)
            self.refuse(key, "une date AAAA-MM-JJ, AAAA-MM ou AAAA")
        return self.day(key, precision_key=precision_key) or Day(1)

    def reference(self, key: str, kind: str, *, nullable: bool = True) -> str | None:
        value = self.raw(key)
        known, expected = self.known.named(kind)
        if value is None and nullable:
            return None
        if not isinstance(value, str) or value not in known:
            self.refuse(key, expected + (", ou null" if nullable else ""))
            return None
        return value

    def required_reference(self, key: str, kind: str) -> str:
        return self.reference(key, kind, nullable=False) or ""

    def references(self, key: str, kind: str, *, optional: bool = False) -> tuple[str, ...]:
        values = self.raw(key)
        known, expected = self.known.named(kind)
        if values is MISSING and optional:
            return ()
        if not isinstance(values, list):
            self.refuse(key, f"une liste ; dans chacune de ses lignes, {expected}")
            return ()
        good: list[str] = []
        for value in values:
            if not isinstance(value, str) or value not in known:
                self.problems.append(f"{self.name}, {self.path}{key} : lu {shown(value)}, attendu {expected}.")
            elif value in good:
                self.problems.append(f"{self.name}, {self.path}{key} : lu deux fois {shown(value)}, attendu une fois.")
            else:
                good.append(value)
        return tuple(good)

    def children(self, key: str) -> "list[Entry]":
        """The mappings of a list, each to be read as an entry of its own."""
        values = self.raw(key)
        if not isinstance(values, list):
            self.refuse(key, "une liste (vide : [])")
            return []
        return [child for index, value in enumerate(values) if (child := self._child(f"{key}[{index}]", value))]

    def child(self, key: str) -> "Entry | None":
        value = self.raw(key)
        if value is MISSING:
            self.refuse(key, "un bloc de champs, ou null")
            return None
        return None if value is None else self._child(key, value)

    def _child(self, key: str, value: Any) -> "Entry | None":
        if isinstance(value, dict):
            return Entry(self.name, value, self.known, self.problems, f"{self.path}{key}.")
        self.problems.append(f"{self.name}, {self.path}{key} : lu {shown(value)}, attendu un bloc de champs.")
        return None

    def once(self, key: str, entries: "Collection[Entry]", identity: Callable[["Entry"], str], what: str) -> None:
        """Refuses two lines of a list that would be one row."""
        seen: set[str] = set()
        for entry in entries:
            value = identity(entry)
            if value in seen:
                self.problems.append(f"{self.name}, {entry.path}{key} : lu deux fois {shown(value)}, attendu {what}.")
            seen.add(value)
