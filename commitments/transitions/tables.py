"""The state machines as data: what is not listed is refused. Pages, checks and tests read the same tables."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from commitments.models import Campaign, Commitment, Decision, ProgressUpdate, Status, SteeringMeeting

State = ProgressUpdate.State


class TransitionRefused(Exception):
    """The change is not allowed: `field` names the input at fault ("" for the whole), `message` what was expected."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        # What else is wrong with the same statement, so that an author mends all of it at once.
        self.others: list[TransitionRefused] = []

    @classmethod
    def of(cls, fault: ValidationError) -> "TransitionRefused":
        """What the model says is wrong, field by field: the first fault, with the others."""
        first, *others = [TransitionRefused(text, name) for name, texts in fault.message_dict.items() for text in texts]
        first.others = others
        return first


class EditConflict(TransitionRefused):
    """Others changed the same fields since the author opened the form; `stored`: what they hold now, by name."""

    def __init__(self, stored: dict[str, Any], update: ProgressUpdate | None) -> None:
        super().__init__(
            _("Quelqu’un a écrit en même temps que vous : choisissez, champ par champ, le texte à garder.")
        )
        self.stored = stored
        # The open update; None when the text in force itself has changed.
        self.update = update


@dataclass(frozen=True)
class StatusChange:
    source: Status
    target: Status
    reason_required: bool = False


STATUS_CHANGES = (
    # First statement on a commitment of which nothing was known.
    StatusChange(Status.NOT_PROVIDED, Status.NOT_STARTED),
    StatusChange(Status.NOT_PROVIDED, Status.IN_PROGRESS),
    StatusChange(Status.NOT_PROVIDED, Status.SUSPENDED),
    StatusChange(Status.NOT_PROVIDED, Status.COMPLETED),
    StatusChange(Status.NOT_STARTED, Status.IN_PROGRESS),
    StatusChange(Status.IN_PROGRESS, Status.NOT_STARTED),
    StatusChange(Status.IN_PROGRESS, Status.SUSPENDED),
    StatusChange(Status.SUSPENDED, Status.IN_PROGRESS),
    StatusChange(Status.IN_PROGRESS, Status.COMPLETED),
    StatusChange(Status.COMPLETED, Status.IN_PROGRESS, reason_required=True),
    StatusChange(Status.NOT_PROVIDED, Status.ABANDONED, reason_required=True),
    StatusChange(Status.NOT_STARTED, Status.ABANDONED, reason_required=True),
    StatusChange(Status.IN_PROGRESS, Status.ABANDONED, reason_required=True),
    StatusChange(Status.SUSPENDED, Status.ABANDONED, reason_required=True),
    StatusChange(Status.COMPLETED, Status.ABANDONED, reason_required=True),
)
ALLOWED = {(change.source, change.target): change for change in STATUS_CHANGES}

UPDATE_CHANGES = {
    State.DRAFT: {State.SUBMITTED},
    # Back to draft: taken back by those who wrote it.
    State.SUBMITTED: {State.APPROVED, State.RETURNED, State.DRAFT},
    State.RETURNED: {State.DRAFT},
    State.APPROVED: {State.PUBLISHED},
    State.PUBLISHED: {State.SUPERSEDED},
    State.SUPERSEDED: set(),
}

CAMPAIGN_CHANGES = {
    Campaign.State.PLANNED: {Campaign.State.OPEN},
    Campaign.State.OPEN: {Campaign.State.REVIEW},
    # With its report (reports.transitions.sealing), and in no other way.
    Campaign.State.REVIEW: {Campaign.State.SEALED},
    Campaign.State.SEALED: set(),
}

MEETING_CHANGES = {
    SteeringMeeting.State.PLANNED: {SteeringMeeting.State.HELD},
    SteeringMeeting.State.HELD: set(),
}

DECISION_CHANGES = {
    Decision.State.OPEN: {Decision.State.DONE, Decision.State.DROPPED},
    Decision.State.DONE: set(),
    Decision.State.DROPPED: set(),
}


def status_targets(commitment: Commitment) -> list[Status]:
    """The statuses an update may state: the present one, and those the table leads to."""
    present = Status(commitment.status)
    return [present, *(change.target for change in STATUS_CHANGES if change.source == present)]
