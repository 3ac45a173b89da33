"""XLSX: « Lisez-moi », then one table a sheet from A1, with typed cells (requirement A11)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports.dataset import Dataset
from reports.writers import read_me
from reports.writers.columns import Column, Value
from reports.writers.sheets import DICTIONARY, READ_ME, SHEETS, dictionary_rows

# What a cell of the format holds at most; a text beyond says that it goes on.
CELL_LIMIT = 32_767
CUT = " […] texte intégral dans le PDF et sur le portail"
NUMBER_FORMATS = {
    "integer": "#,##0",
    "decimal": "General",
    "percent": "0.0%",
    "euros": "#,##0.00\u00a0€",
    "date": "dd/mm/yyyy",
}
TABLE_STYLE = {"style": "Table Style Light 1"}
PAPER_A4 = 9
CORE_PROPERTIES = "docProps/core.xml"
TEXTS = ("text", "long", "url")


class Book:
    """A workbook and its formats."""

    def __init__(self, path: Path) -> None:
        # Text is text: nothing read from the data becomes a formula or a link (requirement S9).
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = xlsxwriter.Workbook(str(path), options)
        base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        self.header = self.file.add_format({**base, "bold": True, "text_wrap": True, "bottom": 2, "color": "#16324F"})
        self.text = self.file.add_format({**base, "text_wrap": True})
        self.notice = self.file.add_format({**base, "bold": True, "text_wrap": True, "color": "#B4540A"})
        self.formats = {
            kind: self.file.add_format({**base, "num_format": pattern}) for kind, pattern in NUMBER_FORMATS.items()
        }

    def add_sheet(self, name: str, titles: Sequence[str], widths: Sequence[int]) -> Worksheet:
        sheet = self.file.add_worksheet(name)
        for index, width in enumerate(widths):
            sheet.set_column(index, index, width)
        sheet.freeze_panes(1, 1 if len(titles) > 2 else 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&Rpage &P sur &N")
        return sheet

    def close_table(self, sheet: Worksheet, name: str, titles: Sequence[str], last_row: int) -> None:
        """The table, once its cells are written: header row, filter buttons."""
        columns = [{"header": title, "header_format": self.header} for title in titles]
        options = {"name": name, "columns": columns, **TABLE_STYLE}
        sheet.add_table(0, 0, max(last_row, 1), len(titles) - 1, options)

    def write(self, sheet: Worksheet, row: int, index: int, column: Column, value: Value) -> None:
        if value is None:
            return
        if column.kind in TEXTS:
            sheet.write_string(row, index, fitting(str(value)), self.text)
        elif column.kind == "date":
            sheet.write_datetime(row, index, value, self.formats["date"])
        else:
            figure = Decimal(str(value))
            sheet.write_number(
                row, index, figure / 100 if column.kind == "percent" else figure, self.formats[column.kind]
            )


def write(dataset: Dataset, path: Path, language: str) -> None:
    book = Book(path)
    notice = dataset["demonstration_notice"]
    _write_texts(book, READ_ME, read_me.TITLE, read_me.rows(dataset), (38, 90), "LisezMoi")
    for number, sheet in enumerate(SHEETS, start=1):
        titles = [column.title for column in sheet.columns]
        page = book.add_sheet(sheet.name, titles, [column.width for column in sheet.columns])
        last_row = 0
        for last_row, row in enumerate(sheet.rows(dataset), start=1):
            for index, column in enumerate(sheet.columns):
                book.write(page, last_row, index, column, column.value(row))
        book.close_table(page, f"Table{number}", titles, last_row)
    headings = ("Feuille", "Colonne", "Type", "Sens")
    _write_texts(book, DICTIONARY, headings, dictionary_rows(), (22, 34, 18, 90), "Dictionnaire")
    book.file.set_properties(
        {
            "title": read_me.document_title(dataset),
            "subject": dataset["roadmap"]["title"],
            "comments": notice,
            # Naive, as the library wants it: the hour in Paris.
            "created": read_me.generated_at(dataset).replace(tzinfo=None),
        }
    )
    book.file.close()
    _state_language(path)


def _write_texts(
    book: Book,
    name: str,
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[int],
    table: str,
) -> None:
    sheet = book.add_sheet(name, titles, widths)
    last_row = 0
    for last_row, row in enumerate(rows, start=1):
        cell_format = book.notice if row[0] == "Avertissement" else book.text
        for index, text in enumerate(row):
            sheet.write_string(last_row, index, fitting(text), cell_format)
    book.close_table(sheet, table, titles, last_row)


def fitting(text: str) -> str:
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(CUT)] + CUT


def _state_language(path: Path) -> None:
    """Adds dc:language, which a screen reader needs and the library does not offer, to the document properties."""
    whole = path.with_suffix(".whole")
    with ZipFile(path) as source, ZipFile(whole, "w", ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == CORE_PROPERTIES:
                content = content.replace(
                    b"</cp:coreProperties>", b"<dc:language>fr-FR</dc:language></cp:coreProperties>"
                )
            target.writestr(item, content)
    whole.replace(path)
