"""When the next figure of an indicator is due, where it should stand, and what is odd about a new reading.

Nothing here reads the clock or the database.

Next figure   the last day of the period after that of the last reading, plus the delay of availability. An indicator
              without a fixed rhythm owes none; nor does one that was never measured and has no dated baseline.
Course        from the baseline to each dated target, in straight lines; before the first and without two of them,
              nothing is expected; after the last target, its value.
Doubts        a reading is odd where it moves by more than the threshold of its indicator against the reading before
              it, in percent of that one (from zero: by anything), where a percentage leaves 0 to 100, where what is
              counted is negative. Odd is not wrong: it is asked to be confirmed and explained.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from commitments.models import Indicator

HUNDRED = Decimal(100)
Periodicity = Indicator.Periodicity
MONTHS = {Periodicity.MONTHLY: 1, Periodicity.QUARTERLY: 3, Periodicity.HALF_YEARLY: 6, Periodicity.YEARLY: 12}
# A negative number of euros is a loss, and may be measured.
COUNTED = {Indicator.Unit.COUNT, Indicator.Unit.COUNT_PER_YEAR, Indicator.Unit.WAFERS_PER_YEAR, Indicator.Unit.RANK}


@dataclass(frozen=True)
class Anchor:
    """A dated value that the expected course passes through."""

    on: date
    value: Decimal


@dataclass(frozen=True)
class Doubt:
    """Why a reading is asked to be confirmed. `percent`: the jump, None from zero; signed as the move is."""

    kind: str  # "jump", "percent", "negative"
    percent: Decimal | None = None


def period_end(day: date, periodicity: str) -> date:
    """Last day of the calendar period that `day` is in."""
    months = MONTHS[Periodicity(periodicity)]
    last = (day.month - 1) // months * months + months
    return _month_end(day.year, last)


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def next_period_end(day: date, periodicity: str) -> date:
    return period_end(period_end(day, periodicity) + timedelta(days=1), periodicity)


def next_expected_on(last_on: date | None, periodicity: str, delay_days: int) -> date | None:
    """The day the figure that follows the reading of `last_on` should be known."""
    if last_on is None or periodicity == Periodicity.OCCASIONAL:
        return None
    return next_period_end(last_on, periodicity) + timedelta(days=delay_days)


def figure_expected_on(indicator: Indicator) -> date | None:
    """The same, of an indicator whose readings were prefetched."""
    last = indicator.latest_measurement
    last_on = last.reference_on if last is not None else indicator.baseline_on
    return next_expected_on(last_on, indicator.periodicity, indicator.availability_delay_days)


def anchors(indicator: Indicator) -> list[Anchor]:
    """The baseline and the dated targets that follow it, in order; empty where they are not two."""
    found = [Anchor(t.due_on, t.value) for t in indicator.targets.all() if t.due_on is not None]
    found.sort(key=lambda anchor: anchor.on)
    if indicator.baseline is not None and indicator.baseline_on is not None:
        start = Anchor(indicator.baseline_on, indicator.baseline)
        found = [start, *(anchor for anchor in found if anchor.on > start.on)]
    return found if len(found) > 1 else []


def expected_value(course: Sequence[Anchor], on: date) -> Decimal | None:
    """Where the course stands on a day, not rounded. `course`: in the order of its dates, none of them twice."""
    if not course or on < course[0].on:
        return None
    for before, after in pairwise(course):
        if on <= after.on:
            share = Decimal((on - before.on).days) / (after.on - before.on).days
            return before.value + (after.value - before.value) * share
    return course[-1].value


def jump(value: Decimal, previous: Decimal) -> Decimal | None:
    """The move in percent of the previous value; None from zero, where no percentage can say it."""
    return None if previous == 0 else HUNDRED * (value - previous) / abs(previous)


def doubts(value: Decimal, previous: Decimal | None, *, unit: str, most_percent: int) -> list[Doubt]:
    return [*_jumps(value, previous, most_percent), *_out_of_bounds(value, unit)]


def _jumps(value: Decimal, previous: Decimal | None, most_percent: int) -> Iterable[Doubt]:
    if previous is None or value == previous:
        return
    moved = jump(value, previous)
    if moved is None or abs(moved) > most_percent:
        yield Doubt("jump", moved)


def _out_of_bounds(value: Decimal, unit: str) -> Iterable[Doubt]:
    if unit == Indicator.Unit.PERCENT and not 0 <= value <= HUNDRED:
        yield Doubt("percent")
    if unit in COUNTED and value < 0:
        yield Doubt("negative")
