"""Where the roadmap stands as a whole, and axis by axis."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.permissions import Someone
from commitments.models import Axis, Commitment, Status
from commitments.progress import HUNDRED, Mean, rounded
from commitments.queries.commitment import commitments_for


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

    def add(self, row: dict[str, int | str | Decimal | None]) -> None:
        count = int(row["n"] or 0)
        self.by_status[str(row["status"])] += count
        self.total += count
        self.late += int(row["late"] or 0)
        self.late_revised += int(row["late_revised"] or 0)
        if row["status"] != Status.ABANDONED:
            self.measurable += count
            self.measured += int(row["measured"] or 0)
            self.weighted += Decimal(row["weighted"] or 0)
            self.weight += int(row["weight_measured"] or 0)

    @property
    def progress(self) -> Mean:
        value = rounded(self.weighted / self.weight) if self.weight else None
        return Mean(value, self.measured, self.measurable)

    @property
    def status_shares(self) -> list[tuple[Status, int, Decimal, Decimal]]:
        """(status, number, left edge, width) in percent of the whole, for a bar; statuses without any are left out."""
        shares, left = [], Decimal(0)
        for status in Status:
            number = self.by_status[status]
            if number:
                width = HUNDRED * number / self.total
                shares.append((status, number, rounded(left), rounded(width)))
                left += width
        return shares


@dataclass(frozen=True)
class AxisTally:
    axis: Axis | None  # None: the commitments that cover all axes
    tally: Tally


@dataclass(frozen=True)
class Overview:
    whole: Tally
    by_axis: Sequence[AxisTally]
    adjacent: int
    axes: Sequence[Axis]


def overview(commitments: QuerySet[Commitment], on: date) -> Overview:
    """Who stands where, in two queries. By main axis: a commitment is counted once."""
    measured = Q(progress__isnull=False)
    groups = (
        commitments.order_by()
        .values("main_axis", "status", "provenance")
        .annotate(
            n=Count("pk"),
            late=Count("pk", filter=Q(late_since__lte=on)),
            late_revised=Count("pk", filter=Q(late_since_revised__lte=on)),
            measured=Count("pk", filter=measured),
            weighted=Sum(F("progress") * F("weight"), filter=measured),
            weight_measured=Sum("weight", filter=measured),
        )
    )
    whole, adjacent, by_axis = Tally(), 0, defaultdict[int | None, Tally](Tally)
    for row in groups:
        if row["provenance"] == Commitment.Provenance.ADJACENT:
            adjacent += row["n"]
        else:
            whole.add(row)
            by_axis[row["main_axis"]].add(row)
    axes = list(Axis.objects.all())
    rows = [AxisTally(axis, by_axis[axis.pk]) for axis in axes if axis.pk in by_axis]
    if None in by_axis:
        rows.append(AxisTally(None, by_axis[None]))
    return Overview(whole, rows, adjacent, axes)


def listed_by_axis(user: Someone) -> dict[int, int]:
    """How many commitments each axis lists, whether main or not; adjacent actions are left out."""
    counted = commitments_for(user).exclude(provenance=Commitment.Provenance.ADJACENT)
    pairs = Commitment.axes.through.objects.filter(commitment__in=counted).values("axis").annotate(n=Count("pk"))
    return {pair["axis"]: pair["n"] for pair in pairs}
