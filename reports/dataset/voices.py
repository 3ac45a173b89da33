"""Who spoke: the organisation, its side and the role held that day; never a person's name (requirements P5, O8)."""

from datetime import date

from django.db.models import Prefetch, QuerySet

from accounts.models import Membership, User
from reports.dataset.values import Json

NOBODY: Json = {"actor": "", "side": "", "role": ""}


def memberships_of(path: str) -> "Prefetch[str, QuerySet[Membership], str]":
    """What `on_behalf` reads of the user found at the end of `path`."""
    found = Membership.objects.select_related("actor").order_by("starts_on", "pk")
    return Prefetch(f"{path}__memberships", found)


def on_behalf(user: User | None, on: date, roles: tuple[str, ...] = ()) -> Json:
    """Codes of side and role, name of the organisation. Empty when no membership was in force; of several, one with
    one of these roles first."""
    held = [] if user is None else [m for m in user.memberships.all() if _in_force(m, on)]
    if not held:
        return NOBODY
    spoken = next((m for m in held if m.role in roles), held[0])
    return {"actor": spoken.actor.name, "side": spoken.actor.side, "role": spoken.role}


def _in_force(membership: Membership, on: date) -> bool:
    return membership.starts_on <= on and (membership.ends_on is None or membership.ends_on >= on)
