"""Lines with the amounts of their ledger, and which of these may be added: the one place that knows (domain.md).

Of the lines of one commitment:
- a line on an envelope and a line on a part of that envelope are the same money told twice. The more precise one is
  kept, the outer one left out, whoever the funder is;
- a line without a funder is that of all the envelope's funders together: their own lines on it are shares of it;
- money of the region, national and European money are three sums, never one: the last two are context;
- a missing amount is counted as missing, it is not zero.
Each kind of amount is added by itself: of the lines where it is written.
Envelopes themselves are never added: they are nested, and quoted from sources that overlap.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from django.db.models import Q, QuerySet, Sum

from accounts.permissions import Someone, visible_to
from actors.models import Actor
from commitments.models import Commitment
from funding.ledger import KINDS, Amounts
from funding.models import Envelope, FundingLine


@dataclass(frozen=True)
class EnvelopeAtLevel:
    """An envelope and its depth in the tree: 0 for one that is part of no other."""

    envelope: Envelope
    level: int


@dataclass(frozen=True)
class Planned:
    """Planned euros of one commitment, by reach. None: no amount is known; `without_amount` lines have none."""

    regional: Decimal | None
    national: Decimal | None
    european: Decimal | None
    added: tuple[FundingLine, ...]
    left_out: tuple[FundingLine, ...]
    without_amount: int

    @property
    def lines(self) -> int:
        return len(self.added) + len(self.left_out) + self.without_amount


def envelope_tree() -> list[EnvelopeAtLevel]:
    """All envelopes, each followed by its parts, with funders and sources: three queries."""
    envelopes = list(Envelope.objects.prefetch_related("funders", "sources").order_by("code"))
    children = defaultdict[int | None, list[Envelope]](list)
    for envelope in envelopes:
        children[envelope.parent_id].append(envelope)
    return list(_walk(children, None, 0))


def _walk(children: Mapping[int | None, list[Envelope]], parent: int | None, level: int) -> Iterator[EnvelopeAtLevel]:
    for envelope in children.get(parent, []):
        yield EnvelopeAtLevel(envelope, level)
        yield from _walk(children, envelope.pk, level + 1)


def parents_of_envelopes() -> dict[int, int | None]:
    """The envelope each envelope is part of: what `planned` needs to know of the tree. One query."""
    return dict(Envelope.objects.values_list("pk", "parent"))


def with_amounts(lines: QuerySet[FundingLine], on: date | None = None) -> QuerySet[FundingLine]:
    """Each with `planned_amount` … `recovered_amount`, the sum of its effective events of that kind; None without any.

    `on`: what had happened by the end of that day, as it is known now.
    """
    effective = Q(events__superseded_by__isnull=True, events__amount__gt=0)
    if on is not None:
        effective &= Q(events__occurred_on__lte=on)
    return lines.annotate(
        **{f"{kind}_amount": Sum("events__amount", filter=effective & Q(events__kind=kind)) for kind in KINDS}
    )


def amounts_of_line(line: Any) -> Amounts:
    """Of a line that `with_amounts` fetched."""
    return Amounts(**{kind: getattr(line, f"{kind}_amount") for kind in KINDS})


class Placed(Protocol):
    """What the choice reads of a line, whether a model or a row of a query; and `<kind>_amount`."""

    @property
    def envelope_id(self) -> int: ...
    @property
    def funder_id(self) -> int | None: ...


P = TypeVar("P", bound=Placed)


def to_add(lines: Iterable[P], parents: Mapping[int, int | None], kind: str) -> list[P]:
    """Those of the lines of ONE commitment whose amounts of this kind may be added."""
    known = [line for line in lines if getattr(line, f"{kind}_amount") is not None]
    outer = {envelope for line in known for envelope in above(line.envelope_id, parents)}
    together = {line.envelope_id for line in known if line.funder_id is None}
    return [
        line
        for line in known
        if line.envelope_id not in outer and (line.funder_id is None or line.envelope_id not in together)
    ]


def planned(lines: Iterable[FundingLine], parents: Mapping[int, int | None]) -> Planned:
    """What may be added of the lines of ONE commitment. Reads `line.envelope`: fetch it with the lines."""
    everything = list(lines)
    known = [line for line in everything if line.planned_amount is not None]  # type: ignore[attr-defined]
    added = tuple(to_add(known, parents, "planned"))
    kept = {line.pk for line in added}
    sums = {reach: _sum(line for line in added if line.envelope.reach == reach) for reach in Envelope.Reach}
    return Planned(
        regional=sums[Envelope.Reach.REGIONAL],
        national=sums[Envelope.Reach.NATIONAL],
        european=sums[Envelope.Reach.EUROPEAN],
        added=added,
        left_out=tuple(line for line in known if line.pk not in kept),
        without_amount=len(everything) - len(known),
    )


def above(envelope: int, parents: Mapping[int, int | None]) -> set[int]:
    """The envelopes this one is part of. Stops where it has been: a circle in the data must not hang a page."""
    found: set[int] = set()
    parent = parents.get(envelope)
    while parent is not None and parent not in found and parent != envelope:
        found.add(parent)
        parent = parents.get(parent)
    return found


def _sum(lines: Iterable[FundingLine]) -> Decimal | None:
    amounts = [line.planned_amount for line in lines]  # type: ignore[attr-defined]
    return sum(amounts, Decimal(0)) if amounts else None


def funding_lines(on: date | None = None) -> QuerySet[FundingLine]:
    """With their amounts (`with_amounts`)."""
    lines = FundingLine.objects.select_related("envelope", "funder", "beneficiary")
    return with_amounts(lines, on).order_by("envelope__code", "pk")


def lines_for(user: Someone) -> dict[int, list[FundingLine]]:
    """Lines of the commitments one may see, by envelope: one query."""
    visible = Commitment.objects.filter(visible_to(user))
    found = defaultdict[int, list[FundingLine]](list)
    for line in funding_lines().select_related("commitment").filter(commitment__in=visible):
        found[line.envelope_id].append(line)
    return dict(found)


def envelopes_of(actor: Actor) -> QuerySet[Envelope]:
    """The envelopes the actor funds: three queries with funders and sources."""
    return Envelope.objects.filter(funders=actor).prefetch_related("funders", "sources").order_by("code")
