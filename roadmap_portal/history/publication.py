"""What everyone may read of a history: a list of what is told, so that a new field is silent until someone adds it.

Nobody is named: an author is a side and a role, as held on that day; the rest is the portal's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Max, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import Membership
from actors.models import Actor
from commitments.models import Commitment
from roadmap_portal.history.reading import Change, Told, first_published
from roadmap_portal.history.tracking import DELETE

COMMITMENT = (
    "title", "official_text", "summary", "note", "main_axis", "provenance", "confidence", "figures",
    "starts_on", "initial_due_on", "due_on", "date_precision",
    "status", "weather", "weather_reason", "published_at", "confirmed_at",
    "progress_method", "progress", "late_since", "late_since_revised",
)  # fmt: skip
MILESTONE = (
    "title", "origin", "source", "weight", "initial_due_on", "due_on", "date_precision", "status", "achieved_on",
)  # fmt: skip
POSTPONEMENT = ("milestone", "from_on", "to_on", "reason_kind", "reason")
PARTICIPATION = ("actor", "role", "side")
UPDATE = (
    "campaign", "status", "weather", "weather_reason", "progress", "reason", "text_public", "next_steps",
    "published_at",
)  # fmt: skip


def told_in_public(commitment: Commitment) -> list[Told]:
    """Of a public commitment, from the day it became so: before, its texts were internal."""
    changes: Any = _changes("Commitment")
    internal = changes.objects.filter(pgh_obj=commitment.pk, visibility=Commitment.Visibility.INTERNAL)
    since = internal.aggregate(last=Max("pgh_created_at"))["last"]
    below = Q(commitment=commitment.pk)
    return [
        Told(changes, Q(pgh_obj=commitment.pk), COMMITMENT, since),
        Told(_changes("Milestone"), below, MILESTONE, since),
        Told(_changes("Postponement"), below, POSTPONEMENT, since),
        Told(_changes("Participation"), below, PARTICIPATION, since),
        Told(_changes("CommitmentAxes"), below, ("commitment", "axis"), since),
        Told(_changes("CommitmentSources"), below, ("commitment", "source"), since),
        # Its publication alone: what was typed before is a draft, and stays one.
        Told(_changes("ProgressUpdate"), below & first_published(), UPDATE, since, with_previous=False),
    ]


def _changes(name: str) -> Any:
    return apps.get_model("commitments", f"{name}Change")


def sides_and_roles(changes: Iterable[Change]) -> Callable[[Change], str]:
    """« côté Région, contribution »: two queries, whatever the number of authors."""
    users = {pk for change in changes if (pk := change.user_id)}
    kept: Any = apps.get_model("accounts", "MembershipChange")
    rights = defaultdict[int, list[Any]](list)
    for right in kept.objects.filter(user__in=users).order_by("pgh_id"):
        rights[right.user_id].append(right)
    actors = {right.actor_id for each in rights.values() for right in each}
    sides = dict(Actor.objects.filter(pk__in=actors).values_list("pk", "side"))

    def by(change: Change) -> str:
        if not change.user_id:
            return _("le portail")
        known = {right.pgh_obj_id: right for right in rights[change.user_id] if right.pgh_created_at <= change.at}
        held = {_side_and_role(right, sides) for right in known.values() if _in_force(right, localdate(change.at))}
        return "\u202f; ".join(sorted(held)) or _("un compte habilité")

    return by


def _in_force(right: Any, on: date) -> bool:
    return right.pgh_label != DELETE and right.starts_on <= on and (right.ends_on is None or on <= right.ends_on)


def _side_and_role(right: Any, sides: dict[int, str]) -> str:
    role = Membership.Role(right.role).label
    side = sides.get(right.actor_id)
    if not side:
        return str(role)
    return _("côté %(side)s, %(role)s") % {"side": Actor(side=side).get_side_display(), "role": role}
