"""What stands around commitments: milestones, axes, events."""

from django.db.models import F, QuerySet
from django.http import Http404

from accounts.permissions import Someone, visible_to
from commitments.models import (
    Axis,
    Event,
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


def events() -> QuerySet[Event]:
    return Event.objects.prefetch_related("sources", "actors").order_by(F("starts_on").desc(nulls_last=True), "code")
