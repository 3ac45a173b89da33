"""What may change, and the one function that changes it.

Each function checks the right, locks the commitment first, decides on what it reads under the lock, and writes the
trace in the same transaction.
"""

from commitments.transitions.campaigns import (
    add_lines_to_the_open_campaign,
    add_missing_lines,
    close_for_good,
    confirm_unchanged,
    follow_dates,
    leave_the_campaign,
    move_campaign,
)
from commitments.transitions.evidence import add_evidence, withdraw_evidence
from commitments.transitions.measurements import Origin, ToConfirm, record_measurement
from commitments.transitions.mergers import merge_commitments, undo_merger
from commitments.transitions.planning import (
    last_day_of,
    plan_campaign,
    plan_forgotten_quarter,
    planning_faults,
    reschedule_campaign,
)
from commitments.transitions.postponements import postpone
from commitments.transitions.reminders import end_snooze, holder_of, snooze, snooze_token
from commitments.transitions.statement import (
    CLAIM,
    STATED,
    Standing,
    starting_point,
    statement_of,
    statements_now,
    text_hash,
)
from commitments.transitions.steering import (
    close_decision,
    correct_decision,
    hold_meeting,
    move_meeting,
    plan_meeting,
    record_decision,
)
from commitments.transitions.tables import (
    CAMPAIGN_CHANGES,
    DECISION_CHANGES,
    MEETING_CHANGES,
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
from commitments.transitions.visas import give_tacit_visas, give_visa

__all__ = [
    "CAMPAIGN_CHANGES",
    "CLAIM",
    "DECISION_CHANGES",
    "MEETING_CHANGES",
    "STATED",
    "STATUS_CHANGES",
    "UPDATE_CHANGES",
    "EditConflict",
    "Origin",
    "Standing",
    "StatusChange",
    "ToConfirm",
    "TransitionRefused",
    "add_evidence",
    "add_lines_to_the_open_campaign",
    "add_missing_lines",
    "close_decision",
    "close_for_good",
    "confirm_unchanged",
    "correct_decision",
    "discard_draft",
    "end_snooze",
    "follow_dates",
    "give_tacit_visas",
    "give_visa",
    "hold_meeting",
    "holder_of",
    "last_day_of",
    "leave_the_campaign",
    "merge_commitments",
    "move_campaign",
    "move_meeting",
    "open_update",
    "plan_campaign",
    "plan_forgotten_quarter",
    "plan_meeting",
    "planning_faults",
    "postpone",
    "publish_update",
    "record_decision",
    "record_measurement",
    "reschedule_campaign",
    "save_draft",
    "snooze",
    "snooze_token",
    "starting_point",
    "statement_of",
    "statements_now",
    "status_targets",
    "submit_update",
    "take_back",
    "text_hash",
    "undo_merger",
    "withdraw_evidence",
]
