"""Tables that staff receive, as rows of cells: CSV, XLSX and ODS alike. What a cell means is for its reader to say."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

from django.core.files import File
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from commitments.spreadsheets.layout import MOST_COVERED, Extent, check_extent
from commitments.uploads import UploadRefused

# As calamine types them: text, float, int, bool, date, datetime, time, timedelta. An empty cell is "".
Cell: TypeAlias = object
Row: TypeAlias = Sequence[Cell]
TABULAR = ("csv", "xlsx", "ods")


@dataclass(frozen=True)
class Table:
    """One sheet; `rows[0]` is the first row as the program that made it numbers them: row 1. `covered`: the cells that
    a merged one hides, by (row, column) from 0; they read as empty, and are not."""

    sheet: str
    rows: Sequence[Row]
    covered: AbstractSet[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Fault:
    """`row`: as the spreadsheet numbers it. `column`: its name, "" for the row as a whole."""

    row: int
    column: str
    read: str
    expected: str


def plain(text: str) -> str:
    """Without case, accents or double spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.split()).lower()


def read_tables(file: File) -> list[Table]:
    """Every sheet of a file that `read_upload` has accepted. Raises UploadRefused for one that is no table."""
    extension = PurePosixPath(file.name or "").suffix.removeprefix(".").lower()
    if extension not in TABULAR:
        raise UploadRefused(_("un fichier .%(extension)s") % {"extension": extension}, _("un tableau CSV, XLSX ou ODS"))
    file.seek(0)
    content = file.read()
    return [Table("", _csv_rows(content))] if extension == "csv" else _sheets(content, extension)


def _sheets(content: bytes, extension: str) -> list[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            extents = check_extent(archive, extension)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_table(workbook.get_sheet_by_name(name), extents) for name in workbook.sheet_names]
    except (CalamineError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _no_table() from error
    except BaseException as panic:
        # What the reader's own language calls a panic is no Exception in ours.
        if type(panic).__name__ == "PanicException":
            raise _no_table() from panic
        raise


def _no_table() -> UploadRefused:
    return UploadRefused(_("un classeur qui ne s’ouvre pas"), _("un tableau CSV, XLSX ou ODS"))


def _table(sheet: CalamineSheet, extents: dict[str, Extent]) -> Table:
    covered = extents[sheet.name].covered if sheet.name in extents else _covered(sheet.merged_cell_ranges or [])
    rows = sheet.to_python(skip_empty_area=False)
    _check_can_be_kept(rows, sheet.name)
    return Table(sheet.name, rows, frozenset(covered))


def _check_can_be_kept(rows: Sequence[Row], sheet: str) -> None:
    """XLSX writes « _x0000_ » for a character that neither a form nor PostgreSQL lets through."""
    for number, row in enumerate(rows, start=1):
        if any(isinstance(cell, str) and "\0" in cell for cell in row):
            raise UploadRefused(
                _("un caractère nul, feuille « %(sheet)s », ligne %(row)s") % {"sheet": sheet, "row": number},
                _("du texte, sans caractère invisible"),
            )


def _covered(ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for first, last in ranges:
        height, width = last[0] - first[0] + 1, last[1] - first[1] + 1
        if len(found) + height * width <= MOST_COVERED:
            places = {(first[0] + down, first[1] + right) for down in range(height) for right in range(width)}
            found |= places - {first}
    return found


def _csv_rows(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    # French Excel writes « ; », open data « , »: the header has more of the one that parts it. A title may stand above.
    lines = [line for line in text.splitlines()[:20] if line.strip(" \t\r,;")]
    first = next((line for line in lines if max(map(line.count, ",;\t")) > 1), "".join(lines[:1]))
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UploadRefused(_("un CSV dont une cellule ne se ferme pas"), _("un tableau CSV, XLSX ou ODS")) from error
