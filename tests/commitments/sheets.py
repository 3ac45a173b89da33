"""A spreadsheet as people edit it: in LibreOffice, in Excel, or saved as CSV."""

import csv
import io
import re
from html import unescape

import odfdo
import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

ADDRESS = "/espace/mon-trimestre/tableur/"


def page_of(response):
    return unescape(response.content.decode())


def export(client, extension="ods"):
    response = client.post(f"{ADDRESS}exporter/", {"format": extension})
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def tables(content, extension):
    """Sheet → rows of texts."""
    if extension == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return {sheet.title: [["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)]
                for sheet in book}  # fmt: skip
    sheets = odfdo.Document(io.BytesIO(content)).body.get_tables()
    return {sheet.name: [["" if v is None else v for v in row] for row in sheet.get_values()] for sheet in sheets}


def edited(content, extension, changes, sheet="Points d’avancement"):
    """`changes`: code → column → value. The file is saved again by another program than ours."""
    written = io.BytesIO()
    rows = tables(content, extension)[sheet]
    places = [(at, rows[0].index(title), value) for at, row in enumerate(rows) if row[0] in changes
              for title, value in changes[row[0]].items()]  # fmt: skip
    if extension == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        for row, column, value in places:
            cell = book[sheet].cell(row + 1, column + 1)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # as in a column of texts, where « = » begins no formula
        book.save(written)
    else:
        document = odfdo.Document(io.BytesIO(content))
        for row, column, value in places:
            document.body.get_table(name=sheet).set_value((column, row), value)
        document.save(written)
    return written.getvalue()


def book_of(sheets, extension="xlsx"):
    """A file of these rows, made by another program."""
    written = io.BytesIO()
    if extension == "csv":
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows(next(iter(sheets.values())))
        return text.getvalue().encode("utf-8-sig")
    if extension == "xlsx":
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append([value if value != "" else None for value in row])
        book.save(written)
    else:
        document = odfdo.Document("spreadsheet")
        document.body.clear()
        for name, rows in sheets.items():
            table = odfdo.Table(name)
            table.set_values(rows)
            document.body.append(table)
        document.save(written)
    return written.getvalue()


def saved(book):
    """As openpyxl writes it, which is near enough to Excel."""
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def send(client, content, extension="ods", name="points"):
    return client.post(ADDRESS, {"file": SimpleUploadedFile(f"{name}.{extension}", content)}, follow=True)


def apply(client, response, **choices):
    """All that is ticked at first, and the choices."""
    page = page_of(response)
    ticked = dict.fromkeys(re.findall(r'name="(row-\d+)" checked', page), "on")
    digest = re.search(r'name="digest" value="(\w+)"', page)
    data = {"digest": digest[1] if digest else "", **ticked, **choices}
    return client.post(response.request["PATH_INFO"], data, follow=True)
