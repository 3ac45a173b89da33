from collections.abc import Iterator
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from odfdo import Document, Element

from commitments.writers.pages import Page
from roadmap_portal import archive
from roadmap_portal.archive import NOT_XML
from roadmap_portal.open_sheets import PLACE, column_style, freeze_header_rows, text_cell

TEXT_FORMAT = '<number:text-style style:name="N-text"><number:text-content/></number:text-style>'
STYLE = (
    '<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="Default"'
    ' style:data-style-name="N-text"><style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"'
    "{cell}/><style:text-properties{text}/></style:style>"
)
STYLES = {
    "header": (' fo:border-bottom="1.5pt solid #16324f"', ' fo:font-weight="bold" fo:color="#16324f"'),
    "greyed": (' fo:background-color="#e7ecee"', ""),
    "fault": (' fo:background-color="#fce8d8" fo:border="1.5pt solid #b4540a"', ""),
    "text": ("", ""),
}


def write_ods(pages: list[Page], title: str, keyword: str) -> bytes:
    """`keyword`: kept among the properties of the document."""
    skeleton, file = BytesIO(), BytesIO()
    document = Document("spreadsheet")
    document.body.clear()
    document.body.append(Element.from_tag(PLACE))
    widths = sorted({width for page in pages for width in page.widths})
    looks = [STYLE.format(name=name, cell=cell, text=text) for name, (cell, text) in STYLES.items()]
    for style in [TEXT_FORMAT, *looks, *[column_style(width) for width in widths]]:
        document.insert_style(style, automatic=True)
    freeze_header_rows(document, [page.name for page in pages if len(page.widths) > 1 and page.header == 0])
    document.meta.title, document.meta.keyword = title, keyword
    document.save(skeleton)
    with ZipFile(skeleton) as source, ZipFile(file, "w") as target:
        for item in sorted(source.infolist(), key=lambda item: item.filename != "mimetype"):
            if item.filename == "content.xml":
                before, after = source.read(item).decode().split(PLACE)
                archive.write(target, item.filename, [before, _validations(pages), *_tables(pages), after])
            else:
                archive.copy(source, target, item)
    return file.getvalue()


def _validations(pages: list[Page]) -> str:
    lists = "".join(
        f"<table:content-validation table:name={quoteattr(_list_name(number, at))}"
        f" table:condition={quoteattr(_condition(choices))} table:allow-empty-cell="
        '"true" table:display-list="unsorted"/>'
        for number, page in enumerate(pages)
        for at, choices in page.choices.items()
    )
    return f"<table:content-validations>{lists}</table:content-validations>" if lists else ""


def _condition(choices: object) -> str:
    words = ";".join(f'"{choice}"' for choice in choices)  # type: ignore[attr-defined]
    return f"of:cell-content-is-in-list({words})"


def _list_name(number: int, at: int) -> str:
    return f"list-{number}-{at}"


def _tables(pages: list[Page]) -> Iterator[str]:
    for number, page in enumerate(pages):
        columns = "".join(f'<table:table-column table:style-name="column-{width}"/>' for width in page.widths)
        yield f"<table:table table:name={quoteattr(NOT_XML.sub('', page.name))}>{columns}"
        for row, texts in enumerate(page.rows):
            cells = "".join(_cell(page, number, row, at, text) for at, text in enumerate(texts))
            line = f"<table:table-row>{cells or '<table:table-cell/>'}</table:table-row>"
            is_header = row == page.header == 0 and len(page.widths) > 1
            yield f"<table:table-header-rows>{line}</table:table-header-rows>" if is_header else line
        yield "</table:table>"


def _cell(page: Page, number: int, row: int, at: int, text: str) -> str:
    look = "greyed" if at in page.greyed else "text"
    if row == page.header and len(page.widths) > 1:
        look = "header"
    remark = page.remarks.get((row, at))
    if remark is not None:
        look = "fault"
    opening, _sign, rest = text_cell(NOT_XML.sub("", text), look).partition(">")
    if at in page.choices and row != page.header:
        opening += f" table:content-validation-name={quoteattr(_list_name(number, at))}"
    if remark is not None:
        rest = f"<office:annotation><text:p>{escape(NOT_XML.sub('', remark))}</text:p></office:annotation>{rest}"
    return f"{opening}>{rest}"
