"""The ledger of a commitment as staff see it: every event, those that were corrected included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from commitments.models import Commitment
from funding.ledger import Amounts
from funding.models import FundingEvent, FundingLine
from funding.queries.lines import amounts_of_line, with_amounts


@dataclass(frozen=True)
class LedgerLine:
    line: FundingLine
    amounts: Amounts
    events: Sequence[FundingEvent]


def ledger_of(commitment: Commitment) -> list[LedgerLine]:
    """Two queries."""
    events = FundingEvent.objects.select_related("recorded_by", "superseded_by")
    lines = FundingLine.objects.filter(commitment=commitment).select_related("envelope", "funder", "beneficiary")
    found = with_amounts(lines).prefetch_related(Prefetch("events", events)).order_by("envelope__code", "pk")
    return [LedgerLine(line, amounts_of_line(line), list(line.events.all())) for line in found]


def lines_by_names(commitments: Iterable[str]) -> dict[tuple[str, str, str], FundingLine]:
    """Lines of these commitments by (commitment code, envelope code, funder slug or ""); one query."""
    lines = FundingLine.objects.select_related("commitment", "envelope", "funder")
    return {
        (line.commitment.code, line.envelope.code, line.funder.slug if line.funder else ""): line
        for line in lines.filter(commitment__code__in=set(commitments))
    }
