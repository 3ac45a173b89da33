"""The frames of the template, filled: each text at the largest size that holds."""

import struct
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, TypeVar
from xml.sax.saxutils import escape

import vl_convert
from django.utils.translation import gettext as _
from odfdo import Document, Element

from reports.writers.odp_fit import CM_PER_POINT, Fitted, clipped, fitted, height, longest_word
from reports.writers.odp_slides import Grid, Items, Line, Part, Picture, Slide, Text
from reports.writers.office_text import FRENCH_STYLE, Words, paragraph, plain, xml
from roadmap_portal.archive import NOT_XML
from roadmap_portal.templatetags.portal import number, plural

T = TypeVar("T")
# Bold letters are wider.
BOLD = 1.15
CELL_SIDES, CELL_ENDS, LINE_SPACING = 0.26, 0.18, 0.02
HEADING, FIGURES, FIGURES_HEADING = "strong", "figures", "strong-figures"
TITLE_SIZES, NOTE_SIZES = (26, 24, 22, 20, 18), (13, 12, 11, 10)
TITLES = {"cover": ("cover-title", (40, 34, 28))}
# Pixels of a chart for each of its own: sharp on a large screen.
SHARPNESS = 2.5
# A word would be broken: any smaller size is better.
TOO_HIGH = 1000.0


class Deck:
    """The document and the styles its texts need at each size."""

    def __init__(self, document: Document, language: str) -> None:
        self.document, self.language = document, language
        self.document.insert_style(FRENCH_STYLE, automatic=True)
        self.pages = {_told(page, "draw:name"): page for page in document.body.get_elements("//draw:page")}
        self.styles: set[str] = set()

    def fill(self, slide: Slide) -> None:
        """Frames that have nothing to show leave the page, so that none is read out empty."""
        frames = {
            _told(frame, "draw:name"): Frame(frame, self)
            for frame in _named(self.pages, slide.page).get_elements("draw:frame")
        }
        style, sizes = TITLES.get(slide.page, ("title", TITLE_SIZES))
        parts: dict[str, Part] = {"title": Text((Line(slide.title, style),), sizes, 1), **slide.parts}
        left_out, is_cut = Counter[Items](), False
        for name, part in parts.items():
            result = _named(frames, name).show(part)
            is_cut = is_cut or result.is_cut
            if not isinstance(part, Picture):
                left_out[part.items] += result.left_out
        told = {*parts}
        if (note := _note(slide.note, left_out, is_cut)) and "note" in frames:
            frames["note"].show(Text((Line(note, "muted"),), NOTE_SIZES))
            told.add("note")
        for name, frame in frames.items():
            if name not in told:
                frame.element.delete()

    def style(self, name: str, size: float) -> str:
        """A paragraph style of the template, at another size; how it is called."""
        sized = f"{name}-{size:g}"
        if sized not in self.styles:
            self.styles.add(sized)
            copy: Any = self._style("paragraph", name).clone
            copy.set_attribute("style:name", sized)
            text = _named({name: copy.get_element("style:text-properties")}, name)
            for attribute in ("fo:font-size", "style:font-size-asian", "style:font-size-complex"):
                text.set_attribute(attribute, f"{size:g}pt")
            self.document.insert_style(copy, automatic=True)
        return sized

    def column_style(self, width: float) -> str:
        name = f"column-{width * 1000:.0f}"
        if name not in self.styles:
            self.styles.add(name)
            self.document.insert_style(
                f'<style:style style:name="{name}" style:family="table-column">'
                f'<style:table-column-properties style:column-width="{width:.3f}cm"/></style:style>',
                automatic=True,
            )
        return name

    def is_bold(self, name: str) -> bool:
        return self._property("paragraph", name, "style:text-properties", "fo:font-weight") == "bold"

    def padding(self, style: str) -> float:
        return _cm(self._property("graphic", style, "style:graphic-properties", "fo:padding-left") or "0cm")

    def _property(self, family: str, style: str, group: str, name: str) -> str:
        properties = self._style(family, style).get_element(group)
        return "" if properties is None else _told(properties, name)

    def _style(self, family: str, name: str) -> Element:
        return _named({name: self.document.get_style(family, name)}, name)


