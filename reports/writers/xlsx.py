"""XLSX: « Lisez-moi », then one table a sheet from A1, with typed cells (requirement A11).

XlsxWriter makes the workbook: styles, tables, frozen panes, print titles, properties. Each sheet it writes holds the
header and one model row, which carries the style of each column; the rows take its place one by one while the file is
put together, so that no sheet is ever held. Its own constant memory mode refuses tables, and a table costs it a key a
cell.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZipFile

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format

from reports.dataset import Dataset
from reports.writers import read_me
from reports.writers.columns import Kind, Sheet, Value, Words, letter, pages_across
from reports.writers.long_texts import CELL_LIMIT, Continued, units
from reports.writers.sheets import DICTIONARY, DICTIONARY_TITLES, READ_ME, SHEETS, dictionary_rows
from roadmap_portal import archive
from roadmap_portal.archive import NOT_XML

NUMBER_FORMATS = {
    "integer": "#,##0",
    "decimal": "General",
    "percent": "0.0%",
    "euros": "#,##0.00\u00a0€",
    "date": "dd/mm/yyyy",
}
TABLE_STYLE = {"style": "Table Style Light 1"}
PAPER_A4 = 9
HEADER_HEIGHT = 48  # points: titles of three lines, in columns as wide as their figures
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
TABLE = re.compile(r"xl/tables/table(\d+)\.xml")
MODEL_ROW = re.compile(r'<row r="2".*?</row>', re.DOTALL)
MODEL_STYLE = re.compile(r'<c r="[A-Z]+2" s="(\d+)"')
LINE_HEIGHT, TALLEST = 15, 409  # points
DAY_ZERO = date(1899, 12, 30)
# Excel believes that 1900 had a 29 February: its days are right from the next one on.
FIRST_SURE_DAY = date(1900, 3, 1)
ESCAPE_OF_EXCEL = re.compile("(_x[0-9a-fA-F]{4}_)")

Cells = Sequence[Value]


@dataclass(frozen=True)
class Page:
    """A sheet to write: what it is called, and its columns and rows."""

    name: str
    titles: Sequence[str]
    widths: Sequence[int]
    kinds: Sequence[Kind]
    rows: Callable[[], Iterable[Cells]]


def write(dataset: Dataset, path: Path, language: str) -> None:
    with TemporaryFile() as skeleton, Continued() as rest:
        pages = pages_of(dataset, rest)
        _make_skeleton(skeleton, dataset, pages)
        with ZipFile(skeleton) as source, ZipFile(path, "w") as target:
            _assemble(source, target, pages, rest, LOCALES[language])


def pages_of(dataset: Dataset, rest: Continued) -> list[Page]:
    """The sheets in their order. `rest`, which is one of them, receives what is too long for a cell of another."""
    words = Words.of(dataset)
    return [
        _texts(str(READ_ME), read_me.titles(), (38, 90), lambda: read_me.rows(dataset)),
        *[_page(sheet, dataset, words) for sheet in SHEETS],
        _texts(_("Suite des textes"), rest.titles(), (28, 12, 34, 10, 90), lambda: rest),
        _texts(str(DICTIONARY), [str(title) for title in DICTIONARY_TITLES], (22, 34, 18, 90), dictionary_rows),
    ]


def _page(sheet: Sheet, dataset: Dataset, words: Words) -> Page:
    def rows() -> Iterator[Cells]:
        for row in sheet.rows(dataset):
            yield [column.value(row, words) for column in sheet.columns]

    titles = [str(column.title) for column in sheet.columns]
    widths = [column.width for column in sheet.columns]
    return Page(str(sheet.name), titles, widths, [column.kind for column in sheet.columns], rows)


def _texts(
    name: str, titles: Sequence[str], widths: Sequence[int], rows: Callable[[], Iterable[Sequence[str]]]
) -> Page:
    def cells() -> Iterator[Cells]:
        for row in rows():
            yield [NOT_XML.sub("", text) for text in row]

    return Page(name, titles, widths, ["text"] * len(titles), cells)


# --- What XlsxWriter makes -------------------------------------------------------------------------


def _make_skeleton(file: IO[bytes], dataset: Dataset, pages: Sequence[Page]) -> None:
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    header = book.add_format({**base, "bold": True, "text_wrap": True, "bottom": 2, "color": "#16324F"})
    text = book.add_format({**base, "text_wrap": True})
    formats = {kind: book.add_format({**base, "num_format": code}) for kind, code in NUMBER_FORMATS.items()}
    for number, page in enumerate(pages, start=1):
        _add_sheet(book, page, number, header, [formats.get(kind, text) for kind in page.kinds])
    if read_me.notice(dataset):
        # Its first line: what a demonstration says of itself.
        warning = book.add_format({"bold": True, "color": "#B4540A"})
        book.worksheets()[0].conditional_format(1, 0, 1, 1, {"type": "no_blanks", "format": warning})
    book.set_properties(
        {
            "title": read_me.document_title(dataset),
            "subject": dataset["roadmap"]["title"],
            "comments": read_me.notice(dataset),
            # Naive, as the library wants it: the hour in Paris.
            "created": read_me.generated_at(dataset).replace(tzinfo=None),
        }
    )
    book.close()


def _add_sheet(book: xlsxwriter.Workbook, page: Page, number: int, header: Format, formats: Sequence[Format]) -> None:
    sheet = book.add_worksheet(page.name)
    for index, (width, style) in enumerate(zip(page.widths, formats, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_blank(1, index, None, style)
    columns = [{"header": title, "header_format": header} for title in page.titles]
    sheet.add_table(0, 0, 1, len(columns) - 1, {"name": f"Table{number}", "columns": columns, **TABLE_STYLE})
    sheet.freeze_panes(1, 1 if len(columns) > 2 else 0)
    sheet.set_row(0, HEADER_HEIGHT if len(columns) > 5 else None)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(pages_across(page.widths), 0)
    if pages_across(page.widths) > 1:
        sheet.repeat_columns(0)
    sheet.set_footer(f"&L&A&R{_('page %(page)s sur %(pages)s') % {'page': '&P', 'pages': '&N'}}")


# --- The rows, put in their place ------------------------------------------------------------------


def _assemble(source: ZipFile, target: ZipFile, pages: Sequence[Page], rest: Continued, language: str) -> None:
    counts: dict[str, int] = {}
    # Sheets come before the tables that tell how many rows they have.
    for item in sorted(source.infolist(), key=lambda item: bool(TABLE.fullmatch(item.filename))):
        if found := SHEET.fullmatch(item.filename):
            page = pages[int(found[1]) - 1]
            sheet = _Rows(page, source.read(item).decode(), rest)
            archive.write(target, item.filename, sheet)
            counts[found[1]] = sheet.count
        elif found := TABLE.fullmatch(item.filename):
            table = source.read(item).decode()
            # A table has one row at least, be it empty.
            ref = re.sub(r'(ref="A1:[A-Z]+)2"', rf'\g<1>{max(counts[found[1]], 1) + 1}"', table)
            archive.write(target, item.filename, [ref])
        elif item.filename == "docProps/core.xml":
            # What a screen reader needs, and the library does not offer.
            told = f"<dc:language>{language}</dc:language></cp:coreProperties>"
            archive.write(target, item.filename, [source.read(item).decode().replace("</cp:coreProperties>", told)])
        else:
            archive.copy(source, target, item)


class _Rows:
    """The XML of a sheet, with its rows in the place of the model; `count` of them, once read."""

    def __init__(self, page: Page, skeleton: str, rest: Continued) -> None:
        model = MODEL_ROW.search(skeleton)
        assert model is not None
        # How far the sheet goes is not known when its first line is written, and is optional.
        self.before = re.sub("<dimension [^>]*/>", "", skeleton[: model.start()])
        self.after = skeleton[model.end() :]
        self.page, self.rest, self.count = page, rest, 0
        letters = [letter(index) for index in range(1, len(page.titles) + 1)]
        self.cells = list(zip(letters, MODEL_STYLE.findall(model[0]), page.kinds, strict=True))

    def __iter__(self) -> Iterator[str]:
        yield self.before
        for number, values in enumerate(self.page.rows(), start=2):
            self.count += 1
            cells, lines = [], 1
            for index, ((name, style, kind), value) in enumerate(zip(self.cells, values, strict=True)):
                if isinstance(value, str):
                    cells.append(string_cell(f"{name}{number}", style, self._fitting(value, number, index)))
                    lines = max(lines, value.count("\n") + 1 + len(value) // self.page.widths[index])
                elif value is not None:
                    cells.append(number_cell(f"{name}{number}", style, kind, value))
            yield f'<row r="{number}"{height(lines)}>{"".join(cells)}</row>'
        yield self.after

    def _fitting(self, text: str, number: int, index: int) -> str:
        if len(text) <= CELL_LIMIT // 2 or units(text) <= CELL_LIMIT:
            return text
        return self.rest.keep(self.page.name, number, self.page.titles[index], text)


def height(lines: int) -> str:
    """Near enough: LibreOffice shows a text on one line unless it is told how tall its row is."""
    return "" if lines == 1 else f' ht="{min(lines * LINE_HEIGHT, TALLEST)}"'


def string_cell(place: str, style: str, text: str) -> str:
    """Text is text: nothing in it becomes a formula or a link (requirement S9)."""
    if "_x" in text:
        text = ESCAPE_OF_EXCEL.sub(r"_x005F\1", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def number_cell(place: str, style: str, kind: Kind, value: int | Decimal | date) -> str:
    if isinstance(value, date):
        if value < FIRST_SURE_DAY:
            return string_cell(place, style, value.isoformat())
        return f'<c r="{place}" s="{style}"><v>{(value - DAY_ZERO).days}</v></c>'
    if kind == "percent":
        value = Decimal(value) / 100
    figure = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return f'<c r="{place}" s="{style}"><v>{figure}</v></c>'
