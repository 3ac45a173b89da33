"""Who may? One sentence a function; every page, answer, file and job starts here.

| role          | reads internal | writes updates                    | gives a visa | reports, campaigns, admin |
|---------------|----------------|-----------------------------------|--------------|---------------------------|
| (public)      | no             | no                                | no           | no                        |
| reader        | yes            | no                                | no           | no                        |
| auditor       | yes            | no                                | no           | no                        |
| contributor   | yes            | where the actor leads or operates | no           | no                        |
| validator     | yes            | everywhere                        | for the side | no                        |
| administrator | yes            | everywhere                        | no           | yes                       |

A validator's side is that of the actor, and nobody approves what they wrote.
Validators and administrators also keep the steering committee's meetings and decisions; the whole staff reads them.
Where the roadmap asks for no visa, validators and administrators publish.

The rights of a contributor depend on the participations of a commitment. This floor stands below
`commitments`, so these are spelled as conditions on its columns and import none of its code.
"""

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import Membership, User

Role = Membership.Role
Someone: TypeAlias = User | AnonymousUser

WRITING_PARTICIPATIONS = ("lead", "co_lead", "operator")


def roles_of(user: Someone) -> set[str]:
    if not isinstance(user, User):
        return set()
    roles = {membership.role for membership in user.current_memberships}
    return roles | {Role.ADMINISTRATOR} if user.is_superuser and user.is_active else roles


def is_administrator(user: Someone) -> bool:
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
