"""How far the sheets of a workbook go, and which of their cells are hidden under a merged one: read from its XML before
it is opened, since one cell in the last corner of a sheet makes its reader ask for the memory of all the others."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from commitments.uploads import UploadRefused
from roadmap_portal.templatetags.portal import number

MOST_CELLS = 2_000_000
MOST_COVERED = 100_000
XLSX_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
SHEETML = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
COVERED = f"{TABLE}covered-table-cell"


@dataclass
class Extent:
    """`rows`, `columns`: of what is written in the sheet. `covered`: (row, column), both from 0."""

    rows: int = 0
    columns: int = 0
    covered: set[tuple[int, int]] = field(default_factory=set)

    def reach(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.rows * self.columns > MOST_CELLS:
            raise UploadRefused(
                _("une feuille de %(cells)s cellules") % {"cells": number(self.rows * self.columns)},
                _("%(cells)s cellules au plus, sans case isolée au bout de la feuille") % {"cells": number(MOST_CELLS)},
            )


def check_extent(archive: zipfile.ZipFile, extension: str) -> dict[str, Extent]:
    """Of each sheet of an ODS, by its name; the sheets of an XLSX are only checked. Raises UploadRefused."""
    if extension == "ods":
        with archive.open("content.xml") as content:
            return _ods_extents(content)
    for name in archive.namelist():
        if XLSX_SHEET.fullmatch(name):
            with archive.open(name) as content:
                _check_xlsx(content)
    return {}


def _check_xlsx(content: IO[bytes]) -> None:
    extent, row, column = Extent(), 0, 0
    for event, element in _events(content):
        if event == "start" and element.tag == f"{SHEETML}row":
            row, column = _counted(element.get("r"), row + 1), 0
            extent.reach(row, 0)
        elif event == "start" and element.tag == f"{SHEETML}c":
            place = PLACE.fullmatch(element.get("r", ""))
            column = _column(place[1]) if place else column + 1
            extent.reach(int(place[2]) if place else row, column)
        elif event == "end":
            element.clear()


def _column(letters: str) -> int:
    found = 0
    for letter in letters:
        found = 26 * found + ord(letter) - ord("A") + 1
    return found


def _ods_extents(content: IO[bytes]) -> dict[str, Extent]:
    found: dict[str, Extent] = {}
    extent, row = Extent(), 0
    for event, element in _events(content):
        if event == "start" and element.tag == f"{TABLE}table":
            extent, row = found.setdefault(element.get(f"{TABLE}name", ""), Extent()), 0
        elif event == "end" and element.tag == f"{TABLE}table-row":
            times = _counted(element.get(f"{TABLE}number-rows-repeated"), 1)
            _ods_row(extent, element, row, times)
            row += times
            element.clear()
    return found


def _ods_row(extent: Extent, element: ElementTree.Element, row: int, times: int) -> None:
    column = 0
    for cell in element:
        across = _counted(cell.get(f"{TABLE}number-columns-repeated"), 1)
        if cell.get(f"{OFFICE}value-type") is not None or len(cell):
            extent.reach(row + times, column + across)
        if cell.tag == COVERED and len(extent.covered) + times * across <= MOST_COVERED:
            extent.covered |= {(row + down, column + right) for down in range(times) for right in range(across)}
        column += across


def _counted(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _events(content: IO[bytes]) -> Iterator[tuple[str, ElementTree.Element]]:
    parser: ElementTree.XMLPullParser = ElementTree.XMLPullParser(["start", "end"])
    is_first = True
    try:
        while piece := content.read(256 * 1024):
            # A type of document is where entities are declared: no office program writes one.
            if is_first and b"<!DOCTYPE" in piece[:4096]:
                raise _unreadable()
            is_first = False
            parser.feed(piece)
            yield from parser.read_events()  # type: ignore[misc]
        parser.close()
    except (ElementTree.ParseError, zipfile.BadZipFile) as error:
        raise _unreadable() from error


def _unreadable() -> UploadRefused:
    return UploadRefused(_("un classeur qui ne s’ouvre pas"), _("un tableau CSV, XLSX ou ODS"))
