"""What may change of a report, and the one function that changes it.

The caller enqueues the task (`tasks.build_report.delay_on_commit`), never these modules.
"""

from reports.transitions.expiry import delete_expired
from reports.transitions.files import expect_files, file_failed, file_is_ready
from reports.transitions.jobs import (
    HoldLost,
    fail,
    finish,
    hold,
    keep_data,
    progress,
    renew,
    retry,
    start,
)
from reports.transitions.requests import AlreadySealed, put_online, request_draft, request_report, take_offline
from reports.transitions.scheduled import follow_dates
from reports.transitions.sealing import NotApproved, publish, rectify, seal
from reports.transitions.tables import REPORT_CHANGES

__all__ = [
    "REPORT_CHANGES",
    "AlreadySealed",
    "HoldLost",
    "NotApproved",
    "delete_expired",
    "expect_files",
    "fail",
    "file_failed",
    "file_is_ready",
    "finish",
    "follow_dates",
    "hold",
    "keep_data",
    "progress",
    "publish",
    "put_online",
    "rectify",
    "renew",
    "request_draft",
    "request_report",
    "retry",
    "seal",
    "start",
    "take_offline",
]
