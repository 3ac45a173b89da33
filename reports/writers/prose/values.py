"""How a report writes one value in the active language, and how words of the portal and texts of people stand together.

A text that people wrote stays in French whatever the language of the report: it is kept apart, as {"fr": text}, so that
the PDF and the page can say so to whoever listens to them.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reports.dataset import Json
from roadmap_portal.templatetags.portal import NBSP, day_text, euros, in_english, measured, percent

# Words of ours, a text of people, or parts of one sentence.
Told = str | dict[str, str] | list[Any]
PLACES = re.compile(r"%\((\w+)\)s")


def free(text: str) -> Told:
    return {"fr": text} if text else ""


def sentence(pattern: str, **places: Told) -> Told:
    """The pattern of a translated sentence, with what fills its places."""
    parts: list[Told] = []
    for rank, piece in enumerate(PLACES.split(pattern)):
        parts.append(places[piece] if rank % 2 else piece.replace("%%", "%"))
    return joined(parts, "")


def joined(items: Iterable[Told], between: str) -> Told:
    """One text where nothing but words of ours is put together; else its parts, in order."""
    parts: list[Any] = []
    for rank, item in enumerate(item for item in items if item):
        for part in [between if rank else "", *(item if isinstance(item, list) else [item])]:
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part:
                parts.append(part)
    return parts[0] if len(parts) == 1 else parts or ""


def colon() -> str:
    return ":" if in_english() else f"{NBSP}:"


def quoted(words: Told) -> Told:
    return joined(["“", words, "”"] if in_english() else [f"«{NBSP}", words, f"{NBSP}»"], "")


def pct(value: str | Decimal | None, instead: str = "") -> str:
    return instead if value is None else percent(Decimal(value))


def amount(value: str | None) -> str:
    return _("montant inconnu") if value is None else euros(Decimal(value))


def day_of(value: str | None, precision: str = "day") -> str:
    return "" if value is None else day_text(date.fromisoformat(value), precision or "day")


def ratio(value: str | None) -> float | None:
    """Length of a bar, for the eye alone: the figure stands beside it as a text."""
    return None if value is None else float(Decimal(value)) / 100


def reading(value: str, unit: str) -> str:
    """A value of an indicator with its unit, as precise as its source gave it."""
    exact = Decimal(value).normalize()
    exponent = exact.as_tuple().exponent
    return measured(exact, unit, max(-exponent, 0) if isinstance(exponent, int) else 0)


def source_line(source: Json) -> Json:
    published = f", {day_of(source['published_on'], source['precision'])}" if source["published_on"] else ""
    return {"text": joined([free(source["publisher"]), published], ""), "url": source["url"]}
