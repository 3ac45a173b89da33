"""Reports and files, for those who may see them, each in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from accounts.permissions import Someone, reports_visible_to
from commitments.models import Campaign, Delivery
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


def public_report(slug: str) -> Report:
    """The report online for a quarter such as 2026-T3, with its dataset. Http404 otherwise."""
    report = _of_quarter(public_reports(), slug).defer(None).first()
    if report is None:
        raise Http404
    return report


def public_file(slug: str, name: str) -> ReportFile:
    reports = _of_quarter(Report.objects.filter(published_at__isnull=False), slug)
    found = ReportFile.objects.filter(report__in=reports, name=name, state=ReportFile.State.READY).first()
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
