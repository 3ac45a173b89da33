"""Who may? `GRANTS` is the one table; every page, answer, file and job starts from a function of this module.

The README shows the table (`table()`). What a contributor writes on is what their actor leads or operates; a
validator's side is that of the actor, and nobody approves what they wrote (commitments.transitions.visas).
The State and the Region own the roadmap: an administrator of an actor with a side administers the portal. One of any
other actor (a cluster, a university) administers nothing of it: they may ask for the report on what their actor takes
part in, and read it; beyond that they are readers.

The rights of a contributor depend on the participations of a commitment. This floor stands below
`commitments`, so these are spelled as conditions on its columns and import none of its code.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import Membership, User
from actors.models import Actor

Role = Membership.Role
Someone: TypeAlias = User | AnonymousUser

WRITING_PARTICIPATIONS = ("lead", "co_lead", "operator")
# Holds rights as the roles do: who administers an actor that does not own the roadmap.
ACTOR_ADMINISTRATOR = "actor_administrator"


class Action(StrEnum):
    READ_INTERNAL = "reads internal"
    WRITE = "writes updates"
    MEASURE = "enters readings"
    VISA = "gives a visa"
    PUBLISH = "publishes"  # money, evidence; texts where the roadmap asks for no visa
    STEER = "keeps the committee"
    REPORT = "asks for reports"
    MANAGE = "manages"  # campaigns, sealing, accounts, settings, the Django admin


class Extent(StrEnum):
    EVERYWHERE = "everywhere"
    SIDE = "for the side"
    OWN = "of its actor"


E = Extent
GRANTS: dict[tuple[str, Action], Extent] = {
    (Role.READER, Action.READ_INTERNAL): E.EVERYWHERE,
    (Role.AUDITOR, Action.READ_INTERNAL): E.EVERYWHERE,
    (ACTOR_ADMINISTRATOR, Action.READ_INTERNAL): E.EVERYWHERE,
    (ACTOR_ADMINISTRATOR, Action.REPORT): E.OWN,
    (Role.CONTRIBUTOR, Action.READ_INTERNAL): E.EVERYWHERE,
    (Role.CONTRIBUTOR, Action.WRITE): E.OWN,
    (Role.CONTRIBUTOR, Action.MEASURE): E.OWN,
    (Role.VALIDATOR, Action.READ_INTERNAL): E.EVERYWHERE,
    (Role.VALIDATOR, Action.WRITE): E.EVERYWHERE,
    (Role.VALIDATOR, Action.MEASURE): E.EVERYWHERE,
    (Role.VALIDATOR, Action.VISA): E.SIDE,
    (Role.VALIDATOR, Action.PUBLISH): E.EVERYWHERE,
    (Role.VALIDATOR, Action.STEER): E.EVERYWHERE,
    (Role.ADMINISTRATOR, Action.READ_INTERNAL): E.EVERYWHERE,
    (Role.ADMINISTRATOR, Action.WRITE): E.EVERYWHERE,
    (Role.ADMINISTRATOR, Action.MEASURE): E.EVERYWHERE,
    (Role.ADMINISTRATOR, Action.PUBLISH): E.EVERYWHERE,
    (Role.ADMINISTRATOR, Action.STEER): E.EVERYWHERE,
    (Role.ADMINISTRATOR, Action.REPORT): E.EVERYWHERE,
    (Role.ADMINISTRATOR, Action.MANAGE): E.EVERYWHERE,
}
HOLDERS = (Role.READER, Role.AUDITOR, ACTOR_ADMINISTRATOR, Role.CONTRIBUTOR, Role.VALIDATOR, Role.ADMINISTRATOR)


def table() -> str:
    """The grants in Markdown, a line a role, as the README shows them."""
    lines = [f"| role | {' | '.join(Action)} |", f"|---|{'---|' * len(Action)}"]
    for holder in ("(public)", *HOLDERS):
        cells = [GRANTS.get((holder, action), "no") for action in Action]
        lines.append(f"| {holder.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _memberships(user: Someone) -> list[Membership]:
    return user.current_memberships if isinstance(user, User) else []


def _holder(membership: Membership) -> str:
    return ACTOR_ADMINISTRATOR if membership.administers_actor else membership.role


def _holders(user: Someone) -> set[str]:
    held = {_holder(membership) for membership in _memberships(user)}
    is_rescue = isinstance(user, User) and user.is_superuser and user.is_active
    return held | {str(Role.ADMINISTRATOR)} if is_rescue else held


def _extents(user: Someone, action: Action) -> set[Extent]:
    return {GRANTS[holder, action] for holder in _holders(user) if (holder, action) in GRANTS}


def _actors(user: Someone, action: Action, extent: Extent) -> Iterable[Actor]:
    """Those for which the user holds the right to this extent."""
    return (m.actor for m in _memberships(user) if GRANTS.get((_holder(m), action)) == extent)


def roles_of(user: Someone) -> set[str]:
    """In the portal: who administers only an actor of theirs is a reader of it."""
    return {str(Role.READER) if holder == ACTOR_ADMINISTRATOR else holder for holder in _holders(user)}


def is_administrator(user: Someone) -> bool:
    """Of the portal."""
    return bool(_extents(user, Action.MANAGE))


def is_staff_member(user: Someone) -> bool:
    """Belongs to one of the organisations in charge: reads what is internal."""
    return bool(_extents(user, Action.READ_INTERNAL))


def can_publish(user: Someone) -> bool:
    return bool(_extents(user, Action.PUBLISH))


def visa_sides(user: Someone) -> set[str]:
    """Sides for which the user may give a visa: those of the actors they validate for."""
    return {actor.side for actor in _actors(user, Action.VISA, Extent.SIDE) if actor.side}


def visa_given_for(user: User, side: str) -> User | None:
    """The absent colleague whose right to that side's visa the user holds; None where it is their own."""
    given = [m for m in user.current_memberships if m.actor.side == side and (_holder(m), Action.VISA) in GRANTS]
    if any(m.delegated_from is None for m in given):
        return None
    return next((m.delegated_from.user for m in given if m.delegated_from), None)


