"""Reports and files, for those who may see them, each in a constant number of queries."""

from django.db.models import Case, JSONField, Prefetch, Q, QuerySet, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.http import Http404

from accounts.permissions import Someone, reports_visible_to
from commitments.models import Campaign
from reports.models import Report, ReportFile, SealedReport

# The sealed report a draft was taken from, read in its data without fetching them.
EXTRACT = Case(When(~Q(content=""), then=KeyTransform("extract", Cast("content", JSONField()))))


def _reports() -> QuerySet[Report]:
    """With quarter and files. The dataset, which may weigh megabytes, is left to the pages that show it."""
    return (
        Report.objects.select_related("campaign", "requested_by", "sealed")
        .prefetch_related(Prefetch("files", ReportFile.objects.order_by("pk")))
        .defer("content", "sealed__content")
    )


def reports_for(user: Someone) -> QuerySet[Report]:
    return _reports().filter(reports_visible_to(user))


def report_for(user: Someone, pk: int) -> Report:
    """With `extract`: number, version and fingerprint of the sealed report it was taken from, or None.

    Http404 when missing or not to be seen: same answer."""
    report = reports_for(user).filter(pk=pk).annotate(extract=EXTRACT).first()
    if report is None:
        raise Http404
    return report


def file_for(user: Someone, pk: int, name: str) -> ReportFile:
    """A file of a report that may not be online yet. Http404 when missing or not to be seen."""
    found = ReportFile.objects.filter(report__in=reports_for(user).filter(pk=pk), name=name).first()
    if found is None:
        raise Http404
    return found


def public_reports() -> QuerySet[Report]:
    """Those online, newest quarter first."""
    return _reports().filter(published_at__isnull=False).order_by("-campaign__year", "-campaign__quarter", "-pk")


def public_report(slug: str) -> Report:
    """The report online for a quarter such as 2026-T3, with its dataset. Http404 otherwise."""
    report = _of_quarter(public_reports(), slug).defer(None).first()
    if report is None:
        raise Http404
    return report


def public_file(slug: str, name: str) -> ReportFile:
    reports = _of_quarter(Report.objects.filter(published_at__isnull=False), slug)
    found = ReportFile.objects.filter(report__in=reports, name=name).first()
    if found is None:
        raise Http404
    return found


def campaign_of(slug: str) -> Campaign:
    year, _, quarter = slug.partition("-T")
    found = None
    if year.isdecimal() and quarter.isdecimal():
        found = Campaign.objects.filter(year=int(year), quarter=int(quarter)).first()
    if found is None:
        raise Http404
    return found


def is_drafted(campaign: Campaign) -> bool:
    """Whether a report on the whole roadmap is there for that quarter, or on its way."""
    return Report.objects.filter(campaign=campaign, scope="").exclude(state=Report.State.FAILED).exists()


def latest_sealed(campaign: Campaign) -> SealedReport | None:
    """The last version of the quarter's sealed report, published or not."""
    return SealedReport.objects.filter(campaign=campaign).order_by("-version").first()


def _of_quarter(reports: QuerySet[Report], slug: str) -> QuerySet[Report]:
    year, _, quarter = slug.partition("-T")
    if not (year.isdecimal() and quarter.isdecimal() and len(slug) <= len("2026-T3")):
        return reports.none()
    return reports.filter(campaign__year=int(year), campaign__quarter=int(quarter))
