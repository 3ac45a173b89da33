"""ODS: the same sheets and columns as the XLSX, typed cells, header rows told as such (requirement A11).

Rows are written as XML and parsed one by one: an object a cell, or a whole table moved at once, would take minutes
on a large report.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document, Element

from reports.dataset import Dataset
from reports.writers import read_me
from reports.writers.columns import Column, Kind, Value
from reports.writers.sheets import DICTIONARY, READ_ME, SHEETS, dictionary_rows

CHARACTER_WIDTH_CM = Decimal("0.21")
DATA_STYLES = {
    "date": '<number:date-style style:name="N-date"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    "</number:date-style>",
    "percent": '<number:percentage-style style:name="N-percent"><number:number number:decimal-places="1"'
    ' number:min-decimal-places="1" number:min-integer-digits="1"/><number:text>\u00a0%</number:text>'
    "</number:percentage-style>",
    "euros": '<number:currency-style style:name="N-euros"><number:number number:decimal-places="2"'
    ' number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/>'
    "<number:text>\u00a0</number:text>"
    '<number:currency-symbol number:language="fr" number:country="FR">€</number:currency-symbol>'
    "</number:currency-style>",
}
CELL = (
    '<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="Default"{data}>'
    "{look}</style:style>"
)
TOP = '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
HEADER = (
    '<style:table-cell-properties fo:wrap-option="wrap" fo:border-bottom="1.5pt solid #16324f"/>'
    '<style:text-properties fo:font-weight="bold" fo:color="#16324f"/>'
)
NOTICE = TOP + '<style:text-properties fo:font-weight="bold" fo:color="#b4540a"/>'
ODS_TYPES: dict[Kind, str] = {"integer": "float", "decimal": "float", "percent": "percentage", "euros": "currency"}
FROZEN = {"VerticalSplitMode": 2, "VerticalSplitPosition": 1, "PositionTop": 0, "PositionBottom": 1}


class Book:
    """A document and the tables it has so far."""

    def __init__(self) -> None:
        self.document = Document("spreadsheet")
        self.document.body.clear()
        self.ranges: list[str] = []
        self.names: list[str] = []
        self.styles: set[str] = set()
        for style in DATA_STYLES.values():
            self._add_style(style)
        for name, look in {"header": HEADER, "text": TOP, "notice": NOTICE}.items():
            self._add_style(CELL.format(name=name, data="", look=look))
        for kind in DATA_STYLES:
            self._add_style(CELL.format(name=kind, data=f' style:data-style-name="N-{kind}"', look=TOP))

    def add_table(self, name: str, titles: Sequence[str], widths: Sequence[int], rows: Iterable[str]) -> None:
        """`rows`: the cells of each, as XML."""
        columns = "".join(f"<table:table-column table:style-name={self._column_style(width)}/>" for width in widths)
        header = "".join(text_cell(title, "header") for title in titles)
        table = _xml(
            f"<table:table table:name={quoteattr(name)}>{columns}"
            f"<table:table-header-rows><table:table-row>{header}</table:table-row></table:table-header-rows>"
            "</table:table>"
        )
        self.document.body.append(table)
        count = 0
        for cells in rows:
            # Not `table.append`, which reads the whole table again for each row.
            Element.append(table, _xml(f"<table:table-row>{cells}</table:table-row>"))
            count += 1
        end = f"{_letters(len(titles))}{count + 1}"
        area = quoteattr(f"$'{name}'.$A$1:'{name}'.{end}")
        self.ranges.append(
            f'<table:database-range table:name="Table{len(self.ranges) + 1}" table:target-range-address={area}'
            ' table:display-filter-buttons="true"/>'
        )
        self.names.append(name)

    def save(self, path: Path) -> None:
        self.document.body.append(_xml(f"<table:database-ranges>{''.join(self.ranges)}</table:database-ranges>"))
        self._freeze_header_rows()
        self.document.set_language("fr-FR")
        self.document.save(str(path))

    def _column_style(self, width: int) -> str:
        name = f"column-{width}"
        self._add_style(
            f'<style:style style:name="{name}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width * CHARACTER_WIDTH_CM}cm"/></style:style>'
        )
        return quoteattr(name)

    def _add_style(self, style: str) -> None:
        if style not in self.styles:
            self.document.insert_style(style, automatic=True)
            self.styles.add(style)

    def _freeze_header_rows(self) -> None:
        views = self.document.settings.get_element("//config:config-item-map-named[@config:name='Tables']")
        if views is None:
            return
        views.clear()
        views.set_attribute("config:name", "Tables")
        for name in self.names:
            items = "".join(
                f'<config:config-item config:name="{item}" config:type="int">{value}</config:config-item>'
                for item, value in FROZEN.items()
            )
            views.append(
                _xml(
                    f"<config:config-item-map-entry config:name={quoteattr(name)}>{items}"
                    '<config:config-item config:name="ActiveSplitRange" config:type="short">2</config:config-item>'
                    "</config:config-item-map-entry>"
                )
            )


def write(dataset: Dataset, path: Path, language: str) -> None:
    book = Book()
    _add_texts(book, READ_ME, read_me.TITLE, read_me.rows(dataset), (38, 90))
    for sheet in SHEETS:
        rows = ("".join(cell(c.kind, c.value(row)) for c in sheet.columns) for row in sheet.rows(dataset))
        book.add_table(sheet.name, _titles(sheet.columns), [column.width for column in sheet.columns], rows)
    _add_texts(book, DICTIONARY, ("Feuille", "Colonne", "Type", "Sens"), dictionary_rows(), (22, 34, 18, 90))
    book.document.meta.title = read_me.document_title(dataset)
    book.document.meta.creation_date = read_me.generated_at(dataset).replace(tzinfo=None)
    book.save(path)


def _titles(columns: Sequence[Column]) -> list[str]:
    return [column.title for column in columns]


def _add_texts(
    book: Book, name: str, titles: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
) -> None:
    cells = (
        "".join(text_cell(text, "notice" if row[0] == "Avertissement" else "text") for text in row) for row in rows
    )
    book.add_table(name, titles, widths, cells)


def text_cell(text: str, style: str = "text") -> str:
    """A paragraph a line; spaces at the start, or several in a row, are kept by name as the format asks."""
    paragraphs = "".join(f"<text:p>{_spaces(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string" table:style-name="{style}">{paragraphs}</table:table-cell>'


def _spaces(line: str) -> str:
    escaped = escape(line).replace("\r", "").replace("\t", "<text:tab/>").replace("  ", " <text:s/>")
    return f"<text:s/>{escaped[1:]}" if escaped.startswith(" ") else escaped


def cell(kind: Kind, value: Value) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date):
        attribute, shown, type_name = f'office:date-value="{value}"', f"{value:%d/%m/%Y}", "date"
    elif isinstance(value, int | Decimal):
        figure = Decimal(value) / 100 if kind == "percent" else Decimal(value)
        attribute, type_name = f'office:value="{figure:f}"', ODS_TYPES[kind]
        if kind == "euros":
            attribute += ' office:currency="EUR"'
        shown = f"{Decimal(value):f}".replace(".", ",") + {"percent": "\u00a0%", "euros": "\u00a0€"}.get(kind, "")
    else:
        return text_cell(value)
    style = kind if kind in DATA_STYLES else "text"
    return (
        f'<table:table-cell office:value-type="{type_name}" {attribute} table:style-name="{style}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def _letters(number: int) -> str:
    """Name of the nth column: A … Z, AA …"""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _xml(text: str) -> Element:
    return Element.from_tag(text)
