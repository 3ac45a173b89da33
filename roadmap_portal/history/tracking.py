"""Every change of every field of the domain, kept by the database itself: bulk writes and SQL typed by hand too.

`@tracked()` gives a model, and each of its links to several others, a table of changes that only grows. A row of it is
the whole object as the change left it, with when, who and through what (`recording`).
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import pghistory
import pgtrigger
from django.db import models

from roadmap_portal.publication import raises_publication

M = TypeVar("M", bound=models.Model)

INSERT, UPDATE, DELETE = "insert", "update", "delete"
# What existed before its history began, as it stood then.
SNAPSHOT = "snapshot"
# Counts the changes instead of being one.
COUNTERS = ("row_version",)


def tracked(
    *, exclude: Sequence[str] = (), publishes: bool | pgtrigger.Condition = True
) -> Callable[[type[M]], type[M]]:
    """`publishes`: whether the public may see a change of it, for a new row a condition; then pages are made anew."""

    def follow(model: type[M]) -> type[M]:
        events = [pghistory.InsertEvent(INSERT), pghistory.UpdateEvent(UPDATE), pghistory.DeleteEvent(DELETE)]
        names = [field.name for field in model._meta.local_fields]
        obj_field = pghistory.ObjForeignKey(related_name="+")
        _keep(model, *events, obj_field=obj_field, exclude=[n for n in names if n in {*COUNTERS, *exclude}])
        if publishes:
            pgtrigger.register(raises_publication(None if publishes is True else publishes))(model)
        for link in model._meta.local_many_to_many:
            # A link is made or undone; nothing of it changes.
            through = _named(link)
            _keep(through, pghistory.InsertEvent(INSERT), pghistory.DeleteEvent(DELETE), obj_field=None)
            if publishes is True:
                pgtrigger.register(raises_publication())(through)
        return model

    return follow


def _keep(model: type[models.Model], *events: pghistory.RowEvent, **options: Any) -> None:
    pghistory.track(
        *events,
        model_name=f"{model.__name__}Change",
        # Beside the change, not in a table of contexts that could be written afterwards.
        context_field=pghistory.ContextJSONField(null=True),
        context_id_field=pghistory.ContextUUIDField(null=True),
        append_only=True,
        meta={"default_permissions": ()},
        **options,
    )(model)


def _named(link: models.ManyToManyField) -> type[models.Model]:
    """A name for the table Django made by itself: migrations see no trigger of a model that has none."""
    owner, through = link.model, cast(type[models.Model], link.remote_field.through)
    meta = {"proxy": True, "app_label": owner._meta.app_label, "default_permissions": ()}
    meta |= {"verbose_name": link.verbose_name, "verbose_name_plural": link.verbose_name}
    name = f"{owner.__name__}{link.name.title().replace('_', '')}"
    named = type(name, (through,), {"__module__": owner.__module__, "Meta": type("Meta", (), meta)})
    setattr(sys.modules[owner.__module__], name, named)
    return named


def change_models() -> Iterator[type[models.Model]]:
    """The tables of changes; `pgh_tracked_model` is what each is the history of."""
    return iter(sorted(pghistory.core.event_models(), key=lambda model: model._meta.label))


def tracked_model(changes: type[models.Model]) -> type[models.Model]:
    found: type[models.Model] = changes.pgh_tracked_model  # type: ignore[attr-defined]
    return found


def is_link(changes: type[models.Model]) -> bool:
    return bool(tracked_model(changes)._meta.proxy)
