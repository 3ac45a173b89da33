"""A file read back: what its author changed in it, cell by cell, and what cannot be read."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from commitments.round_trip.cells import text_of
from commitments.round_trip.columns import (
    ACHIEVED,
    CODE,
    EXPORT,
    KEY_COLUMNS,
    MILESTONE,
    STATED_COLUMNS,
    label_of,
    names_by_header,
    remarks_headers,
)
from commitments.round_trip.frozen import shown
from commitments.spreadsheets import Cell, Table, plain

KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CLAIM = "milestone_"
# Titles, blank lines and a note may stand above the header.
HEADER_AMONG = 20
HARD_SPACES = re.compile("[\u00a0\u202f\u2009]")
BLANKS_AT_END_OF_LINE = re.compile(r"[ \t]+$", re.MULTILINE)


class NotOurs(Exception):
    """The file as a whole cannot be read back; the sentence says why."""


@dataclass(frozen=True)
class CellFault:
    """`sheet`, `cell`: where, as in « Jalons », B7. `row`, `column`: the same from 0."""

    sheet: str
    row: int
    column: int
    read: str
    expected: str

    @property
    def cell(self) -> str:
        return f"{letters(self.column)}{self.row + 1}"


@dataclass(frozen=True)
class Edit:
    """A cell that no longer says what the export had put there. `name`: of the field, or of the claim."""

    name: str
    cell: Cell
    fault: CellFault  # what it would be told with, once something is expected of it

    def refused(self, expected: str) -> CellFault:
        return CellFault(self.fault.sheet, self.fault.row, self.fault.column, self.fault.read, expected)


@dataclass
class Reading:
    """`edits`: by code of commitment. `places`: where each code was read first."""

    key: str
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    places: dict[str, CellFault] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Sheet:
    table: Table
    header: int
    columns: Mapping[str, int]

    def rows(self) -> Iterator[tuple[int, Mapping[str, Cell]]]:
        for number, row in enumerate(self.table.rows[self.header + 1 :], start=self.header + 1):
            cells = {name: row[at] if at < len(row) else "" for name, at in self.columns.items()}
            if any(text_of(cell).strip() for cell in cells.values()):
                yield number, cells

    def place(self, row: int, name: str, read: str, expected: str = "") -> CellFault:
        return CellFault(self.table.sheet, row, self.columns[name], read, expected)


def letters(column: int) -> str:
    """Name of a column counted from 0: A … Z, AA …"""
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def key_in(tables: Sequence[Table], properties: str) -> str:
    """Of the export the file comes from: in its rows, failing that in the properties of the document."""
    found = {key for sheet in _sheets(tables) for key in _keys(sheet)} or {*KEY.findall(properties.lower())}
    if len(found) > 1:
        raise NotOurs(_("Ce fichier réunit les lignes de plusieurs exports : envoyez-les séparément."))
    if not found:
        raise NotOurs(
            _(
                "La référence de l’export manque : sa colonne a été effacée, ou ce fichier ne vient pas du portail. "
                "Exportez de nouveau, puis reportez-y vos changements."
            )
        )
    return found.pop()


def _keys(sheet: _Sheet) -> Iterator[str]:
    if EXPORT in sheet.columns:
        for _number, cells in sheet.rows():
            yield from KEY.findall(text_of(cells[EXPORT]).lower())


def read_back(key: str, tables: Sequence[Table], base: Mapping[str, Mapping[str, Any]]) -> Reading:
    """`base`: by code, what the export held (thawed)."""
    reading = Reading(key)
    sheets = _sheets(tables)
    if not sheets:
        raise NotOurs(_("Aucune feuille n’a de colonne « %(code)s » sous laquelle lire.") % {"code": label_of(CODE)})
    for sheet in sheets:
        reading.sheets.append(sheet.table.sheet)
        identity = MILESTONE if ACHIEVED in sheet.columns else CODE
        rows = list(sheet.rows())
        often = Counter(text_of(cells[identity]).strip() for _number, cells in rows)
        for number, cells in rows:
            _read_row(reading, sheet, number, cells, base, often[text_of(cells[identity]).strip()])
    return reading


def _sheets(tables: Sequence[Table]) -> list[_Sheet]:
    return [sheet for table in tables if (sheet := _sheet(table)) is not None]


def is_ours(table: Table) -> bool:
    return _sheet(table) is not None


def _sheet(table: Table) -> _Sheet | None:
    """None for one that is none of ours: without the code, or without anything to change."""
    for number, row in enumerate(table.rows[:HEADER_AMONG]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(row):
            name = names_by_header().get(plain(text_of(cell)))
            if name is not None:
                columns.setdefault(name, at)
        if CODE in columns and ({*STATED_COLUMNS} & columns.keys() or {ACHIEVED, MILESTONE} <= columns.keys()):
            if ACHIEVED in columns and MILESTONE not in columns:
                del columns[ACHIEVED]
            return _Sheet(table, number, columns)
    return None


def _read_row(
    reading: Reading,
    sheet: _Sheet,
    number: int,
    cells: Mapping[str, Cell],
    base: Mapping[str, Mapping[str, Any]],
    times: int,
) -> None:
    code = text_of(cells[CODE]).strip()
    place = sheet.place(number, CODE, code)
    if not code or times > 1:
        expected = _("le code d’un engagement") if not code else _("une seule ligne pour chacun")
        reading.faults.append(sheet.place(number, CODE, code, expected))
        return
    reading.places.setdefault(code, place)
    exported = base.get(code)
    for name, cell in _stated(sheet, cells):
        read = text_of(cell)
        was = None if exported is None else exported.get(name)
        if is_as_exported(name, read, was):
            continue
        edit = Edit(name, cell, sheet.place(number, ACHIEVED if name.startswith(CLAIM) else name, read.strip()))
        if (number, edit.fault.column) in sheet.table.covered:
            reading.faults.append(edit.refused(_("une cellule à elle : celle-ci est fusionnée avec une autre")))
        else:
            reading.edits.setdefault(code, []).append(edit)


def _stated(sheet: _Sheet, cells: Mapping[str, Cell]) -> Iterator[tuple[str, Cell]]:
    if ACHIEVED in cells:
        yield f"{CLAIM}{text_of(cells[MILESTONE]).strip()}", cells[ACHIEVED]
    else:
        yield from ((name, cell) for name, cell in cells.items() if name not in KEY_COLUMNS)


def is_as_exported(name: str, read: str, was: Any) -> bool:
    """Whatever the language of the export, and what programs do to blanks and line ends. CSV written by Excel has no
    letter for a narrow hard space: it puts a question mark."""
    found = _normal(read)
    for language, _name in settings.LANGUAGES:
        with override(language):
            cell = shown(name, was)
        if found in {_normal(cell), _normal(cell.encode("cp1252", "replace").decode("cp1252"))}:
            return True
    return False


def _normal(text: str) -> str:
    return BLANKS_AT_END_OF_LINE.sub("", HARD_SPACES.sub(" ", text.replace("\r\n", "\n"))).strip()


def annotated_columns(table: Table) -> int | None:
    """Where the column of remarks goes: where it stands already, or after the last one."""
    sheet = _sheet(table)
    if sheet is None:
        return None
    header = [plain(text_of(cell)) for cell in table.rows[sheet.header]]
    known = [at for at, title in enumerate(header) if title in remarks_headers()]
    return known[0] if known else max((len(row) for row in table.rows), default=0)


def header_row(table: Table) -> int:
    sheet = _sheet(table)
    return sheet.header if sheet is not None else 0
