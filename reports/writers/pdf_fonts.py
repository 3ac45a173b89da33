"""Which characters the fonts of the PDF can print, and where a text may break."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import typst
from django.conf import settings

FONTS = settings.BASE_DIR / "static" / "vendor" / "source-sans-3"
# Longer than any French word: a break is allowed inside, for a text must not leave its column.
LONGEST_WORD = 26
UNBROKEN = re.compile(rf"[^\s\u200b]{{{LONGEST_WORD},}}")
LATIN = 0x0250
KNOWN = frozenset("–—‘’“”„†•…‰‹›\u200b\u202f\u2009−÷×€→←↑↓≤≥≠≈□●")
REPLACEMENT = "□"
# Addresses, names of files and the fingerprint are copied by machines: no break is put inside.
AS_IT_IS = frozenset({"url", "chart", "sha256", "lang"})
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
TYPOGRAPHY = (
    (re.compile(r" (?=[;!?](?:\s|$))"), "\u202f"),
    (re.compile(r" (?=:(?:\s|$))"), "\u00a0"),
    (re.compile(r"« "), "«\u00a0"),
    (re.compile(r" »"), "\u00a0»"),
    (re.compile(r"(?<=\d) (?=[%€])"), "\u00a0"),
)


def printable(content: Any) -> tuple[Any, int]:
    """The content with every text made fit to print, and how many characters no font could print."""
    missing = 0

    def fit(value: Any) -> Any:
        nonlocal missing
        if isinstance(value, str):
            text, lost = _printable_text(value)
            missing += lost
            return text
        if isinstance(value, list):
            return [fit(item) for item in value]
        if isinstance(value, dict):
            return {key: item if key in AS_IT_IS else fit(item) for key, item in value.items()}
        return value

    return fit(content), missing


def _printable_text(value: str) -> tuple[str, int]:
    text, lost = shown(CONTROLS.sub("", value.replace("\r\n", "\n").replace("\t", " ")))
    if value.strip() and is_invisible(text):
        # A heading of nothing but control signs: it must not be an empty one.
        return REPLACEMENT, lost + 1
    for pattern, space in TYPOGRAPHY:
        text = pattern.sub(space, text)
    return UNBROKEN.sub(lambda word: _breakable(word.group()), text), lost


def is_invisible(text: str) -> bool:
    """Made of spaces, breaks and signs without a shape alone."""
    return all(unicodedata.category(character)[0] in "ZC" for character in text)


def drawing(svg: str) -> str:
    """A drawing whose words the fonts can print."""
    return shown(CONTROLS.sub("", svg))[0]


def shown(text: str) -> tuple[str, int]:
    """The text with a mark for each character no font can print, and how many there are."""
    lost = 0
    for character in {c for c in text if ord(c) >= LATIN and c not in KNOWN}:
        if not is_printable(character):
            lost += text.count(character)
            text = text.replace(character, REPLACEMENT)
    return text, lost


def _breakable(word: str) -> str:
    """Breaks allowed after signs, as in an address; else every dozen characters."""
    parts = re.split(r"(?<=[/\-_.&=?])", word)
    return "\u200b".join("\u200b".join(re.findall(".{1,12}", part)) for part in parts if part)


@lru_cache(maxsize=4096)
def is_printable(character: str) -> bool:
    """Whether one of the fonts has it: PDF/UA refuses a character that none can show."""
    escaped = "\\u{" + f"{ord(character):x}" + "}"
    source = f'#set document(title: "x")\n#set text(font: "Source Sans 3")\n#"a{escaped}"'
    try:
        typst.compile(source.encode(), font_paths=fonts(), pdf_standards="ua-1", format="pdf")
    except typst.TypstError:
        return False
    return True


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Ours and those inside Typst, never the machine's: the same pages everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])