class Frame:
    def __init__(self, element: Element, deck: Deck) -> None:
        self.element, self.deck, self.language = element, deck, deck.language
        style = _told(element, "draw:style-name")
        padding = 2 * deck.padding(style) if style else 0
        self.width = _cm(_told(element, "svg:width")) - padding
        self.height = _cm(_told(element, "svg:height")) - padding

    def show(self, part: Part) -> Fitted[Any]:
        if isinstance(part, Text):
            return self._show_text(part)
        return self._show_grid(part) if isinstance(part, Grid) else self._show_picture(part)

    # --- Texts ---------------------------------------------------------------------------------------

    def _show_text(self, text: Text) -> Fitted[Line]:
        def room(line: Line) -> float:
            return self.width / (BOLD if self.deck.is_bold(line.style) else 1)

        def measure(line: Line, size: float) -> float:
            return height(line.words, room(line), size * line.scale) + LINE_SPACING

        def clip(line: Line, size: float) -> Line:
            return Line(clipped(line.words, room(line), size * line.scale, text.most), line.style, line.scale)

        found = fitted(text.lines, self.height, text.sizes, measure, clip)
        paragraphs = "".join(
            paragraph(line.words, self.deck.style(line.style, found.size * line.scale), self.language)
            for line in found.items
        )
        self._hold(f"<draw:text-box>{paragraphs}</draw:text-box>")
        return found

    # --- Tables --------------------------------------------------------------------------------------

    def _show_grid(self, grid: Grid) -> Fitted[tuple[Words, ...]]:
        widths = [self.width * share / sum(grid.shares) for share in grid.shares]

        def measure(row: tuple[Words, ...], size: float) -> float:
            bold = BOLD if row is grid.headings else 1
            rooms = [(width - CELL_SIDES) / bold for width in widths]
            pairs = list(zip(row, rooms, strict=True))
            if size > grid.sizes[-1] and any(longest_word(plain(cell), size) > room for cell, room in pairs):
                return TOO_HIGH
            return max(height(cell, room, size) for cell, room in pairs) + CELL_ENDS

        def clip(row: tuple[Words, ...], size: float) -> tuple[Words, ...]:
            if row is grid.headings:
                return row
            rooms = (width - CELL_SIDES for width in widths)
            return tuple(clipped(cell, room, size, grid.most) for cell, room in zip(row, rooms, strict=True))

        found = fitted((grid.headings, *grid.rows), self.height, grid.sizes, measure, clip)
        heading, *rows = found.items
        columns = "".join(f'<table:table-column table:style-name="{self.deck.column_style(w)}"/>' for w in widths)
        body = self._row(heading, (HEADING, FIGURES_HEADING), "committee-heading", grid, found.size)
        body += "".join(self._row(row, ("plain", FIGURES), "committee-cell", grid, found.size) for row in rows)
        self._hold(f'<table:table table:use-first-row-styles="true">{columns}{body}</table:table>')
        # The least it takes: rows grow with their texts, and would share out what is left over.
        self.element.set_attribute("svg:height", f"{len(found.items) * found.size * CM_PER_POINT:.2f}cm")
        return found

    def _row(self, row: Sequence[Words], styles: tuple[str, str], cell: str, grid: Grid, size: float) -> str:
        names = [self.deck.style(style, size) for style in styles]
        cells = "".join(
            f'<table:table-cell table:style-name="{cell}">'
            f"{paragraph(words, names[index >= grid.figures_from], self.language)}</table:table-cell>"
            for index, words in enumerate(row)
        )
        return f"<table:table-row>{cells}</table:table-row>"

    # --- Charts --------------------------------------------------------------------------------------

    def _show_picture(self, picture: Picture) -> Fitted[Picture]:
        drawn = vl_convert.svg_to_png(picture.svg, scale=SHARPNESS)
        address = self.deck.document.add_file(BytesIO(drawn))
        # The size a PNG says it has.
        wide, high = struct.unpack(">II", drawn[16:24])
        scale = min(self.width / wide, self.height / high)
        self.element.set_attribute("svg:width", f"{wide * scale:.2f}cm")
        self.element.set_attribute("svg:height", f"{high * scale:.2f}cm")
        self._hold(
            f'<draw:image xlink:href="{address}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>',
            f"<svg:title>{_escaped(picture.title)}</svg:title>",
            f"<svg:desc>{_escaped(picture.description)}</svg:desc>",
        )
        return Fitted(0, (picture,), 0, is_cut=False)

    def _hold(self, *contents: str) -> None:
        for child in self.element.children:
            self.element.delete(child)
        for content in contents:
            Element.append(self.element, xml(content))


def _escaped(text: str) -> str:
    return escape(NOT_XML.sub("", text))


def _told(element: Element, attribute: str) -> str:
    return str(element.get_attribute(attribute) or "")


def _named(found: Mapping[str, T | None], name: str) -> T:
    """A template of somebody's own may lack a page, a frame or a style: the failure names it."""
    item = found.get(name)
    if item is None:
        raise ValueError(f"The template of the slides has no « {name} ».")
    return item


def _cm(length: str) -> float:
    return float(length.removesuffix("cm"))


def _note(words: str, left_out: Counter[Items], is_cut: bool) -> str:
    found = [words] if words else []
    if others := _others(left_out):
        found.append(_("Et %(others)s, à lire dans le rapport PDF et sur le portail.") % {"others": ", ".join(others)})
    if is_cut:
        found.append(_("[…] : texte abrégé, entier dans le rapport PDF et sur le portail."))
    return " ".join(found)


def _others(left_out: Counter[Items]) -> list[str]:
    said: dict[Items, Callable[[int], str]] = {
        "lines": lambda n: plural("%(n)s autre ligne", "%(n)s autres lignes", n),
        "axes": lambda n: plural("%(n)s autre axe", "%(n)s autres axes", n),
        "commitments": lambda n: plural("%(n)s autre engagement", "%(n)s autres engagements", n),
        "postponements": lambda n: plural("%(n)s autre report", "%(n)s autres reports", n),
        "envelopes": lambda n: plural("%(n)s autre enveloppe", "%(n)s autres enveloppes", n),
        "decisions": lambda n: plural("%(n)s autre décision", "%(n)s autres décisions", n),
        "dates": lambda n: plural("%(n)s autre date", "%(n)s autres dates", n),
    }
    return [said[items](count) % {"n": number(count)} for items, count in left_out.items() if count]
