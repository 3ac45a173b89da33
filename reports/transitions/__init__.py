"""What may change of a report, and the one function that changes it.

The caller enqueues the task (`tasks.build_report.delay_on_commit`), never these modules.
"""

from reports.transitions.jobs import fail, finish, is_stalled, progress, retry, start
from reports.transitions.requests import AlreadySealed, put_online, request_draft, request_report, take_offline
from reports.transitions.sealing import NotApproved, publish, rectify, seal
from reports.transitions.tables import REPORT_CHANGES

__all__ = [
    "REPORT_CHANGES",
    "AlreadySealed",
    "NotApproved",
    "fail",
    "finish",
    "is_stalled",
    "progress",
    "publish",
    "put_online",
    "rectify",
    "request_draft",
    "request_report",
    "retry",
    "seal",
    "start",
    "take_offline",
]
