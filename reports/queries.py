"""Reports and files, for those who may see them, each in a constant number of queries."""

from codecs import getincrementaldecoder
from collections.abc import Iterator

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.http import Http404

from accounts.permissions import Someone, can_manage_reports
from commitments.models import Campaign
from reports.models import Report, ReportFile, SealedReport

SLICE = 1024 * 1024  # bytes
# Bytes, whose slices cost the same wherever they are; OFFSET 0 keeps the whole from being converted again for each.
SLICES = """
SELECT substring(whole.bytes FROM start FOR %s)
FROM (SELECT convert_to(content, 'UTF8') AS bytes FROM {table} WHERE id = %s OFFSET 0) AS whole,
     generate_series(1, octet_length(whole.bytes), %s) AS start
"""


def _reports() -> QuerySet[Report]:
    """With quarter and files. The dataset, which may weigh megabytes, is left to the pages that show it."""
    return (
        Report.objects.select_related("campaign", "requested_by", "sealed")
        .prefetch_related(Prefetch("files", ReportFile.objects.order_by("pk")))
        .defer("content", "sealed__content")
    )


def reports_for(user: Someone) -> QuerySet[Report]:
    return _reports() if can_manage_reports(user) else _reports().none()


def report_for(user: Someone, pk: int) -> Report:
    """Http404 when missing or not to be seen: same answer."""
    report = reports_for(user).filter(pk=pk).first()
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


def content_chunks(report: Report, size: int = SLICE) -> Iterator[str]:
    """The canonical JSON of a report, sealed or not, in pieces: the server holds the whole, and we never do."""
    model, pk = (SealedReport, report.sealed_id) if report.sealed_id is not None else (Report, report.pk)
    decoder = getincrementaldecoder("utf-8")()
    with connection.chunked_cursor() as cursor:
        cursor.execute(SLICES.format(table=connection.ops.quote_name(model._meta.db_table)), [size, pk, size])
        # One by one: the cursor would otherwise bring a hundred slices at once.
        while (row := cursor.fetchone()) is not None:
            yield decoder.decode(row[0])
