"""Texts longer than a cell of XLSX can hold: they go on, whole, in a sheet of their own."""

import json
from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from django.utils.translation import gettext as _

# Of Excel, in the units of UTF-16: an emoji counts for two.
CELL_LIMIT = 32_767
UTF_16 = "utf-16-le"
BYTES = 2  # a unit


def units(text: str) -> int:
    return len(text.encode(UTF_16)) // BYTES


def pieces(text: str, limit: int) -> Iterator[str]:
    """Of at most `limit` units each; together, the text."""
    left = text.encode(UTF_16)
    while left:
        end = limit * BYTES
        # The first half of a sign written on two units stays with its second half.
        if end < len(left) and 0xD8 <= left[end - 1] <= 0xDB:
            end -= BYTES
        yield left[:end].decode(UTF_16)
        left = left[end:]


class Continued:
    """What did not fit, kept in a file until its sheet is written: (sheet, line, column, part, text)."""

    def __enter__(self) -> Self:
        self.file = TemporaryFile("w+", encoding="utf-8", newline="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    @staticmethod
    def titles() -> tuple[str, ...]:
        return _("Feuille"), _("Ligne"), _("Colonne"), _("Partie"), _("Suite du texte")

    def keep(self, sheet: str, line: int, column: str, text: str) -> str:
        """The first part, which says where to read on; the others are kept."""
        mark = _(" […] suite du texte dans la feuille «\u00a0Suite des textes\u00a0»")
        first = next(pieces(text, CELL_LIMIT - units(mark)))
        for part, piece in enumerate(pieces(text[len(first) :], CELL_LIMIT), start=2):
            self.file.write(json.dumps([sheet, str(line), column, str(part), piece]) + "\n")
        return first + mark

    def __iter__(self) -> Iterator[list[str]]:
        self.file.seek(0)
        for line in self.file:
            yield json.loads(line)
