"""The commitments as they stood on the reference date of a quarter, read in a constant number of queries.

Status, weather, declared progress and texts are those of the last update published for that quarter or an earlier
one, not today's. Due dates are those in force then: a postponement made later is undone, in memory alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from commitments.filters import CommitmentFilter, canonical_scope, chosen, in_scope
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

# What these filters ask is not what the commitment is today but what it was in the quarter.
DATED_FILTERS = ("status", "weather", "late")


class ScopeNotUnderstood(ValueError):
    """The scope names a filter or a value that does not exist; the message is for the reader."""


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


def understood(scope: str, on: date) -> CommitmentFilter:
    """The filters of a scope. Raises ScopeNotUnderstood when one has a value that does not exist."""
    filters = in_scope(scope, Commitment.objects.all(), on=on)
    if not filters.form.is_valid():
        faults = [f"{name} : {' '.join(errors)}" for name, errors in filters.form.errors.items()]
        raise ScopeNotUnderstood(_("Périmètre illisible. %(faults)s") % {"faults": " ".join(faults)})
    return filters


def scope_in_words(scope: str, on: date) -> list[dict[str, str]]:
    return [{"label": badge.label, "value": badge.value} for badge in chosen(understood(scope, on))]


def entries(campaign: Campaign, scope: str) -> list[Entry]:
    """The public commitments of the scope, by axis and code, those without an axis last."""
    on = campaign.reference_on
    asked = understood(scope, on).form.cleaned_data
    lasting = QueryDict(scope, mutable=True)
    for name in DATED_FILTERS:
        lasting.pop(name, None)
    found = in_scope(
        canonical_scope(lasting), Commitment.objects.filter(visibility="public", roadmap=campaign.roadmap_id), on=on
    ).qs
    updates = {update.commitment_id: update for update in _updates(campaign)}
    answers = Answers(campaign)
    rows = [_entry(c, updates.get(c.pk), on, answers) for c in _with_inputs(found, on)]
    kept = [row for row in rows if _is_asked(row, asked)]
    return sorted(kept, key=lambda row: (*_axis_rank(row.axis), row.commitment.code))


def _axis_rank(axis: Axis | None) -> tuple[bool, int, str]:
    return (True, 0, "") if axis is None else (False, axis.order, axis.code)


def _is_asked(row: Entry, asked: dict[str, str]) -> bool:
    late = "1" if row.is_late else "0"
    return (
        asked["status"] in ("", None, row.status)
        and asked["weather"] in ("", None, row.weather)
        and asked["late"] in ("", None, late)
    )


def _published() -> QuerySet[ProgressUpdate]:
    states = ProgressUpdate.State
    return ProgressUpdate.objects.filter(state__in=[states.PUBLISHED, states.SUPERSEDED])


def _updates(campaign: Campaign) -> QuerySet[ProgressUpdate]:
    """For each commitment the last update published for this quarter or before. Outside any campaign: by its day."""
    by_then = Q(campaign__reference_on__lte=campaign.reference_on) | Q(
        campaign__isnull=True, published_at__date__lte=campaign.reference_on
    )
    return (
        _published()
        .filter(by_then, commitment__roadmap=campaign.roadmap_id)
        .defer("text_internal")
        .order_by("commitment_id", "-published_at", "-pk")
        .distinct("commitment_id")
    )


def _with_inputs(commitments: QuerySet[Commitment], on: date) -> QuerySet[Commitment]:
    participations = Participation.objects.select_related("actor").order_by("actor__name")
    memberships = Membership.objects.select_related("actor").order_by("starts_on", "pk")
    postponements = Postponement.objects.select_related(
        "milestone", "postponed_by", "decision__meeting"
    ).prefetch_related(Prefetch("postponed_by__memberships", memberships))
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


def author_side(postponement: Postponement) -> tuple[str, str]:
    """(side, actor) of who postponed: never a name (requirements P5, O8). Empty when no membership was in force."""
    on = made_on(postponement)
    for membership in postponement.postponed_by.memberships.all():
        if membership.starts_on <= on and (membership.ends_on is None or membership.ends_on >= on):
            return membership.actor.get_side_display(), membership.actor.name
    return "", ""


def generation_time(started_at: datetime | None, requested_at: datetime) -> datetime:
    return timezone.localtime(started_at or requested_at).replace(microsecond=0)
