"""A long dataset read a piece at a time: its text goes to a file, its long tables to a line a row.

Only what canonical JSON is made of is understood (no blank between its signs, no float), which is what makes a decoder
of the standard library enough: each value is tried, and tried again with more text when it was not whole.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from reports.dataset.values import Json

LONG_TABLES = ("commitments", "adjacent", "postponements", "funding_lines", "evidence")
TEXT = "dataset.json"


class Rows:
    """A table kept in a file, one JSON object a line: iterate over it as often as needed, and take its len()."""

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self.count = count

    def __iter__(self) -> Iterator[Json]:
        with self.path.open("rb") as lines:
            for line in lines:
                yield json.loads(line)

    def __len__(self) -> int:
        return self.count


def spool(chunks: Iterable[str], folder: Path) -> tuple[Json, str]:
    """The parts of a dataset, its long tables as `Rows` in `folder`, and the SHA-256 of its text, kept there too."""
    digest = hashlib.sha256()
    with (folder / TEXT).open("wb") as whole:

        def kept() -> Iterator[str]:
            for chunk in chunks:
                found = chunk.encode()
                digest.update(found)
                whole.write(found)
                yield chunk

        parts = _parts(_Text(kept()), folder)
    return parts, digest.hexdigest()


class _Text:
    """The text that comes, and the place reached in it."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.chunks = chunks
        self.held, self.at = "", 0
        self.decoder = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)

    def sign(self) -> str:
        """The next sign, which is passed over; empty at the end."""
        while self.at >= len(self.held):
            if not self._more():
                return ""
        self.at += 1
        return self.held[self.at - 1]

    def value(self) -> tuple[Any, str]:
        """The next value, and as it was written."""
        while True:
            try:
                found, end = self.decoder.raw_decode(self.held, self.at)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            # A figure at the very end of what has come may go on.
            if end == len(self.held) and self._more():
                continue
            written, self.at = self.held[self.at : end], end
            return found, written

    def _more(self) -> bool:
        chunk = next(self.chunks, "")
        self.held, self.at = self.held[self.at :] + chunk, 0
        return bool(chunk)


def _no_float(written: str) -> NoReturn:
    raise ValueError(f"A dataset holds no float: {written}")


def _expect(text: _Text, *signs: str) -> str:
    found = text.sign()
    if found not in signs:
        raise ValueError(f"Not canonical JSON: {found!r} in the place of {' or '.join(signs)!r}")
    return found


def _parts(text: _Text, folder: Path) -> Json:
    parts: Json = {}
    _expect(text, "{")
    sign = ","
    while sign == ",":
        name, _written = text.value()
        _expect(text, ":")
        parts[name] = _rows(text, folder / f"{name}.ndjson") if name in LONG_TABLES else text.value()[0]
        sign = _expect(text, ",", "}")
    if text.sign():
        raise ValueError("Not canonical JSON: something follows the dataset")
    return parts


def _rows(text: _Text, path: Path) -> Rows:
    count = 0
    _expect(text, "[")
    with path.open("w", encoding="utf-8", newline="") as file:
        while _next_sign(text) != "]":
            file.write(text.value()[1] + "\n")
            count += 1
            if _expect(text, ",", "]") == "]":
                return Rows(path, count)
    text.sign()
    return Rows(path, count)


def _next_sign(text: _Text) -> str:
    found = text.sign()
    text.at -= 1
    return found
