"""Commitments: those one may see, in a list and on a page."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Value
from django.http import Http404

from accounts.permissions import Someone, is_staff_member, visible, visible_to, writable_by
from actors.models import Actor, Source
from actors.queries import alphabetical
from commitments.models import (
    ADJACENT_LAST,
    Axis,
    Campaign,
    CampaignLine,
    Commitment,
    Decision,
    Indicator,
    Milestone,
    Participation,
    Postponement,
    followed,
)
from commitments.queries.journal import Entry, journal
from commitments.queries.line_states import with_states
from commitments.queries.rows import (
    AxisRow,
    CommitmentRow,
    DecisionRow,
    IndicatorRow,
    LineRow,
    MergedRow,
    MilestoneRow,
    ParticipationRow,
    PostponementRow,
    SourceRow,
)
from roadmap_portal.prepared import Prepared

ROLES = list(Participation.Role)
LEADING = [Participation.Role.LEAD, Participation.Role.CO_LEAD]


def pages_for(user: Someone) -> QuerySet[Commitment]:
    """All those that have a page for the user: one merged into another keeps its own."""
    return Commitment.objects.filter(visible_to(user))


def commitments_for(user: Someone) -> QuerySet[Commitment]:
    """Those still followed: what lists and figures speak of."""
    return pages_for(user).filter(followed())


def rows(commitments: QuerySet[Commitment]) -> QuerySet[Any, Any]:
    """What a list shows of each, in the order and the slice of the query set, who leads included."""
    leads = Participation.objects.filter(commitment=OuterRef("pk"), role__in=LEADING).order_by("role", "actor__name")
    return commitments.annotate(
        axis_title=F("main_axis__title"),
        axis_title_en=F("main_axis__title_en"),
        leads=ArraySubquery(leads.values("actor__name")),
    ).values_list(*CommitmentRow._fields)


def listed(commitments: QuerySet[Commitment]) -> list[CommitmentRow]:
    return list(map(CommitmentRow._make, rows(commitments)))


@dataclass(frozen=True)
class Counts:
    counted: int
    adjacent: int

    @property
    def total(self) -> int:
        return self.counted + self.adjacent


ADJACENT = Q(provenance=Commitment.Provenance.ADJACENT)
COUNTS = {"counted": Count("status", filter=~ADJACENT), "adjacent": Count("status", filter=ADJACENT)}


def counts(commitments: QuerySet[Commitment]) -> Counts:
    return Counts(**commitments.order_by().aggregate(**COUNTS))


class CountRow(NamedTuple):
    counted: int
    adjacent: int


@dataclass(frozen=True)
class WholeList:
    """All the commitments one may see, in the order of the list: what is asked most, so prepared."""

    counts: Prepared[CountRow]
    rows: Prepared[CommitmentRow]

    def total(self) -> Counts:
        return Counts(*next(iter(self.counts()), (0, 0)))


@cache
def _whole_list(*, internal: bool) -> WholeList:
    commitments = Commitment.objects.filter(visible(internal=internal), followed())
    # One group, the constant: an aggregate as a query set.
    totals = commitments.order_by().annotate(one=Value(1)).values("one").annotate(**COUNTS)
    return WholeList(
        Prepared(CountRow, lambda: totals),
        Prepared(CommitmentRow, lambda: rows(commitments.order_by(ADJACENT_LAST, "code"))),
    )


def whole_list(user: Someone) -> WholeList:
    return _whole_list(internal=is_staff_member(user))


def commitment_for(user: Someone, code: str) -> Commitment:
    """Http404 when missing, or not to be seen: same answer."""
    for commitment in _by_code(internal=is_staff_member(user))(code=code):
        return commitment
    raise Http404


@cache
def _by_code(*, internal: bool) -> Prepared[Commitment]:
    return Prepared(Commitment, lambda code: Commitment.objects.filter(visible(internal=internal), code=code), code=str)


@cache
def _absorbed(*, internal: bool) -> Prepared[MergedRow]:
    return Prepared(
        MergedRow,
        lambda commitment: Commitment.objects.filter(visible(internal=internal), merged_into=commitment).order_by(
            "merged_on", "code"
        ),
        commitment=int,
    )


def absorbed(commitment: Commitment, user: Someone) -> list[MergedRow]:
    """Those merged into it that the user may see."""
    return _absorbed(internal=is_staff_member(user))(commitment=commitment.pk)


@dataclass(frozen=True)
class Surroundings:
    """All that the page of a commitment shows around it."""

    axes: Sequence[AxisRow]
    sources: Sequence[SourceRow]
    participants: Sequence[tuple[Participation.Role, Sequence[ParticipationRow]]]
    milestones: Sequence[MilestoneRow]
    postponements: Sequence[PostponementRow]
    decisions: Sequence[DecisionRow]  # of the steering committee, the latest first
    indicators: Sequence[IndicatorRow]
    journal: Sequence[Entry]
    lines: Sequence[LineRow]  # of the campaigns begun, the latest first

    @property
    def moves(self) -> Counter[str | None]:
        """How many times each due date was postponed, by title of milestone; None: the commitment's own."""
        return Counter(p.milestone_title for p in self.postponements)


