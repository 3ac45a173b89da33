"""Where commitments stand: rows put through the formulas (`formulas`), and what is stored of the result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.db.models import Prefetch, QuerySet

from commitments.formulas import (
    LatenessReason,
    Plan,
    Step,
    expected_progress,
    indicator_progress,
    lateness_reasons,
    milestone_progress,
    thresholds,
    weighted_mean,
)
from commitments.models import Commitment, Indicator, Measurement, Milestone, Status


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
