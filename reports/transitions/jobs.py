"""What becomes of a report in the hands of a worker: queued → building → ready, or failed, then queued again.

A worker that died in the middle leaves a report « building »: past its lease it counts as failed, for whoever asks or
tries again.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_manage_reports
from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports.models import Report
from reports.transitions.tables import State, lock, move, require

LEASE = timedelta(minutes=15)


def is_stalled(report: Report, at: datetime) -> bool:
    """Said to be building, and its worker gives no sign of life any more."""
    return report.state == State.BUILDING and report.lease_until is not None and at > report.lease_until


@transaction.atomic
def retry(report: Report, *, by: User, at: datetime | None = None) -> Report:
    """failed → queued; the caller enqueues it. A report that somebody has already restarted is returned as it is."""
    require(can_manage_reports(by))
    at = at or timezone.now()
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=report.campaign_id)
    report = lock(report)
    if is_stalled(report, at):
        give_up(report, at)
    if report.is_running:
        return report
    others = Report.objects.filter(
        kind=report.kind, campaign=report.campaign_id, scope=report.scope, period=report.period, sealed=None
    )
    if report.sealed_id is None and others.filter(state__in=Report.RUNNING).exists():
        raise TransitionRefused(_("Ce rapport est déjà en cours de construction."))
    move(report, State.QUEUED)
    report.step, report.percent, report.error = "", 0, ""
    report.requested_at, report.started_at, report.finished_at = at, None, None
    report.save()
    return report


@transaction.atomic
def start(report_id: int, *, at: datetime | None = None) -> Report | None:
    """queued → building. None when there is nothing to start: built, being built, or deleted.

    A message delivered again because its worker died finds the report stalled: it is built again.
    """
    at = at or timezone.now()
    report = Report.objects.select_for_update(of=("self",)).filter(pk=report_id).first()
    if report is None:
        return None
    if is_stalled(report, at):
        give_up(report, at)
        move(report, State.QUEUED)
    if report.state != State.QUEUED:
        return None
    move(report, State.BUILDING)
    report.attempt += 1
    report.started_at, report.lease_until = at, at + LEASE
    report.step, report.percent, report.error = _("Lecture des données"), 0, ""
    report.finished_at = None
    report.save()
    return report


def progress(report: Report, step: str, percent: int) -> None:
    """Seen at once by whoever waits. Says nothing when the report was given up meanwhile."""
    Report.objects.filter(pk=report.pk, state=State.BUILDING, attempt=report.attempt).update(step=step, percent=percent)
    report.step, report.percent = step, percent


@transaction.atomic
def finish(report: Report, content: str | None, *, at: datetime | None = None) -> Report:
    """building → ready, with its data frozen as canonical JSON (None: those of its seal). Refused to a worker that was
    given up for dead and comes back."""
    current = lock(report)
    if current.attempt != report.attempt:
        raise TransitionRefused(_("Ce rapport a été relancé entre-temps."))
    move(current, State.READY)
    if content is not None:
        current.content, current.dataset_sha256 = content, hashlib.sha256(content.encode()).hexdigest()
    current.step, current.percent, current.finished_at = "", 100, at or timezone.now()
    current.lease_until = None
    current.save()
    return current


@transaction.atomic
def fail(report: Report, reason: str, *, at: datetime | None = None) -> None:
    """building → failed. Nothing when the report was given up, or restarted, meanwhile."""
    current = lock(report)
    if current.state == State.BUILDING and current.attempt == report.attempt:
        _fail(current, reason, at or timezone.now())


def give_up(report: Report, at: datetime) -> None:
    minutes = int(LEASE.total_seconds()) // 60
    _fail(report, _("La construction s’est interrompue : sans nouvelle depuis %(n)s minutes.") % {"n": minutes}, at)


def _fail(report: Report, reason: str, at: datetime) -> None:
    move(report, State.FAILED)
    report.error, report.finished_at, report.lease_until = reason, at, None
    report.save()
