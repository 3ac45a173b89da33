"""Rows pasted from a spreadsheet, read as events; what is wrong is told by line and column. Pure.

A copied range comes as text parted by tabs; « ; » is read too. The first row names the columns, in any order.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from commitments.spreadsheets import Fault, plain
from roadmap_portal.one_line import RUN_BY_SPREADSHEETS

COLUMNS = (
    "engagement",
    "enveloppe",
    "financeur",
    "nature",
    "date",
    "exercice",
    "montant",
    "document",
    "adresse",
    "motif",
)
COMPULSORY = ("engagement", "enveloppe", "nature", "date", "montant", "document")
MOST_ROWS = 500
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y")
KINDS = {
    "planned": ("programme", "prevu", "planned"),
    "authorised": ("autorise", "ae", "ap", "affecte", "vote", "authorised"),
    "appropriated": ("credits de paiement ouverts", "cp ouverts", "credits de paiement", "appropriated"),
    "contracted": ("engage", "engage juridiquement", "contracted"),
    "ordered": ("ordonnance", "mandate", "ordonnance ou mandate", "ordered"),
    "paid": ("paye", "paid"),
    "decommitted": ("desengage", "decommitted"),
    "recovered": ("reverse", "recovered"),
}
SHOWN = ("programmé", "autorisé", "CP ouverts", "engagé", "ordonnancé", "mandaté", "payé", "désengagé", "reversé")
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}


@dataclass(frozen=True)
class PastedRow:
    """`funder` is empty for the envelope's funders together. Whether the line exists is not known here."""

    line: int
    commitment: str
    envelope: str
    funder: str
    kind: str
    occurred_on: date
    fiscal_year: int
    amount: Decimal
    document: str
    document_url: str
    reason: str


@dataclass(frozen=True)
class Pasted:
    rows: Sequence[PastedRow]
    faults: Sequence[Fault]


def read_pasted(text: str) -> Pasted:
    """Empty lines are skipped. A header that lacks a compulsory column is the only fault then told."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = "\t" if "\t" in first else ";"
    table = list(csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter=delimiter))
    start = next((n for n, cells in enumerate(table) if any(cell.strip() for cell in cells)), None)
    if start is None:
        return Pasted([], [Fault(1, "", "", _("des lignes, sous une ligne de titres"))])
    names = [plain(cell) for cell in table[start]]
    if missing := [column for column in COMPULSORY if column not in names]:
        expected = _("les colonnes %(columns)s") % {"columns": ", ".join(missing)}
        return Pasted([], [Fault(start + 1, "", ", ".join(table[start]), expected)])
    rows, faults = list[PastedRow](), list[Fault]()
    for number, cells in enumerate(table[start + 1 :], start=start + 2):
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(number, dict(zip(names, (cell.strip() for cell in cells), strict=False)))
        read = row.read()
        faults += row.faults
        rows += [] if row.faults else [read]
    if len(rows) + len(faults) > MOST_ROWS:
        return Pasted([], [Fault(start + 1, "", str(len(rows)), _("%(n)s lignes au plus") % {"n": MOST_ROWS})])
    return Pasted(rows, faults)


class _Row:
    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line, self.cells = line, cells
        self.faults: list[Fault] = []

    def read(self) -> PastedRow:
        for column in COMPULSORY:
            if not self.text(column):
                self.fault(column, _("une valeur"))
        if self.text("document").startswith(RUN_BY_SPREADSHEETS):
            self.fault("document", _("un texte qui commence par une lettre, un chiffre ou un guillemet"))
        occurred_on = self.day()
        return PastedRow(
            line=self.line,
            commitment=self.text("engagement"),
            envelope=self.text("enveloppe"),
            funder=self.text("financeur"),
            kind=self.kind(),
            occurred_on=occurred_on,
            fiscal_year=self.year(occurred_on),
            amount=self.amount(),
            document=self.text("document"),
            document_url=self.text("adresse"),
            reason=self.text("motif"),
        )

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, expected: str) -> None:
        if column not in {fault.column for fault in self.faults}:
            self.faults.append(Fault(self.line, column, self.text(column), expected))

    def kind(self) -> str:
        kind = KIND_OF.get(plain(self.text("nature")), "")
        if not kind:
            self.fault("nature", ", ".join(SHOWN))
        return kind

    def day(self) -> date:
        for pattern in DATES:
            try:
                return datetime.strptime(self.text("date"), pattern).date()  # noqa: DTZ007 - a day has no time zone
            except ValueError:
                continue
        self.fault("date", _("une date, JJ/MM/AAAA"))
        return date.min

    def year(self, occurred_on: date) -> int:
        text = self.text("exercice")
        if not text:
            return occurred_on.year
        if not re.fullmatch(r"20\d\d", text):
            self.fault("exercice", _("une année, comme 2026"))
            return occurred_on.year
        return int(text)

    def amount(self) -> Decimal:
        digits = re.sub(r"[\s€]|EUR", "", self.text("montant")).replace(",", ".")
        try:
            amount = Decimal(digits)
        except InvalidOperation:
            self.fault("montant", _("un montant en euros, comme 1 234,56"))
            return Decimal(0)
        if amount <= 0 or amount != round(amount, 2):
            self.fault("montant", _("un montant supérieur à zéro, au centime"))
        return amount
