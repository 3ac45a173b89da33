"""The file that was sent, with what is wrong in it said beside each row and on each cell."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from commitments.round_trip import REMARKS, CellFault, text_of
from commitments.round_trip.reading import annotated_columns, header_row
from commitments.spreadsheets import Table
from commitments.writers.pages import LONG, Page

WIDTH = 24


def annotated_pages(tables: Sequence[Table], faults: Iterable[CellFault]) -> list[Page]:
    """Rows and columns keep their places: B7 is still B7."""
    by_sheet = defaultdict[str, list[CellFault]](list)
    for fault in faults:
        by_sheet[fault.sheet].append(fault)
    return [_page(table, by_sheet[table.sheet]) for table in tables]


def _page(table: Table, faults: Sequence[CellFault]) -> Page:
    rows = [[text_of(cell) for cell in row] for row in table.rows]
    at, header = annotated_columns(table) or 0, header_row(table)
    told, remarks = defaultdict[int, list[str]](list), dict[tuple[int, int], str]()
    for fault in faults:
        sentence = _("Lu : « %(read)s ». Attendu : %(expected)s.") % {"read": fault.read, "expected": fault.expected}
        told[fault.row].append(f"{fault.cell}\u00a0: {sentence}")
        remarks[fault.row, fault.column] = sentence
    for number, row in enumerate(rows):
        row.extend([""] * (at + 1 - len(row)))
        row[at] = str(REMARKS) if number == header else "\n".join(told[number])
    widths = [WIDTH] * max((len(row) for row in rows), default=1)
    widths[at] = LONG
    return Page(table.sheet or _("Points d’avancement"), widths, rows, remarks=remarks, header=header)
