"""How a report moves from queued to online: the table, and the one function for each change.

The caller enqueues the task (`tasks.build_report.delay_on_commit`), never this module. A worker that died in the
middle leaves a report « building »: after a quarter of an hour it counts as failed, for whoever asks or tries again.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_manage_reports
from commitments.filters import canonical_scope
from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports.dataset import Json, ScopeNotUnderstood, sha256_of, understood
from reports.models import Report

State = Report.State

REPORT_CHANGES = {
    State.QUEUED: {State.BUILDING},
    State.BUILDING: {State.READY, State.FAILED},
    State.FAILED: {State.QUEUED},
    State.READY: set(),
}
STALLED_AFTER = timedelta(minutes=15)


def is_stalled(report: Report, at: datetime) -> bool:
    """Said to be building for so long that its worker must have died."""
    return report.state == State.BUILDING and report.started_at is not None and at - report.started_at > STALLED_AFTER


def request_report(campaign: Campaign, scope: str = "", *, by: User, at: datetime | None = None) -> Report:
    """The report to build, or the one being built when somebody has already asked. The caller enqueues it."""
    _require(can_manage_reports(by))
    return _request(campaign, scope, by, at or timezone.now())


def request_draft(campaign: Campaign, *, at: datetime | None = None) -> Report:
    """The same, asked by the calendar or by the command: on the whole roadmap, in nobody's name."""
    return _request(campaign, "", None, at or timezone.now())


@transaction.atomic
def _request(campaign: Campaign, scope: str, by: User | None, at: datetime) -> Report:
    _check_scope(scope, campaign)
    # One request at a time for a quarter: two clicks at once must find the same report.
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    running = (
        Report.objects.select_for_update(of=("self",))
        .filter(kind=Report.Kind.QUARTERLY, campaign=campaign, scope=scope, state__in=Report.RUNNING)
        .first()
    )
    if running is not None and not is_stalled(running, at):
        return running
    if running is not None:
        _give_up(running, at)
    return Report.objects.create(campaign=campaign, scope=scope, requested_by=by, requested_at=at)


@transaction.atomic
def retry(report: Report, *, by: User, at: datetime | None = None) -> Report:
    """failed → queued; the caller enqueues it. A report that somebody has already restarted is returned as it is."""
    _require(can_manage_reports(by))
    at = at or timezone.now()
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=report.campaign_id)
    report = _lock(report)
    if is_stalled(report, at):
        _give_up(report, at)
    if report.is_running:
        return report
    others = Report.objects.filter(kind=report.kind, campaign=report.campaign_id, scope=report.scope)
    if others.filter(state__in=Report.RUNNING).exists():
        raise TransitionRefused(_("Ce rapport est déjà en cours de construction."))
    _move(report, State.QUEUED)
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
        _give_up(report, at)
        _move(report, State.QUEUED)
    if report.state != State.QUEUED:
        return None
    _move(report, State.BUILDING)
    report.started_at, report.step, report.percent, report.error = at, _("Lecture des données"), 0, ""
    report.finished_at = None
    report.save()
    return report


def progress(report: Report, step: str, percent: int) -> None:
    """Seen at once by whoever waits. Says nothing when the report was given up meanwhile."""
    Report.objects.filter(pk=report.pk, state=State.BUILDING, started_at=report.started_at).update(
        step=step, percent=percent
    )
    report.step, report.percent = step, percent


@transaction.atomic
def finish(report: Report, dataset: Json, *, at: datetime | None = None) -> Report:
    """building → ready, with its data frozen. Refused to a worker that was given up for dead and comes back."""
    current = _lock(report)
    if current.started_at != report.started_at:
        raise TransitionRefused(_("Ce rapport a été relancé entre-temps."))
    _move(current, State.READY)
    current.dataset, current.dataset_sha256 = dataset, sha256_of(dataset)
    current.step, current.percent, current.finished_at = "", 100, at or timezone.now()
    current.save()
    return current


@transaction.atomic
def fail(report: Report, reason: str, *, at: datetime | None = None) -> None:
    """building → failed. Nothing when the report was given up, or restarted, meanwhile."""
    current = _lock(report)
    if current.state == State.BUILDING and current.started_at == report.started_at:
        _fail(current, reason, at or timezone.now())


@transaction.atomic
def put_online(report: Report, *, by: User, at: datetime | None = None) -> Report:
    """Shows the report to the public, in the place of the one of the same quarter that was online."""
    _require(can_manage_reports(by))
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=report.campaign_id)
    report = _lock(report)
    if report.state != State.READY:
        raise TransitionRefused(_("Seul un rapport prêt se met en ligne."))
    if report.scope:
        raise TransitionRefused(_("Seul un rapport sur toute la feuille de route se met en ligne."))
    if report.published_at is None:
        online = Report.objects.filter(kind=report.kind, campaign=report.campaign_id, published_at__isnull=False)
        online.update(published_at=None)
        report.published_at = at or timezone.now()
        report.save(update_fields=["published_at"])
    return report


@transaction.atomic
def take_offline(report: Report, *, by: User) -> Report:
    _require(can_manage_reports(by))
    report = _lock(report)
    report.published_at = None
    report.save(update_fields=["published_at"])
    return report


# --- Pieces --------------------------------------------------------------------------------------


def _require(right: bool) -> None:
    if not right:
        raise TransitionRefused(_("Seule l’administration demande et met en ligne les rapports."))


def _check_scope(scope: str, campaign: Campaign) -> None:
    try:
        filters = understood(scope, campaign.reference_on)
    except ScopeNotUnderstood as fault:
        raise TransitionRefused(str(fault), "scope") from fault
    if scope != canonical_scope(filters.data):
        raise TransitionRefused(_("Périmètre illisible : un filtre n’existe pas."), "scope")


def _lock(report: Report) -> Report:
    return Report.objects.select_for_update(of=("self",)).get(pk=report.pk)


def _move(report: Report, target: State) -> None:
    if target not in REPORT_CHANGES[State(report.state)]:
        raise TransitionRefused(
            _("Le rapport est « %(state)s » : ce changement n’est pas permis.") % {"state": report.get_state_display()}
        )
    report.state = target


def _fail(report: Report, reason: str, at: datetime) -> None:
    _move(report, State.FAILED)
    report.error, report.finished_at = reason, at
    report.save()


def _give_up(report: Report, at: datetime) -> None:
    minutes = int(STALLED_AFTER.total_seconds()) // 60
    _fail(report, _("La construction s’est interrompue : sans nouvelle depuis %(n)s minutes.") % {"n": minutes}, at)
