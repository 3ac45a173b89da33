"""Draws the situations of the tests: `make_commitment("xx.")` has reached two milestones of three."""

from datetime import date, timedelta
from itertools import count

from accounts.models import Membership, User
from actors.models import Actor, Confidence
from commitments.models import Axis, Campaign, Commitment, Milestone, Participation, Roadmap
from commitments.progress import refresh_standing

TODAY = date(2026, 11, 22)
START = date(2026, 1, 1)
numbers = count(1)


def make_roadmap() -> Roadmap:
    return Roadmap.objects.get_or_create(code="ia", defaults={"title": "Feuille de route IA"})[0]


def make_axis(code="research", **fields) -> Axis:
    fields = {"kind": Axis.Kind.THEMATIC, "title": f"Axe {code}", "confidence": Confidence.SOURCED} | fields
    return Axis.objects.get_or_create(roadmap=make_roadmap(), code=code, defaults=fields)[0]


def make_actor(slug="region", **fields) -> Actor:
    fields = {"name": slug.title(), "kind": Actor.Kind.OTHER, "confidence": Confidence.SOURCED} | fields
    return Actor.objects.get_or_create(slug=slug, defaults=fields)[0]


def make_user(name="paula", role=None, actor=None, **fields) -> User:
    user = User.objects.create(email=f"{name}@example.org", name=name.title(), **fields)
    if role is not None:
        Membership.objects.create(user=user, actor=actor or make_actor(), role=role, starts_on=date(2020, 1, 1))
    return user


def make_commitment(milestones="", code=None, lead=None, **fields) -> Commitment:
    """`milestones`: a letter each, x achieved, . planned, - cancelled; due at the end of months of 2026."""
    defaults = {
        "code": code or f"eng-{next(numbers):03}",
        "title": "Soutenir la recherche",
        "provenance": Commitment.Provenance.NAMED,
        "confidence": Confidence.SOURCED,
        "progress_method": Commitment.ProgressMethod.MILESTONES if milestones else Commitment.ProgressMethod.DECLARED,
    }
    commitment = Commitment.objects.create(roadmap=make_roadmap(), **defaults | fields)
    for position, letter in enumerate(milestones):
        make_milestone(commitment, letter, START + timedelta(days=30 * (position + 1)), f"Jalon {position + 1}")
    if lead is not None:
        Participation.objects.create(commitment=commitment, actor=lead, role=Participation.Role.LEAD, side=lead.side)
    if commitment.main_axis is not None:
        commitment.axes.add(commitment.main_axis)
    refresh_standing([commitment.pk])
    commitment.refresh_from_db()
    return commitment


def make_milestone(commitment, letter=".", due_on=date(2026, 6, 30), title="Jalon", **fields) -> Milestone:
    statuses = {"x": Milestone.Status.ACHIEVED, ".": Milestone.Status.PLANNED, "-": Milestone.Status.CANCELLED}
    return Milestone.objects.create(
        commitment=commitment,
        title=title,
        status=statuses[letter],
        achieved_on=due_on if letter == "x" else None,
        **{"initial_due_on": due_on, "due_on": due_on} | fields,
    )


def make_campaign(year=2026, quarter=4, state=Campaign.State.OPEN) -> Campaign:
    ends = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
    reference_on = date(year, *ends[quarter])
    return Campaign.objects.create(
        roadmap=make_roadmap(),
        year=year,
        quarter=quarter,
        reference_on=reference_on,
        opens_on=reference_on - timedelta(days=60),
        due_on=reference_on + timedelta(days=15),
        state=state,
    )
