"""Totals of the ledger, by reach, then by envelope, axis, funder or fiscal year: each cut adds up to the same sum.

Of commitments that count: adjacent actions and merged ones are left out, as in every headline figure. The lines that
are added are chosen commitment by commitment (`lines.to_add`), by kind of amount.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TypeVar

from django.db.models import F, QuerySet, Sum

from accounts.permissions import Someone
from commitments.models import Commitment
from commitments.queries import commitments_for
from funding.ledger import FOLLOWS, KINDS, Part, Summed, summed
from funding.models import FundingEvent, FundingLine
from funding.queries.lines import parents_of_envelopes, to_add, with_amounts

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Cell:
    """Euros of one line, one kind and one fiscal year. `line` comes with its envelope, funder and commitment."""

    line: FundingLine
    kind: str
    fiscal_year: int
    amount: Decimal


@dataclass(frozen=True)
class Counted:
    """`cells` may all be added, reach by reach. `lines`: all of them, those left out included. `silent`: commitments
    without any known amount: « financement non renseigné », never zero."""

    cells: Sequence[Cell]
    lines: Sequence[FundingLine]
    commitments: int
    informed_pks: frozenset[int]

    @property
    def informed(self) -> int:
        return len(self.informed_pks)

    @property
    def silent(self) -> int:
        return self.commitments - self.informed


def counted(user: Someone, on: date | None = None) -> Counted:
    """Of the commitments one may see, in four queries. `on`: what had happened by the end of that day."""
    of = _those_that_count(user)
    return counted_of(of, of.count(), on)


def silent_commitments(user: Someone, found: Counted) -> QuerySet[Commitment]:
    """Those whose funding nothing is known of."""
    return _those_that_count(user).exclude(pk__in=found.informed_pks).order_by("code")


def _those_that_count(user: Someone) -> QuerySet[Commitment]:
    return commitments_for(user).exclude(provenance=Commitment.Provenance.ADJACENT)


def counted_of(commitments: QuerySet[Commitment], number: int, on: date | None = None) -> Counted:
    """Of a queryset of commitments, `number` of them."""
    related = ("envelope", "funder", "beneficiary", "commitment__main_axis")
    lines = with_amounts(FundingLine.objects.select_related(*related).filter(commitment__in=commitments), on)
    known = list(lines.order_by("commitment__code", "envelope__code", "pk"))
    kept, parents = dict[tuple[int, str], FundingLine](), parents_of_envelopes()
    informed = set()
    for commitment, group in groupby(known, key=lambda line: line.commitment_id):
        own = list(group)
        for kind in KINDS:
            added = to_add(own, parents, FOLLOWS.get(kind, kind))
            kept |= {(line.pk, kind): line for line in added}
            informed |= {commitment} if added else set()
    return Counted(_cells(kept, on), known, number, frozenset(informed))


def _cells(kept: dict[tuple[int, str], FundingLine], on: date | None) -> list[Cell]:
    events = FundingEvent.objects.effective().filter(line__in={line for line, _kind in kept})
    if on is not None:
        events = events.filter(occurred_on__lte=on)
    sums = events.values("line", "kind", year=F("fiscal_year")).annotate(euros=Sum("amount")).order_by("line", "year")
    return [
        Cell(kept[row["line"], row["kind"]], row["kind"], row["year"], row["euros"])
        for row in sums
        if (row["line"], row["kind"]) in kept
    ]


def totals(cells: Iterable[Cell], key: Callable[[Cell], K]) -> dict[K, Summed]:
    """Sums by what `key` says of a cell, exact to the cent."""
    groups = defaultdict[K, list[Cell]](list)
    for cell in cells:
        groups[key(cell)].append(cell)
    return {name: summed(_part(cell) for cell in of) for name, of in groups.items()}


def _part(cell: Cell) -> Part:
    planned: Decimal | None = cell.line.planned_amount  # type: ignore[attr-defined]
    return Part(cell.line.pk, planned, cell.kind, cell.amount)


def by_reach(cells: Iterable[Cell]) -> dict[str, list[Cell]]:
    """Regional, national and European money are never added to each other."""
    found = defaultdict[str, list[Cell]](list)
    for cell in cells:
        found[cell.line.envelope.reach].append(cell)
    return dict(found)
