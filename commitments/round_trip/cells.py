"""What a cell says, read with tolerance: French and ISO dates, decimal commas, %, hard spaces; or what was expected."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from commitments.models import ProgressUpdate
from commitments.round_trip.columns import codes_by_label
from commitments.spreadsheets import Cell, plain

MONTHS = ("jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec")
ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMERIC_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[t ]00:00(?::00)?)?")
WRITTEN_DAY = re.compile(r"(\d{1,2})(?:er)? ([a-z]{3,9})\.? (\d{4})")
SPACES = re.compile(r"\s+")
# What XML, JSON and the database cannot all hold.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Unreadable(Exception):
    """`expected`: what the cell should have said."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def text_of(cell: Cell) -> str:
    """As a person would have typed it."""
    if isinstance(cell, bool):
        return _("oui") if cell else _("non")
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell).replace(".", ",")
    return CONTROLS.sub("", str(cell)).replace("\r\n", "\n").replace("\r", "\n")


def as_form_text(name: str, cell: Cell) -> str:
    """What one would type in the form for it. Raises Unreadable."""
    return READERS.get(name, _day if name not in TEXTS else text_of)(cell).strip()


def _choice(name: str) -> Callable[[Cell], str]:
    def read(cell: Cell) -> str:
        code = codes_by_label(name).get(plain(text_of(cell)))
        if code is None:
            choices = ProgressUpdate._meta.get_field(name).choices or ()  # type: ignore[union-attr]
            raise Unreadable(", ".join(f"« {label} »" for _code, label in choices))
        return code

    return read


def _percent(cell: Cell) -> str:
    expected = _("un nombre de 0 à 100, comme 45 ou 62,5")
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 0 < cell <= 1:
        # A cell in the format of percentages holds 0.45 for 45 %, and does not say that it is one.
        raise Unreadable(_("un nombre de 0 à 100, ou « 45 %% » dans une cellule de texte") % {})
    text = SPACES.sub("", text_of(cell)).removesuffix("%").replace(",", ".")
    if not text:
        return ""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable(expected) from error
    if not value.is_finite() or not 0 <= value <= 100:
        raise Unreadable(expected)
    return f"{round(value, 2):f}"


def _day(cell: Cell) -> str:
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    text = plain(text_of(cell))
    if not text:
        return ""
    try:
        return _written(text).isoformat()
    except (ValueError, LookupError) as error:
        raise Unreadable(_("une date, comme 02/01/2026, 2 janv. 2026 ou 2026-01-02")) from error


def _written(text: str) -> date:
    if found := NUMERIC_DAY.fullmatch(text):
        return date(int(found[3]), int(found[2]), int(found[1]))
    if found := ISO_DAY.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := WRITTEN_DAY.fullmatch(text):
        return date(int(found[3]), _month(found[2]), int(found[1]))
    raise ValueError(text)


def _month(word: str) -> int:
    for names in (MONTHS, ENGLISH_MONTHS):
        for number, name in enumerate(names, start=1):
            if word.startswith(name):
                return number
    raise LookupError(word)


TEXTS = ("text_public", "next_steps", "weather_reason", "reason", "text_internal")
READERS: Mapping[str, Callable[[Any], str]] = {
    "status": _choice("status"),
    "weather": _choice("weather"),
    "progress": _percent,
}
