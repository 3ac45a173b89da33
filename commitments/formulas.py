"""Progress, expected progress and lateness: the formulas (version 1). Pure: no row, no clock.

Milestones    weight achieved ÷ weight of those not cancelled. None of them: not measured, which is not 0 %.
Indicator     100 × (value − baseline) ÷ (target − baseline), kept between 0 and 100;
              target equal to baseline: 100 once reached, 0 before.
Several       mean weighted by `weight` over the measured ones, with its coverage.
Expected      share of milestone weight due by the date; without milestones, linear from start to due date.
Late          past the due date; or a milestone more than 30 days overdue; or more than 10 points under expected.
              Measured on the initial plan, what was promised at first, and apart on the revised one.

As nothing but the date moves between two publications, lateness is held as the first day on which it is true:
late on a day means `late_since <= day`. That day is stored beside its inputs (`progress.refresh_standing`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

FORMULA_VERSION = "1"
CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Thresholds:
    """When a gap becomes lateness. `grace_days` in days, `gap_points` in points of percentage."""

    grace_days: int
    gap_points: Decimal


@dataclass(frozen=True)
class Step:
    """A tracked milestone that is not cancelled, seen on one plan (initial or revised)."""

    weight: int
    due_on: date
    achieved_on: date | None


@dataclass(frozen=True)
class Plan:
    """What was promised, on the initial or on the revised dates."""

    starts_on: date | None
    due_on: date | None
    steps: Sequence[Step]


@dataclass(frozen=True)
class Mean:
    """A weighted mean (percent, or None) and how many of the `total` it could be measured on."""

    value: Decimal | None
    measured: int
    total: int

    @property
    def coverage(self) -> Decimal | None:
        return None if self.total == 0 else HUNDRED * self.measured / self.total

    @property
    def is_partial(self) -> bool:
        """Measured, but on too few to speak for the whole."""
        return self.coverage is not None and 0 < self.coverage < settings.PARTIAL_COVERAGE_PERCENT


@dataclass(frozen=True)
class LatenessReason:
    kind: str  # "due_date", "milestone", "gap"
    since: date


def thresholds() -> Thresholds:
    return Thresholds(settings.LATE_MILESTONE_GRACE_DAYS, Decimal(settings.LATE_PROGRESS_GAP_POINTS))


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def milestone_progress(steps: Sequence[Step]) -> Decimal | None:
    total = sum(step.weight for step in steps)
    if total == 0:
        return None
    return rounded(HUNDRED * sum(step.weight for step in steps if step.achieved_on) / total)


def indicator_progress(value: Decimal, baseline: Decimal, target: Decimal) -> Decimal:
    if target == baseline:
        return HUNDRED if value >= target else Decimal(0)
    ratio = HUNDRED * (value - baseline) / (target - baseline)
    return rounded(min(max(ratio, Decimal(0)), HUNDRED))


def weighted_mean(pairs: Iterable[tuple[Decimal | None, int]]) -> Mean:
    """Mean of (progress, weight) over the pairs whose progress is measured."""
    everything = list(pairs)
    measured = [(value, weight) for value, weight in everything if value is not None]
    total_weight = sum(weight for _, weight in measured)
    value = rounded(sum((v * w for v, w in measured), Decimal(0)) / total_weight) if total_weight else None
    return Mean(value, len(measured), len(everything))


def expected_progress(plan: Plan, on: date) -> Decimal | None:
    total = sum(step.weight for step in plan.steps)
    if total:
        return rounded(HUNDRED * sum(step.weight for step in plan.steps if step.due_on <= on) / total)
    if plan.starts_on is None or plan.due_on is None:
        return None
    duration = (plan.due_on - plan.starts_on).days
    if duration == 0 or on >= plan.due_on:
        return HUNDRED if on >= plan.due_on else Decimal(0)
    return rounded(HUNDRED * max((on - plan.starts_on).days, 0) / duration)


def lateness_reasons(plan: Plan, progress: Decimal | None, limits: Thresholds) -> list[LatenessReason]:
    """Why, and from which day on, a commitment that is neither completed nor abandoned is late on this plan."""
    reasons = []
    if plan.due_on is not None:
        reasons.append(LatenessReason("due_date", plan.due_on + timedelta(days=1)))
    pending = [step.due_on for step in plan.steps if step.achieved_on is None]
    if pending:
        reasons.append(LatenessReason("milestone", min(pending) + timedelta(days=limits.grace_days + 1)))
    gap_from = _gap_from(plan, progress, limits.gap_points)
    if gap_from is not None:
        reasons.append(LatenessReason("gap", gap_from))
    return sorted(reasons, key=lambda reason: reason.since)


def _gap_from(plan: Plan, progress: Decimal | None, points: Decimal) -> date | None:
    """First day on which expected progress exceeds `progress` by more than `points`."""
    if progress is None or progress + points >= HUNDRED:
        return None
    if plan.steps:
        days: Iterable[date] = sorted({step.due_on for step in plan.steps})
    elif plan.starts_on is not None and plan.due_on is not None:
        duration = (plan.due_on - plan.starts_on).days
        first = int((progress + points) * duration / HUNDRED)
        # Rounding of expected progress may move the crossing by a day or two: look around it.
        days = (plan.starts_on + timedelta(days=max(first, 0) + extra) for extra in range(-1, 4))
    else:
        return None
    return next((day for day in days if (expected_progress(plan, day) or Decimal(0)) - progress > points), None)
