"""One row being read, cell by cell: what each says, or why it says nothing that can be used."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from commitments.spreadsheets import Cell, Fault

LONGEST = {"operateur": 120, "localisation_geo": 3, "code_nomenclature": 40, "regions": 500, "typologie": 200}
LONGEST_OTHERWISE = 300
MOST_EUROS = Decimal(10) ** 12
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d/%m/%y")


class Cells:
    """A row being read, and its faults so far."""

    def __init__(self, number: int, cells: Mapping[str, Cell]) -> None:
        self.number, self.cells = number, cells
        self.faults: list[Fault] = []

    @property
    def is_empty(self) -> bool:
        return not any(self.text(name, checked=False) for name in self.cells)

    def fault(self, column: str, expected: str) -> None:
        self.faults.append(Fault(self.number, column, self.text(column, checked=False), expected))

    def text(self, column: str, *, checked: bool = True) -> str:
        cell = self.cells.get(column, "")
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        if isinstance(cell, datetime | date):
            cell = cell.strftime("%d/%m/%Y")
        found = " ".join(str(cell).split())
        longest = LONGEST.get(column, LONGEST_OTHERWISE)
        if checked and len(found) > longest:
            self.fault(column, _("%(n)s caractères au plus") % {"n": longest})
        return found

    def euros(self, column: str) -> Decimal | None:
        """None for an empty cell."""
        text = self.text(column)
        cell = self.cells.get(column, "")
        if not text:
            return None
        try:
            amount = Decimal(str(cell)) if isinstance(cell, int | float) else Decimal(_number(text))
        except InvalidOperation:
            self.fault(column, _("un montant en euros"))
            return None
        # A double holds these to the cent; anything finer is noise of the spreadsheet.
        amount = round(amount, 2)
        if not 0 <= amount < MOST_EUROS:
            self.fault(column, _("un montant positif, de moins de mille milliards d’euros"))
            return None
        return amount

    def day(self, column: str) -> date | None:
        cell, text = self.cells.get(column, ""), self.text(column)
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date) or not text:
            return cell if isinstance(cell, date) else None
        for pattern in DATES:
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no time zone
            except ValueError:
                continue
        self.fault(column, _("une date, JJ/MM/AAAA"))
        return None


def _number(text: str) -> str:
    """« 1 234,50 € » as Decimal reads it."""
    return re.sub(r"[\s€]|EUR", "", text).replace(",", ".")
