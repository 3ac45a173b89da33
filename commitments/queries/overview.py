"""Where the roadmap stands as a whole, and axis by axis; what is late, what comes, what was said last."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, F, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.permissions import Someone, is_staff_member, visible
from commitments.formulas import Mean, rounded
from commitments.models import (
    Axis,
    Commitment,
    Milestone,
    Participation,
    Postponement,
    ProgressUpdate,
    Roadmap,
    Status,
    followed,
)
from commitments.queries.commitment import commitments_for, milestone_rows
from commitments.queries.journal import update_rows
from commitments.queries.rows import (
    AxisRow,
    CommitmentRow,
    FunderRow,
    GroupRow,
    MilestoneRow,
    MovedRow,
    RoadmapRow,
    UpdateRow,
)
from roadmap_portal.prepared import Prepared

SHOWN = 6


@dataclass
class Tally:
    """Figures of a group of commitments. Abandoned ones are counted, and left out of the mean."""

    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Status.values, 0))
    total: int = 0
    late: int = 0
    late_revised: int = 0
    measured: int = 0
    measurable: int = 0
    weighted: Decimal = Decimal(0)
    weight: int = 0

    def add(self, row: GroupRow) -> None:
        self.by_status[row.status] += row.n
        self.total += row.n
        self.late += row.late
        self.late_revised += row.late_revised
        if row.status != Status.ABANDONED:
            self.measurable += row.n
            self.measured += row.measured
            self.weighted += row.weighted or 0
            self.weight += row.weight_measured or 0

    @property
    def progress(self) -> Mean:
        value = rounded(self.weighted / self.weight) if self.weight else None
        return Mean(value, self.measured, self.measurable)

    @cached_property
    def status_shares(self) -> list[tuple[Status, int, float, float]]:
        """(status, number, left edge, width) in percent of the whole, to draw a bar; statuses without any are left
        out. Read once all groups are added."""
        shares, before = [], 0
        for status in Status:
            number = self.by_status[status]
            if number:
                shares.append(
                    (status, number, round(100 * before / self.total, 2), round(100 * number / self.total, 2))
                )
                before += number
        return shares


@dataclass(frozen=True)
class AxisTally:
    axis: AxisRow | None  # None: the commitments that cover all axes
    tally: Tally


@dataclass(frozen=True)
class Overview:
    whole: Tally
    by_axis: Sequence[AxisTally]
    adjacent: int
    axes: Sequence[AxisRow]


def groups(commitments: QuerySet[Commitment], on: date) -> QuerySet[Any, Any]:
    """By main axis, status and provenance: a commitment is counted once."""
    measured = Q(progress__isnull=False)
    return (
        commitments.order_by()
        .values("main_axis", "status", "provenance")
        .annotate(
            n=Count("status"),
            late=Count("status", filter=Q(late_since__lte=on)),
            late_revised=Count("status", filter=Q(late_since_revised__lte=on)),
            measured=Count("progress"),
            weighted=Sum(F("progress") * F("weight"), filter=measured),
            weight_measured=Sum("weight", filter=measured),
        )
    )


def summed(found: Iterable[GroupRow], axes: Sequence[AxisRow]) -> Overview:
    whole, adjacent, by_axis = Tally(), 0, defaultdict[int | None, Tally](Tally)
    for row in found:
        if row.provenance == Commitment.Provenance.ADJACENT:
            adjacent += row.n
        else:
            whole.add(row)
            by_axis[row.main_axis].add(row)
    tallies = [AxisTally(axis, by_axis[axis.pk]) for axis in axes if axis.pk in by_axis]
    if None in by_axis:
        tallies.append(AxisTally(None, by_axis[None]))
    return Overview(whole, tallies, adjacent, axes)


def listed_under(axis: Axis, user: Someone) -> QuerySet[Commitment]:
    """Those one may see whose main axis it is, or that it lists beside others."""
    visible = commitments_for(user)
    return visible.filter(pk__in=visible.filter(Q(main_axis=axis) | Q(axes=axis)).values("pk"))


def tally_of(commitments: QuerySet[Commitment], on: date) -> Overview:
    """The figures of some commitments, without their axes."""
    return summed([GroupRow(**row) for row in groups(commitments, on)], [])


@dataclass(frozen=True)
class _Home:
    """The questions of the home page, one set for the public and one for staff, who also see what is internal."""

    groups: Prepared[GroupRow]
    late: Prepared[CommitmentRow]
    milestones: Prepared[MilestoneRow]
    updates: Prepared[UpdateRow]
    moved: Prepared[MovedRow]
    funders: Prepared[FunderRow]


@cache
def _home(*, internal: bool) -> _Home:
    of_commitment = visible(internal=internal, of="commitment__") & followed(of="commitment__")
    commitments = Commitment.objects.filter(visible(internal=internal), followed())
    planned = Milestone.objects.filter(of_commitment, status=Milestone.Status.PLANNED)
    published = ProgressUpdate.objects.filter(of_commitment, state=ProgressUpdate.State.PUBLISHED)
    return _Home(
        Prepared(GroupRow, lambda on: groups(commitments, on), on=date),
        Prepared(
            CommitmentRow,
            lambda on: (
                commitments.exclude(provenance=Commitment.Provenance.ADJACENT)
                .filter(late_since__lte=on)
                .annotate(
                    axis_title=F("main_axis__title"),
                    axis_title_en=F("main_axis__title_en"),
                    leads=Value([], ArrayField(TextField())),
                )
                .order_by("late_since", "code")[:SHOWN]
            ),
            on=date,
        ),
        Prepared(
            MilestoneRow,
            lambda on: milestone_rows(planned.filter(due_on__gte=on)).order_by("due_on", "pk")[:SHOWN],
            on=date,
        ),
        Prepared(UpdateRow, lambda: update_rows(published).order_by("-published_at")[:SHOWN]),
        Prepared(MovedRow, lambda day, moment: _moved(commitments, day, moment), day=date, moment=datetime),
        Prepared(FunderRow, lambda: _funders(commitments)),
    )


def _moved(commitments: QuerySet[Commitment], day: date, moment: datetime) -> QuerySet[Roadmap]:
    """One row, of what happened since that day, which began at that moment. Adjacent actions are left out, as of every
    headline figure."""
    counted = commitments.exclude(provenance=Commitment.Provenance.ADJACENT)
    published = ProgressUpdate.objects.filter(published_at__gte=moment).values("commitment")
    moved = Postponement.objects.filter(postponed_at__gte=moment).values("commitment")
    achieved = Milestone.objects.filter(commitment__in=counted.values("pk"), achieved_on__gte=day)
    return Roadmap.objects.order_by("pk").annotate(
        updated=_number(counted.filter(pk__in=published)),
        achieved=_number(achieved.filter(status=Milestone.Status.ACHIEVED)),
        postponed=_number(counted.filter(pk__in=moved)),
    )[:1]


def _number(found: QuerySet[Any]) -> Coalesce:
    """How many, as a question inside another."""
    counted = found.order_by().annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _funders(commitments: QuerySet[Commitment]) -> QuerySet[Any, Any]:
    """Who pays for the most commitments, first."""
    counted = commitments.exclude(provenance=Commitment.Provenance.ADJACENT).values("pk")
    return (
        Participation.objects.filter(role=Participation.Role.FUNDER, commitment__in=counted)
        .values(slug=F("actor__slug"), name=F("actor__name"))
        .annotate(commitments=Count("commitment"))
        .order_by("-commitments", "slug")[:SHOWN]
    )


ROADMAPS = Prepared(RoadmapRow, lambda: Roadmap.objects.order_by("pk")[:1])


def the_roadmap() -> RoadmapRow | None:
    """The portal follows one roadmap; None until it is loaded."""
    return next(iter(ROADMAPS()), None)


def is_a_demonstration() -> bool:
    """What its mails then say in their subject."""
    roadmap = the_roadmap()
    return roadmap is not None and roadmap.is_demonstration


ALL_AXES = Prepared(AxisRow, lambda: Axis.objects.order_by("order", "code"))


def axes() -> list[AxisRow]:
    return ALL_AXES()


def overview(user: Someone, on: date) -> Overview:
    """Who stands where: two queries."""
    found = _home(internal=is_staff_member(user)).groups(on=on)
    return summed(found, axes())


def most_late(user: Someone, on: date) -> list[CommitmentRow]:
    """The oldest lateness first, on the initial plan; adjacent actions are left out."""
    return _home(internal=is_staff_member(user)).late(on=on)


def next_milestones(user: Someone, on: date) -> list[MilestoneRow]:
    return _home(internal=is_staff_member(user)).milestones(on=on)


def latest_updates(user: Someone) -> list[UpdateRow]:
    return _home(internal=is_staff_member(user)).updates()


def moved_since(user: Someone, since: date) -> MovedRow:
    moment = timezone.make_aware(datetime.combine(since, time.min))
    rows = _home(internal=is_staff_member(user)).moved(day=since, moment=moment)
    return next(iter(rows), MovedRow(0, 0, 0))


def main_funders(user: Someone) -> list[FunderRow]:
    """By how many commitments they pay for; how much is told by the pages on funding."""
    return _home(internal=is_staff_member(user)).funders()


def listed_by_axis(user: Someone) -> dict[int, int]:
    """How many commitments each axis lists, whether main or not; adjacent actions are left out."""
    counted = commitments_for(user).exclude(provenance=Commitment.Provenance.ADJACENT)
    pairs = Commitment.axes.through.objects.filter(commitment__in=counted).values("axis").annotate(n=Count("pk"))
    return {pair["axis"]: pair["n"] for pair in pairs}
