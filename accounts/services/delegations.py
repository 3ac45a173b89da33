"""« Du 1er au 20 août, par … »: the rights of someone absent, held by a deputy for a time.

Each right of the absent person becomes a membership of the deputy with the dates of the delegation, so that pages,
reminders and jobs need to know of nothing else. It is never passed on, and ends with the right it comes from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Membership, MembershipQuerySet, User
from accounts.security_log import Kind, record
from accounts.services import RightsRefused

MOST_DAYS = 92


@dataclass(frozen=True)
class Delegation:
    """`memberships`: of the deputy, all with these dates or, where the right ends before, fewer days. `left_out`:
    rights of the absent that this deputy may not hold; another one may."""

    absent: User
    deputy: User
    starts_on: date
    ends_on: date
    memberships: Sequence[Membership]
    left_out: Sequence[Membership] = ()


def possible_deputies(absent: User, on: date) -> QuerySet[User]:
    """Active accounts with a right of their own, by name; which of the rights they may hold, `delegate` judges."""
    own = Membership.objects.in_force(on).filter(delegated_from__isnull=True)
    return User.objects.filter(is_active=True, pk__in=own.values("user")).exclude(pk=absent.pk).order_by("name")


@transaction.atomic
def delegate(
    absent: User, deputy: User, starts_on: date, ends_on: date, *, today: date, request: HttpRequest | None = None
) -> Delegation:
    """Raises RightsRefused, with nothing written."""
    # Two forms sent at once wait for each other here.
    User.objects.select_for_update(no_key=True).get(pk=absent.pk)
    _check_dates(starts_on, ends_on, today)
    if absent == deputy or not deputy.is_active:
        raise RightsRefused(_("Choisissez un autre compte, actif."), "deputy")
    sources = [
        source
        for source in _own(absent).select_related("actor")
        if source.starts_on <= ends_on and (source.ends_on is None or source.ends_on >= starts_on)
    ]
    if not sources:
        raise RightsRefused(_("Aucune habilitation à déléguer à ces dates."))
    held = list(_own(deputy).in_force(starts_on).select_related("actor"))
    holdable = [source for source in sources if _may_hold(held, source)]
    if not holdable:
        raise RightsRefused(
            _("%(name)s n’a pas d’habilitation du même côté, ni pour le même acteur.") % {"name": deputy.name}, "deputy"
        )
    new = [source for source in holdable if not _is_held(held, source, ends_on)]
    if not new:
        raise RightsRefused(_("%(name)s a déjà les mêmes droits.") % {"name": deputy.name}, "deputy")
    _check_no_other(new, starts_on, ends_on)
    given = [
        Membership.objects.create(
            user=deputy,
            actor=source.actor,
            role=source.role,
            starts_on=max(starts_on, source.starts_on),
            ends_on=min(ends_on, source.ends_on or ends_on),
            delegated_from=source,
        )
        for source in new
    ]
    record(Kind.DELEGATED, request, user=deputy, absent=absent.pk, starts_on=str(starts_on), ends_on=str(ends_on))
    left_out = [source for source in sources if source not in holdable]
    return Delegation(absent, deputy, starts_on, ends_on, given, left_out)


def _own(user: User) -> MembershipQuerySet:
    return Membership.objects.filter(user=user, delegated_from__isnull=True)


def _check_dates(starts_on: date, ends_on: date, today: date) -> None:
    if starts_on < today:
        raise RightsRefused(_("Une délégation ne commence pas dans le passé."), "starts_on")
    if ends_on < starts_on:
        raise RightsRefused(_("La fin précède le début."), "ends_on")
    if (ends_on - starts_on).days >= MOST_DAYS:
        raise RightsRefused(
            _("Au plus %(days)s jours ; au-delà, faites donner une habilitation.") % {"days": MOST_DAYS}, "ends_on"
        )


def _check_no_other(sources: Iterable[Membership], starts_on: date, ends_on: date) -> None:
    others = Membership.objects.filter(delegated_from__in=list(sources), starts_on__lte=ends_on, ends_on__gte=starts_on)
    if other := others.select_related("user").first():
        raise RightsRefused(
            _("Une délégation à %(name)s couvre déjà une partie de ces dates : arrêtez-la d’abord.")
            % {"name": other.user.name},
            "starts_on",
        )


def _may_hold(held: Iterable[Membership], source: Membership) -> bool:
    """The State's right stays with the State's agents and the Region's with its own: else one person could decide for
    both. Of another actor, with those of that actor."""
    side = source.actor.side
    return any(m.actor.side == side if side else m.actor_id == source.actor_id for m in held)


def _is_held(held: Iterable[Membership], source: Membership, until: date) -> bool:
    return any(
        (m.actor_id, m.role) == (source.actor_id, source.role) and (m.ends_on is None or m.ends_on >= until)
        for m in held
    )


@transaction.atomic
def end_delegation(absent: User, deputy: User, *, today: date, request: HttpRequest | None = None) -> int:
    """From today on; what lasted until yesterday stays in the past. Returns how many rights ended."""
    rows = Membership.objects.select_for_update().filter(delegated_from__user=absent, user=deputy, ends_on__gte=today)
    ended = len(rows)
    for membership in rows:
        membership.end_before(today)
    if ended:
        record(Kind.DELEGATED, request, user=deputy, absent=absent.pk, ended_on=str(today))
    return ended


def delegations_of(user: User, today: date) -> list[Delegation]:
    """Given by the user or to them, in force or to come."""
    rows = (
        Membership.objects.filter(Q(user=user) | Q(delegated_from__user=user), delegated_from__isnull=False)
        .filter(ends_on__gte=today)
        .select_related("user", "actor", "delegated_from__user")
        .order_by("starts_on", "pk")
    )
    grouped: dict[tuple[User, User], list[Membership]] = {}
    for row in rows:
        assert row.delegated_from is not None
        grouped.setdefault((row.delegated_from.user, row.user), []).append(row)
    return [
        Delegation(absent, deputy, min(m.starts_on for m in found), max(m.ends_on or today for m in found), found)
        for (absent, deputy), found in grouped.items()
    ]
