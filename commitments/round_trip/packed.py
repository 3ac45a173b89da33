"""The sheets of a file as JSON keeps them, between the preview and « Appliquer »."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from commitments.round_trip.cells import text_of
from commitments.round_trip.reading import NotOurs, is_ours
from commitments.spreadsheets import Cell, Table

MOST_ROWS = 5_000
MOST_CHARACTERS = 20_000_000


def pack(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Of the sheets that are ours. Raises NotOurs for what no export of the portal is as large as."""
    packed = [_packed(table) for table in tables if is_ours(table)]
    size = sum(len(str(cell)) for sheet in packed for row in sheet["rows"] for cell in row)
    if size > MOST_CHARACTERS or any(len(sheet["rows"]) > MOST_ROWS for sheet in packed):
        raise NotOurs(_("Ce fichier est bien plus long qu’un export du portail : gardez-en les lignes à reprendre."))
    return packed


def unpack(packed: Sequence[dict[str, Any]]) -> list[Table]:
    return [
        Table(sheet["sheet"], sheet["rows"], frozenset((row, column) for row, column in sheet["covered"]))
        for sheet in packed
    ]


def _packed(table: Table) -> dict[str, Any]:
    rows = [_trimmed([_cell(cell) for cell in row]) for row in table.rows]
    while rows and not rows[-1]:
        rows.pop()
    covered = sorted((row, column) for row, column in table.covered if row < len(rows))
    return {"sheet": text_of(table.sheet), "rows": rows, "covered": covered}


def _trimmed(row: list[Any]) -> list[Any]:
    while row and row[-1] == "":
        row.pop()
    return row


def _cell(cell: Cell) -> Any:
    """Numbers stay numbers: a cell in the format of percentages is told from a text."""
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < 1e15
    return cell if is_number and not isinstance(cell, datetime | date) else text_of(cell)
