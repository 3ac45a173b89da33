"""Where those who take part are based: commitments and actors by department."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from accounts.permissions import Someone
from actors.models import Actor
from commitments.models import Commitment, Participation
from commitments.queries.commitment import commitments_for


@dataclass(frozen=True)
class Place:
    """Of a department: its actors, and the commitments one of them takes part in, in whatever role. A commitment with
    actors of several departments counts in each, so places are not to be added; adjacent actions are left out."""

    code: str
    actors: int = 0
    commitments: int = 0
    late: int = 0


def places(user: Someone, on: date) -> dict[str, Place]:
    """By code of the department, "" for actors without one. Two queries."""
    counted = commitments_for(user).exclude(provenance=Commitment.Provenance.ADJACENT)
    taking_part = Participation.objects.filter(commitment__in=counted).values("actor__department_code").order_by()
    is_late = Q(commitment__late_since__lte=on)
    tallies = taking_part.annotate(
        n=Count("commitment", distinct=True), late=Count("commitment", distinct=True, filter=is_late)
    )
    found = {row["actor__department_code"]: (row["n"], row["late"]) for row in tallies}
    actors = Actor.objects.values("department_code").order_by().annotate(n=Count("pk"))
    based = {row["department_code"]: row["n"] for row in actors}
    return {code: Place(code, number, *found.get(code, (0, 0))) for code, number in based.items()}


def elsewhere(found: dict[str, Place], departments: Iterable[str]) -> list[Place]:
    """The places that the map does not draw."""
    drawn = set(departments)
    return [place for code, place in sorted(found.items()) if code not in drawn]
