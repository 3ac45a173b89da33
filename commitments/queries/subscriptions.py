"""What there is to tell a subscriber: of a week that is over, and of the days to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from commitments.models import Commitment, Milestone, Postponement, ProgressUpdate, Subscription
from commitments.queries.around import milestones_for
from commitments.queries.commitment import commitments_for
from commitments.queries.overview import listed_under

WEEK = timedelta(days=7)
AHEAD = timedelta(days=14)
PUBLIC = AnonymousUser()


@dataclass(frozen=True)
class Digest:
    updates: Sequence[ProgressUpdate]
    postponements: Sequence[Postponement]
    milestones: Sequence[Milestone]

    @property
    def is_empty(self) -> bool:
        """What is to come alone is no news."""
        return not self.updates and not self.postponements


def subscribed_to(subscription: Subscription) -> QuerySet[Commitment]:
    found = commitments_for(PUBLIC)
    if subscription.axis is not None:
        return listed_under(subscription.axis, PUBLIC)
    if subscription.actor is not None:
        return found.filter(pk__in=found.filter(participations__actor=subscription.actor).values("pk"))
    return found


def published_updates(commitments: QuerySet[Commitment]) -> QuerySet[ProgressUpdate]:
    """The newest first, those that others followed too."""
    published = ProgressUpdate.objects.filter(state__in=ProgressUpdate.PUBLIC_STATES, commitment__in=commitments)
    return published.select_related("commitment").order_by("-published_at", "-pk")


def digest(subscription: Subscription, monday: date) -> Digest:
    """Of the week before that Monday. Three queries."""
    commitments = subscribed_to(subscription)
    week = (monday - WEEK, monday - timedelta(days=1))
    moves = Postponement.objects.filter(commitment__in=commitments, postponed_at__date__range=week)
    coming = milestones_for(PUBLIC).filter(
        commitment__in=commitments,
        status=Milestone.Status.PLANNED,
        due_on__range=(monday, monday + AHEAD),
    )
    return Digest(
        list(published_updates(commitments).filter(published_at__date__range=week)),
        list(moves.select_related("commitment", "milestone").order_by("postponed_at", "pk")),
        list(coming),
    )
