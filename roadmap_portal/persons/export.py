"""All that the portal holds of one person, found through the models themselves: a new one is not forgotten (GDPR,
articles 15 and 20)."""

from collections.abc import Iterator
from typing import Any

from django.core.serializers import serialize
from django.db import models

from accounts.models import SecurityEvent, User
from commitments.models import Subscription
from roadmap_portal.history.tracking import change_models

# What opens a door is nobody's to read, its owner included.
SECRETS = {"password", "key", "session_key", "session_data", "token", "drift"}
Section = list[dict[str, Any]]


def everything_about(user: User) -> dict[str, Section]:
    """By model and field that names the person, its rows as texts, numbers and dates; empty sections are left out."""
    found = {"accounts.user": _rows(User.objects.filter(pk=user.pk))}
    for model, name in references():
        found[f"{model._meta.label_lower}.{name}"] = _rows(model._default_manager.filter(**{name: user}))
    found["accounts.securityevent.user"] = _rows(SecurityEvent.objects.filter(user=user))
    found["commitments.subscription.email"] = _rows(Subscription.objects.filter(email__iexact=user.email))
    return {name: rows for name, rows in found.items() if rows}


def references() -> Iterator[tuple[type[models.Model], str]]:
    """Each model and field that points to a person: keys and links to several; histories tell the same once more."""
    histories = set(change_models())
    for relation in User._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not hasattr(relation, "field"):
            continue
        model = relation.related_model
        if isinstance(model, type) and model not in histories and not model._meta.auto_created:
            yield model, relation.field.name


def _rows(found: models.QuerySet[Any]) -> Section:
    key = found.model._meta.pk.name
    told = [{key: row["pk"], **row["fields"]} for row in serialize("python", found.order_by("pk"))]
    return [{name: value for name, value in row.items() if name not in SECRETS} for row in told]