def milestone_rows(milestones: QuerySet[Milestone]) -> QuerySet[Milestone]:
    return milestones.annotate(
        source_url=F("source__url"),
        source_publisher=F("source__publisher"),
        commitment_code=F("commitment__code"),
        commitment_title=F("commitment__title"),
        commitment_title_en=F("commitment__title_en"),
        commitment_provenance=F("commitment__provenance"),
    )


AXES = Prepared(
    AxisRow, lambda commitment: Axis.objects.filter(commitments=commitment).order_by("order", "code"), commitment=int
)
SOURCES = Prepared(
    SourceRow, lambda commitment: Source.objects.filter(commitments=commitment).order_by("publisher"), commitment=int
)
PARTICIPATIONS = Prepared(
    ParticipationRow,
    lambda commitment: (
        Participation.objects.filter(commitment=commitment)
        .annotate(slug=F("actor__slug"), name=F("actor__name"))
        .order_by("name")
    ),
    commitment=int,
)
MILESTONES = Prepared(
    MilestoneRow,
    lambda commitment: milestone_rows(Milestone.objects.filter(commitment=commitment)).order_by("due_on", "pk"),
    commitment=int,
)
POSTPONEMENTS = Prepared(
    PostponementRow,
    lambda commitment: (
        Postponement.objects.filter(commitment=commitment)
        .annotate(
            milestone_title=F("milestone__title"),
            decision_number=F("decision__number"),
            decided_on=F("decision__meeting__held_on"),
        )
        .order_by("postponed_at", "pk")
    ),
    commitment=int,
)
DECISIONS = Prepared(
    DecisionRow,
    lambda commitment: (
        Decision.objects.taken()
        .filter(commitments=commitment)
        .annotate(decided_on=F("meeting__held_on"), owner_name=F("owner__name"))
        .order_by("-decided_on", "-number")
    ),
    commitment=int,
)
INDICATORS = Prepared(
    IndicatorRow, lambda commitment: Indicator.objects.filter(commitment=commitment).order_by("code"), commitment=int
)
LINES = Prepared(
    LineRow,
    lambda commitment: (
        with_states(CampaignLine.objects.filter(commitment=commitment))
        .exclude(campaign__state=Campaign.State.PLANNED)
        .annotate(year=F("campaign__year"), quarter=F("campaign__quarter"), campaign_state=F("campaign__state"))
        .order_by("-campaign__reference_on")
    ),
    commitment=int,
)


def surroundings(commitment: Commitment) -> Surroundings:
    """Reads what stands around a commitment whose visibility the caller has checked: eleven queries."""
    pk = commitment.pk
    return Surroundings(
        axes=AXES(commitment=pk),
        sources=SOURCES(commitment=pk),
        participants=_by_role(PARTICIPATIONS(commitment=pk)),
        milestones=MILESTONES(commitment=pk),
        postponements=POSTPONEMENTS(commitment=pk),
        decisions=DECISIONS(commitment=pk),
        indicators=INDICATORS(commitment=pk),
        journal=journal(commitment),
        lines=LINES(commitment=pk),
    )


def _by_role(
    participations: Iterable[ParticipationRow],
) -> list[tuple[Participation.Role, Sequence[ParticipationRow]]]:
    """In the order of the roles, by name within each."""
    everyone = sorted(participations, key=lambda p: (ROLES.index(Participation.Role(p.role)), alphabetical(p.name)))
    return [(Participation.Role(role), list(group)) for role, group in groupby(everyone, key=lambda p: p.role)]


def participations_of(actor: Actor, user: Someone) -> list[tuple[Participation.Role, list[CommitmentRow]]]:
    """Commitments of an actor by role, in the order of the roles."""
    own = commitments_for(user).filter(participations__actor=actor).distinct().order_by("code")
    lines = {line.pk: line for line in listed(own)}
    by_role = defaultdict[str, list[CommitmentRow]](list)
    for commitment, role in Participation.objects.filter(actor=actor, commitment__in=lines).values_list(
        "commitment", "role"
    ):
        by_role[role].append(lines[commitment])
    return [(role, sorted(by_role[role], key=lambda line: line.code)) for role in ROLES if role in by_role]


def writable_commitments(user: Someone) -> QuerySet[Commitment]:
    return commitments_for(user).filter(writable_by(user)).distinct()


def writable_commitment(user: Someone, code: str) -> Commitment:
    """Http404 when missing or not writable by the user. One merged since a form was opened is found: what is sent then
    is refused in words, not lost."""
    commitment = commitment_for(user, code)
    if not pages_for(user).filter(writable_by(user), pk=commitment.pk).exists():
        raise Http404
    return commitment
