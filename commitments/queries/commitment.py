"""Commitments: those one may see, in a list and on a page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404

from accounts.permissions import Someone, visible_to, writable_by
from actors.models import Actor
from commitments.models import Commitment, Milestone, Participation, Postponement, ProgressUpdate
from commitments.progress import inputs

PUBLISHED = ProgressUpdate.State.PUBLISHED
ROLES = list(Participation.Role)


def commitments_for(user: Someone) -> QuerySet[Commitment]:
    return Commitment.objects.filter(visible_to(user))


def commitment_rows(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """What a list shows of each: main axis and leads beside its own columns."""
    leads = Participation.objects.filter(role__in=["lead", "co_lead"]).select_related("actor")
    return (
        commitments.select_related("main_axis")
        .prefetch_related(Prefetch("participations", leads, to_attr="leads"))
        .defer("official_text", "summary", "note", "figures", "weather_reason")
    )


@dataclass(frozen=True)
class Counts:
    counted: int
    adjacent: int

    @property
    def total(self) -> int:
        return self.counted + self.adjacent


def counts(commitments: QuerySet[Commitment]) -> Counts:
    adjacent = Q(provenance=Commitment.Provenance.ADJACENT)
    found = commitments.order_by().aggregate(
        counted=Count("pk", filter=~adjacent), adjacent=Count("pk", filter=adjacent)
    )
    return Counts(**found)


def commitment_for(user: Someone, code: str) -> Commitment:
    """The commitment with all that its page shows. Http404 when missing, or not to be seen: same answer."""
    participations = Participation.objects.select_related("actor").order_by("actor__name")
    postponements = Postponement.objects.select_related("milestone").order_by("postponed_at")
    commitment = (
        commitments_for(user)
        .filter(code=code)
        .select_related("main_axis", "roadmap")
        .prefetch_related(
            "axes",
            "sources",
            Prefetch("milestones", Milestone.objects.select_related("source")),
            Prefetch("participations", participations),
            Prefetch("postponements", postponements),
            *[prefetch for prefetch in inputs() if prefetch.prefetch_through != "milestones"],
        )
        .first()
    )
    if commitment is None:
        raise Http404
    return commitment


def journal(commitment: Commitment) -> QuerySet[ProgressUpdate]:
    """What was published, newest first."""
    return (
        commitment.updates.filter(state__in=[PUBLISHED, ProgressUpdate.State.SUPERSEDED])
        .select_related("author", "publisher", "campaign")
        .prefetch_related("claims__milestone")
        .order_by("-published_at", "-pk")
    )


def participants(commitment: Commitment) -> list[tuple[Participation.Role, list[Actor]]]:
    """Actors by role, in the order of the roles. Reads what `commitment_for` fetched."""
    everyone = sorted(commitment.participations.all(), key=lambda p: ROLES.index(Participation.Role(p.role)))
    return [
        (Participation.Role(role), [p.actor for p in group]) for role, group in groupby(everyone, key=lambda p: p.role)
    ]


def participations_of(actor: Actor, user: Someone) -> list[tuple[Participation.Role, list[Commitment]]]:
    """Commitments of an actor by role, in the order of the roles."""
    rows = commitment_rows(commitments_for(user).filter(participations__actor=actor).distinct())
    own = Prefetch("participations", Participation.objects.filter(actor=actor), to_attr="own_roles")
    by_role = defaultdict[str, list[Commitment]](list)
    for commitment in rows.prefetch_related(own).order_by("code"):
        for participation in commitment.own_roles:  # type: ignore[attr-defined]
            by_role[participation.role].append(commitment)
    return [(role, by_role[role]) for role in ROLES if role in by_role]


def writable_commitments(user: Someone) -> QuerySet[Commitment]:
    return commitments_for(user).filter(writable_by(user)).distinct()


def writable_commitment(user: Someone, code: str) -> Commitment:
    """Http404 when missing or not writable by the user."""
    commitment = commitment_for(user, code)
    if not writable_commitments(user).filter(pk=commitment.pk).exists():
        raise Http404
    return commitment


def most_late(user: Someone, on: date, most: int) -> QuerySet[Commitment]:
    late = Commitment.objects.counted().late(on).filter(visible_to(user))
    return commitment_rows(late).order_by("late_since", "code")[:most]
