"""Numbers, sums, dates: what is written, character by character, in French and in English."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from roadmap_portal.templatetags import portal

CAMPAIGN = SimpleNamespace(year=2026, quarter=3)
MISSING = {"fr": "n. d.", "en": "n/a"}


def both(function, value, french, english, *more):
    with override("fr"):
        assert function(value, *more) == french
    with override("en"):
        assert function(value, *more) == english


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (0, 0, "0", "0"),
        (999, 0, "999", "999"),
        (1234, 0, "1\u202f234", "1,234"),
        (1234567, 0, "1\u202f234\u202f567", "1,234,567"),
        (Decimal("1234.5"), 1, "1\u202f234,5", "1,234.5"),
        (Decimal("-1234.5"), 1, "-1\u202f234,5", "-1,234.5"),
        # Half up, where Babel and Python round half to even.
        (Decimal("0.125"), 2, "0,13", "0.13"),
        (Decimal("2.5"), 0, "3", "3"),
        (Decimal("-2.5"), 0, "-3", "-3"),
    ],
)
def test_numbers(value, decimals, french, english):
    both(portal.number, value, french, english, decimals)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(0, "0\u00a0%", "0%"), (Decimal("62.50"), "63\u00a0%", "63%"), (Decimal("62.49"), "62\u00a0%", "62%")],
)
def test_percentages(value, french, english):
    both(portal.percent, value, french, english)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0, "0\u00a0€", "€0"),
        (Decimal("1234567.00"), "1\u202f234\u202f567\u00a0€", "€1,234,567"),
        (Decimal("1234567.89"), "1\u202f234\u202f567,89\u00a0€", "€1,234,567.89"),
        (Decimal("0.125"), "0,13\u00a0€", "€0.13"),
    ],
)
def test_euros(value, french, english):
    both(portal.euros, value, french, english)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (Decimal("54000000000"), "54\u00a0Md€", "€54bn"),
        (Decimal("1500000"), "1,5\u00a0M€", "€1.5m"),
        (Decimal("1234567"), "1,23\u00a0M€", "€1.23m"),
        (690000, "690\u00a0k€", "€690k"),
        (Decimal("-70000000"), "-70\u00a0M€", "€-70m"),
        (999, "999\u00a0€", "€999"),
    ],
)
def test_euros_in_short(value, french, english):
    both(portal.euros_short, value, french, english)


@pytest.mark.parametrize(
    ("value", "precision", "french", "english"),
    [
        (date(2026, 1, 1), "day", "1<sup>er</sup> janvier 2026", "1 January 2026"),
        (date(2026, 1, 2), "day", "2 janvier 2026", "2 January 2026"),
        (date(2026, 8, 11), "day", "11 août 2026", "11 August 2026"),
        (date(2026, 3, 31), "month", "mars 2026", "March 2026"),
        (date(2026, 12, 31), "year", "2026", "2026"),
        (date(2026, 1, 1), "", "1<sup>er</sup> janvier 2026", "1 January 2026"),
    ],
)
def test_days(value, precision, french, english):
    both(portal.day, value, french, english, precision)


def test_the_first_of_the_month_without_markup():
    both(portal.day_text, date(2026, 1, 1), "1er janvier 2026", "1 January 2026")


def test_short_days_cannot_be_read_the_other_way_round():
    both(portal.short_day, date(2026, 3, 4), "04/03/2026", "4 Mar 2026")


def test_an_instant_is_told_on_the_clock_of_paris():
    summer, late_evening = datetime(2026, 7, 14, 10, 5, tzinfo=UTC), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    both(portal.moment, summer, "14/07/2026 à 12:05", "14 Jul 2026, 12:05")
    both(portal.moment, late_evening, "01/01/2027 à 00:30", "1 Jan 2027, 00:30")
    both(portal.short_day, late_evening, "01/01/2027", "1 Jan 2027")


def test_quarters():
    both(portal.quarter, CAMPAIGN, "T3\u00a02026", "Q3\u00a02026")
    both(portal.quarter_prose, 2026, "1er trimestre 2026", "1st quarter 2026", 1)


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [
        (0, "0\u00a0octets", "0\u00a0bytes"),
        (512, "512\u00a0octets", "512\u00a0bytes"),
        (1024, "1,0\u00a0Ko", "1.0\u00a0kB"),
        (246_000, "240\u00a0Ko", "240\u00a0kB"),
        (1_572_864, "1,5\u00a0Mo", "1.5\u00a0MB"),
    ],
)
def test_sizes_of_files(size, french, english):
    both(portal.file_size, size, french, english)


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 jour"), (1, "1 jour"), (2, "2 jours"), (1234, "1\u202f234 jours")]
)
def test_french_counts_zero_with_one(count, expected):
    with override("fr"):
        assert portal.days(count) == expected


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "expected"),
    [
        (Decimal("12.5"), "percent", 1, "12,5\u00a0%"),
        (Decimal("70000000"), "EUR", 0, "70\u202f000\u202f000\u00a0€"),
        (Decimal("1234"), "count", 0, "1\u202f234"),
        (Decimal("1234"), "count/year", 0, "1\u202f234 par an"),
        (Decimal("5"), "rank", 0, "5"),
        (Decimal("400"), "m2", 0, "400\u00a0m²"),
    ],
)
def test_values_carry_their_unit(value, unit, decimals, expected):
    with override("fr"):
        assert portal.measured(value, unit, decimals) == expected


AMOUNTS = [portal.number, portal.percent, portal.points, portal.euros, portal.euros_short, portal.days]
DATES = [portal.day, portal.day_text, portal.short_day, portal.moment]


@pytest.mark.parametrize("function", [*AMOUNTS, *DATES])
def test_missing_is_said_and_is_not_zero(function, english_catalogue):
    both(function, None, MISSING["fr"], MISSING["en"])
