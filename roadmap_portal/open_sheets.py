"""What our OpenDocument sheets share, whoever writes them: widths, frozen headers, cells of text."""

from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document, Element

CHARACTER_WIDTH_CM = Decimal("0.21")
FROZEN = {"VerticalSplitMode": 2, "VerticalSplitPosition": 1, "PositionTop": 0, "PositionBottom": 1}
PLACE = '<table:table table:name="rows"/>'


def found(element: Element | None) -> Element:
    """What every new document of odfdo has."""
    assert element is not None
    return element


def column_style(width: int) -> str:
    return (
        f'<style:style style:name="column-{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * CHARACTER_WIDTH_CM}cm"/></style:style>'
    )


def freeze_header_rows(document: Document, names: Sequence[str]) -> None:
    views = found(document.settings.get_element("//config:config-item-map-named[@config:name='Tables']"))
    views.clear()
    views.set_attribute("config:name", "Tables")
    for name in names:
        items = "".join(
            f'<config:config-item config:name="{item}" config:type="int">{value}</config:config-item>'
            for item, value in FROZEN.items()
        )
        views.append(
            Element.from_tag(
                f"<config:config-item-map-entry config:name={quoteattr(name)}>{items}"
                '<config:config-item config:name="ActiveSplitRange" config:type="short">2</config:config-item>'
                "</config:config-item-map-entry>"
            )
        )


def text_cell(text: str, style: str = "text") -> str:
    """A paragraph a line; spaces at the start, or several in a row, are kept by name as the format asks."""
    paragraphs = "".join(f"<text:p>{_spaces(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string" table:style-name="{style}">{paragraphs}</table:table-cell>'


def _spaces(line: str) -> str:
    escaped = escape(line).replace("\r", "").replace("\t", "<text:tab/>").replace("  ", " <text:s/>")
    return f"<text:s/>{escaped[1:]}" if escaped.startswith(" ") else escaped
