"""The money of one commitment: its lines, each with its events, and what of them may be added."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F

from commitments.models import Commitment
from funding.ledger import FOLLOWS, KINDS, Amounts, Part, Summed, amounts_of, summed
from funding.models import Envelope, FundingEvent, FundingLine
from funding.queries.lines import parents_of_envelopes, to_add
from roadmap_portal.prepared import Prepared


class LineRow(NamedTuple):
    pk: int
    envelope_id: int
    envelope_code: str
    envelope_title: str
    reach: str
    funder_id: int | None
    funder_name: str | None  # None: the envelope's funders together
    funder_slug: str | None
    side: str | None
    beneficiary_name: str | None
    authorisation_kind: str
    instrument: str
    agreement_reference: str
    is_fictional: bool
    note: str


class EventRow(NamedTuple):
    """Effective: neither corrected nor taken back."""

    line_id: int
    kind: str
    amount: Decimal
    occurred_on: date
    fiscal_year: int
    document: str
    document_url: str


LINES = Prepared(
    LineRow,
    lambda commitment: (
        FundingLine.objects.filter(commitment=commitment)
        .annotate(
            envelope_code=F("envelope__code"),
            envelope_title=F("envelope__title"),
            reach=F("envelope__reach"),
            funder_name=F("funder__name"),
            funder_slug=F("funder__slug"),
            side=F("funder__side"),
            beneficiary_name=F("beneficiary__name"),
        )
        .order_by("envelope_code", "pk")
    ),
    commitment=int,
)
EVENTS = Prepared(
    EventRow,
    lambda commitment: (
        FundingEvent.objects.effective()
        .filter(line__commitment=commitment)
        .order_by("line", "occurred_on", "recorded_at", "pk")
    ),
    commitment=int,
)


@dataclass(frozen=True)
class FundedLine:
    """A line, its events in order, and their sums. `left_out`: its planned amount is told by another line too."""

    row: LineRow
    events: Sequence[EventRow]
    amounts: Amounts
    left_out: bool = False


@dataclass(frozen=True)
class CommitmentMoney:
    """`added`: by kind, the lines whose amounts of that kind may be added. `totals`: their sums by reach; reaches
    without any are absent."""

    lines: Sequence[FundedLine]
    totals: Mapping[str, Summed]
    added: Mapping[str, set[int]]

    @property
    def regional(self) -> Summed:
        return self.totals.get(Envelope.Reach.REGIONAL, Summed())


class _Placed:
    """A line as `to_add` reads it."""

    def __init__(self, row: LineRow, amounts: Amounts) -> None:
        self.row, self.envelope_id, self.funder_id = row, row.envelope_id, row.funder_id
        for kind in KINDS:
            setattr(self, f"{kind}_amount", getattr(amounts, kind))


def money_of(commitment: Commitment) -> CommitmentMoney:
    """Of a commitment whose visibility the caller has checked. One query without lines, three with."""
    rows = LINES(commitment=commitment.pk)
    if not rows:
        return CommitmentMoney([], {}, {})
    events = defaultdict[int, list[EventRow]](list)
    for event in EVENTS(commitment=commitment.pk):
        events[event.line_id].append(event)
    amounts = {row.pk: amounts_of(events[row.pk]) for row in rows}
    added = _added(rows, amounts)
    lines = [
        FundedLine(
            row, events[row.pk], amounts[row.pk], amounts[row.pk].planned is not None and row.pk not in added["planned"]
        )
        for row in rows
    ]
    return CommitmentMoney(lines, _totals(rows, amounts, added), added)


def _added(rows: Sequence[LineRow], amounts: Mapping[int, Amounts]) -> dict[str, set[int]]:
    """By kind, the lines whose amounts of that kind may be added."""
    parents, placed = parents_of_envelopes(), [_Placed(row, amounts[row.pk]) for row in rows]
    return {kind: {line.row.pk for line in to_add(placed, parents, FOLLOWS.get(kind, kind))} for kind in KINDS}


def _totals(
    rows: Sequence[LineRow], amounts: Mapping[int, Amounts], added: Mapping[str, set[int]]
) -> dict[str, Summed]:
    parts = defaultdict[str, list[Part]](list)
    for row in rows:
        for kind in KINDS:
            amount = getattr(amounts[row.pk], kind)
            if amount is not None and row.pk in added[kind]:
                parts[row.reach].append(Part(row.pk, amounts[row.pk].planned, kind, amount))
    return {reach: summed(of) for reach, of in parts.items()}
