"""A change as a person reads it: what, which fields from what to what, by whom, through what."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from django.apps import apps
from django.db import models
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from roadmap_portal.differences import Piece, differences
from roadmap_portal.history.reading import Change
from roadmap_portal.history.tracking import DELETE, INSERT, SNAPSHOT, UPDATE
from roadmap_portal.templatetags.portal import moment, number, short_day

Names: TypeAlias = Mapping[tuple[type[models.Model], Any], str]

NOTHING = "–"
# What moves by itself, or serves the machine: told, and folded away.
FOLDED = {
    "commitments.Commitment": {"progress", "late_since", "late_since_revised", "version"},
    "commitments.ProgressUpdate": {
        "form_key", "text_hash", "status_before", "progress_before", "progress_after", "published_version"
    },
    "commitments.Visa": {"text_hash"},
    "commitments.Evidence": {"sha256", "scan", "checked_at", "failures"},
}  # fmt: skip
# Fields that tell which one, where an object has no title of its own.
KNOWN_BY = (
    "title", "name", "code", "number", "milestone", "actor", "role", "side", "decision", "reference_on", "envelope",
    "due_on", "campaign",
)  # fmt: skip
MOST_KNOWN_BY = 2
TITLES = {"title", "name"}
# Names of fields that no form shows.
LABELS = {
    "form_key": gettext_lazy("numéro du formulaire"),
    "text_hash": gettext_lazy("empreinte du texte"),
    "sha256": gettext_lazy("empreinte du fichier"),
    "status_before": gettext_lazy("statut d’avant"),
    "progress_before": gettext_lazy("avancement d’avant"),
    "progress_after": gettext_lazy("avancement d’après"),
    "published_version": gettext_lazy("version publiée"),
}
ACTS = {
    INSERT: gettext_lazy("Ajout"),
    UPDATE: gettext_lazy("Modification"),
    DELETE: gettext_lazy("Suppression"),
    SNAPSHOT: gettext_lazy("État au début de l’historique"),
}
PAGES = {
    "commitments:update": gettext_lazy("Point d’avancement"),
    "commitments:update_autosave": gettext_lazy("Point d’avancement (enregistrement automatique)"),
    "commitments:update_take_back": gettext_lazy("Point d’avancement repris"),
    "commitments:update_discard": gettext_lazy("Brouillon abandonné"),
    "commitments:confirm_unchanged": gettext_lazy("Sans changement"),
    "commitments:postpone": gettext_lazy("Report d’échéance"),
    "commitments:visa_detail": gettext_lazy("Visa"),
}


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str
    pieces: Sequence[Piece]  # word by word, when both are texts


@dataclass(frozen=True)
class Entry:
    at: datetime
    act: str
    what: str
    which: str
    by: str
    through: str
    request_id: UUID | None
    fields: Sequence[FieldChange]
    folded: Sequence[FieldChange]
    is_whole: bool  # all the fields, not only what moved


def entries(changes: Sequence[Change], by: Callable[[Change], str], through: Callable[[Change], str]) -> list[Entry]:
    names = names_in(changes)
    return [_entry(change, names, by(change), through(change)) for change in changes]


def _entry(change: Change, names: Names, by: str, through: str) -> Entry:
    model = apps.get_model(change.kind)
    folded = FOLDED.get(change.kind, set())
    moved = [(name, _moved(model, name, change, names)) for name in _moving(model, change)]
    return Entry(
        at=change.at,
        act=_act(change),
        what=str(model._meta.verbose_name),
        which=_which(model, change.held, names),
        by=by,
        through=through,
        request_id=change.request_id,
        fields=[] if model._meta.proxy else [field for name, field in moved if name not in folded],
        folded=[field for name, field in moved if name in folded],
        is_whole=change.previous is None or change.label != UPDATE,
    )


def _act(change: Change) -> str:
    """A change that tells nothing of what stood before is the one that made the object readable here."""
    return _("Publication") if change.label == UPDATE and change.previous is None else str(ACTS[change.label])


def _moving(model: type[models.Model], change: Change) -> list[str]:
    """Names of the fields to tell: those that moved; of an object that came or went, all that it held."""
    held, previous = change.held, change.previous
    names = [field.name for field in model._meta.fields if field.name in held]
    if change.label == UPDATE and previous is not None:
        return [name for name in names if held[name] != previous[name]]
    return [name for name in names if name != "id" and held[name] not in (None, "", [])]


def _moved(model: type[models.Model], name: str, change: Change, names: Names) -> FieldChange:
    field: Any = model._meta.get_field(name)
    old, new = (change.previous or {}).get(name), change.held[name]
    if change.label == DELETE:
        old, new = new, None
    elif change.label != UPDATE:
        old = None
    pieces = differences(old, new) if isinstance(field, models.TextField) and old and new else []
    return FieldChange(label_of(field), in_words(field, old, names), in_words(field, new, names), pieces)


def label_of(field: Any) -> str:
    if field._verbose_name is None and isinstance(field, models.ForeignKey):
        return str(field.related_model._meta.verbose_name)
    return str(LABELS.get(field.name, field.verbose_name))


def _which(model: type[models.Model], held: Mapping[str, Any], names: Names) -> str:
    """A link by both its ends, anything else by its title or what stands for it."""
    fields: list[Any] = [model._meta.get_field(name) for name in held]
    chosen = [field for field in fields if isinstance(field, models.ForeignKey)]
    if not model._meta.proxy:
        chosen = sorted((f for f in fields if f.name in KNOWN_BY), key=lambda field: KNOWN_BY.index(field.name))
        chosen = [field for field in chosen if held[field.name] not in (None, "")][:MOST_KNOWN_BY]
        if chosen and chosen[0].name in TITLES:
            chosen = chosen[:1]
    return " · ".join(in_words(field, held[field.name], names) for field in chosen)


def in_words(field: Any, value: Any, names: Names) -> str:
    """A value out of a change: the label of a choice, a day as days are written, the name of what is pointed at."""
    if value in (None, "", []):
        return NOTHING
    if isinstance(field, models.ForeignKey):
        return names.get((field.related_model, value), f"n°\u00a0{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    write = next((write for kind, write in WRITERS if isinstance(field, kind)), str)
    return write(field.to_python(value))


def _yes_or_no(value: bool) -> str:
    return _("oui") if value else _("non")


def _decimal(value: Decimal) -> str:
    exponent = value.normalize().as_tuple().exponent
    return number(value, max(-exponent, 0) if isinstance(exponent, int) else 0)


# A moment is a day too: it comes first.
WRITERS: Sequence[tuple[type[models.Field], Callable[[Any], str]]] = (
    (models.BooleanField, _yes_or_no),
    (models.DateTimeField, moment),
    (models.DateField, short_day),
    (models.DecimalField, _decimal),
)


def names_in(changes: Iterable[Change]) -> dict[tuple[type[models.Model], Any], str]:
    """Of all that the changes point at, one query for each kind. An account renamed since has the name of today."""
    wanted = defaultdict[Any, set[Any]](set)
    for change in changes:
        for name, *values in _pointers(change):
            wanted[name] |= {value for value in values if value is not None}
    return {
        (model, thing.pk): str(thing)
        for model, ids in wanted.items()
        for thing in model._base_manager.filter(pk__in=ids).select_related(*_close_to(model))
    }


def _pointers(change: Change) -> Iterable[tuple[Any, ...]]:
    for field in apps.get_model(change.kind)._meta.fields:
        if isinstance(field, models.ForeignKey) and field.name in change.held:
            yield field.related_model, change.held[field.name], (change.previous or {}).get(field.name)


def _close_to(model: type[models.Model]) -> list[str]:
    """What the name of an object may be made of."""
    return [f.name for f in model._meta.fields if isinstance(f, models.ForeignKey) and f.related_model is not User]


# --- Who and through what, for staff ------------------------------------------------------------


def signatures(changes: Iterable[Change]) -> Callable[[Change], str]:
    """By name, as it is today; whose deputy they were."""
    users = User.objects.in_bulk({pk for change in changes for pk in [change.user_id, *_absent(change)] if pk})

    def name(pk: int) -> str:
        return users[pk].name or users[pk].email if pk in users else _("compte supprimé") + f" n°\u00a0{pk}"

    def by(change: Change) -> str:
        if change.user_id is None:
            return ""
        signed = name(change.user_id)
        if absent := [name(pk) for pk in _absent(change)]:
            return _("%(name)s, par délégation de %(absent)s") % {"name": signed, "absent": ", ".join(absent)}
        return signed

    return by


def _absent(change: Change) -> list[int]:
    return (change.cause or {}).get("stands_in_for", [])


def through(change: Change) -> str:
    cause = change.cause or {}
    if "task" in cause:
        return _("tâche %(name)s") % {"name": cause["task"]}
    if "command" in cause:
        return _("commande %(name)s") % {"name": cause["command"]}
    if "path" in cause:
        page = _page(cause["path"])
        return f"{page} ({cause['path']})" if page else cause["path"]
    return _("hors du portail (SQL)")


def _page(path: str) -> str:
    with override("en" if path.startswith("/en/") else "fr"):
        try:
            name = resolve(path).view_name
        except Resolver404:
            return ""
    return _("Administration") if name.startswith("admin:") else str(PAGES.get(name, ""))
