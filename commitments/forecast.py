"""When a commitment will be completed if it goes on at its own pace (method, version 1). Pure; the day is an argument.

The pace is that from the first to the last observation, in points a day, and the date is that at which it takes the
last observation to 100 %. The interval takes the first and last deciles of the slopes between all pairs of
observations. Weighed on simulated histories (`make bench ARGS="--only forecast"`): the median of these slopes (Theil
1950, Sen 1968) and recent paces were no nearer, and further where work comes in steps; and what is said here anyone can
check with a ruler. It does not see a slowdown coming: no method that only reads the past does.

Nothing is said where the data do not allow it; the reason is. Weights and postponements play no part: only what was
observed, when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from math import ceil
from statistics import quantiles

METHOD_VERSION = "1"
LEAST_OBSERVATIONS = 4
LEAST_DAYS = 180
# Beyond, a date would be a way of saying « never ».
HORIZON_DAYS = 3653
DAYS_A_MONTH = Decimal("30.4375")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Observation:
    """Percent known on that day."""

    on: date
    progress: Decimal


class Silence(StrEnum):
    """Why there is no forecast."""

    FEW = "few"  # fewer than LEAST_OBSERVATIONS days with an observation
    SHORT = "short"  # less than LEAST_DAYS between the first and the last
    STILL = "still"  # no progress over what was observed
    FAR = "far"  # beyond HORIZON_DAYS
    STALE = "stale"  # the pace was to end before the day asked, and nothing newer is known
    DONE = "done"  # completed, abandoned or at 100 %
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Forecast:
    """`pace`: points a month. `latest_on` is None when the slowest tenth of the slopes leads to no end."""

    expected_on: date
    earliest_on: date
    latest_on: date | None
    pace: Decimal
    observations: int

    def months_after(self, promised_on: date) -> int:
        """Whole months, rounded; negative before."""
        return round((self.expected_on - promised_on).days / DAYS_A_MONTH)


def forecast(observations: Sequence[Observation], on: date) -> Forecast | Silence:
    """From observations in any order, the last of a day counting. Those after `on` are not known yet."""
    known = {seen.on: seen.progress for seen in sorted(observations, key=lambda seen: seen.on) if seen.on <= on}
    if silence := _too_little(known):
        return silence
    last_on, last = max(known.items())
    slopes = sorted(
        (known[later] - known[earlier]) / (later - earlier).days for earlier, later in combinations(sorted(known), 2)
    )
    first_on, first = min(known.items())
    pace = (last - first) / (last_on - first_on).days
    if pace <= 0:
        return Silence.STILL
    slow, *_middle, fast = quantiles(slopes, n=10, method="inclusive")
    expected_on = _end(last_on, last, pace)
    if expected_on is None:
        return Silence.FAR
    if expected_on < on:
        return Silence.STALE
    earliest_on = _end(last_on, last, max(fast, pace)) or expected_on
    latest_on = _end(last_on, last, min(slow, pace)) if slow > 0 else None
    return Forecast(expected_on, max(earliest_on, on), latest_on, pace * DAYS_A_MONTH, len(known))


def _too_little(known: dict[date, Decimal]) -> Silence | None:
    if known and known[max(known)] >= HUNDRED:
        return Silence.DONE
    if len(known) < LEAST_OBSERVATIONS:
        return Silence.FEW
    if (max(known) - min(known)).days < LEAST_DAYS:
        return Silence.SHORT
    return None


def _end(last_on: date, last: Decimal, pace: Decimal) -> date | None:
    """None beyond the horizon. `pace`: points a day, above zero."""
    days = ceil((HUNDRED - last) / pace)
    return None if days > HORIZON_DAYS else last_on + timedelta(days=days)
