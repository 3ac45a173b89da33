"""What may change, and the one function that changes it.

Each function checks the right, locks the commitment first, decides on what it reads under the lock, and writes the
trace in the same transaction.
"""

from commitments.transitions.campaigns import (
    add_missing_lines,
    campaign_ended_before,
    confirm_unchanged,
    last_day_of,
    move_campaign,
    plan_campaign,
)
from commitments.transitions.evidence import add_evidence, withdraw_evidence
from commitments.transitions.postponements import postpone
from commitments.transitions.statement import CLAIM, STATED, starting_point, statement_of, text_hash
from commitments.transitions.tables import (
    CAMPAIGN_CHANGES,
    REQUIRED_SIDES,
    STATUS_CHANGES,
    UPDATE_CHANGES,
    EditConflict,
    StatusChange,
    TransitionRefused,
    status_targets,
)
from commitments.transitions.updates import (
    discard_draft,
    open_update,
    publish_update,
    save_draft,
    submit_update,
    take_back,
)
from commitments.transitions.visas import approved_sides, give_tacit_visas, give_visa, missing_sides, tacit_on

__all__ = [
    "CAMPAIGN_CHANGES",
    "CLAIM",
    "REQUIRED_SIDES",
    "STATED",
    "STATUS_CHANGES",
    "UPDATE_CHANGES",
    "EditConflict",
    "StatusChange",
    "TransitionRefused",
    "add_evidence",
    "add_missing_lines",
    "approved_sides",
    "campaign_ended_before",
    "confirm_unchanged",
    "discard_draft",
    "give_tacit_visas",
    "give_visa",
    "last_day_of",
    "missing_sides",
    "move_campaign",
    "open_update",
    "plan_campaign",
    "postpone",
    "publish_update",
    "save_draft",
    "starting_point",
    "statement_of",
    "status_targets",
    "submit_update",
    "tacit_on",
    "take_back",
    "text_hash",
    "withdraw_evidence",
]
