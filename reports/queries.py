"""Reports and files, for those who may see them, each in a constant number of queries.

A sealed report is public once it is published; until then the whole staff may read it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    JSONField,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Concat
from django.http import Http404
from django.utils.timezone import localdate

from accounts.models import Membership, User
from accounts.permissions import Someone, is_staff_member, reports_visible_to
from commitments.models import Campaign, Commitment, Delivery
from commitments.queries.lines import published_after
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
    """A file of a report that may not be online yet, nor have all its files. Http404 when missing or not to be seen."""
    ready = ReportFile.objects.filter(state=ReportFile.State.READY)
    found = ready.filter(report__in=reports_for(user).filter(pk=pk), name=name).first()
    if found is None:
        raise Http404
    return found


def public_reports() -> QuerySet[Report]:
    """Those online, newest quarter first."""
    return _reports().filter(published_at__isnull=False).order_by("-campaign__year", "-campaign__quarter", "-pk")


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
    reports = _of_quarter(_reports().defer(None), slug).order_by("-sealed__version")
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


def contents_of(reports: Iterable[SealedReport]) -> dict[int, str]:
    """The frozen data of reports that the caller may show, by key: one query."""
    found = SealedReport.objects.filter(pk__in=[report.pk for report in reports])
    return dict(found.values_list("pk", "content"))


def _of_quarter(reports: QuerySet[Report], slug: str) -> QuerySet[Report]:
    year, _, quarter = slug.partition("-T")
    if not (year.isdecimal() and quarter.isdecimal() and len(slug) <= len("2026-T3")):
        return reports.none()
    return reports.filter(campaign__year=int(year), campaign__quarter=int(quarter))


# --- The queue ------------------------------------------------------------------------------------

LAST_BUILT, LAST_FAILED = 20, 5
# Who could not be told by then reads it on the page.
TELLING = timedelta(days=1)


@dataclass(frozen=True)
class Queue:
    """What waits, what is built, and how long that usually takes."""

    waiting: int
    oldest_at: datetime | None
    building: Sequence[Report]
    usual_seconds: int | None
    failed: Sequence[Report]


def queue() -> Queue:
    waits = Report.objects.filter(state=Report.State.QUEUED).aggregate(n=Count("pk"), since=Min("requested_at"))
    light = Report.objects.select_related("campaign").defer("content")
    built = Report.objects.filter(state=Report.State.READY, started_at__isnull=False).order_by("-finished_at")
    spans = built.values_list("started_at", "finished_at")[:LAST_BUILT]
    seconds = [(end - begin).total_seconds() for begin, end in spans if begin is not None and end is not None]
    return Queue(
        waiting=waits["n"],
        oldest_at=waits["since"],
        building=list(light.filter(state=Report.State.BUILDING).order_by("started_at")),
        usual_seconds=round(median(seconds)) if seconds else None,
        failed=list(light.filter(state=Report.State.FAILED).order_by("-finished_at")[:LAST_FAILED]),
    )


def due_reports(at: datetime) -> list[int]:
    """Numbers of those a worker should begin, or take over from one that died; the one that has waited most first."""
    queued = Q(state=Report.State.QUEUED, not_before__lte=at)
    stalled = Q(state=Report.State.BUILDING, lease_until__lt=at)
    return list(Report.objects.filter(queued | stalled).order_by("requested_at", "pk").values_list("pk", flat=True))


def untold_reports(at: datetime) -> list[int]:
    """Numbers of those that have just ended, for good or ill, and that nobody was written to about."""
    key = Concat(Cast(OuterRef("pk"), CharField()), Value("-"), Cast(OuterRef("attempt"), CharField()))
    told = Delivery.objects.filter(kind=Delivery.Kind.REPORT, key=key)
    ended = Report.objects.filter(state__in=[Report.State.READY, Report.State.FAILED], finished_at__gt=at - TELLING)
    asked = ended.filter(Q(requested_by__isnull=False) | Q(sealed__isnull=False))
    return list(asked.exclude(Exists(told)).order_by("pk").values_list("pk", flat=True))


def ended_report(pk: int) -> Report | None:
    """None when it is gone, or begun again."""
    report = _reports().filter(pk=pk).first()
    return None if report is None or report.is_running else report


def people_to_tell(report: Report, on: date) -> list[User]:
    """Who asked, if the report is still for them; and all administrators when it is sealed."""
    people = set()
    asker = report.requested_by
    if asker is not None and asker.is_active and reports_for(asker).filter(pk=report.pk).exists():
        people.add(asker)
    if report.sealed_id is not None:
        administrators = Membership.objects.in_force(on).filter(role=Membership.Role.ADMINISTRATOR)
        people |= set(User.objects.filter(is_active=True, pk__in=administrators.values("user")))
    return sorted(people, key=lambda user: user.email)
