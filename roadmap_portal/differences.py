"""What changed between two texts, word by word."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

WORDS = re.compile(r"\s*\S+|\s+$")
# Fewer unchanged words than these between two changes are a coincidence, which reads worse than one longer change.
FEWEST_KEPT = 2


class Piece(NamedTuple):
    kind: str  # "same", "added", "removed"
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in reading order: joining "same" and "added" gives the new text, "same" and "removed"
    the old one."""
    before, after = WORDS.findall(old.replace("\r\n", "\n")), WORDS.findall(new.replace("\r\n", "\n"))
    pieces: list[Piece] = []
    a = c = 0  # where the change being gathered began
    for start, other, size in _kept(before, after):
        pieces += _pieces(before[a:start], after[c:other], before[start : start + size])
        a, c = start + size, other + size
    return pieces


def _kept(before: list[str], after: list[str]) -> list[tuple[int, int, int]]:
    """Runs of unchanged words worth showing as such: (place in the old text, in the new one, length). The last one is
    the end of both texts."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    ends = {(0, 0), (len(before), len(after))}
    return [
        (b.a, b.b, b.size)
        for b in blocks
        if b.size >= FEWEST_KEPT or (b.a, b.b) in ends or (b.a + b.size, b.b + b.size) in ends
    ]


def _pieces(removed: list[str], added: list[str], same: list[str]) -> list[Piece]:
    found = [Piece("removed", "".join(removed)), Piece("added", "".join(added)), Piece("same", "".join(same))]
    return [piece for piece in found if piece.text]
