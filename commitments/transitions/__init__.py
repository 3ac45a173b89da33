"""What may change, and the one function that changes it.

Each function checks the right, locks the commitment first, decides on what it reads under the lock, and writes the
trace in the same transaction.
"""

from commitments.transitions.campaigns import campaign_ended_before, move_campaign
from commitments.transitions.postponements import postpone
from commitments.transitions.tables import (
    CAMPAIGN_CHANGES,
    STATUS_CHANGES,
    UPDATE_CHANGES,
    ChangedMeanwhile,
    StatusChange,
    TransitionRefused,
    status_targets,
)
from commitments.transitions.updates import UpdateText, as_fields, publish_update, save_draft, submit_update

__all__ = [
    "CAMPAIGN_CHANGES",
    "STATUS_CHANGES",
    "UPDATE_CHANGES",
    "ChangedMeanwhile",
    "StatusChange",
    "TransitionRefused",
    "UpdateText",
    "as_fields",
    "campaign_ended_before",
    "move_campaign",
    "postpone",
    "publish_update",
    "save_draft",
    "status_targets",
    "submit_update",
]
