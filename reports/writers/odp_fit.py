"""How much room a text takes on a slide, and the largest size at which it holds.

Widths are those of a wide font, so that what holds here holds in the reader's, whichever replaces the template's.
What does not hold at the smallest size loses whole items, then ends with « […] »: nothing goes past its frame unsaid.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Generic, TypeVar
from unicodedata import east_asian_width

from reports.writers.office_text import AsWritten, Words, plain

CM_PER_POINT = 2.54 / 72
LINE_HEIGHT = 1.2
LONGEST_WORD = 26
CUT = " […]"
# Of DejaVu Sans, the widest of those that may stand in for another, in ems.
WIDTHS = {
    character: em
    for em, characters in (
        (0.3, "ijlIJÎÏîï'"),
        (0.33, " ,.·’\u00a0\u202f"),
        (0.42, "/:;|-ftr!()[]"),
        (0.56, "scçzL?–"),
        (0.6, "vxyk"),
        (0.86, "wMGOQ&#+<=>→−"),
        (1.03, "mW%@—…œ"),
        (1.08, "Œ"),
    )
    for character in characters
}
EMOJI = 0x1F000
WORD = re.compile(r"[^ \t\n]+[ \t]*|[ \t]+|\n")
T = TypeVar("T")


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    if character in WIDTHS:
        return WIDTHS[character]
    if ord(character) >= EMOJI:
        return 1.5
    if east_asian_width(character) in "WF":
        return 1.05
    return 0.77 if character.isupper() else 0.64


def width(text: str, size: float) -> float:
    """In centimetres."""
    return sum(_em(character) for character in text) * size * CM_PER_POINT


def lines(text: str, room: float, size: float) -> Iterator[tuple[int, int]]:
    """Start and end of each line of a text set in `room` centimetres; a word longer than a line is broken."""
    start, used = 0, 0.0
    for match in WORD.finditer(text):
        word = match.group()
        if word == "\n":
            yield start, match.start()
            start, used = match.end(), 0.0
            continue
        needed = width(word.rstrip(), size)
        if used and used + needed > room:
            yield start, match.start()
            start, used = match.start(), 0.0
        if needed > room:
            position = match.start()
            for character in word:
                step = width(character, size)
                if used + step > room:
                    yield start, position
                    start, used = position, 0.0
                used += step
                position += 1
        else:
            used += width(word, size)
    yield start, len(text)


def longest_word(text: str, size: float) -> float:
    """Of those of a language: a longer one has to be broken, at any size."""
    return max((width(word, size) for word in text.split() if len(word) <= LONGEST_WORD), default=0)


def height(words: Words, room: float, size: float) -> float:
    return sum(1 for _line in lines(plain(words), room, size)) * size * LINE_HEIGHT * CM_PER_POINT


def clipped(words: Words, room: float, size: float, most: int) -> Words:
    """In at most `most` lines, ending with « […] » when something is left out."""
    text = plain(words)
    found = list(lines(text, room, size))
    if len(found) <= most:
        return words
    kept = text[: found[most - 1][1]].rstrip()
    while kept and sum(1 for _line in lines(kept + CUT, room, size)) > most:
        shorter = kept.rpartition(" ")[0].rstrip()
        # A word alone on the last line, longer than it: letters go one by one.
        kept = shorter if shorter and len(kept) - len(shorter) < 30 else kept[:-1].rstrip()
    return (*_beginning(words, len(kept)), CUT)


def _beginning(words: Words, length: int) -> Iterator[str]:
    for part in (words,) if isinstance(words, str) else words:
        if length > 0:
            kept = part[:length]
            yield AsWritten(kept) if isinstance(part, AsWritten) else kept
        length -= len(part)


@dataclass(frozen=True)
class Fitted(Generic[T]):
    """What holds: the size of the text, the items kept, how many are left out, whether a text was cut."""

    size: float
    items: Sequence[T]
    left_out: int
    is_cut: bool


def fitted(
    items: Sequence[T],
    room: float,
    sizes: Sequence[float],
    measure: Callable[[T, float], float],
    clip: Callable[[T, float], T],
) -> Fitted[T]:
    """`measure`: height of an item at a size. `clip`: the item cut to what one may take."""
    for size in sizes:
        # Stopped as soon as it is too much: a long list is not measured to its end.
        if all(so_far <= room for so_far in accumulate(measure(item, size) for item in items)):
            return Fitted(size, items, 0, is_cut=False)
    size, kept, used = sizes[-1], list[T](), 0.0
    is_cut = False
    for item in items:
        shown = clip(item, size)
        used += measure(shown, size)
        if used > room and kept:
            break
        is_cut = is_cut or shown != item
        kept.append(shown)
    return Fitted(size, kept, len(items) - len(kept), is_cut)
