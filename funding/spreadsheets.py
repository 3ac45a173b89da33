"""Tables that staff receive, as rows of cells: CSV, XLSX and ODS alike. What a cell means is for its reader to say."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

from django.core.files import File
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from commitments.uploads import UploadRefused

# As calamine types them: text, float, int, bool, date, datetime, time, timedelta. An empty cell is "".
Cell: TypeAlias = object
Row: TypeAlias = Sequence[Cell]
TABULAR = ("csv", "xlsx", "ods")


@dataclass(frozen=True)
class Table:
    """One sheet; `rows[0]` is the first row as the program that made it numbers them: row 1."""

    sheet: str
    rows: Sequence[Row]


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
    return [Table("", _csv_rows(content))] if extension == "csv" else _sheets(content)


def _sheets(content: bytes) -> list[Table]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        return [Table(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names]
    except CalamineError as error:
        raise UploadRefused(_("un classeur qui ne s’ouvre pas"), _("un tableau CSV, XLSX ou ODS")) from error


def _csv_rows(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    # French Excel writes « ; », open data « , »: the first line has more of the one that parts it.
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))
