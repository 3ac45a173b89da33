"""Reports and files, for those who may see them, each in a constant number of queries.

A sealed report is public once it is published; until then the whole staff may read it.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import (
    Case,
    JSONField,
    Prefetch,
    Q,
    QuerySet,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.http import Http404
from django.utils.timezone import localdate

from accounts.permissions import Someone, is_staff_member, reports_visible_to
from commitments.models import Campaign, Commitment
from commitments.queries.lines import published_after
from reports.models import Report, ReportFile, SealedReport

# The sealed report a draft was taken from, read in its data without fetching them.
EXTRACT = Case(When(~Q(content=""), then=KeyTransform("extract", Cast("content", JSONField()))))


def every_report() -> QuerySet[Report]:
    """With quarter and files. The dataset, which may weigh megabytes, is left to the pages that show it."""
    return (
        Report.objects.select_related("campaign", "requested_by", "sealed")
        .prefetch_related(Prefetch("files", ReportFile.objects.order_by("pk")))
        .defer("content", "sealed__content")
    )


def reports_for(user: Someone) -> QuerySet[Report]:
    return every_report().filter(reports_visible_to(user))


def report_for(user: Someone, pk: int) -> Report:
    """With `extract`: number, version and fingerprint of the sealed report it was taken from, or None.

    Http404 when missing or not to be seen: same answer."""
    report = reports_for(user).filter(pk=pk).annotate(extract=EXTRACT).first()
    if report is None:
        raise Http404
    return report


def file_for(user: Someone, pk: int, name: str) -> ReportFile:
    """A file of a report that may not be online yet, nor have all its files. Http404 when missing or not to be seen."""
    ready = ReportFile.objects.filter(state=ReportFile.State.READY)
    found = ready.filter(report__in=reports_for(user).filter(pk=pk), name=name).first()
    if found is None:
        raise Http404
    return found


def public_reports() -> QuerySet[Report]:
    """Those online, newest quarter first."""
    return every_report().filter(published_at__isnull=False).order_by("-campaign__year", "-campaign__quarter", "-pk")


@dataclass
class QuarterOnline:
    """What there is to read of a quarter: sealed versions, newest first, or a draft while there is none."""

    campaign: Campaign
    versions: list[SealedReport] = field(default_factory=list)
    draft: Report | None = None


def quarters_online(user: Someone) -> list[QuarterOnline]:
    """Newest quarter first."""
    found: dict[int, QuarterOnline] = {}
    for sealed in sealed_for(user).order_by("-version"):
        found.setdefault(sealed.campaign_id, QuarterOnline(sealed.campaign)).versions.append(sealed)
    for draft in public_reports():
        found.setdefault(draft.campaign_id, QuarterOnline(draft.campaign)).draft = draft
    return sorted(found.values(), key=lambda online: (online.campaign.year, online.campaign.quarter), reverse=True)


def sealed_for(user: Someone) -> QuerySet[SealedReport]:
    """With quarter; without the data."""
    readable = SealedReport.objects.select_related("campaign").defer("content")
    return readable if is_staff_member(user) else readable.filter(published_at__isnull=False)


def report_to_read(user: Someone, slug: str, version: int | None = None) -> Report:
    """With its dataset: the version asked for, or the one that counts, which is the newest published one, a draft
    online while there is none, and for the staff what is sealed and not published yet. Http404 otherwise."""
    found = next((report for reports in _to_read(user, slug, version) if (report := reports.first())), None)
    if found is None:
        raise Http404
    return found


def _to_read(user: Someone, slug: str, version: int | None) -> list[QuerySet[Report]]:
    reports = _of_quarter(every_report().defer(None), slug).order_by("-sealed__version")
    published, draft = reports.filter(sealed__published_at__isnull=False), reports.filter(published_at__isnull=False)
    unpublished = reports.filter(sealed__isnull=False) if is_staff_member(user) else reports.none()
    if version is None:
        return [published, draft, unpublished]
    return [published.filter(sealed__version=version), unpublished.filter(sealed__version=version)]


def file_to_read(user: Someone, slug: str, name: str) -> ReportFile:
    """Names carry the version. Http404 when missing or not to be seen."""
    files = ReportFile.objects.filter(name=name, state=ReportFile.State.READY).select_related("report__sealed")
    files = files.defer("report__content", "report__sealed__content")
    of_quarter = files.filter(report__in=_of_quarter(Report.objects.all(), slug))
    online = Q(report__published_at__isnull=False) | Q(report__sealed__published_at__isnull=False)
    found = of_quarter.filter(online).first()
    # The staff's rights are looked up only for what is not public: public files know no session.
    if found is None and is_staff_member(user):
        found = of_quarter.filter(report__sealed__isnull=False).first()
    if found is None:
        raise Http404
    return found


def seal_of(campaign: Campaign) -> SealedReport | None:
    """The last version, without its data: who sealed it, and where its files are."""
    sealed = SealedReport.objects.filter(campaign=campaign).select_related("campaign", "sealed_by", "layout")
    return sealed.defer("content").order_by("-version").first()


def correctable(campaign: Campaign) -> QuerySet[Commitment]:
    """Whose text of the quarter is still the last word: no later one is published."""
    later = published_after(campaign).values("commitment")
    return Commitment.objects.filter(roadmap=campaign.roadmap_id).exclude(pk__in=later).order_by("code")


def draft_of(campaign: Campaign) -> Report | None:
    """The last one on the whole roadmap, to compare with what is about to be sealed."""
    drafts = Report.objects.filter(campaign=campaign, scope="", period=Report.Period.QUARTER, sealed=None)
    return drafts.exclude(state=Report.State.FAILED).defer("content").order_by("-requested_at", "-pk").first()


def quarters_to_seal() -> QuerySet[Campaign]:
    return Campaign.objects.filter(state=Campaign.State.REVIEW).order_by("year", "quarter")


def published_with(sha256: str) -> tuple[list[ReportFile], list[SealedReport]]:
    """Files online, and sealed data, that have this fingerprint."""
    online = Q(report__published_at__isnull=False) | Q(report__sealed__published_at__isnull=False)
    files = ReportFile.objects.filter(online, sha256=sha256, state=ReportFile.State.READY)
    files = files.select_related("report__campaign", "report__sealed__campaign")
    files = files.defer("report__content", "report__sealed__content")
    sealed = SealedReport.objects.filter(sha256=sha256, published_at__isnull=False)
    return list(files.order_by("pk")), list(sealed.select_related("campaign").defer("content"))


def campaign_of(slug: str) -> Campaign:
    year, _, quarter = slug.partition("-T")
    found = None
    if year.isdecimal() and quarter.isdecimal():
        found = Campaign.objects.filter(year=int(year), quarter=int(quarter)).first()
    if found is None:
        raise Http404
    return found


def drafted_by_the_calendar() -> QuerySet[Report]:
    """The provisional report of the whole roadmap that each quarter gets when its answers are closed."""
    return Report.objects.filter(requested_by=None, scope="", period=Report.Period.QUARTER, sealed=None)


def drafted_on() -> dict[int, date]:
    """By campaign, the day the calendar asked for its provisional report."""
    asked = drafted_by_the_calendar().order_by("-requested_at").values_list("campaign", "requested_at")
    return {campaign: localdate(requested_at) for campaign, requested_at in asked}


def latest_sealed(campaign: Campaign) -> SealedReport | None:
    """The last version of the quarter's sealed report, published or not."""
    return SealedReport.objects.filter(campaign=campaign).order_by("-version").first()


def _of_quarter(reports: QuerySet[Report], slug: str) -> QuerySet[Report]:
    year, _, quarter = slug.partition("-T")
    if not (year.isdecimal() and quarter.isdecimal() and len(slug) <= len("2026-T3")):
        return reports.none()
    return reports.filter(campaign__year=int(year), campaign__quarter=int(quarter))
