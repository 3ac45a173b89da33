"""What becomes of a report in the hands of a worker: queued → building → ready. When some of its files, or its data,
could not be made it is queued again for later, and failed in the end.

The table is the queue: a message only says where to look, and one that is lost loses nothing. A worker holds a report
by a lease, which it renews. Once the lease has run out another worker takes the report over under the next `attempt`,
and whatever the first one writes from then on is refused.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_manage_reports
from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports.dataset import sha256_of_text
from reports.models import Report
from reports.transitions.tables import State, lock, move, require


class HoldLost(TransitionRefused):
    """Another worker has the report, or nobody: the one that meets this stops."""

    def __init__(self) -> None:
        super().__init__(_("Ce rapport a été repris entre-temps."))


def is_stalled(report: Report, at: datetime) -> bool:
    """Said to be building, and its worker gives no sign of life any more."""
    return report.state == State.BUILDING and report.lease_until is not None and at > report.lease_until


@transaction.atomic
def retry(report: Report, *, by: User, at: datetime | None = None) -> Report:
    """failed → queued; the caller enqueues it. One that waits for its next try waits no longer; one that is being built
    is returned as it is. What was made stays: only the missing files are tried."""
    require(can_manage_reports(by))
    at = at or timezone.now()
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=report.campaign_id)
    report = lock(report)
    if report.state == State.QUEUED:
        report.not_before = min(report.not_before, at)
        report.save(update_fields=["not_before"])
    if report.is_running:
        return report
    others = Report.objects.filter(
        kind=report.kind, campaign=report.campaign_id, scope=report.scope, period=report.period, sealed=None
    )
    if report.sealed_id is None and others.filter(state__in=Report.RUNNING).exists():
        raise TransitionRefused(_("Ce rapport est déjà en cours de construction."))
    move(report, State.QUEUED)
    report.step, report.percent, report.error = "", 0, ""
    report.requested_at, report.not_before, report.started_at, report.finished_at = at, at, None, None
    report.attempt = report.first_attempt_of_next_request
    report.save()
    return report


@transaction.atomic
def start(report_id: int, *, at: datetime | None = None) -> Report | None:
    """queued → building, or a report whose worker died, taken over. None when there is nothing to start: built, being
    built, to be tried later, or deleted. Said twice, it starts once.

    One that many workers have died of is not given to another: it fails.
    """
    at = at or timezone.now()
    # Locked by another: it is being started, or one of its files is being stored.
    held = Report.objects.select_for_update(of=("self",), skip_locked=True)
    report = held.filter(pk=report_id).first()
    if report is None or not (is_stalled(report, at) or _is_due(report, at)):
        return None
    if report.state == State.BUILDING:
        if report.tries >= Report.MOST_TRIES:
            _fail(report, _interrupted(report), at)
            return None
        move(report, State.QUEUED)
    move(report, State.BUILDING)
    report.attempt += 1
    report.started_at, report.lease_until, report.finished_at = at, _lease(at), None
    report.step, report.percent, report.error = _("Lecture des données"), 0, ""
    report.save()
    return report


def _is_due(report: Report, at: datetime) -> bool:
    return report.state == State.QUEUED and report.not_before <= at


def _lease(at: datetime) -> datetime:
    return at + timedelta(seconds=settings.REPORT_LEASE_SECONDS)


def hold(report: Report) -> Report:
    """Locked until the end of the transaction; raises HoldLost when it is no longer this worker's. All that a worker
    writes comes after this."""
    current = lock(report)
    if current.state != State.BUILDING or current.attempt != report.attempt:
        raise HoldLost
    return current


def progress(report: Report, step: str, percent: int, *, at: datetime | None = None) -> None:
    """Seen at once by whoever waits, and a sign of life. Raises HoldLost."""
    told = {"step": step, "percent": percent, "lease_until": _lease(at or timezone.now())}
    if not _held(report).update(**told):
        raise HoldLost
    report.step, report.percent = step, percent


@transaction.atomic
def renew(report: Report, *, at: datetime | None = None) -> None:
    """A sign of life in the middle of a long step. Waits for nobody: whoever has the row locked shows that it lives."""
    if list(_held(report).select_for_update(of=("self",), skip_locked=True).values_list("pk")):
        _held(report).update(lease_until=_lease(at or timezone.now()))


def _held(report: Report) -> QuerySet[Report]:
    return Report.objects.filter(pk=report.pk, state=State.BUILDING, attempt=report.attempt)


@transaction.atomic
def keep_data(report: Report, content: str) -> None:
    """The data of a draft, canonical JSON, as soon as they are known: whoever takes it over lays out the same."""
    current = hold(report)
    current.content, current.dataset_sha256 = content, sha256_of_text(content)
    current.save(update_fields=["content", "dataset_sha256"])
    report.content, report.dataset_sha256 = current.content, current.dataset_sha256


@transaction.atomic
def finish(report: Report, *, at: datetime | None = None) -> Report:
    """building → ready, with its data and all its files."""
    current = hold(report)
    move(current, State.READY)
    current.step, current.percent, current.finished_at = "", 100, at or timezone.now()
    current.lease_until = None
    current.save()
    return current


@transaction.atomic
def fail(report: Report, reason: str, *, at: datetime | None = None) -> Report:
    """This try has failed: building → queued for a later one, or failed after the last."""
    at = at or timezone.now()
    current = hold(report)
    pauses = settings.REPORT_RETRY_SECONDS
    if current.tries > len(pauses):
        return _fail(current, reason, at)
    move(current, State.QUEUED)
    current.not_before = at + timedelta(seconds=pauses[current.tries - 1])
    current.error, current.step, current.percent, current.lease_until = reason, "", 0, None
    current.save()
    return current


def _fail(report: Report, reason: str, at: datetime) -> Report:
    move(report, State.FAILED)
    report.error, report.finished_at, report.lease_until = reason, at, None
    report.save()
    return report


def _interrupted(report: Report) -> str:
    told = _("La construction s’est interrompue %(n)s fois sans dire pourquoi, la dernière à l’étape « %(step)s ».")
    return told % {"n": report.tries, "step": report.step}
