"""What waits for a worker, what is built, and who is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import CharField, Count, Exists, Min, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Membership, User
from commitments.models import Delivery
from reports.models import Report
from reports.queries.reading import every_report, reports_for

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
    report = every_report().filter(pk=pk).first()
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
