"""The sheets of an export, whatever its format: text cells, so that no program turns them into dates or formulas."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from commitments.models import Commitment, Milestone, ProgressUpdate
from commitments.round_trip import MILESTONES, STATEMENTS, claim_columns, label_of, shown, statement_columns

WIDTHS = {
    "code": 20, "title": 40, "axis": 26, "weather": 22, "progress": 13, "status": 18, "export": 40,
    "milestone_title": 40, "due_on": 14, "achieved_on": 14, "milestone": 12,
}  # fmt: skip
LONG = 44
WITH_CHOICES = ("weather", "status")


@dataclass(frozen=True)
class Page:
    """`greyed`: columns that are not to be changed. `choices`: by column, what its cells may say. `remarks`: by row and
    column, from 0, what a cell is told. `header`: the row of the titles."""

    name: str
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    greyed: frozenset[int] = frozenset()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    remarks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    header: int = 0


@dataclass(frozen=True)
class Sending:
    """One commitment of the export; `pending`: the milestones that may be said to be achieved."""

    commitment: Commitment
    stated: Mapping[str, Any]
    pending: Sequence[Milestone]


def export_pages(sendings: Sequence[Sending], key: str) -> list[Page]:
    statements = [_statement_row(sending, key) for sending in sendings]
    claims = [row for sending in sendings for row in _claim_rows(sending, key)]
    return [
        _page(str(STATEMENTS), statement_columns(), statements),
        _page(str(MILESTONES), claim_columns(), claims),
        Page(_("Lisez-moi"), (100,), [[line] for line in _read_me()]),
    ]


def _page(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Page:
    kept = {"code", "title", "axis", "milestone_title", "due_on", "milestone", "export"}
    return Page(
        name,
        [WIDTHS.get(column, LONG) for column in columns],
        [[label_of(column) for column in columns], *rows],
        frozenset(at for at, column in enumerate(columns) if column in kept),
        {at: _choices(column) for at, column in enumerate(columns) if column in WITH_CHOICES},
    )


def _choices(name: str) -> list[str]:
    return [str(label) for _code, label in ProgressUpdate._meta.get_field(name).choices or ()]  # type: ignore[union-attr]


def _statement_row(sending: Sending, key: str) -> list[str]:
    commitment = sending.commitment
    axis = "" if commitment.main_axis is None else commitment.main_axis.title
    known = {"code": commitment.code, "title": commitment.title, "axis": axis, "export": key}
    return [
        known[column] if column in known else shown(column, sending.stated.get(column))
        for column in statement_columns()
    ]


def _claim_rows(sending: Sending, key: str) -> Iterator[list[str]]:
    for milestone in sending.pending:
        name = f"milestone_{milestone.pk}"
        claimed_on = shown(name, sending.stated.get(name))
        yield [
            sending.commitment.code,
            sending.commitment.title,
            milestone.title,
            shown("due_on", milestone.due_on),
            claimed_on,
            str(milestone.pk),
            key,
        ]


def _read_me() -> list[str]:
    return [
        _("Modifiez les cellules blanches des deux premières feuilles, puis envoyez ce fichier."),
        _("Les colonnes grises disent de quel engagement et de quel export il s’agit : ne les modifiez pas."),
        _("Une cellule que vous n’avez pas changée ne change rien, même si quelqu’un d’autre l’a changée en ligne."),
        _("Les lignes et les colonnes se déplacent, se masquent ou s’effacent sans dommage, sauf le code."),
        _("Avancement : de 0 à 100, comme 45 ou 62,5. Dates : 02/01/2026, 2 janv. 2026 ou 2026-01-02."),
        _("Météo : %(choices)s.") % {"choices": ", ".join(_choices("weather"))},
        _("Statut : %(choices)s.") % {"choices": ", ".join(_choices("status"))},
        _("Rien n’est écrit à l’envoi : un aperçu montre les changements, et c’est vous qui les appliquez."),
    ]
