"""Rows and links brought to what the file says, in a few queries a table whatever their number."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)
# A code, or the columns that make a row unique.
Key: TypeAlias = Any


class LoadRefused(Exception):
    """The file is sound, but does not fit what is in the database; `problems` says why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Tally:
    """What a load did to one kind of rows. `kept`: rows that the file does not know."""

    label: str
    read: int = 0
    created: set[Key] = field(default_factory=set)
    modified: set[Key] = field(default_factory=set)
    removed: set[Key] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)

    def touch(self, keys: Iterable[Key]) -> None:
        """These rows were given other links: modified, unless they have just been created."""
        self.modified |= set(keys) - self.created


@dataclass(frozen=True)
class Rows(Generic[M]):
    by_key: Mapping[Key, M]
    tally: Tally

    def pk(self, key: Key) -> Any:
        return self.by_key[key].pk

    def optional_pk(self, key: Key | None) -> Any:
        return None if key is None else self.pk(key)

    def pks(self, keys: Iterable[Key]) -> set[Any]:
        return {self.pk(key) for key in keys}


def sync_rows(
    label: str,
    present: models.QuerySet[M],
    wanted: Mapping[Key, Mapping[str, Any]],
    *,
    key_of: Callable[[M], Key],
    at_creation: Mapping[str, Any] | None = None,
    owned: Callable[[M], bool] | None = None,
) -> Rows[M]:
    """Creates the rows that lack, changes those that differ.

    `present`: the rows that may be meant. `at_creation`: fields given to a new row and never looked at again.
    `owned`: says of a row that the file no longer knows whether it leaves with it; without it, all stay.
    """
    tally = Tally(label, read=len(wanted))
    model = present.model
    rows = {key_of(row): row for row in present.select_for_update(of=("self",)).order_by("pk")}
    absent = {key: row for key, row in rows.items() if key not in wanted}
    if owned is not None:
        leaving = {key: row for key, row in absent.items() if owned(row)}
        model._default_manager.filter(pk__in=[row.pk for row in leaving.values()]).delete()
        tally.removed |= leaving.keys()
    else:
        tally.kept = [str(key) for key in absent]
    moved = [row for key, row in rows.items() if key in wanted and _set(row, wanted[key])]
    tally.modified |= {key_of(row) for row in moved}
    if moved:
        model._default_manager.bulk_update(moved, _names(wanted))
    new = {key: model(**(at_creation or {}), **fields) for key, fields in wanted.items() if key not in rows}
    model._default_manager.bulk_create(new.values())
    tally.created |= new.keys()
    return Rows({**rows, **new}, tally)


def sync_field(rows: Rows[M], name: str, wanted: Mapping[Key, Any]) -> None:
    """One more field of rows already there, for what could not be known before they existed (parents)."""
    moved = {key: row for key, value in wanted.items() if _set(row := rows.by_key[key], {name: value})}
    if moved:
        next(iter(moved.values()))._meta.model._default_manager.bulk_update(moved.values(), [name])
    rows.tally.touch(moved)


def sync_links(rows: Rows[M], name: str, wanted: Mapping[Key, Iterable[Any]]) -> None:
    """The many-to-many `name` of each row holds exactly the wanted primary keys."""
    relation: Any = next(iter(rows.by_key.values()))._meta.get_field(name) if rows.by_key else None
    if relation is None:
        return
    through = relation.remote_field.through
    owner, other = relation.m2m_column_name(), relation.m2m_reverse_name()
    key_of = {rows.pk(key): key for key in wanted}
    present: dict[Any, dict[Any, Any]] = defaultdict(dict)
    links = through._default_manager.filter(**{f"{owner}__in": key_of}).values_list("pk", owner, other)
    for pk, owner_pk, other_pk in links:
        present[owner_pk][other_pk] = pk
    new, old, touched = [], [], set()
    for key, targets in wanted.items():
        owner_pk, held = rows.pk(key), present[rows.pk(key)]
        added, gone = set(targets) - held.keys(), held.keys() - set(targets)
        new += [through(**{owner: owner_pk, other: target}) for target in sorted(added)]
        old += [held[target] for target in gone]
        if added or gone:
            touched.add(key)
    through._default_manager.filter(pk__in=old).delete()
    through._default_manager.bulk_create(new)
    rows.tally.touch(touched)


def _set(row: models.Model, fields: Mapping[str, Any]) -> bool:
    """Gives the row these values; says whether one of them was different."""
    different = {name: value for name, value in fields.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _names(wanted: Mapping[Key, Mapping[str, Any]]) -> list[str]:
    return sorted({name for fields in wanted.values() for name in fields})
