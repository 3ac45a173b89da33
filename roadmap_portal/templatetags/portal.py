"""How numbers, dates and sums are written, in French and in English: the one set for pages and files.

French typography (requirements T2 to T5): groups of three parted by U+202F, decimal comma, U+00A0 before € and %,
« 1er » for the first of the month. Rounding is half up, at display only (requirement F5: Babel alone rounds half even).
What was written once is kept: a list writes the same few dates and percentages on every line.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_currency, format_decimal, parse_pattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext

NBSP = "\u00a0"
MAGNITUDES: tuple[tuple[int, str, str], ...] = ((10**9, "Md€", "bn"), (10**6, "M€", "m"), (10**3, "k€", "k"))
KEPT = 8192


def in_english() -> bool:
    return (get_language() or "fr").startswith("en")


def semicolon() -> str:
    """Between the items of an enumeration."""
    return "; " if in_english() else "\u202f; "


@lru_cache(maxsize=2)
def _locale(english: bool) -> Locale:
    return Locale.parse("en_GB" if english else "fr_FR")


def locale() -> Locale:
    return _locale(in_english())


@lru_cache(maxsize=32)
def _pattern(text: str) -> NumberPattern:
    return parse_pattern(text)


def plural(one: str, several: str, n: int) -> str:
    """`ngettext`, but French counts zero with one: « 0 jour »."""
    return ngettext(one, several, 1 if n == 0 and not in_english() else n)


def half_up(value: Decimal | int | float, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _not_available() -> str:
    return gettext("n. d.")


def number(value: Decimal | int | None, decimals: int = 0) -> str:
    """1 234,5; « n. d. » when missing, which is not zero."""
    return _not_available() if value is None else _number(value, decimals, in_english())


@lru_cache(maxsize=KEPT)
def _number(value: Decimal | int, decimals: int, english: bool) -> str:
    pattern = _pattern("#,##0" + ("." + "0" * decimals if decimals else ""))
    return format_decimal(half_up(value, decimals), format=pattern, locale=_locale(english))


def percent(value: Decimal | int | None, decimals: int = 0) -> str:
    """From a percentage (62.5), not from a ratio."""
    return _not_available() if value is None else _percent(value, decimals, in_english())


@lru_cache(maxsize=KEPT)
def _percent(value: Decimal | int, decimals: int, english: bool) -> str:
    return _number(value, decimals, english) + ("%" if english else f"{NBSP}%")


def points(value: Decimal | None, decimals: int = 0) -> str:
    """1,75 point: French is plural from two on, English but for one."""
    if value is None:
        return _not_available()
    size = abs(half_up(value, decimals))
    n = 2 if in_english() and size != 1 else int(size)
    return plural("%(n)s point", "%(n)s points", n) % {"n": number(value, decimals)}


def euros(value: Decimal | int | None) -> str:
    """In full: 1 234 567 €, with cents only when there are some."""
    return _not_available() if value is None else _euros(value, in_english())


@lru_cache(maxsize=KEPT)
def _euros(value: Decimal | int, english: bool) -> str:
    decimals = 0 if value == int(value) else 2
    pattern = "¤#,##0" if english else f"#,##0{NBSP}¤"
    if decimals:
        pattern = pattern.replace("0", "0.00")
    return format_currency(
        half_up(value, decimals), "EUR", format=_pattern(pattern), locale=_locale(english), currency_digits=False
    )


def euros_short(value: Decimal | int | None) -> str:
    """54 Md€, 70 M€, 690 k€: for headlines; the exact sum stands beside or in the title."""
    if value is None:
        return _not_available()
    english = in_english()
    for size, french_unit, english_unit in MAGNITUDES:
        if value >= size or value <= -size:
            scaled = Decimal(value) / size
            decimals = 0 if scaled == int(scaled) else 1 if scaled * 10 == int(scaled * 10) else 2
            figure = number(scaled, decimals)
            return f"€{figure}{english_unit}" if english else f"{figure}{NBSP}{french_unit}"
    return euros(value)


def day_text(value: date | None, precision: str = "day") -> str:
    """1er janvier 2026, mars 2022 or 2022, after what was really given."""
    return _not_available() if value is None else _day_text(value, precision, in_english())


@lru_cache(maxsize=KEPT)
def _day_text(value: date, precision: str, english: bool) -> str:
    if precision == "year":
        return str(value.year)
    if precision == "month":
        return format_date(value, "LLLL y", locale=_locale(english))
    text = format_date(value, "d MMMM y", locale=_locale(english))
    return "1er" + text[1:] if value.day == 1 and not english else text


def day(value: date | None, precision: str = "day") -> str:
    return _not_available() if value is None else _day(value, precision or "day", in_english())


@lru_cache(maxsize=KEPT)
def _day(value: date, precision: str, english: bool) -> str:
    text = _day_text(value, precision, english)
    return format_html("1<sup>er</sup>{}", text[3:]) if text.startswith("1er ") else text


def short_day(value: date | None) -> str:
    """31/12/2026; 31 Dec 2026 in English, where 03/04 would be read both ways."""
    if value is None:
        return _not_available()
    return _short_day(timezone.localdate(value) if isinstance(value, datetime) else value, in_english())


@lru_cache(maxsize=KEPT)
def _short_day(value: date, english: bool) -> str:
    return format_date(value, "d MMM y" if english else "dd/MM/y", locale=_locale(english))


def moment(value: datetime | None) -> str:
    """Date and hour in Paris."""
    return _not_available() if value is None else _moment(timezone.localtime(value), in_english())


@lru_cache(maxsize=KEPT)
def _moment(value: datetime, english: bool) -> str:
    return format_datetime(value, "d MMM y, HH:mm" if english else "dd/MM/y 'à' HH:mm", locale=_locale(english))


def days(value: int | None) -> str:
    if value is None:
        return _not_available()
    return plural("%(n)s jour", "%(n)s jours", abs(value)) % {"n": number(value)}


def quarter(value: Any) -> str:
    """« T3 2026 » for a campaign; « Q3 2026 » in English."""
    return f"{'Q' if in_english() else 'T'}{value.quarter}{NBSP}{value.year}"


def quarter_prose(year: int, number_: int) -> str:
    """3e trimestre 2026."""
    return format_date(date(year, 3 * number_ - 2, 1), "QQQQ y", locale=locale())


def file_size(value: int) -> str:
    english = in_english()
    for size, french_unit, english_unit in ((1024**2, "Mo", "MB"), (1024, "Ko", "kB")):
        if value >= size:
            figure = number(Decimal(value) / size, 1 if value < 10 * size else 0)
            return f"{figure}{NBSP}{english_unit if english else french_unit}"
    return f"{number(value)}{NBSP}{'bytes' if english else 'octets'}"


def figure(quoted: dict[str, Any]) -> str:
    """A figure quoted from a source: {"value", "unit", …}."""
    value, unit = Decimal(str(quoted["value"])), quoted.get("unit", "")
    return measured(value, unit, 0 if value == int(value) else 1)


def measured(value: Decimal | None, unit: str, decimals: int = 0) -> str:
    """A value with its unit, as units are named in the data."""
    if value is None:
        return _not_available()
    if unit == "percent":
        return percent(value, decimals)
    if unit.startswith("EUR"):
        return euros(value) + (gettext(" par an") if unit.endswith("/year") else "")
    names = {
        "count/year": gettext(" par an"),
        "wafers/year": gettext(" plaques par an"),
        "m2": f"{NBSP}m²",
        "year": gettext(" ans"),
        "rank": "",
    }
    return number(value, decimals) + names.get(unit, "")


def in_unit(value: Decimal | None, indicator: Any) -> str:
    return measured(value, indicator.unit, indicator.decimals)
