"""How numbers, dates and sums are written, in French and in English: the one set for pages and files.

French typography (requirements T2 to T5): groups of three parted by U+202F, decimal comma, U+00A0 before € and %,
« 1er » for the first of the month. Rounding is half up, at display only (requirement F5: Babel alone rounds half even).
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from django import template
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import get_language as current_language

register = template.Library()

NOT_AVAILABLE = "n. d."
NBSP = "\u00a0"


@lru_cache(maxsize=4)
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language.startswith("en") else "fr_FR")


def locale() -> Locale:
    return _locale(get_language() or "fr")


def half_up(value: Decimal | int | float, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _not_available() -> str:
    return gettext("n. d.")


@register.filter
def number(value: Decimal | int | None, decimals: int = 0) -> str:
    """1 234,5; « n. d. » when missing, which is not zero."""
    if value is None:
        return _not_available()
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(half_up(value, decimals), format=pattern, locale=locale())


@register.filter
def percent(value: Decimal | int | None, decimals: int = 0) -> str:
    """From a percentage (62.5), not from a ratio."""
    if value is None:
        return _not_available()
    sign = "%" if locale().language == "en" else f"{NBSP}%"
    return number(value, decimals) + sign


@register.filter
def points(value: Decimal | None) -> str:
    if value is None:
        return _not_available()
    return ngettext("%(n)s point", "%(n)s points", abs(int(half_up(value, 0)))) % {"n": number(value)}


@register.filter
def euros(value: Decimal | int | None) -> str:
    """In full: 1 234 567 €, with cents only when there are some."""
    if value is None:
        return _not_available()
    decimals = 0 if value == int(value) else 2
    pattern = "¤#,##0" if locale().language == "en" else f"#,##0{NBSP}¤"
    if decimals:
        pattern = pattern.replace("0", "0.00")
    return format_currency(half_up(value, decimals), "EUR", format=pattern, locale=locale(), currency_digits=False)


@register.filter
def euros_short(value: Decimal | int | None) -> str:
    """54 Md€, 70 M€, 690 k€: for headlines; the exact sum stands beside or in the title."""
    if value is None:
        return _not_available()
    english = locale().language == "en"
    for size, french_unit, english_unit in ((10**9, "Md€", "bn"), (10**6, "M€", "m"), (10**3, "k€", "k")):
        if abs(value) >= size:
            scaled = Decimal(value) / size
            decimals = 0 if scaled == int(scaled) else 1 if scaled * 10 == int(scaled * 10) else 2
            figure = number(scaled, decimals)
            return f"€{figure}{english_unit}" if english else f"{figure}{NBSP}{french_unit}"
    return euros(value)


def day_text(value: date | None, precision: str = "day") -> str:
    """1er janvier 2026, mars 2022 or 2022, after what was really given."""
    if value is None:
        return _not_available()
    if precision == "year":
        return str(value.year)
    if precision == "month":
        return format_date(value, "LLLL y", locale=locale())
    text = format_date(value, "d MMMM y", locale=locale())
    if value.day == 1 and locale().language == "fr":
        return "1er" + text[1:]
    return text


@register.filter
def day(value: date | None, precision: str = "day") -> str:
    text = day_text(value, precision or "day")
    if text.startswith("1er "):
        return format_html("1<sup>er</sup>{}", text[3:])
    return text


@register.filter
def short_day(value: date | None) -> str:
    """31/12/2026; 31 Dec 2026 in English, where 03/04 would be read both ways."""
    if value is None:
        return _not_available()
    if isinstance(value, datetime):
        value = timezone.localdate(value)
    return format_date(value, "d MMM y" if locale().language == "en" else "dd/MM/y", locale=locale())


@register.filter
def moment(value: datetime | None) -> str:
    """Date and hour in Paris."""
    if value is None:
        return _not_available()
    pattern = "d MMM y, HH:mm" if locale().language == "en" else "dd/MM/y 'à' HH:mm"
    return format_datetime(timezone.localtime(value), pattern, locale=locale())


@register.filter
def days(value: int | None) -> str:
    if value is None:
        return _not_available()
    return ngettext("%(n)s jour", "%(n)s jours", abs(value)) % {"n": number(value)}


@register.filter
def quarter(value: Any) -> str:
    """« T3 2026 » for a campaign; « Q3 2026 » in English."""
    return f"{'Q' if locale().language == 'en' else 'T'}{value.quarter}{NBSP}{value.year}"


def quarter_prose(year: int, number_: int) -> str:
    """3e trimestre 2026."""
    return format_date(date(year, 3 * number_ - 2, 1), "QQQQ y", locale=locale())


@register.filter
def file_size(value: int) -> str:
    english = locale().language == "en"
    for size, french_unit, english_unit in ((1024**2, "Mo", "MB"), (1024, "Ko", "kB")):
        if value >= size:
            figure = number(Decimal(value) / size, 1 if value < 10 * size else 0)
            return f"{figure}{NBSP}{english_unit if english else french_unit}"
    return f"{number(value)}{NBSP}{'bytes' if english else 'octets'}"


@register.simple_tag(takes_context=True)
def query_with(context: RequestContext, **changes: Any) -> str:
    """The present query string with some parameters changed; None or "" removes one. Always back to page 1."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def address_in(context: RequestContext, language: str) -> str:
    """The present page in another language: French at the root, English under /en/."""
    path = context["request"].get_full_path()
    bare = path.removeprefix("/en") if current_language() == "en" else path
    return f"/en{bare}" if language == "en" else bare or "/"


@register.filter
def figure(quoted: dict[str, Any]) -> str:
    """A figure quoted from a source: {"value", "unit", …}."""
    value, unit = Decimal(str(quoted["value"])), quoted.get("unit", "")
    return measured(value, unit, 0 if value == int(value) else 1)


@register.filter
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


@register.filter
def in_unit(value: Decimal | None, indicator: Any) -> str:
    return measured(value, indicator.unit, indicator.decimals)
