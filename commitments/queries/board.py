"""The board of a campaign: who must answer what, by when, and who already has."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import Http404

from accounts.permissions import WRITING_PARTICIPATIONS
from actors.models import Side
from actors.queries import alphabetical
from commitments.models import Campaign, CampaignLine, Participation, ProgressUpdate
from commitments.queries.line_states import with_states

State = CampaignLine.State
ANSWERED = {State.SUBMITTED, State.APPROVED, State.CONFIRMED}


class BoardRow(NamedTuple):
    code: str
    title: str
    visibility: str
    state: str
    axis_title: str | None  # None: the commitment covers all axes
    in_charge: list[str]  # names of the actors that lead or operate
    sides: list[str]
    confirmed_at: datetime | None
    confirmed_by_name: str | None
    update_pk: int | None  # the open one
    author_name: str | None  # of the latest update in this campaign
    written_at: datetime | None


@dataclass(frozen=True)
class Tally:
    """Lines by state. Those of which nothing is awaited are shown and left out of the total."""

    states: Counter[str]

    @property
    def expected(self) -> int:
        return sum(n for state, n in self.states.items() if state != State.NOTHING_DUE)

    @property
    def answered(self) -> int:
        return sum(n for state, n in self.states.items() if state in ANSWERED)

    @property
    def percent(self) -> float:
        return round(100 * self.answered / self.expected, 1) if self.expected else 0.0


@dataclass(frozen=True)
class Group:
    name: str
    tally: Tally
    rows: Sequence[BoardRow]


def campaigns() -> list[tuple[Campaign, Tally]]:
    """All of them, latest first, with what was answered. Two queries."""
    states = defaultdict[int, Counter[str]](Counter)
    for campaign_id, state in with_states(CampaignLine.objects.all()).values_list("campaign", "state"):
        states[campaign_id][state] += 1
    return [(campaign, Tally(states[campaign.pk])) for campaign in Campaign.objects.order_by("-reference_on")]


def campaign_named(slug: str) -> Campaign:
    """Of the address: 2026-T3. Raises Http404."""
    found = re.fullmatch(r"(\d{4})-T([1-4])", slug)
    campaign = found and Campaign.objects.filter(year=int(found[1]), quarter=int(found[2])).first()
    if not campaign:
        raise Http404
    return campaign


def lines_of(campaign: Campaign) -> QuerySet[CampaignLine]:
    return with_states(CampaignLine.objects.filter(campaign=campaign))


def board_rows(lines: QuerySet[CampaignLine]) -> list[BoardRow]:
    """One query, whatever the number of lines."""
    in_charge = Participation.objects.filter(
        commitment=OuterRef("commitment"), role__in=WRITING_PARTICIPATIONS
    ).order_by("role", "actor__name")
    updates = ProgressUpdate.objects.filter(commitment=OuterRef("commitment"))
    latest = updates.filter(campaign=OuterRef("campaign")).order_by("-pk")
    rows = lines.annotate(
        code=F("commitment__code"),
        title=F("commitment__title"),
        visibility=F("commitment__visibility"),
        axis_title=F("commitment__main_axis__title"),
        in_charge=ArraySubquery(in_charge.values("actor__name")),
        sides=ArraySubquery(in_charge.exclude(actor__side="").order_by("actor__side").values("actor__side").distinct()),
        confirmed_by_name=F("confirmed_by__name"),
        update_pk=Subquery(updates.filter(state__in=ProgressUpdate.OPEN_STATES).values("pk")[:1]),
        author_name=Subquery(latest.values("author__name")[:1]),
        written_at=Subquery(latest.values("written_at")[:1]),
    ).order_by("code")
    return [BoardRow._make(row) for row in rows.values_list(*BoardRow._fields)]


def tally_of_rows(rows: Iterable[BoardRow]) -> Tally:
    return Tally(Counter(row.state for row in rows))


def grouped(rows: Iterable[BoardRow], by: str, nobody: str, everything: str) -> list[Group]:
    """By "axe", "cote" or "acteur" (the first in charge). `nobody`, `everything`: names of the groups of those without
    an actor or a side, and without an axis. Those come last."""
    labels = dict(Side.choices)
    names = {
        "axe": lambda row: row.axis_title or everything,
        "cote": lambda row: ", ".join(str(labels[side]) for side in row.sides) or nobody,
        "acteur": lambda row: row.in_charge[0] if row.in_charge else nobody,
    }
    groups: dict[str, list[BoardRow]] = {}
    for row in rows:
        groups.setdefault(names[by](row), []).append(row)
    ordered = sorted(groups.items(), key=lambda group: (group[0] in {nobody, everything}, alphabetical(group[0])))
    return [Group(name, tally_of_rows(members), members) for name, members in ordered]
