"""Reads the changes of an object and of what hangs below it, whatever the table, newest first.

Three questions whatever there is to tell: how many, which ones are on this page, what they hold. A change is told from
the one before it of the same object.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, JSONObject

from commitments.models import Commitment, ProgressUpdate
from roadmap_portal.history.tracking import UPDATE, change_models, is_link, tracked_model

# Parts that are kept when their whole goes, and belong on its page all the same.
ALSO_BELOW = {("commitments.Measurement", "indicator"), ("commitments.CampaignLine", "campaign")}
DUE = ("pgh_kind", "pgh_id", "pgh_created_at")
# In the order of the fields of `Change`.
COLUMNS = (*DUE, "pgh_label", "pgh_context", "pgh_context_id", "pgh_held", "pgh_previous")


@dataclass(frozen=True)
class Told:
    """Some of the changes of one table. `fields`: the only ones read, all of them when empty."""

    changes: Any
    which: Q
    fields: Sequence[str] = ()
    since: datetime | None = None
    with_previous: bool = True

    @property
    def kind(self) -> str:
        return tracked_model(self.changes)._meta.label

    def rows(self) -> QuerySet[Any]:
        rows = self._since(self.changes.objects.filter(self.which)).annotate(pgh_kind=Value(self.kind))
        return self._without_hidden_changes(rows) if self.fields else rows

    def previous(self) -> Any:
        """The object before the change; nothing of it when it stood before what may be told."""
        if is_link(self.changes) or not self.with_previous:
            return Cast(Value(None), models.JSONField())
        earlier = self.changes.objects.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"))
        return Subquery(self._since(earlier).order_by("-pgh_id").annotate(pgh_held=self.held()).values("pgh_held")[:1])

    def details(self, ids: list[int]) -> QuerySet[Any, Any]:
        rows = self.changes.objects.filter(pgh_id__in=ids).annotate(pgh_kind=Value(self.kind))
        return rows.annotate(pgh_held=self.held(), pgh_previous=self.previous()).values_list(*COLUMNS)

    def held(self) -> Any:
        """The object as the change left it. Amounts as texts: JSON would make them floats."""
        return Cast(JSONObject(**{field.name: _exact(field) for field in self.columns}), models.JSONField())

    @property
    def columns(self) -> list[models.Field]:
        names = self.fields or [f.name for f in self.changes._meta.fields if not f.name.startswith("pgh_")]
        return [self.changes._meta.get_field(name) for name in names]

    def _since(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.since is None else rows.filter(pgh_created_at__gt=self.since)

    def _without_hidden_changes(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """A change that moved none of the fields told would be an empty line."""
        compared = rows.annotate(pgh_held=self.held(), pgh_previous=self.previous())
        return compared.filter(~Q(pgh_label=UPDATE) | Q(pgh_previous__isnull=True) | ~Q(pgh_held=F("pgh_previous")))


def _exact(field: models.Field) -> Any:
    return Cast(F(field.attname), models.TextField()) if isinstance(field, models.DecimalField) else F(field.attname)


class Key(NamedTuple):
    kind: str
    pk: int


class Change(NamedTuple):
    kind: str
    pk: int
    at: datetime
    label: str
    cause: dict[str, Any] | None
    request_id: UUID | None
    held: dict[str, Any]
    previous: dict[str, Any] | None

    @property
    def user_id(self) -> int | None:
        return (self.cause or {}).get("user")


def keys(told: Iterable[Told]) -> QuerySet[Any]:
    """All of them in the order of the page: what a paginator counts and slices."""
    first, *others = (one.rows().values(*DUE) for one in told)
    return first.union(*others, all=True).order_by("-pgh_created_at", "pgh_kind", "-pgh_id")


def read(told: Iterable[Told], page: Iterable[dict[str, Any]]) -> list[Change]:
    """What the changes of one page hold, in its order."""
    wanted = [Key(row["pgh_kind"], row["pgh_id"]) for row in page]
    ids = defaultdict[str, list[int]](list)
    for key in wanted:
        ids[key.kind].append(key.pk)
    parts = [one.details(ids[one.kind]) for one in told if one.kind in ids]
    if not parts:
        return []
    found = {Key(*row[:2]): Change(*row) for row in parts[0].union(*parts[1:], all=True)}
    return [found[key] for key in wanted]


def of_commitment(pk: int) -> list[Told]:
    """Of the commitment and of all that names it, or names one of its updates."""
    updates = _changes_of(ProgressUpdate).objects.filter(commitment=pk).values("pgh_obj")
    told = [Told(_changes_of(Commitment), Q(pgh_obj=pk))]
    for changes in change_models():
        if tracked_model(changes) is Commitment:
            continue
        if names := _names_of(changes, Commitment):
            told.append(Told(changes, _ever(changes, _any_of(names, pk))))
        elif names := _names_of(changes, ProgressUpdate):
            told.append(Told(changes, Q(*((f"{name}__in", updates) for name in names), _connector=Q.OR)))
    return told


def of_object(model: type[models.Model], pk: int) -> list[Told]:
    """Of the object, of its links and of its parts: what would go if it went, or is listed above."""
    told = [Told(_changes_of(model), Q(pgh_obj=pk))]
    for changes in change_models():
        names = [name for name in _names_of(changes, model) if _is_part(changes, name)]
        if names and tracked_model(changes) is not model:
            told.append(Told(changes, _ever(changes, _any_of(names, pk))))
    return told


def _changes_of(model: type[models.Model]) -> Any:
    return next(changes for changes in change_models() if tracked_model(changes) is model)


def _names_of(changes: type[models.Model], model: type[models.Model]) -> list[str]:
    own = tracked_model(changes)._meta.fields
    return [f.name for f in own if isinstance(f, models.ForeignKey) and f.related_model is model]


def _is_part(changes: type[models.Model], name: str) -> bool:
    field = tracked_model(changes)._meta.get_field(name)
    goes_with_it = field.remote_field.on_delete is models.CASCADE  # type: ignore[union-attr]
    return goes_with_it or (tracked_model(changes)._meta.label, name) in ALSO_BELOW


def _any_of(names: Sequence[str], pk: int) -> Q:
    return Q(*((name, pk) for name in names), _connector=Q.OR)


def _ever(changes: Any, which: Q) -> Q:
    """Moved elsewhere since, it is still told here, where it was."""
    return which if is_link(changes) else Q(pgh_obj__in=changes.objects.filter(which).values("pgh_obj"))


def first_published() -> Q:
    """Condition on the changes of updates: the one that published it."""
    earlier = _changes_of(ProgressUpdate).objects.filter(
        pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"), state=ProgressUpdate.State.PUBLISHED
    )
    return Q(~Exists(earlier), state=ProgressUpdate.State.PUBLISHED)
