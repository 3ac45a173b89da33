"""When a figure is due, where it should stand, what is odd: the rules, figure by figure, then by properties."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitments.formulas import indicator_progress
from commitments.indicators import (
    Anchor,
    anchors,
    doubts,
    expected_value,
    figure_expected_on,
    next_expected_on,
    period_end,
)
from tests.factories import START, make_indicator

DAY = date(2026, 3, 31)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
values = st.decimals(-1000, 100000, places=2)


@pytest.mark.parametrize(
    ("periodicity", "last_on", "expected"),
    [
        ("monthly", date(2026, 1, 31), date(2026, 3, 20)),
        ("quarterly", DAY, date(2026, 7, 20)),
        ("quarterly", date(2026, 4, 1), date(2026, 10, 20)),
        ("half_yearly", date(2026, 6, 30), date(2027, 1, 20)),
        ("yearly", date(2025, 12, 31), date(2027, 1, 20)),
        ("occasional", DAY, None),
        ("quarterly", None, None),
    ],
)
def test_the_next_figure_is_due_after_the_period_that_follows_and_its_delay(periodicity, last_on, expected):
    assert next_expected_on(last_on, periodicity, 20) == expected


@given(days, st.sampled_from(["monthly", "quarterly", "half_yearly", "yearly"]), st.integers(0, 400))
def test_a_figure_is_never_due_before_its_period_ends(day, periodicity, delay):
    due = next_expected_on(day, periodicity, delay)
    assert due - timedelta(days=delay) > period_end(day, periodicity) >= day
    assert due - timedelta(days=delay) == period_end(due - timedelta(days=delay), periodicity)


@pytest.mark.django_db
def test_without_a_reading_the_baseline_starts_the_count():
    indicator = make_indicator()
    assert figure_expected_on(indicator) == date(2026, 7, 20)
    never_read = make_indicator("autre", baseline=None)
    assert figure_expected_on(never_read) == date(2026, 7, 20)


@st.composite
def courses(draw):
    dates = sorted(draw(st.sets(days, min_size=2, max_size=5)))
    return [Anchor(on, draw(values)) for on in dates]


@given(courses(), days)
def test_the_course_passes_through_its_anchors_and_stays_between_them(course, on):
    for anchor in course:
        assert expected_value(course, anchor.on) == anchor.value
    expected = expected_value(course, on)
    if on < course[0].on:
        assert expected is None
        return
    before = [a for a in course if a.on <= on][-1]
    after = next((a for a in course if a.on >= on), course[-1])
    low, high = sorted([before.value, after.value])
    assert low - Decimal("0.000001") <= expected <= high + Decimal("0.000001")


@given(courses(), st.integers(1, 3000))
def test_the_course_is_straight_between_two_anchors(course, step):
    start, end = course[0], course[1]
    half = (end.on - start.on).days // 2
    step = min(step, half)
    if step == 0:
        return
    one = expected_value(course, start.on + timedelta(days=step)) - start.value
    two = expected_value(course, start.on + timedelta(days=2 * step)) - start.value
    assert abs(two - 2 * one) < Decimal("0.000001")


@pytest.mark.django_db
def test_a_course_needs_two_dated_figures_and_forgets_what_came_before_its_baseline():
    indicator = make_indicator()
    assert anchors(indicator) == [Anchor(START, 100), Anchor(date(2027, 12, 31), 200)]
    indicator.targets.create(value=5, due_on=date(2025, 12, 31), kind="interim", precision="day")
    indicator.targets.create(value=900, kind="target")
    assert [a.value for a in anchors(indicator)] == [100, 200]
    assert anchors(make_indicator("sans-cible", target=None)) == []
    assert expected_value([], DAY) is None


@given(values, values, values)
def test_progress_of_an_indicator_is_a_percentage_whole_at_its_target_and_none_at_its_baseline(value, baseline, target):
    assert 0 <= indicator_progress(value, baseline, target) <= 100
    assert indicator_progress(target, baseline, target) == 100
    if baseline != target:
        assert indicator_progress(baseline, baseline, target) == 0


@given(st.lists(values, min_size=2, max_size=2), values, values)
def test_progress_never_falls_when_the_reading_moves_to_the_target(readings, baseline, target):
    nearer, further = sorted(readings, reverse=target >= baseline)
    assert indicator_progress(nearer, baseline, target) >= indicator_progress(further, baseline, target)


@pytest.mark.parametrize(
    ("value", "previous", "unit", "kinds"),
    [
        (150, 100, "count", []),
        (151, 100, "count", ["jump"]),
        (49, 100, "count", ["jump"]),
        (50, 100, "count", []),
        (1, 0, "count", ["jump"]),
        (0, 0, "count", []),
        (9000, None, "count", []),
        (-1, None, "count", ["negative"]),
        (-1, None, "EUR", []),
        (101, 100, "percent", ["percent"]),
        (-1, None, "percent", ["percent"]),
        (100, 90, "percent", []),
        (-10, -20, "EUR", []),
        (-10, -21, "EUR", ["jump"]),
    ],
)
def test_what_is_odd(value, previous, unit, kinds):
    previous = None if previous is None else Decimal(previous)
    found = doubts(Decimal(value), previous, unit=unit, most_percent=50)
    assert [doubt.kind for doubt in found] == kinds


@settings(max_examples=60)
@given(values, values.filter(lambda v: v != 0), st.integers(1, 500))
def test_a_jump_is_what_exceeds_its_threshold_and_nothing_else(value, previous, most):
    found = doubts(value, previous, unit="EUR", most_percent=most)
    assert bool(found) == (abs(value - previous) * 100 > most * abs(previous))
