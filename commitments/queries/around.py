"""What stands around commitments: milestones, axes, events."""

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.http import Http404

from accounts.permissions import Someone, visible_to
from actors.models import Actor
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


def actors_with_milestones(user: Someone) -> QuerySet[Actor]:
    """Those that take part in a commitment with a milestone, by name."""
    commitments = milestones_for(user).order_by().values("commitment")
    return Actor.objects.filter(participations__commitment__in=commitments).distinct().order_by("name")


def with_last_change(milestones: QuerySet[Milestone]) -> QuerySet[Milestone]:
    """With `changed_at`, None for one whose history is not told."""
    changes = Milestone.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk")).order_by()  # type: ignore[attr-defined]
    last = changes.values("pgh_obj").annotate(last=Max("pgh_created_at")).values("last")
    return milestones.annotate(changed_at=Subquery(last))


def axis_for(code: str) -> Axis:
    axis = Axis.objects.prefetch_related("sources", "covers", "covered_by").filter(code=code).first()
    if axis is None:
        raise Http404
    return axis


def events() -> QuerySet[Event]:
    return Event.objects.prefetch_related("sources", "actors").order_by(F("starts_on").desc(nulls_last=True), "code")
