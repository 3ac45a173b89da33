"""Who may? One sentence a function; every page, answer, file and job starts here.

| role                        | reads internal | writes updates             | gives a visa | reports | manages |
|-----------------------------|----------------|----------------------------|--------------|---------|---------|
| (public)                    | no             | no                         | no           | no      | no      |
| reader, auditor             | yes            | no                         | no           | no      | no      |
| contributor                 | yes            | where it leads or operates | no           | no      | no      |
| validator                   | yes            | everywhere                 | for the side | no      | no      |
| administrator of an actor   | yes            | no                         | no           | its own | no      |
| administrator of the portal | yes            | everywhere                 | no           | all     | yes     |

"Manages": campaigns, sealing, accounts, the Django admin.
The State and the Region own the roadmap: an administrator of an actor with a side administers the portal. One of any
other actor (a cluster, a university) administers nothing of it: they may ask for the report on what their actor takes
part in, and read it; beyond that they are readers.

A validator's side is that of the actor, and nobody approves what they wrote.
Validators and administrators of the portal also keep the steering committee's meetings and decisions; the whole staff
reads them. Where the roadmap asks for no visa, validators and administrators of the portal publish.

The rights of a contributor depend on the participations of a commitment. This floor stands below
`commitments`, so these are spelled as conditions on its columns and import none of its code.
"""

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import Membership, User
from actors.models import Actor

Role = Membership.Role
Someone: TypeAlias = User | AnonymousUser

WRITING_PARTICIPATIONS = ("lead", "co_lead", "operator")


def roles_of(user: Someone) -> set[str]:
    """In the portal: who administers only an actor of theirs is a reader of it."""
    if not isinstance(user, User):
        return set()
    roles = {str(Role.READER) if m.administers_actor else m.role for m in user.current_memberships}
    return roles | {Role.ADMINISTRATOR} if user.is_superuser and user.is_active else roles


def is_administrator(user: Someone) -> bool:
    """Of the portal."""
    return Role.ADMINISTRATOR in roles_of(user)


def is_staff_member(user: Someone) -> bool:
    """Belongs to one of the organisations in charge: reads what is internal."""
    return bool(roles_of(user))


def can_publish(user: Someone) -> bool:
    return bool(roles_of(user) & {Role.VALIDATOR, Role.ADMINISTRATOR})


def visa_sides(user: Someone) -> set[str]:
    """Sides for which the user may give a visa: those of the actors they validate for."""
    if not isinstance(user, User):
        return set()
    return {m.actor.side for m in user.current_memberships if m.role == Role.VALIDATOR and m.actor.side}


def can_steer(user: Someone) -> bool:
    """Plans the meetings of the steering committee and records what it decides: the secretariat of both sides."""
    return bool(roles_of(user) & {Role.VALIDATOR, Role.ADMINISTRATOR})


def can_manage_reports(user: Someone) -> bool:
    return is_administrator(user)


def administered_actors(user: Someone) -> list[Actor]:
    """Those whose report the user may ask for without administering the portal, by name."""
    if not isinstance(user, User):
        return []
    actors = {m.actor for m in user.current_memberships if m.administers_actor}
    return sorted(actors, key=lambda actor: (actor.name, actor.pk))


def can_request_reports(user: Someone) -> bool:
    """Of some scope at least."""
    return can_manage_reports(user) or bool(administered_actors(user))


def can_request_report(user: Someone, scope: str) -> bool:
    """`scope`: canonical, as commitments.filters writes it."""
    return can_manage_reports(user) or scope in _scopes_of_their_actors(user)


def reports_visible_to(user: Someone) -> Q:
    """Condition on reports, before they are online."""
    return Q() if can_manage_reports(user) else Q(scope__in=_scopes_of_their_actors(user))


def _scopes_of_their_actors(user: Someone) -> list[str]:
    return [f"actor={actor.slug}" for actor in administered_actors(user)]


def contributing_actor_ids(user: Someone) -> list[int]:
    if not isinstance(user, User):
        return []
    return [m.actor_id for m in user.current_memberships if m.role == Role.CONTRIBUTOR]


def visible(*, internal: bool, of: str = "") -> Q:
    """Condition on commitments: the public ones, with the internal ones or not. `of`: the path to the commitment."""
    return Q() if internal else Q(**{f"{of}visibility": "public"})


def visible_to(user: Someone, of: str = "") -> Q:
    return visible(internal=is_staff_member(user), of=of)


def writable_by(user: Someone) -> Q:
    """Condition on commitments: those whose updates the user may write. Joins participations: take it distinct."""
    if can_publish(user):
        return Q()
    actor_ids = contributing_actor_ids(user)
    if not actor_ids:
        return Q(pk__in=[])
    return Q(participations__actor__in=actor_ids, participations__role__in=WRITING_PARTICIPATIONS)


def can_write(user: Someone) -> bool:
    """On some commitment at least: who contributes for an actor, or everywhere."""
    return can_publish(user) or bool(contributing_actor_ids(user))


def can_measure(user: Someone) -> bool:
    """Some indicator at least: who writes for an actor, or everywhere."""
    return can_publish(user) or bool(contributing_actor_ids(user))


def measurable_by(user: Someone) -> Q:
    """Condition on indicators: those whose readings the user may write. A contributor: what their actor produces, and
    what measures a commitment it leads or operates. Joins participations: take it distinct."""
    if can_publish(user):
        return Q()
    actor_ids = contributing_actor_ids(user)
    if not actor_ids:
        return Q(pk__in=[])
    of_a_commitment = Q(
        commitment__participations__actor__in=actor_ids,
        commitment__participations__role__in=WRITING_PARTICIPATIONS,
    )
    return Q(producer__in=actor_ids) | of_a_commitment
