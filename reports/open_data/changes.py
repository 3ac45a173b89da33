"""The day open data last changed, read in the history the database keeps of every model."""

from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.timezone import localdate

from roadmap_portal.history.tracking import change_models, tracked_model


def last_change(*models: type[Model]) -> date | None:
    """One query a model. None: nothing was ever written."""
    histories: list[Any] = [changes for changes in change_models() if tracked_model(changes) in models]
    last = [changes.objects.order_by("-pgh_id").values_list("pgh_created_at", flat=True)[:1] for changes in histories]
    return max((localdate(at) for found in last for at in found), default=None)
