"""The state machine of a report as data, and its one step: what is not listed is refused."""

from django.utils.translation import gettext as _

from commitments.transitions import TransitionRefused
from reports.models import Report

State = Report.State

REPORT_CHANGES = {
    State.QUEUED: {State.BUILDING},
    State.BUILDING: {State.READY, State.QUEUED, State.FAILED},
    State.FAILED: {State.QUEUED},
    State.READY: set(),
}


def move(report: Report, target: State) -> None:
    if target not in REPORT_CHANGES[State(report.state)]:
        raise TransitionRefused(
            _("Le rapport est « %(state)s » : ce changement n’est pas permis.") % {"state": report.get_state_display()}
        )
    report.state = target


def lock(report: Report) -> Report:
    return Report.objects.select_for_update(of=("self",)).get(pk=report.pk)


def require(right: bool) -> None:
    if not right:
        raise TransitionRefused(_("Seule l’administration demande, scelle et met en ligne les rapports."))
