"""An ODT document being written: headings, paragraphs and tables in the styles of the template.

Each table is written as XML and parsed at once: an object a cell would take minutes on a large report.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from odfdo import Document, Element

from reports.writers.office_text import FRENCH_STYLE, TEMPLATES, Words, inline, paragraph, xml
from reports.writers.office_words import Teller

TEMPLATE = TEMPLATES / "summary.odt"
WIDTH_CM = 17
# Styles of the template.
TITLE, SUBTITLE, NOTICE, BODY, NOTE = "Title", "Subtitle", "Notice", "Text_20_body", "Note"
TEXT, FIGURE, LATE, CAPTION = "Table_20_Contents", "Table_20_Figures", "Table_20_Late", "Table"
HEADINGS = {TEXT: "Table_20_Heading", FIGURE: "Table_20_Heading_20_Figures"}


@dataclass(frozen=True)
class Late:
    """A figure that is shown as late."""

    text: str


class Summary:
    """A document and what it says so far."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.language = teller, teller.language
        self.document = Document(TEMPLATE)
        self.document.insert_style(FRENCH_STYLE, automatic=True)
        self.body = self.document.body
        self.body.clear()
        self.widths: set[int] = set()
        self.tables = 0

    def heading(self, text: Words, level: int = 1) -> None:
        style = f'text:style-name="Heading_20_{level}" text:outline-level="{level}"'
        self._add(f"<text:h {style}>{inline(text, self.language)}</text:h>")

    def say(self, words: Words, style: str = BODY) -> None:
        self._add(paragraph(words, style, self.language))

    def told(self, term: Words, words: Words) -> None:
        """A term, then what is to be said of it."""
        term_xml = f'<text:span text:style-name="Emphasis">{inline(term, self.language)}</text:span>'
        text = f"{term_xml}{self.teller.colon}{inline(words, self.language)}"
        self._add(f'<text:p text:style-name="{BODY}">{text}</text:p>')

    def table(
        self,
        caption: str,
        headings: Sequence[str],
        rows: Iterable[Sequence[Words | Late]],
        shares: Sequence[int],
        figures_from: int | None = None,
    ) -> None:
        """`shares`: widths of the columns, to each other. From column `figures_from` on, figures."""
        styles = [FIGURE if figures_from is not None and n >= figures_from else TEXT for n in range(len(shares))]
        heads = "".join(
            _cell(paragraph(heading, HEADINGS[style], self.language), "report-heading")
            for heading, style in zip(headings, styles, strict=True)
        )
        body = "".join(_row("".join(self._cells(row, styles))) for row in rows)
        columns = "".join(
            f'<table:table-column table:style-name="{self._column(share * WIDTH_CM * 1000 // sum(shares))}"/>'
            for share in shares
        )
        self.tables += 1
        self.say(caption, CAPTION)
        name = quoteattr(f"{self.tables}. {caption}")
        self._add(
            f'<table:table table:name={name} table:style-name="report-table">{columns}'
            f"<table:table-header-rows>{_row(heads)}</table:table-header-rows>{body}</table:table>"
        )

    def _cells(self, row: Sequence[Words | Late], styles: Sequence[str]) -> Iterable[str]:
        for value, style in zip(row, styles, strict=True):
            words, shown = (value.text, LATE) if isinstance(value, Late) else (value, style)
            yield _cell(paragraph(words, shown, self.language), "report-cell")

    def _column(self, thousandths: int) -> str:
        name = f"report-column-{thousandths}"
        if thousandths not in self.widths:
            self.widths.add(thousandths)
            properties = f'<style:table-column-properties style:column-width="{thousandths / 1000}cm"/>'
            self.document.insert_style(
                f'<style:style style:name="{name}" style:family="table-column">{properties}</style:style>',
                automatic=True,
            )
        return name

    def _add(self, text: str) -> None:
        # Not `body.append`: a table would be read again whole.
        Element.append(self.body, xml(text))


def _row(cells: str) -> str:
    return f'<table:table-row table:style-name="report-row">{cells}</table:table-row>'


def _cell(content: str, style: str) -> str:
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{content}</table:table-cell>'
