"""Draws the situations of the tests: `make_commitment("xx.")` has reached two milestones of three."""

from datetime import date, timedelta
from itertools import count

from accounts.models import Membership, User
from actors.models import Actor, Confidence
from commitments.models import (
    Axis,
    Campaign,
    Commitment,
    Evidence,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    Participation,
    ProgressUpdate,
    Roadmap,
    Status,
)
from commitments.progress import refresh_standing
from commitments.transitions import add_missing_lines, publish_update, save_draft, submit_update

TODAY = date(2026, 11, 22)
START = date(2026, 1, 1)
numbers = count(1)


def make_roadmap(visa_policy=None, **fields) -> Roadmap:
    """Without a visa unless asked: one person's word publishes."""
    fields = {"title": "Feuille de route IA", "visa_policy": visa_policy or Roadmap.VisaPolicy.NONE} | fields
    roadmap, is_new = Roadmap.objects.get_or_create(code="ia", defaults=fields)
    if visa_policy is not None and not is_new:
        Roadmap.objects.filter(pk=roadmap.pk).update(visa_policy=visa_policy)
        roadmap.refresh_from_db()
    return roadmap


def make_axis(code="research", **fields) -> Axis:
    fields = {"kind": Axis.Kind.THEMATIC, "title": f"Axe {code}", "confidence": Confidence.SOURCED} | fields
    return Axis.objects.get_or_create(roadmap=make_roadmap(), code=code, defaults=fields)[0]


# Whoever draws them first: the two that own the roadmap, and whose administrators administer the portal.
SIDES = {"region": "region", "prefecture": "state"}


def make_actor(slug="region", **fields) -> Actor:
    fields = {
        "name": slug.title(),
        "kind": Actor.Kind.OTHER,
        "confidence": Confidence.SOURCED,
        "side": SIDES.get(slug, ""),
    } | fields
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
    """With a line for each commitment there is, once it is no longer only planned."""
    ends = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
    reference_on = date(year, *ends[quarter])
    campaign = Campaign.objects.create(
        roadmap=make_roadmap(),
        year=year,
        quarter=quarter,
        reference_on=reference_on,
        opens_on=reference_on - timedelta(days=60),
        due_on=reference_on + timedelta(days=15),
        closes_on=reference_on + timedelta(days=20),
        state=state,
    )
    if state != Campaign.State.PLANNED:
        add_missing_lines(campaign)
    return campaign


def make_update(commitment, by, *, submitted=False, publish=False, at=None, campaign=None, **stated) -> ProgressUpdate:
    """A draft, submitted or published on the way, by the functions that people go through."""
    stated = {"status": Status.IN_PROGRESS, "text_public": "La convention est signée."} | stated
    update = save_draft(commitment, stated, by=by, campaign=campaign)
    if publish:
        return publish_update(update, by=by, at=at)
    return submit_update(update, by=by, at=at) if submitted else update


def make_evidence(commitment, by, **fields) -> Evidence:
    fields = {"kind": Evidence.Kind.PUBLIC_PAGE, "title": "Page du projet", "url": "https://example.org/"} | fields
    return Evidence.objects.create(commitment=commitment, added_by=by, **fields)


def make_indicator(code="pme-accompagnees", baseline=100, target=200, commitment=None, **fields) -> Indicator:
    """Quarterly, known twenty days after; from 100 on 1 January 2026 to 200 at the end of 2027; read once, 110 on
    31 March 2026. None: no baseline, no target."""
    fields = {
        "title": "PME accompagnées",
        "unit": Indicator.Unit.COUNT,
        "periodicity": Indicator.Periodicity.QUARTERLY,
        "availability_delay_days": 20,
        "confidence": Confidence.SOURCED,
        "baseline": baseline,
        "baseline_on": START if baseline is not None else None,
    } | fields
    indicator = Indicator.objects.create(roadmap=make_roadmap(), code=code, commitment=commitment, **fields)
    if target is not None:
        IndicatorTarget.objects.create(indicator=indicator, value=target, due_on=date(2027, 12, 31), precision="day")
    Measurement.objects.create(indicator=indicator, reference_on=date(2026, 3, 31), value=110)
    return indicator
