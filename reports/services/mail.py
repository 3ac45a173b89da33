"""Tells who asked that their report has ended: ready, or which files are missing and what to do. Once a try."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.services.letters import letter
from commitments.models import Delivery
from commitments.queries import is_a_demonstration
from commitments.services.deliveries import claim, deliver
from reports import queries
from reports.models import Report, ReportFile
from roadmap_portal.templatetags.portal import quarter


def tell_of_report(report_id: int, *, at: datetime) -> None:
    report = queries.ended_report(report_id)
    if report is None:
        return
    for user in queries.people_to_tell(report, localdate(at)):
        message = _message(report, user)
        if claimed := claim(user, Delivery.Kind.REPORT, [f"{report.pk}-{report.attempt}"], at=at):
            deliver(message, claimed, at=at)


def _message(report: Report, user: User) -> EmailMultiAlternatives:
    files = report.files.all()
    with override(user.language):
        context = {
            "user": user,
            "report": report,
            "ready": [file for file in files if file.state == ReportFile.State.READY],
            "missing": [file for file in files if file.state != ReportFile.State.READY],
            "page": settings.PUBLIC_URL + report.get_absolute_url(),
        }
        return letter(user.email, _subject(report), "mail/report.html", context, is_demonstration=is_a_demonstration())


def _subject(report: Report) -> str:
    title = str(report.sealed or _("Rapport %(quarter)s") % {"quarter": quarter(report.campaign)})
    if report.state == Report.State.READY:
        return _("%(report)s : prêt") % {"report": title}
    if any(file.state == ReportFile.State.READY for file in report.files.all()):
        return _("%(report)s : des fichiers manquent") % {"report": title}
    return _("%(report)s : la construction a échoué") % {"report": title}
