"""The money of the roadmap cut four ways: each cut is of the same cells, so that each adds up to the same total."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Someone
from actors.models import Actor
from funding.ledger import KINDS, Amounts, Summed
from funding.models import Envelope
from funding.queries.totals import Cell, counted, totals

# In addresses: the commitments of all axes, the lines of all the funders of an envelope.
TRANSVERSAL, TOGETHER = "transversal", "ensemble"


@dataclass(frozen=True)
class CutRow:
    """`code`: as the pages behind the figures know it. `is_content`: the title is a name of the roadmap, in French;
    otherwise it is in the reader's language."""

    title: str
    url: str
    amounts: Amounts
    code: str
    is_content: bool = True


def whole(cells: Iterable[Cell]) -> Summed:
    return totals(cells, lambda cell: None).get(None, Summed())


def regional(cells: Iterable[Cell]) -> Summed:
    """Of the region: national and European money is context."""
    return whole(cell for cell in cells if cell.line.envelope.reach == Envelope.Reach.REGIONAL)


def funded_by(actor: Actor, user: Someone) -> Amounts | None:
    """Of the region: the row of the actor in the page on funding. None for who funds nothing."""
    cells = [cell for cell in counted(user).cells if cell.line.funder == actor]
    return regional(cells) if cells else None


def _cut(cells: Sequence[Cell], key: Callable[[Cell], Any], row: Callable[[Cell, Amounts], CutRow]) -> list[CutRow]:
    """In the order of the keys."""
    one, sums = {key(cell): cell for cell in cells}, totals(cells, key)
    return [row(one[name], sums[name]) for name in sorted(sums)]


def by_envelope(cells: Sequence[Cell]) -> list[CutRow]:
    """Lines on the envelope itself: those on a part of it stand in the row of the part."""
    page = reverse("funding:envelopes")

    def row(cell: Cell, amounts: Amounts) -> CutRow:
        envelope = cell.line.envelope
        return CutRow(envelope.title, f"{page}#{envelope.code}", amounts, envelope.code)

    return _cut(cells, lambda cell: cell.line.envelope.code, row)


def by_axis(cells: Sequence[Cell]) -> list[CutRow]:
    """By main axis, so that a commitment is counted once; those of all axes last."""

    def key(cell: Cell) -> tuple[bool, int, str]:
        axis = cell.line.commitment.main_axis
        return (True, 0, "") if axis is None else (False, axis.order, axis.code)

    def row(cell: Cell, amounts: Amounts) -> CutRow:
        axis = cell.line.commitment.main_axis
        if axis is None:
            return CutRow(_("tous les axes"), "", amounts, TRANSVERSAL, is_content=False)
        return CutRow(axis.title, axis.get_absolute_url(), amounts, axis.code)

    return _cut(cells, key, row)


def by_funder(cells: Sequence[Cell]) -> list[CutRow]:
    def key(cell: Cell) -> tuple[bool, str, int]:
        funder = cell.line.funder
        return (True, "", 0) if funder is None else (False, funder.name, funder.pk)

    def row(cell: Cell, amounts: Amounts) -> CutRow:
        funder = cell.line.funder
        if funder is None:
            title = _("financeurs d’une enveloppe ensemble, parts non publiées")
            return CutRow(title, "", amounts, TOGETHER, is_content=False)
        return CutRow(funder.name, funder.get_absolute_url(), amounts, funder.slug)

    return _cut(cells, key, row)


def by_year(cells: Sequence[Cell]) -> list[CutRow]:
    """By fiscal year of the event: what was planned one year may be paid another."""

    def row(cell: Cell, amounts: Amounts) -> CutRow:
        # What is contracted in a year was planned in others: no rate is told of a year.
        bare = Summed(**{kind: getattr(amounts, kind) for kind in KINDS})
        return CutRow(str(cell.fiscal_year), "", bare, str(cell.fiscal_year), is_content=False)

    return _cut(cells, lambda cell: cell.fiscal_year, row)
