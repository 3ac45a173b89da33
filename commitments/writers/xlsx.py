from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format

from commitments.writers.pages import Page
from roadmap_portal.archive import NOT_XML

# Text is text: nothing in it becomes a formula, a number or a link (requirement S9).
AS_WRITTEN = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
CELL_LIMIT = 32_767
BASE = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True, "num_format": "@"}
MORE_ROWS = 500  # below the last one, for those that are added


def write_xlsx(pages: list[Page], title: str, keyword: str) -> bytes:
    """`keyword`: kept among the properties of the document."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, AS_WRITTEN)
    formats = {
        "header": book.add_format({**BASE, "bold": True, "bottom": 2, "color": "#16324F"}),
        "greyed": book.add_format({**BASE, "bg_color": "#E7ECEE"}),
        "fault": book.add_format({**BASE, "bg_color": "#FCE8D8", "border": 2, "border_color": "#B4540A"}),
        "text": book.add_format(BASE),
    }
    for page in pages:
        _add_sheet(book, page, formats)
    book.set_properties({"title": title, "keywords": keyword})
    book.close()
    return file.getvalue()


def _add_sheet(book: xlsxwriter.Workbook, page: Page, formats: dict[str, Format]) -> None:
    sheet = book.add_worksheet(sheet_name(page.name))
    for at, width in enumerate(page.widths):
        sheet.set_column(at, at, width, formats["greyed" if at in page.greyed else "text"])
    for number, row in enumerate(page.rows):
        for at, written in enumerate(row):
            text = NOT_XML.sub("", written)[:CELL_LIMIT]
            if text or at in page.greyed:
                sheet.write_string(number, at, text, formats[_look(page, number, at)])
    for (number, at), remark in page.remarks.items():
        sheet.write_comment(number, at, NOT_XML.sub("", remark)[:CELL_LIMIT])
    for at, choices in page.choices.items():
        sheet.data_validation(1, at, len(page.rows) + MORE_ROWS, at, {"validate": "list", "source": list(choices)})
    if len(page.widths) > 1:
        sheet.freeze_panes(page.header + 1, 1)
    sheet.set_landscape()


def _look(page: Page, number: int, at: int) -> str:
    if number == page.header and len(page.widths) > 1:
        return "header"
    if (number, at) in page.remarks:
        return "fault"
    return "greyed" if at in page.greyed else "text"


def sheet_name(name: str) -> str:
    """As Excel allows it: that of an ODS may be longer, and hold more signs."""
    kept = "".join(" " if letter in "[]:*?/\\" else letter for letter in name)[:31].strip("'")
    return kept or "1"
