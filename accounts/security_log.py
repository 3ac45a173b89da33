"""The security log: one row in the database, and the same as one line of JSON for whoever collects logs.

A row written inside a transaction that is rolled back is gone; its line is not.
"""

import json
import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import SecurityEvent, User

Kind = SecurityEvent.Kind
logger = logging.getLogger("roadmap_portal.security")


def record(kind: Kind, request: HttpRequest | None = None, *, user: User | None = None, **details: Any) -> None:
    """`user`: whom it is about, where that is not the one who asks. `details`: what JSON can say; never a secret, a
    password or a token, and no more of a person than the event needs."""
    asking = getattr(request, "user", None)
    about = user if user is not None else asking if isinstance(asking, User) else None
    if isinstance(asking, User) and about != asking:
        details = {"by": asking.pk, **details}
    event = SecurityEvent.objects.create(
        kind=kind,
        user=about,
        address=address_of(request) if request is not None else None,
        request_id=getattr(request, "request_id", ""),
        details=details,
    )
    logger.info(json.dumps(_as_line(event), ensure_ascii=False, sort_keys=True))


def address_of(request: HttpRequest) -> str | None:
    """Whoever calls. Of X-Forwarded-For only the part that our own proxies wrote is believed (requirement S7)."""
    forwarded = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    proxies = settings.PROXIES
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    return request.META.get("REMOTE_ADDR") or None


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account someone tried to come into, as django-axes counts: Django says `username` of what we call `email`,
    and capitals make no other account."""
    given = credentials or {}
    return str(given.get("username") or given.get("email") or request.POST.get("username", "")).strip().lower()


def _as_line(event: SecurityEvent) -> dict[str, Any]:
    return {
        "at": event.happened_at.astimezone(timezone.get_default_timezone()).isoformat(),
        "kind": event.kind,
        "user": event.user_id,
        "address": event.address,
        "request": event.request_id,
        **event.details,
    }
