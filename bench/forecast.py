"""Back-test of the forecast on simulated histories: how far its date falls from the true one, and how often its
interval holds it, against the median slope between two observations. Same seed, same figures."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from random import Random
from statistics import median

from commitments.forecast import Forecast, Observation, forecast

START = date(2022, 1, 1)
A_MONTH = 30.4375
HISTORIES = 400
ASKED_AT = (30, 50, 70)
# Months: what an answer « never » is held to be wrong by.
NEVER = 120.0


def _steady(chance: Random, n: int) -> list[float]:
    return [1.0] * n


def _slowing(chance: Random, n: int) -> list[float]:
    return [2.0 - 1.5 * k / n for k in range(n)]


def _stepwise(chance: Random, n: int) -> list[float]:
    return [chance.choice([0.0, 0.0, 3.0]) for _ in range(n)]


def _stalled(chance: Random, n: int) -> list[float]:
    """Nothing in a third of the time, then catching up."""
    return [0.1 if n // 3 < k < 2 * n // 3 else 1.4 for k in range(n)]


def _noisy(chance: Random, n: int) -> list[float]:
    return [max(chance.gauss(1.0, 0.8), 0.0) for _ in range(n)]


SHAPES: dict[str, Callable[[Random, int], list[float]]] = {
    "steady": _steady, "slowing": _slowing, "stepwise": _stepwise, "stalled": _stalled, "noisy": _noisy,
}  # fmt: skip


def history(shape: str, chance: Random) -> list[Observation]:
    """One observation a quarter, from 0 to 100 %, over four to ten years."""
    n = chance.randint(16, 40)
    steps = SHAPES[shape](chance, n)
    whole = sum(steps) or 1.0
    seen, done = [Observation(START, Decimal(0))], 0.0
    for k, step in enumerate(steps, start=1):
        done += 100 * step / whole
        on = START + timedelta(days=round(91.3 * k) + chance.randint(-10, 10))
        seen.append(Observation(on, min(Decimal(round(done, 2)), Decimal(100))))
    return seen


def _by_median_slope(seen: list[Observation]) -> date | None:
    """Theil and Sen's. None where most pairs show no progress."""
    pace = median(float(b.progress - a.progress) / (b.on - a.on).days for a, b in combinations(seen, 2))
    return seen[-1].on + timedelta(days=float(100 - seen[-1].progress) / pace) if pace > 0 else None


def measured(shape: str, asked_at: int) -> dict[str, float]:
    """Median errors in months; shares between 0 and 1."""
    chance = Random(f"{shape} {asked_at}")
    errors, other_errors, held, silent = [], [], 0, 0
    for _n in range(HISTORIES):
        whole = history(shape, chance)
        end = next(seen.on for seen in whole if seen.progress >= Decimal("99.99"))
        known = [seen for seen in whole if seen.progress < asked_at]
        known.append(whole[len(known)])
        if known[-1].progress >= 100:
            continue
        found = forecast(known, known[-1].on)
        if not isinstance(found, Forecast):
            silent += 1
            continue
        errors.append(abs((found.expected_on - end).days) / A_MONTH)
        other = _by_median_slope(known)
        other_errors.append(abs((other - end).days) / A_MONTH if other else NEVER)
        held += found.earliest_on <= end <= (found.latest_on or date.max)
    asked = len(errors) + silent
    if not errors:
        return {"asked": asked, "silent": 1.0}
    return {
        "asked": asked,
        "silent": round(silent / asked, 2),
        "median_error_months": round(median(errors), 1),
        "median_slope_error_months": round(median(other_errors), 1),
        "held_by_the_interval": round(held / len(errors), 2),
    }


def back_test() -> dict[str, dict[str, dict[str, float]]]:
    return {shape: {f"at {at} %": measured(shape, at) for at in ASKED_AT} for shape in SHAPES}
