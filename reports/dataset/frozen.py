"""A frozen dataset as the writers of files read it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Self

from reports.dataset.older import readable
from reports.dataset.values import Json, canonical_json


class Dataset(Mapping[str, Any]):
    """Its parts by name. Tables may be long: iterate over them, as often as needed, and take their len().

    `sha256`: of the bytes it was read from, whatever form they were written in.
    """

    def __init__(self, parts: Json, sha256: str) -> None:
        self.parts = parts
        self.sha256 = sha256

    @classmethod
    def read(cls, content: str) -> Self:
        """Of canonical JSON, of today's form or an older one."""
        return cls(readable(json.loads(content)), hashlib.sha256(content.encode()).hexdigest())

    @classmethod
    def of(cls, parts: Json) -> Self:
        return cls.read(canonical_json(parts).decode())

    def __getitem__(self, name: str) -> Any:
        return self.parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)
