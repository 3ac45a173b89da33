"""Progress, expected progress and lateness: the formulas (version 1), and nothing that reads the clock.

Milestones    weight achieved ÷ weight of those not cancelled. None of them: not measured, which is not 0 %.
Indicator     100 × (value − baseline) ÷ (target − baseline), kept between 0 and 100;
              target equal to baseline: 100 once reached, 0 before.
Several       mean weighted by `weight` over the measured ones, with its coverage.
Expected      share of milestone weight due by the date; without milestones, linear from start to due date.
Late          past the due date; or a milestone more than 30 days overdue; or more than 10 points under expected.
              Measured on the initial plan, what was promised at first, and apart on the revised one.

As nothing but the date moves between two publications, lateness is held as the first day on which it is true:
late on a day means `late_since <= day`. That day is stored beside its inputs by `refresh_standing`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from commitments.models import Commitment, Indicator, Measurement, Milestone, Status

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


# --- From rows to formulas ----------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Where a commitment stands on a day. Percentages; None = not measured."""

    progress: Decimal | None
    expected: Decimal | None
    expected_revised: Decimal | None
    late_since: date | None
    late_since_revised: date | None
    reasons: Sequence[LatenessReason] = ()

    def is_late(self, on: date) -> bool:
        return self.late_since is not None and self.late_since <= on

    def is_late_revised(self, on: date) -> bool:
        return self.late_since_revised is not None and self.late_since_revised <= on


class Dated(Protocol):
    """What the formulas read of a milestone, whether a model or a row of a query."""

    @property
    def is_tracked(self) -> bool: ...
    @property
    def status(self) -> str: ...
    @property
    def weight(self) -> int: ...
    @property
    def initial_due_on(self) -> date: ...
    @property
    def due_on(self) -> date: ...
    @property
    def achieved_on(self) -> date | None: ...


def plans(commitment: Commitment, milestones: Iterable[Dated], known_on: date | None = None) -> tuple[Plan, Plan]:
    """The initial and the revised plan. `known_on`: an achievement dated later is not known yet."""
    tracked = [m for m in milestones if m.is_tracked and m.status != Milestone.Status.CANCELLED]

    def done(milestone: Dated) -> date | None:
        day = milestone.achieved_on
        return None if day is None or (known_on is not None and day > known_on) else day

    initial = [Step(m.weight, m.initial_due_on, done(m)) for m in tracked]
    revised = [Step(m.weight, m.due_on, done(m)) for m in tracked]
    return (
        Plan(commitment.starts_on, commitment.initial_due_on, initial),
        Plan(commitment.starts_on, commitment.due_on, revised),
    )


def measured_progress(
    commitment: Commitment, initial: Plan, declared: Decimal | None, indicators: Iterable[Indicator] = ()
) -> Decimal | None:
    """Progress of a commitment by its own method. `indicators` come with targets and measurements prefetched."""
    if commitment.progress_method == Commitment.ProgressMethod.MILESTONES:
        return milestone_progress(initial.steps)
    if commitment.progress_method == Commitment.ProgressMethod.INDICATORS:
        return weighted_mean((progress_of_indicator(i), i.weight) for i in indicators).value
    return declared


def progress_of_indicator(indicator: Indicator) -> Decimal | None:
    """Latest reading against the last dated target; None when one of the three figures is missing."""
    reading, target = indicator.latest_measurement, indicator.final_target
    if indicator.baseline is None or reading is None or target is None or target.due_on is None:
        return None
    return indicator_progress(reading.value, indicator.baseline, target.value)


def standing_of(
    commitment: Commitment,
    milestones: Iterable[Dated],
    *,
    on: date,
    status: str | None = None,
    declared: Decimal | None = None,
    indicators: Iterable[Indicator] = (),
    known_on: date | None = None,
) -> Standing:
    """Standing on a day. `status` and `declared` replace the current ones, for a quarter that is past."""
    status = commitment.status if status is None else status
    initial, revised = plans(commitment, milestones, known_on)
    progress = measured_progress(commitment, initial, declared, indicators)
    if status in {Status.COMPLETED, Status.ABANDONED}:
        return Standing(progress, expected_progress(initial, on), expected_progress(revised, on), None, None)
    reasons = lateness_reasons(initial, progress, thresholds())
    revised_reasons = lateness_reasons(revised, progress, thresholds())
    return Standing(
        progress,
        expected_progress(initial, on),
        expected_progress(revised, on),
        reasons[0].since if reasons else None,
        revised_reasons[0].since if revised_reasons else None,
        reasons,
    )


def inputs() -> list[Prefetch]:
    """What the formulas read of a commitment, in three queries whatever the number of commitments."""
    return [Prefetch("milestones"), Prefetch("indicators", _with_readings())]


def measuring_indicators(commitment: Commitment) -> list[Indicator]:
    """Its indicators with their targets and readings, where it is measured by them; otherwise none, and no query."""
    if commitment.progress_method != Commitment.ProgressMethod.INDICATORS:
        return []
    return list(_with_readings().filter(commitment=commitment))


def _with_readings() -> QuerySet[Indicator]:
    readings = Measurement.objects.select_related("superseded_by")
    return Indicator.objects.prefetch_related("targets", Prefetch("measurements", readings))


def refresh_standing(commitment_ids: Iterable[int]) -> int:
    """Computes again what is stored of these commitments; returns how many figures had moved. Call it in the
    transaction that changed an input."""
    moved = []
    commitments = Commitment.objects.filter(pk__in=list(commitment_ids)).prefetch_related(*inputs()).order_by("pk")
    for commitment in commitments:
        standing = standing_of(
            commitment,
            commitment.milestones.all(),
            on=date.min,
            declared=commitment.declared_progress,
            indicators=commitment.indicators.all(),
        )
        stored = (commitment.progress, commitment.late_since, commitment.late_since_revised)
        now = (standing.progress, standing.late_since, standing.late_since_revised)
        if stored != now:
            commitment.progress, commitment.late_since, commitment.late_since_revised = now
            moved.append(commitment)
    Commitment.objects.bulk_update(moved, ["progress", "late_since", "late_since_revised"])
    return len(moved)
