"""Drafts: asked for, built beside what is sealed, shown to the public as provisional."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_manage_reports, can_request_report
from commitments.filters import canonical_scope
from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports.dataset import ScopeNotUnderstood, understood
from reports.models import Report, SealedReport
from reports.queries import seal_of
from reports.transitions.tables import State, lock, require

Period = Report.Period


class AlreadySealed(TransitionRefused):
    """What is asked for is the sealed report itself, `sealed`: there is nothing to build beside it."""

    def __init__(self, sealed: SealedReport) -> None:
        said = _("Ce trimestre est scellé : sur toute la feuille de route, c’est le rapport scellé qui se consulte.")
        super().__init__(said, "campaign")
        self.sealed = sealed


def request_report(
    campaign: Campaign, scope: str = "", *, period: str = Period.QUARTER, by: User, at: datetime | None = None
) -> Report:
    """The report to build, or the one being built when somebody has already asked. The caller enqueues it.

    Raises AlreadySealed for the whole roadmap and the quarter alone once it is sealed: an extract of everything would
    be the sealed report under another name.
    """
    require(can_request_report(by, scope))
    return _request(campaign, scope, period, by, at or timezone.now())


def request_draft(campaign: Campaign, *, at: datetime | None = None) -> Report:
    """The same, asked by the calendar or by the command: on the whole roadmap, in nobody's name."""
    return _request(campaign, "", Period.QUARTER, None, at or timezone.now())


@transaction.atomic
def _request(campaign: Campaign, scope: str, period: str, by: User | None, at: datetime) -> Report:
    _check_scope(scope, campaign)
    # One request at a time for a quarter: two clicks at once must find the same report.
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    if not scope and period == Period.QUARTER and (sealed := seal_of(campaign)) is not None:
        raise AlreadySealed(sealed)
    running = Report.objects.filter(
        campaign=campaign, scope=scope, period=period, sealed=None, state__in=Report.RUNNING
    ).first()
    if running is not None:
        # One whose worker died is taken over.
        return running
    return Report.objects.create(
        campaign=campaign, scope=scope, period=period, requested_by=by, requested_at=at, not_before=at
    )


def _check_scope(scope: str, campaign: Campaign) -> None:
    try:
        filters = understood(scope, campaign.reference_on)
    except ScopeNotUnderstood as fault:
        raise TransitionRefused(str(fault), "scope") from fault
    if scope != canonical_scope(filters.data):
        raise TransitionRefused(_("Périmètre illisible : un filtre n’existe pas."), "scope")


@transaction.atomic
def put_online(report: Report, *, by: User, at: datetime | None = None) -> Report:
    """Shows the draft to the public, in the place of the one of the same quarter that was online. Refused once the
    quarter is sealed: the sealed report is what there is to read."""
    require(can_manage_reports(by))
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=report.campaign_id)
    report = lock(report)
    if report.state != State.READY:
        raise TransitionRefused(_("Seul un rapport prêt se met en ligne."))
    if report.scope or report.period != Period.QUARTER:
        raise TransitionRefused(_("Seul un rapport trimestriel sur toute la feuille de route se met en ligne."))
    if report.campaign.sealed_reports.exists():
        raise TransitionRefused(_("Le trimestre est scellé : c’est le rapport scellé qui se publie."))
    if report.published_at is None:
        online = Report.objects.filter(kind=report.kind, campaign=report.campaign_id, published_at__isnull=False)
        online.update(published_at=None)
        report.published_at = at or timezone.now()
        report.save(update_fields=["published_at"])
    return report


@transaction.atomic
def take_offline(report: Report, *, by: User) -> Report:
    require(can_manage_reports(by))
    report = lock(report)
    report.published_at = None
    report.save(update_fields=["published_at"])
    return report
