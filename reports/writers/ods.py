"""ODS: the same sheets and columns as the XLSX, typed cells, header rows told as such (requirement A11).

odfdo makes the document: styles, properties, views. The tables are written as text, row by row, in the place kept for
them: an object a cell would take minutes on a large report, and hold it whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import quoteattr
from zipfile import ZipFile

from odfdo import Document, Element

from reports.dataset import Dataset
from reports.writers import read_me
from reports.writers.columns import Kind, Sheet, Value, Words, letter, pages_across
from reports.writers.sheets import DICTIONARY, DICTIONARY_TITLES, READ_ME, SHEETS, dictionary_rows
from roadmap_portal import archive
from roadmap_portal.archive import NOT_XML
from roadmap_portal.open_sheets import PLACE, column_style, found, freeze_header_rows, text_cell

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
TABLE = '<style:style style:name="table-{across}" style:family="table" style:master-page-name="across-{across}"/>'
PAGE_LAYOUT = "//style:page-layout[@style:name='Mpm1']"
MASTER_PAGE = "//style:master-page[@style:name='Default']"
ODS_TYPES: dict[Kind, str] = {"integer": "float", "decimal": "float", "percent": "percentage", "euros": "currency"}


LOCALES = {"fr": "fr-FR", "en": "en-GB"}
LANDSCAPE = {
    "fo:page-width": "29.7cm",
    "fo:page-height": "21cm",
    "style:print-orientation": "landscape",
    "style:scale-to-Y": "0",  # as many pages as it takes
}


@dataclass(frozen=True)
class Page:
    """A sheet to write: what it is called, its columns, and its rows, each as the XML of its cells."""

    name: str
    titles: Sequence[str]
    widths: Sequence[int]
    rows: Callable[[], Iterable[str]]


def write(dataset: Dataset, path: Path, language: str) -> None:
    words = Words.of(dataset)
    pages = [
        _texts(str(READ_ME), read_me.titles(), (38, 90), lambda: read_me.rows(dataset)),
        *[_page(sheet, dataset, words) for sheet in SHEETS],
        _texts(str(DICTIONARY), [str(title) for title in DICTIONARY_TITLES], (22, 34, 18, 90), dictionary_rows),
    ]
    skeleton = BytesIO()
    _make_skeleton(skeleton, dataset, pages, LOCALES[language])
    with ZipFile(skeleton) as source, ZipFile(path, "w") as target:
        # The type comes first, as it is, so that the file is known by its first bytes.
        for item in sorted(source.infolist(), key=lambda item: item.filename != "mimetype"):
            if item.filename == "content.xml":
                before, after = source.read(item).decode().split(PLACE)
                archive.write(target, item.filename, chain([before], _tables(pages), [after]))
            else:
                archive.copy(source, target, item)


def _page(sheet: Sheet, dataset: Dataset, words: Words) -> Page:
    def rows() -> Iterator[str]:
        for row in sheet.rows(dataset):
            yield "".join([cell(column.kind, column.value(row, words)) for column in sheet.columns])

    titles = [str(column.title) for column in sheet.columns]
    return Page(str(sheet.name), titles, [column.width for column in sheet.columns], rows)


def _texts(
    name: str, titles: Sequence[str], widths: Sequence[int], rows: Callable[[], Iterable[Sequence[str]]]
) -> Page:
    def cells() -> Iterator[str]:
        for row in rows():
            yield "".join([text_cell(NOT_XML.sub("", text)) for text in row])

    return Page(name, titles, widths, cells)


# --- What odfdo makes ------------------------------------------------------------------------------


def _make_skeleton(file: BytesIO, dataset: Dataset, pages: Sequence[Page], language: str) -> None:
    document = Document("spreadsheet")
    document.body.clear()
    document.body.append(Element.from_tag(PLACE))
    widths = sorted({width for page in pages for width in page.widths})
    for style in [*_styles(), *[column_style(width) for width in widths]]:
        document.insert_style(style, automatic=True)
    for across in sorted({pages_across(page.widths) for page in pages}):
        document.insert_style(TABLE.format(across=across), automatic=True)
        _add_master_page(document, across)
    freeze_header_rows(document, [page.name for page in pages])
    document.set_language(language)
    document.meta.title = read_me.document_title(dataset)
    document.meta.subject = dataset["roadmap"]["title"]
    document.meta.creation_date = read_me.generated_at(dataset).replace(tzinfo=None)
    document.save(file)


def _add_master_page(document: Document, across: int) -> None:
    """In landscape, a table being as wide as so many pages."""
    layout = found(document.styles.get_element(PAGE_LAYOUT)).clone
    layout.set_attribute("style:name", f"layout-{across}")
    properties = found(layout.get_element("style:page-layout-properties"))
    for name, value in {**LANDSCAPE, "style:scale-to-X": str(across)}.items():
        properties.set_attribute(name, value)
    found(document.styles.get_element("//office:automatic-styles")).append(layout)
    master = found(document.styles.get_element(MASTER_PAGE)).clone
    master.set_attribute("style:name", f"across-{across}")
    master.set_attribute("style:page-layout-name", f"layout-{across}")
    found(document.styles.get_element("//office:master-styles")).append(master)


def _styles() -> Iterator[str]:
    yield from DATA_STYLES.values()
    for name, look in {"header": HEADER, "text": TOP}.items():
        yield CELL.format(name=name, data="", look=look)
    for kind in DATA_STYLES:
        yield CELL.format(name=kind, data=f' style:data-style-name="N-{kind}"', look=TOP)


# --- The tables, written as they come --------------------------------------------------------------


def _tables(pages: Sequence[Page]) -> Iterator[str]:
    ranges = []
    for number, page in enumerate(pages, start=1):
        across = pages_across(page.widths)
        first, *others = [f'<table:table-column table:style-name="column-{width}"/>' for width in page.widths]
        if across > 1:
            first = f"<table:table-header-columns>{first}</table:table-header-columns>"
        header = "".join(text_cell(title, "header") for title in page.titles)
        yield f'<table:table table:name={quoteattr(page.name)} table:style-name="table-{across}">'
        yield "".join([first, *others])
        yield f"<table:table-header-rows><table:table-row>{header}</table:table-row></table:table-header-rows>"
        last = 1  # the header
        for cells in page.rows():
            last += 1
            yield f"<table:table-row>{cells}</table:table-row>"
        yield "</table:table>"
        area = quoteattr(f"$'{page.name}'.$A$1:'{page.name}'.{letter(len(page.titles))}{last}")
        ranges.append(
            f'<table:database-range table:name="Table{number}" table:target-range-address={area}'
            ' table:display-filter-buttons="true"/>'
        )
    yield f"<table:database-ranges>{''.join(ranges)}</table:database-ranges>"


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
