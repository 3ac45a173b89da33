"""What waits for someone who leaves: by right, the commitments, visas and decisions it answers for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import Membership
from accounts.permissions import WRITING_PARTICIPATIONS
from commitments.models import Commitment, Decision, ProgressUpdate, Status, followed
from commitments.queries.visas import all_submitted, missing_sides

Role = Membership.Role
OVER = [Status.COMPLETED, Status.ABANDONED]


@dataclass(frozen=True)
class Left:
    """`visas`: texts that wait for the side of a validator."""

    membership: Membership
    commitments: Sequence[Commitment]
    visas: Sequence[ProgressUpdate]
    decisions: Sequence[Decision]

    @property
    def is_idle(self) -> bool:
        return not (self.commitments or self.visas or self.decisions)


def left_by(memberships: Iterable[Membership]) -> list[Left]:
    """Three queries a right."""
    return [_left(membership) for membership in memberships]


def _left(membership: Membership) -> Left:
    actor, role = membership.actor, membership.role
    led = Commitment.objects.filter(
        followed(), participations__actor=actor, participations__role__in=WRITING_PARTICIPATIONS
    )
    running = list(led.exclude(status__in=OVER).distinct().order_by("code")) if role == Role.CONTRIBUTOR else []
    waiting = all_submitted() if role == Role.VALIDATOR and actor.side else []
    visas = [update for update in waiting if actor.side in missing_sides(update)]
    decisions = Decision.objects.taken().filter(state=Decision.State.OPEN, owner=actor).order_by("due_on", "pk")
    return Left(membership, running, visas, list(decisions.select_related("meeting")))
