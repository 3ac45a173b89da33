"""Who is in charge of what, by name: those a reminder or a warning goes to."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from accounts.models import Membership, User
from accounts.permissions import WRITING_PARTICIPATIONS
from commitments.models import Participation

Role = Membership.Role


def in_charge(commitment_ids: Iterable[int], on: date) -> dict[int, list[User]]:
    """By commitment, in the order of their addresses: the contributors of the actors that lead or operate it; where
    there is none, the administrators of those actors; failing that, all administrators. Of the portal: who administers
    another actor writes nothing. Two queries."""
    actors = defaultdict[int, set[int]](set)
    taking_part = Participation.objects.filter(commitment__in=set(commitment_ids), role__in=WRITING_PARTICIPATIONS)
    for commitment_id, actor_id in taking_part.values_list("commitment", "actor"):
        actors[commitment_id].add(actor_id)
    members = _members(on)
    administrators = members[Role.ADMINISTRATOR]
    everyone = {user for users in administrators.values() for user in users}
    return {pk: _first_found(actors[pk], members[Role.CONTRIBUTOR], administrators) or _sorted(everyone)
            for pk in dict.fromkeys(commitment_ids)}  # fmt: skip


def administrators(on: date) -> list[User]:
    """In the order of their addresses."""
    members = _members(on)[Role.ADMINISTRATOR].values()
    return _sorted({user for users in members for user in users})


def _members(on: date) -> dict[str, dict[int, set[User]]]:
    """Active accounts by role, then by actor."""
    found: dict[str, dict[int, set[User]]] = defaultdict(lambda: defaultdict(set))
    memberships = (
        Membership.objects.in_force(on)
        .without_actors_administrators()
        .filter(user__is_active=True, role__in=[Role.CONTRIBUTOR, Role.ADMINISTRATOR])
    )
    for membership in memberships.select_related("user"):
        found[membership.role][membership.actor_id].add(membership.user)
    return found


def _first_found(actor_ids: set[int], *by_actor: dict[int, set[User]]) -> list[User]:
    for members in by_actor:
        users = {user for actor_id in actor_ids for user in members.get(actor_id, ())}
        if users:
            return _sorted(users)
    return []


def _sorted(users: set[User]) -> list[User]:
    return sorted(users, key=lambda user: user.email)
