"""The commitments as they stood on the reference date of a quarter, read in a constant number of queries.

Status, weather, declared progress and texts are those of the last update published for that quarter or an earlier
one, not today's. Due dates are those in force then: a postponement made later is undone, in memory alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DateField, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from commitments.models import (
    Axis,
    Campaign,
    Commitment,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    Participation,
    Postponement,
    ProgressUpdate,
    Status,
    Weather,
)
from commitments.progress import Standing, standing_of
from reports.dataset.answers import Answer, Answers
from reports.dataset.proofs import visas_with_voices
from reports.dataset.voices import memberships_of


@dataclass(frozen=True)
class Entry:
    """A commitment on the reference date. `update` is None when nothing had been published by then."""

    commitment: Commitment
    update: ProgressUpdate | None
    status: str
    weather: str
    standing: Standing
    is_late: bool
    is_late_revised: bool
    answer: Answer
    postponements: Sequence[Postponement]

    @property
    def axis(self) -> Axis | None:
        return self.commitment.main_axis


def entries(campaign: Campaign) -> list[Entry]:
    """The public commitments of the roadmap, by axis and code, those without an axis last. One merged into another by
    then is left to the other."""
    on = campaign.reference_on
    merged = Q(merged_on__isnull=False, merged_on__lte=on)
    found = Commitment.objects.filter(visibility="public", roadmap=campaign.roadmap_id).exclude(merged)
    updates = {update.commitment_id: update for update in _updates(campaign)}
    answers = Answers(campaign)
    rows = [_entry(c, updates.get(c.pk), on, answers) for c in _with_inputs(found, on)]
    return sorted(rows, key=lambda row: (*_axis_rank(row.axis), row.commitment.code))


def merged_by(campaign: Campaign) -> QuerySet[Commitment]:
    """Public commitments that another one has taken over by the reference date."""
    found = Commitment.objects.filter(
        visibility="public", roadmap=campaign.roadmap_id, merged_on__lte=campaign.reference_on
    )
    return found.select_related("merged_into").order_by("code")


def _axis_rank(axis: Axis | None) -> tuple[bool, int, str]:
    return (True, 0, "") if axis is None else (False, axis.order, axis.code)


def _published() -> QuerySet[ProgressUpdate]:
    states = ProgressUpdate.State
    return ProgressUpdate.objects.filter(state__in=[states.PUBLISHED, states.SUPERSEDED])


def _updates(campaign: Campaign) -> QuerySet[ProgressUpdate]:
    """For each commitment the last update published for this quarter or before. Outside any campaign: by its day. What
    corrects an earlier quarter afterwards does not pass before what was said for a later one."""
    by_then = Q(campaign__reference_on__lte=campaign.reference_on) | Q(
        campaign__isnull=True, published_at__date__lte=campaign.reference_on
    )
    return (
        _published()
        .filter(by_then, commitment__roadmap=campaign.roadmap_id)
        .defer("text_internal")
        .annotate(speaks_of=Coalesce("campaign__reference_on", TruncDate("published_at"), output_field=DateField()))
        .order_by("commitment_id", "-speaks_of", "-published_at", "-pk")
        .distinct("commitment_id")
        .prefetch_related(visas_with_voices())
    )


def _with_inputs(commitments: QuerySet[Commitment], on: date) -> QuerySet[Commitment]:
    participations = Participation.objects.select_related("actor").order_by("actor__name")
    postponements = Postponement.objects.select_related(
        "milestone", "postponed_by", "decision__meeting"
    ).prefetch_related(memberships_of("postponed_by"))
    return commitments.select_related("main_axis").prefetch_related(
        "axes",
        "sources",
        Prefetch("participations", participations),
        Prefetch("milestones", Milestone.objects.select_related("source")),
        Prefetch("postponements", postponements),
        Prefetch("indicators", indicators_known(on)),
    )


def indicators_known(on: date) -> QuerySet[Indicator]:
    """Indicators with their targets, and the readings that speak of the reference date or before."""
    readings = Measurement.objects.filter(reference_on__lte=on).select_related("superseded_by", "source")
    return Indicator.objects.select_related("producer").prefetch_related(
        "axes", "sources", Prefetch("targets", IndicatorTarget.objects.all()), Prefetch("measurements", readings)
    )


def _entry(commitment: Commitment, update: ProgressUpdate | None, on: date, answers: Answers) -> Entry:
    status, weather, declared = _stated(commitment, update)
    milestones = list(commitment.milestones.all())
    postponements = list(commitment.postponements.all())
    _undo_later_postponements(commitment, milestones, postponements, on)
    standing = standing_of(
        commitment,
        milestones,
        on=on,
        status=status,
        declared=declared,
        indicators=commitment.indicators.all(),
        known_on=on,
    )
    return Entry(
        commitment=commitment,
        update=update,
        status=status,
        weather=weather,
        standing=standing,
        is_late=standing.is_late(on),
        is_late_revised=standing.is_late_revised(on),
        answer=answers.of(commitment.pk, status),
        postponements=[p for p in postponements if made_on(p) <= on],
    )


def _stated(commitment: Commitment, update: ProgressUpdate | None) -> tuple[str, str, Decimal | None]:
    """Status, weather and declared progress then."""
    if update is not None:
        is_completed = update.status == Status.COMPLETED
        return update.status, update.weather, Decimal(100) if is_completed else update.progress
    if commitment.published_at is None:
        return commitment.status, commitment.weather, commitment.declared_progress
    return Status.NOT_PROVIDED, Weather.NOT_PROVIDED, None


def made_on(postponement: Postponement) -> date:
    return timezone.localtime(postponement.postponed_at).date()


def _undo_later_postponements(
    commitment: Commitment, milestones: Iterable[Milestone], postponements: Iterable[Postponement], on: date
) -> None:
    by_pk = {milestone.pk: milestone for milestone in milestones}
    later = [p for p in postponements if made_on(p) > on]
    for postponement in sorted(later, key=lambda p: (p.postponed_at, p.pk), reverse=True):
        target: Commitment | Milestone | None = commitment
        if postponement.milestone_id is not None:
            target = by_pk.get(postponement.milestone_id)
        if target is not None:
            target.due_on = postponement.from_on
