"""What stands around commitments: milestones, axes, indicators, events."""

from django.db.models import F, Prefetch, QuerySet
from django.http import Http404

from accounts.permissions import Someone, visible_to
from commitments.models import (
    Axis,
    Event,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    followed,
)


def milestones_for(user: Someone) -> QuerySet[Milestone]:
    """Milestones of the commitments one may see and that are still followed, in the order of the calendar."""
    milestones = Milestone.objects.select_related("commitment", "source")
    return milestones.filter(visible_to(user, of="commitment__"), followed(of="commitment__")).order_by("due_on", "pk")


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
