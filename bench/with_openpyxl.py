"""Our XLSX written with openpyxl instead: the same pages, cells, styles, tables and print settings."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reports.dataset import Dataset
from reports.writers import xlsx
from reports.writers.columns import Value

HEADER = "header"


def write(dataset: Dataset, path: Path, *, write_only: bool) -> None:
    book = Workbook(write_only=write_only)
    if not write_only:
        book.remove(book.active)
    for style in _styles():
        book.add_named_style(style)
    put = _append if write_only else _put
    with xlsx.Continued() as rest:
        for number, page in enumerate(xlsx.pages_of(dataset, rest), start=1):
            sheet = book.create_sheet(page.name)
            _lay_out(sheet, page)
            put(sheet, 1, [HEADER] * len(page.titles), page.titles)
            count = 1
            for values in page.rows():
                count += 1
                put(sheet, count, page.kinds, _told(page, values))
            sheet.add_table(_table(page, number, count))
        book.save(path)


def _styles() -> list[NamedStyle]:
    font, top = Font(name="Calibri", size=11), Alignment(vertical="top")
    wrapped = Alignment(vertical="top", wrap_text=True)
    bold = Font(name="Calibri", size=11, bold=True, color="16324F")
    return [
        NamedStyle(HEADER, font=bold, alignment=wrapped, border=Border(bottom=Side("medium"))),
        *[NamedStyle(kind, font=font, alignment=wrapped) for kind in ("text", "long", "url")],
        *[NamedStyle(kind, font=font, alignment=top, number_format=code) for kind, code in xlsx.NUMBER_FORMATS.items()],
    ]


def _lay_out(sheet: Worksheet, page: xlsx.Page) -> None:
    for index, width in enumerate(page.widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", xlsx.PAPER_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True


def _told(page: xlsx.Page, values: Sequence[Value]) -> list[Value]:
    pairs = zip(page.kinds, values, strict=True)
    return [value / 100 if kind == "percent" and value is not None else value for kind, value in pairs]


def _append(sheet: Worksheet, row: int, styles: Sequence[str], values: Sequence[Value]) -> None:
    cells = []
    for style, value in zip(styles, values, strict=True):
        cell = WriteOnlyCell(sheet, value)
        if value is not None:
            _style(cell, style, value)
        cells.append(cell)
    sheet.append(cells)


def _put(sheet: Worksheet, row: int, styles: Sequence[str], values: Sequence[Value]) -> None:
    for index, (style, value) in enumerate(zip(styles, values, strict=True), start=1):
        if value is not None:
            _style(sheet.cell(row, index, value), style, value)


def _style(cell, style: str, value: Value) -> None:
    cell.style = style
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula


def _table(page: xlsx.Page, number: int, count: int) -> Table:
    ref = f"A1:{get_column_letter(len(page.titles))}{max(count, 2)}"
    table = Table(displayName=f"Table{number}", ref=ref, tableStyleInfo=TableStyleInfo("TableStyleLight1"))
    table._initialise_columns()
    for column, title in zip(table.tableColumns, page.titles, strict=True):
        column.name = title
    return table
