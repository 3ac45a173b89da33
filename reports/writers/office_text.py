"""Texts inside ODF documents, and how such a document is saved: the same data give the same bytes."""

import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from odfdo import Document, Element

from reports.dataset import Dataset
from reports.writers import read_me
from roadmap_portal.archive import NOT_XML

TEMPLATES = Path(__file__).parent / "templates"
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
FRENCH = "french"
FRENCH_STYLE = (
    f'<style:style style:name="{FRENCH}" style:family="text">'
    '<style:text-properties fo:language="fr" fo:country="FR"/></style:style>'
)
# A space first on its line, or after another one, has to be named: the format keeps one only.
KEPT_SPACE = re.compile(r"(?:(?<=^)|(?<=\n)|(?<= )) ")
GENERATOR = "roadmap-portal"
OLDEST_IN_ZIP = (1980, 1, 1, 0, 0, 0)


class AsWritten(str):
    """A text of the data: French, whatever the language of the file."""

    __slots__ = ()


Words: TypeAlias = str | tuple[str, ...]


def plain(words: Words) -> str:
    return words if isinstance(words, str) else "".join(words)


def inline(words: Words, language: str) -> str:
    """As the XML of a paragraph's content; a screen reader is told what is French."""
    parts = (words,) if isinstance(words, str) else words
    return "".join(_part(part, language) for part in parts)


def _part(part: str, language: str) -> str:
    text = NOT_XML.sub("", part).replace("\r\n", "\n").replace("\r", "\n")
    xml = KEPT_SPACE.sub("<text:s/>", escape(text).replace("\t", "<text:tab/>")).replace("\n", "<text:line-break/>")
    if isinstance(part, AsWritten) and language != "fr" and text:
        return f'<text:span text:style-name="{FRENCH}">{xml}</text:span>'
    return xml


def paragraph(words: Words, style: str, language: str) -> str:
    return f'<text:p text:style-name="{style}">{inline(words, language)}</text:p>'


def joined(items: Iterable[Words], separator: str) -> tuple[str, ...]:
    """The items one after the other, each still knowing its language."""
    found: list[str] = []
    for item in items:
        parts = (item,) if isinstance(item, str) else item
        found += [separator, *parts] if found else parts
    return tuple(found)


def xml(text: str) -> Element:
    return Element.from_tag(text)


def save(document: Document, path: Path, dataset: Dataset, *, title: str, subject: str, language: str) -> None:
    moment = read_me.generated_at(dataset).replace(tzinfo=None)
    document.set_language(LOCALES[language])
    meta = document.meta
    meta.title, meta.subject = title, subject
    meta.creation_date = meta.date = moment
    meta.generator = GENERATOR
    whole = BytesIO()
    document.save(whole)
    with ZipFile(whole) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            item = ZipInfo(name, OLDEST_IN_ZIP)
            item.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            target.writestr(item, source.read(name))
