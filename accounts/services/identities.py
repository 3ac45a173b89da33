"""Whom an identity of ProConnect stands for: someone bound before, or someone invited. Nobody else (requirement I6)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import localdate

from accounts.models import Identity, Invitation, User
from accounts.security_log import Kind, record


class Refusal(StrEnum):
    """Why someone whom ProConnect let through does not come in; the page of refusal has a sentence for each."""

    PROTOCOL = "protocol"  # what the provider sent is not what was asked for
    SECOND_FACTOR = "second_factor"
    UNKNOWN = "unknown"  # nobody invited this address
    ORGANISATION = "organisation"  # invited, from another organisation
    EXPIRED = "expired"  # invited, too long ago
    ROLE = "role"
    DISABLED = "disabled"


class NotRecognised(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@transaction.atomic
def recognise(claims: Mapping[str, Any], issuer: str, request: HttpRequest | None = None) -> User:
    """`claims`: verified already. Raises NotRecognised, with nothing written."""
    wanted = set(settings.PROCONNECT_ROLES)
    if wanted and not wanted & set(claims.get("roles") or []):
        raise NotRecognised(Refusal.ROLE)
    found = Identity.objects.select_related("user").filter(issuer=issuer, sub=claims["sub"]).first()
    user = found.user if found else _invited(claims, issuer, localdate(), request)
    if not user.is_active:
        raise NotRecognised(Refusal.DISABLED)
    return user


def _invited(claims: Mapping[str, Any], issuer: str, today: date, request: HttpRequest | None) -> User:
    invitations = Invitation.objects.select_for_update(of=("self",)).select_related("user")
    email = str(claims.get("email") or "").lower()
    invitation = invitations.filter(user__email=email, user__identity__isnull=True).first()
    if invitation is None:
        raise NotRecognised(Refusal.UNKNOWN)
    if invitation.siret != claims.get("siret"):
        raise NotRecognised(Refusal.ORGANISATION)
    if invitation.expires_on < today:
        raise NotRecognised(Refusal.EXPIRED)
    if not invitation.user.is_active:
        raise NotRecognised(Refusal.DISABLED)
    identity = Identity.objects.create(
        user=invitation.user,
        issuer=issuer,
        sub=claims["sub"],
        siret=invitation.siret,
        idp_id=str(claims.get("idp_id") or "")[:100],
        organization=str(claims.get("organization_label") or "")[:300],
    )
    record(Kind.IDENTITY_BOUND, request, user=identity.user, siret=identity.siret)
    return identity.user


@transaction.atomic
def unbind(user: User, *, request: HttpRequest | None = None) -> None:
    """For someone whose identity provider changed: the next login binds them anew, if their invitation still holds."""
    Identity.objects.filter(user=user).delete()
    record(Kind.IDENTITY_BOUND, request, user=user, unbound=True)