def can_steer(user: Someone) -> bool:
    """Plans the meetings of the steering committee and records what it decides: the secretariat of both sides."""
    return bool(_extents(user, Action.STEER))


def can_manage_reports(user: Someone) -> bool:
    """All of them."""
    return Extent.EVERYWHERE in _extents(user, Action.REPORT)


def administered_actors(user: Someone) -> list[Actor]:
    """Those whose report the user may ask for without administering the portal, by name."""
    return sorted(set(_actors(user, Action.REPORT, Extent.OWN)), key=lambda actor: (actor.name, actor.pk))


def can_request_reports(user: Someone) -> bool:
    """Of some scope at least."""
    return bool(_extents(user, Action.REPORT))


def can_request_report(user: Someone, scope: str) -> bool:
    """`scope`: canonical, as commitments.filters writes it."""
    return can_manage_reports(user) or scope in _scopes_of_their_actors(user)


def reports_visible_to(user: Someone) -> Q:
    """Condition on reports, before they are online."""
    return Q() if can_manage_reports(user) else Q(scope__in=_scopes_of_their_actors(user))


def _scopes_of_their_actors(user: Someone) -> list[str]:
    return [f"actor={actor.slug}" for actor in administered_actors(user)]


def contributing_actor_ids(user: Someone) -> list[int]:
    return [actor.pk for actor in _actors(user, Action.WRITE, Extent.OWN)]


def visible(*, internal: bool, of: str = "") -> Q:
    """Condition on commitments: the public ones, with the internal ones or not. `of`: the path to the commitment."""
    return Q() if internal else Q(**{f"{of}visibility": "public"})


def visible_to(user: Someone, of: str = "") -> Q:
    return visible(internal=is_staff_member(user), of=of)


def writable_by(user: Someone) -> Q:
    """Condition on commitments: those whose updates the user may write. Joins participations: take it distinct."""
    if Extent.EVERYWHERE in _extents(user, Action.WRITE):
        return Q()
    actor_ids = contributing_actor_ids(user)
    if not actor_ids:
        return Q(pk__in=[])
    return Q(participations__actor__in=actor_ids, participations__role__in=WRITING_PARTICIPATIONS)


def can_write(user: Someone) -> bool:
    """On some commitment at least: who contributes for an actor, or everywhere."""
    return bool(_extents(user, Action.WRITE))


def can_measure(user: Someone) -> bool:
    """Some indicator at least: who writes for an actor, or everywhere."""
    return bool(_extents(user, Action.MEASURE))


def measurable_by(user: Someone) -> Q:
    """Condition on indicators: those whose readings the user may write. A contributor: what their actor produces, and
    what measures a commitment it leads or operates. Joins participations: take it distinct."""
    if Extent.EVERYWHERE in _extents(user, Action.MEASURE):
        return Q()
    actor_ids = [actor.pk for actor in _actors(user, Action.MEASURE, Extent.OWN)]
    if not actor_ids:
        return Q(pk__in=[])
    of_a_commitment = Q(
        commitment__participations__actor__in=actor_ids,
        commitment__participations__role__in=WRITING_PARTICIPATIONS,
    )
    return Q(producer__in=actor_ids) | of_a_commitment
