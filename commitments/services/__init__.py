"""Writes that reach outside the database, one function a use."""

from commitments.services.calendar import tell_administrators
from commitments.services.links import check_links
from commitments.services.reminders import (
    DailyRun,
    Outcome,
    Plan,
    Reminded,
    answer,
    plan_reminders,
    remind,
    request_reminder,
    send_reminders,
    unanswered_requests,
)
from commitments.services.round_trip import (
    ImportRefused,
    Write,
    apply_import,
    delete_old_sheets,
    exported,
    keep_export,
    keep_import,
)
from commitments.services.scanning import scan_waiting
from commitments.services.subscriptions import ask_to_confirm, tell_subscribers
from commitments.stages import stage_on, week_of

__all__ = [
    "DailyRun",
    "ImportRefused",
    "Outcome",
    "Plan",
    "Reminded",
    "Write",
    "answer",
    "apply_import",
    "ask_to_confirm",
    "check_links",
    "delete_old_sheets",
    "exported",
    "keep_export",
    "keep_import",
    "plan_reminders",
    "remind",
    "request_reminder",
    "scan_waiting",
    "send_reminders",
    "stage_on",
    "tell_administrators",
    "tell_subscribers",
    "unanswered_requests",
    "week_of",
]
