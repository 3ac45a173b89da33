"""Rights given and ended by an administrator, each told to the security log; and how someone leaves."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_otp import devices_for_user

from accounts import session_store
from accounts.models import Membership, User
from accounts.security_log import Kind, record
from accounts.services import RightsRefused

Role = Membership.Role
# Readers and auditors leave nothing undone.
WORKING = (Role.CONTRIBUTOR, Role.VALIDATOR, Role.ADMINISTRATOR)


@transaction.atomic
def give(membership: Membership, *, request: HttpRequest | None = None) -> Membership:
    """Raises ValidationError for what the database would refuse."""
    membership.full_clean()
    membership.save()
    told(membership, request, given=str(membership.starts_on))
    return membership


@transaction.atomic
def end(membership: Membership, *, today: date, request: HttpRequest | None = None) -> None:
    """From today on. Raises RightsRefused for the last administrator of the portal."""
    locked = Membership.objects.select_for_update(of=("self",)).select_related("user", "actor").get(pk=membership.pk)
    keep_an_administrator([locked], today)
    locked.end_before(today)
    told(locked, request, ended=str(locked.starts_on))


def told(membership: Membership, request: HttpRequest | None, **what: Any) -> None:
    """`what`: given, ended or changed, as JSON can say it."""
    right = {"role": membership.role, "actor": membership.actor.slug}
    record(Kind.RIGHTS_CHANGED, request, user=membership.user, **right, **what)


def keep_an_administrator(going: Collection[Membership], today: date) -> None:
    """Raises RightsRefused where the portal would have no administrator without these. Inside a transaction."""
    if not any(membership.administers_portal for membership in going):
        return
    # All who might be the last wait here for each other.
    administering = Membership.objects.filter(role=Role.ADMINISTRATOR)
    list(administering.order_by("pk").select_for_update().values_list("pk"))
    others = (
        administering.in_force(today)
        .exclude(pk__in=[membership.pk for membership in going])
        .filter(user__is_active=True, delegated_from__isnull=True)
        .exclude(actor__side="")
    )
    if not others.exists():
        raise RightsRefused(_("Il ne resterait aucun administrateur du portail : nommez-en un autre d’abord."))


def unattended(user: User, today: date) -> list[Membership]:
    """The rights of the user that nobody else holds for the same actor: who leaves hands them over."""
    own = user.memberships.in_force(today).filter(delegated_from__isnull=True, role__in=WORKING)
    others = (
        Membership.objects.in_force(today)
        .exclude(user=user)
        .filter(user__is_active=True, delegated_from__isnull=True)
        .values_list("actor", "role")
    )
    held = set(others)
    return [m for m in own.select_related("actor").order_by("pk") if (m.actor_id, m.role) not in held]


@transaction.atomic
def leave(
    user: User, takers: Mapping[int, User], *, today: date, request: HttpRequest | None = None
) -> list[Membership]:
    """Disables the account: its rights end today, its sessions now. `takers`: by membership of `unattended`, who takes
    it over; returns theirs. Raises RightsRefused, with nothing written, while one has nobody."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    given = []
    for membership in unattended(locked, today):
        taker = takers.get(membership.pk)
        if taker is None or taker == locked or not taker.is_active:
            raise RightsRefused(_("Dites qui reprend chaque habilitation."), f"taker_{membership.pk}")
        given.append(
            Membership.objects.create(
                user=taker, actor=membership.actor, role=membership.role, starts_on=today, ends_on=membership.ends_on
            )
        )
        told(given[-1], request, given=str(today))
    # Those to come too: an account that is opened again has none.
    own = list(locked.memberships.not_over(today).select_related("actor"))
    keep_an_administrator(own, today)
    for membership in own:
        membership.end_before(today)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    session_store.end(locked)
    record(Kind.ACCOUNT_DISABLED, request, user=locked)
    return given


@transaction.atomic
def enable(user: User, *, request: HttpRequest | None = None) -> None:
    """The account logs in again; its rights are to be given anew."""
    User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
    record(Kind.RIGHTS_CHANGED, request, user=user, enabled=True)


@transaction.atomic
def forget_second_factor(user: User, *, request: HttpRequest | None = None) -> None:
    for device in devices_for_user(user, confirmed=None):
        device.delete()
    session_store.end(user)
    record(Kind.SECOND_FACTOR_CHANGED, request, user=user, what="lost")
