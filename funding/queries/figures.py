"""What the public figures on money are computed from: lines, kind by kind, those left out included."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.permissions import Someone
from commitments.queries import pages_for
from funding.ledger import Summed
from funding.models import Envelope, FundingEvent
from funding.queries import overview
from funding.queries.of_commitment import CommitmentMoney, money_of
from funding.queries.totals import Cell, Counted, counted
from roadmap_portal.figures import Figure, Formula, Input, Unit

VERSION = "1"
REGIONAL = Envelope.Reach.REGIONAL
# What each stage adds, and takes back.
OF_STAGE = {
    "planned": ("planned", ""),
    "authorised": ("authorised", ""),
    "net_contracted": ("contracted", "decommitted"),
    "net_paid": ("paid", "recovered"),
}


def titles() -> dict[str, str]:
    return {
        "planned": _("Programmé"),
        "authorised": _("Autorisé (AE ou AP)"),
        "net_contracted": _("Engagé net"),
        "net_paid": _("Payé net"),
    }


def of_money(user: Someone, scope: str, code: str, on: date) -> list[Figure]:
    """The four stages and the two rates of the region's money. `scope`: "", « axe », « acteur », « enveloppe »,
    « exercice » or « engagement ». Http404 where nothing bears that name."""
    if scope == "engagement":
        return _of_commitment(user, code, on)
    found = counted(user)
    cells = [cell for cell in found.cells if cell.line.envelope.reach == REGIONAL and _is_in(cell, scope, code)]
    if scope and not cells:
        raise Http404
    inputs = {stage: _inputs(cells, found, stage, scope, code) for stage in OF_STAGE}
    return _figures(overview.regional(cells), inputs, on)


def _is_in(cell: Cell, scope: str, code: str) -> bool:
    axis, funder = cell.line.commitment.main_axis, cell.line.funder
    names = {
        "": code,
        "axe": axis.code if axis else overview.TRANSVERSAL,
        "acteur": funder.slug if funder else overview.TOGETHER,
        "enveloppe": cell.line.envelope.code,
        "exercice": str(cell.fiscal_year),
    }
    return names.get(scope) == code


def _inputs(cells: Sequence[Cell], found: Counted, stage: str, scope: str, code: str) -> list[Input]:
    added, taken = OF_STAGE[stage]
    rows = [
        Input(
            f"{cell.line.commitment.title} – {_name(cell)} – {FundingEvent.Kind(cell.kind).label}, {cell.fiscal_year}",
            f"{cell.amount:f}",
            cell.line.commitment.get_absolute_url(),
            -1 if cell.kind == taken else 1,
        )
        for cell in cells
        if cell.kind in {added, taken}
    ]
    if scope:
        return rows
    kept = {cell.line.pk for cell in found.cells if cell.kind == added}
    for line in found.lines:
        amount: Decimal | None = getattr(line, f"{added}_amount")
        if amount is not None and (line.pk not in kept or line.envelope.reach != REGIONAL):
            is_context = line.envelope.reach != REGIONAL
            note = _("contexte national ou européen") if is_context else _("même argent qu’une autre ligne")
            rows.append(
                Input(
                    line.commitment.title,
                    f"{amount:f}",
                    line.commitment.get_absolute_url(),
                    1,
                    is_counted=False,
                    note=note,
                )
            )
    return rows


def _name(cell: Cell) -> str:
    return cell.line.funder.name if cell.line.funder else cell.line.envelope.title


def _of_commitment(user: Someone, code: str, on: date) -> list[Figure]:
    commitment = pages_for(user).filter(code=code).first()
    if commitment is None:
        raise Http404
    money = money_of(commitment)
    url = commitment.get_absolute_url()
    return _figures(money.regional, {stage: _line_inputs(money, stage, url) for stage in OF_STAGE}, on)


def _line_inputs(money: CommitmentMoney, stage: str, url: str) -> list[Input]:
    added, taken = OF_STAGE[stage]
    rows = []
    for line in money.lines:
        for event in line.events:
            if event.kind in {added, taken}:
                is_context = line.row.reach != REGIONAL
                is_counted = not is_context and line.row.pk in money.added[event.kind]
                note = _("contexte national ou européen") if is_context else _("même argent qu’une autre ligne")
                label = f"{line.row.funder_name or line.row.envelope_title} – {event.document}, {event.occurred_on}"
                sign = -1 if event.kind == taken else 1
                rows.append(Input(label, f"{event.amount:f}", url, sign, is_counted, "" if is_counted else note))
    return rows


def _figures(amounts: Summed, inputs: dict[str, list[Input]], on: date) -> list[Figure]:
    told = (VERSION, on, _("financeurs, par les documents cités dans chaque écriture"))
    names = titles()
    figures = [
        Figure(stage, names[stage], Formula.SUM, Unit.EUROS, getattr(amounts, stage), inputs[stage], *told)
        for stage in OF_STAGE
    ]
    rates = [
        ("contracted_rate", _("Taux d’engagement"), _("Engagé net"), amounts.contracted_part, amounts.contracted_base),
        ("paid_rate", _("Taux de paiement"), _("Payé net"), amounts.paid_part, amounts.paid_base),
    ]
    for name, title, of, part, base in rates:
        parts = [(_("%(what)s, sur les lignes dont le programmé est connu") % {"what": of}, part)]
        parts.append((_("Programmé de ces mêmes lignes"), base))
        of_rate = [Input(label, "" if value is None else f"{value:f}") for label, value in parts]
        value = getattr(amounts, name)
        figures.append(Figure(name, title, Formula.RATIO, Unit.PERCENT, value, of_rate, *told, decimals=1))
    return figures
