"""Two people edit the same thing: different fields are both kept, the same field is put to the one who comes second.

Three values of a field decide: what the form started from (`base`), what was typed (`mine`), what is stored now
(`theirs`). The form carries its own `base` as hidden fields, so nothing is kept on the server and an old tab, a lost
session or a browser without scripts merge like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Merged:
    """`changes`: what to write. `conflicts`: stored values of the fields that both have changed, differently."""

    changes: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, Any] = field(default_factory=dict)


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Of the fields in `mine` alone: one that a form did not show stays as it is. Without a base, mine wins."""
    merged = Merged()
    for name, value in mine.items():
        stored = theirs[name]
        if same(value, stored) or (name in base and same(value, base[name])):
            continue
        if name in base and not same(stored, base[name]):
            merged.conflicts[name] = stored
        else:
            merged.changes[name] = value
    return merged


def same(one: Any, other: Any) -> bool:
    """Browsers send line ends as CR LF, and take the blanks at both ends away."""
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
    return bool(one == other)
