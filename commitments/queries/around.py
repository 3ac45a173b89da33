"""What stands around commitments: milestones, updates, axes, indicators, events."""

from datetime import date

from django.db.models import F, Prefetch, QuerySet
from django.http import Http404

from accounts.permissions import Someone, visible_to
from commitments.models import (
    Axis,
    Commitment,
    Event,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    ProgressUpdate,
)


def next_milestones(user: Someone, on: date, most: int) -> QuerySet[Milestone]:
    return milestones_for(user).filter(status=Milestone.Status.PLANNED, due_on__gte=on)[:most]


def milestones_for(user: Someone) -> QuerySet[Milestone]:
    """All milestones one may see, in the order of the calendar."""
    visible = visible_to(user)
    milestones = Milestone.objects.select_related("commitment", "source").order_by("due_on", "pk")
    return milestones.filter(commitment__in=Commitment.objects.filter(visible)) if visible else milestones


def latest_updates(user: Someone, most: int) -> QuerySet[ProgressUpdate]:
    visible = visible_to(user)
    updates = ProgressUpdate.objects.filter(state=ProgressUpdate.State.PUBLISHED).select_related(
        "commitment", "publisher"
    )
    if visible:
        updates = updates.filter(commitment__in=Commitment.objects.filter(visible))
    return updates.order_by("-published_at")[:most]


def axis_for(code: str) -> Axis:
    axis = Axis.objects.prefetch_related("sources", "covers", "covered_by").filter(code=code).first()
    if axis is None:
        raise Http404
    return axis


def indicators() -> QuerySet[Indicator]:
    readings = Measurement.objects.filter(superseded_by__isnull=True).select_related("source", "superseded_by")
    targets = IndicatorTarget.objects.select_related("source")
    return Indicator.objects.select_related("baseline_source", "producer").prefetch_related(
        "axes", Prefetch("targets", targets), Prefetch("measurements", readings)
    )


def indicator_for(code: str) -> Indicator:
    indicator = indicators().prefetch_related("sources").filter(code=code).first()
    if indicator is None:
        raise Http404
    return indicator


def events() -> QuerySet[Event]:
    return Event.objects.prefetch_related("sources", "actors").order_by(F("starts_on").desc(nulls_last=True), "code")
