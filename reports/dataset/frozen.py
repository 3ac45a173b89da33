"""A frozen dataset as the writers of files read it."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from reports.dataset.older import is_older, readable
from reports.dataset.spool import TEXT, spool
from reports.dataset.values import Json, canonical_json, sha256_of_text


class Dataset(Mapping[str, Any]):
    """Its parts by name. Tables may be long: iterate over them, as often as needed, and take their len().

    `sha256`: of the bytes it was read from, whatever form they were written in.
    """

    def __init__(self, parts: Json, sha256: str, text: str | Path) -> None:
        self.parts = parts
        self.sha256 = sha256
        self.text = text

    @classmethod
    def read(cls, content: str) -> Self:
        """Of canonical JSON, of today's form or an older one; held in memory."""
        return cls(readable(json.loads(content)), sha256_of_text(content), content)

    @classmethod
    def of(cls, parts: Json) -> Self:
        return cls.read(canonical_json(parts).decode())

    @classmethod
    def spooled(cls, chunks: Iterable[str], folder: Path) -> Self:
        """Of canonical JSON that comes in pieces: its text and its long tables stay in `folder`, which the caller keeps
        as long as it reads. An older form, always short, is held in memory."""
        parts, sha256 = spool(chunks, folder)
        if is_older(parts):
            return cls.read((folder / TEXT).read_text(encoding="utf-8"))
        return cls(readable(parts), sha256, folder / TEXT)

    def copy_to(self, path: Path) -> None:
        """The very bytes the fingerprint is computed from."""
        if isinstance(self.text, Path):
            shutil.copyfile(self.text, path)
        else:
            path.write_bytes(self.text.encode())

    def __getitem__(self, name: str) -> Any:
        return self.parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)
