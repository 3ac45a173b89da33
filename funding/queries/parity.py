"""Parity of the envelopes that ask for it, over their lines and those of their parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.permissions import Someone
from actors.models import Side
from funding.models import Envelope
from funding.parity import Parity
from funding.queries.lines import above, parents_of_envelopes
from funding.queries.overview import whole
from funding.queries.totals import Cell, counted

STAGES = ("planned", "net_contracted", "net_paid")


@dataclass(frozen=True)
class EnvelopeParity:
    """`shared`: planned euros of all funders together, whose shares were not published. `others`: of neither side."""

    envelope: Envelope
    stages: Mapping[str, Parity]
    shared: Decimal | None
    others: Decimal | None

    @property
    def is_beyond(self) -> bool:
        return any(parity.is_beyond for parity in self.stages.values())


def parities(user: Someone) -> list[EnvelopeParity]:
    """Six queries, whatever the number of envelopes and lines."""
    envelopes = list(Envelope.objects.filter(parity_tolerance__isnull=False).order_by("code"))
    cells, parents = counted(user).cells, parents_of_envelopes()
    return [_of(envelope, [cell for cell in cells if _is_in(cell, envelope, parents)]) for envelope in envelopes]


def _is_in(cell: Cell, envelope: Envelope, parents: Mapping[int, int | None]) -> bool:
    own = cell.line.envelope_id
    return own == envelope.pk or envelope.pk in above(own, parents)


def _of(envelope: Envelope, cells: Sequence[Cell]) -> EnvelopeParity:
    tolerance = envelope.parity_tolerance
    assert tolerance is not None
    by_side = {side: whole(cell for cell in cells if _side(cell) == side) for side in (*Side, "", None)}
    return EnvelopeParity(
        envelope=envelope,
        stages={
            stage: Parity(getattr(by_side[Side.STATE], stage), getattr(by_side[Side.REGION], stage), tolerance)
            for stage in STAGES
        },
        shared=by_side[None].planned,
        others=by_side[""].planned,
    )


def _side(cell: Cell) -> str | None:
    """None: the envelope's funders together."""
    funder = cell.line.funder
    return None if funder is None else funder.side
