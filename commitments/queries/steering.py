"""The steering committee: what needs it, what it decided, and what is still to be done of that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.permissions import WRITING_PARTICIPATIONS
from commitments.models import (
    AgendaItem,
    Commitment,
    Decision,
    Milestone,
    Participation,
    Postponement,
    Status,
    SteeringMeeting,
    Weather,
)
from roadmap_portal.templatetags.portal import day_text, days, plural

Reason = AgendaItem.Reason
REASONS = list(Reason)
ALARMING = {Weather.COMPROMISED: Reason.COMPROMISED, Weather.SUPPORT_NEEDED: Reason.SUPPORT_NEEDED}
FINISHED = (Status.COMPLETED, Status.ABANDONED)
State = SteeringMeeting.State


class AgendaRow(NamedTuple):
    """One reason to look at one commitment."""

    commitment: int
    code: str
    title: str
    provenance: str
    reason: str
    detail: str
    in_charge: str


@dataclass(frozen=True)
class AgendaEntry:
    """A commitment, looked at once whatever the number of reasons."""

    commitment: int
    code: str
    title: str
    is_adjacent: bool
    in_charge: str
    reasons: Sequence[AgendaRow]


@dataclass(frozen=True)
class AgendaGroup:
    reason: str  # the gravest of each entry
    entries: Sequence[AgendaEntry]


def meetings() -> QuerySet[SteeringMeeting]:
    """With the number of their decisions, and of those still open; the latest first."""
    is_open = Q(decisions__state=Decision.State.OPEN)
    return SteeringMeeting.objects.annotate(
        decided=Count("decisions"), still_open=Count("decisions", filter=is_open)
    ).order_by("-held_on", "-pk")


def meeting_on(day: date) -> SteeringMeeting:
    """Http404 when there is none that day."""
    meeting = SteeringMeeting.objects.select_related("roadmap").filter(held_on=day).order_by("pk").first()
    if meeting is None:
        raise Http404
    return meeting


def agenda_for(meeting: SteeringMeeting) -> list[AgendaGroup]:
    """By reason, the gravest first, then by code. Of a meeting that was held: as things stood then."""
    return _grouped(_frozen(meeting) if meeting.state == State.HELD else proposed_agenda(meeting))


def proposed_agenda(meeting: SteeringMeeting) -> list[AgendaRow]:
    """What needs the committee as things stand: two queries. A date has slipped when it was moved, from what was
    promised at first; one that is past and was not moved is late, which is another matter."""
    slipped = Q(due_on__gt=F("initial_due_on") + timedelta(days=settings.STEERING_SLIPPAGE_DAYS))
    pending = Milestone.objects.filter(slipped, origin=Milestone.Origin.PLAN, status=Milestone.Status.PLANNED)
    in_charge = Participation.objects.filter(commitment=OuterRef("pk"), role__in=WRITING_PARTICIPATIONS)
    own_moves = Count("postponements", filter=Q(postponements__milestone__isnull=True), distinct=True)
    commitments = list(
        Commitment.objects.followed()
        .filter(
            Q(weather__in=ALARMING) | slipped | Exists(pending.filter(commitment=OuterRef("pk"))),
            roadmap=meeting.roadmap_id,
        )
        .exclude(status__in=FINISHED)
        .annotate(
            moves=own_moves,
            actors=ArraySubquery(in_charge.order_by("role", "actor__name").values("actor__name")),
            proposed=F("suggested_lead__name"),
        )
        .order_by("code")
    )
    milestones: dict[int, list[Milestone]] = {commitment.pk: [] for commitment in commitments}
    of_these = pending.filter(commitment__in=list(milestones)).annotate(moves=Count("postponements"))
    for milestone in of_these.order_by("due_on", "pk"):
        milestones[milestone.commitment_id].append(milestone)
    return [row for commitment in commitments for row in _reasons(commitment, milestones[commitment.pk])]


def _reasons(commitment: Commitment, milestones: Iterable[Milestone]) -> list[AgendaRow]:
    told: dict[str, str] = {}
    if commitment.weather in ALARMING:
        told[ALARMING[Weather(commitment.weather)]] = commitment.weather_reason
    slips = [_slip_of_milestone(milestone) for milestone in milestones]
    if (commitment.slippage_days or 0) > settings.STEERING_SLIPPAGE_DAYS:
        slips.insert(0, _slip(_("Échéance de l’engagement"), commitment))
    if slips:
        told[Reason.SLIPPED] = "\n".join(slips)
    names = _in_charge(commitment)
    return [
        AgendaRow(commitment.pk, commitment.code, commitment.title, commitment.provenance, reason, detail, names)
        for reason, detail in told.items()
    ]


def _in_charge(commitment: Commitment) -> str:
    """Those who lead or operate; failing that the lead proposed, which only staff may read. Both annotated above."""
    actors, proposed = getattr(commitment, "actors"), getattr(commitment, "proposed")  # noqa: B009
    if actors or proposed is None:
        return ", ".join(dict.fromkeys(actors))
    return _("%(actor)s (chef de file proposé)") % {"actor": proposed}


def _slip_of_milestone(milestone: Milestone) -> str:
    return _slip(_("Jalon « %(title)s »") % {"title": milestone.title}, milestone)


def _slip(what: str, moved: Commitment | Milestone) -> str:
    moves = getattr(moved, "moves")  # noqa: B009 - annotated
    return _("%(what)s : %(days)s de glissement, %(moves)s (à présent : %(on)s).") % {
        "what": what,
        "days": days(moved.slippage_days),
        "moves": plural("%(n)s report", "%(n)s reports", moves) % {"n": moves},
        "on": day_text(moved.due_on, moved.date_precision),
    }


def _frozen(meeting: SteeringMeeting) -> list[AgendaRow]:
    rows = AgendaItem.objects.filter(meeting=meeting).annotate(
        code=F("commitment__code"), title=F("commitment__title"), provenance=F("commitment__provenance")
    )
    return [AgendaRow._make(row) for row in rows.values_list(*AgendaRow._fields)]


def _grouped(rows: Iterable[AgendaRow]) -> list[AgendaGroup]:
    ordered = sorted(rows, key=lambda row: (row.code, REASONS.index(Reason(row.reason))))
    entries = [_entry(list(group)) for _code, group in groupby(ordered, key=attrgetter("code"))]
    groups = [(reason, [entry for entry in entries if entry.reasons[0].reason == reason]) for reason in REASONS]
    return [AgendaGroup(reason, members) for reason, members in groups if members]


def _entry(rows: Sequence[AgendaRow]) -> AgendaEntry:
    first = rows[0]
    is_adjacent = first.provenance == Commitment.Provenance.ADJACENT
    return AgendaEntry(first.commitment, first.code, first.title, is_adjacent, first.in_charge, rows)


def decisions() -> QuerySet[Decision]:
    return Decision.objects.select_related("meeting", "owner").prefetch_related("commitments")


def open_decisions(before: date) -> QuerySet[Decision]:
    """What the meetings held before that day have left to be done, oldest due first: what the next one opens with."""
    still_open = decisions().filter(state=Decision.State.OPEN, meeting__held_on__lt=before)
    return still_open.order_by("due_on", "meeting__held_on", "number")


def decisions_of(meeting: SteeringMeeting) -> QuerySet[Decision]:
    return decisions().filter(meeting=meeting).order_by("number")


def decision_for(pk: int) -> Decision:
    decision = decisions().filter(pk=pk).first()
    if decision is None:
        raise Http404
    return decision


def postponements_citing(decision: Decision) -> QuerySet[Postponement]:
    return decision.postponements.select_related("commitment", "milestone", "postponed_by").order_by("pk")
