"""Demonstration activity: fictional, and said so on every page (Roadmap.is_demonstration).

Everything that a person would do goes through the functions that people go through, so that the activity keeps
all the rules: what is published, postponed or opened here was allowed, traced and dated.
"""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Membership, User
from accounts.permissions import is_administrator
from actors.models import Actor
from commitments import transitions
from commitments.models import Campaign, Commitment, Milestone, Postponement, ProgressUpdate, Roadmap
from commitments.progress import refresh_standing
from commitments.transitions import UpdateText
from funding.models import Envelope, FundingLine
from reports import transitions as report_transitions
from reports.services import produce
from roadmap_portal.loader.frame import ROADMAP_CODE
from roadmap_portal.scenario import Calendar, Point, Scenario, Story, read_scenario

SCENARIO_FILE = Path(__file__).parent / "data" / "demonstration.yaml"
PASSWORD = "demonstration"  # noqa: S105 - printed on purpose; refused when DEBUG is off
NAMESPACE = uuid.UUID("5f0f3a0e-6c0b-4c3c-9a53-4a3f0f6a2b11")
DAYS_TO_ANSWER = 15
FICTIONAL = "Montant fictif, donné pour la démonstration."


class SeedRefused(Exception):
    """The demonstration has no place here; the message says why."""


@dataclass(frozen=True)
class Made:
    """What was made, and what a reader of the terminal will want to know."""

    accounts: list[User]
    campaigns: list[Campaign]
    counts: dict[str, int]


@dataclass(frozen=True)
class Stage:
    """What the scenes share."""

    calendar: Calendar
    users: dict[str, User]
    actors: dict[str, Actor]
    commitments: dict[str, Commitment]
    previous: Campaign
    current: Campaign

    def validator(self, side: str) -> User:
        return self.users[f"valideur-{side}@demo.example"]

    def author(self, story: Story, point: Point) -> User:
        """The contributor where allowed to write, or else the validator of the side that is proposed to lead."""
        if point.by:
            return self.users[point.by]
        return self.validator(self.side(story))

    def side(self, story: Story) -> str:
        lead = self.commitments[story.code].suggested_lead
        return "etat" if lead is not None and lead.side == "state" else "region"

    def publisher(self, story: Story) -> User:
        """Of the other side than the author: nobody approves what they wrote."""
        return self.validator("region" if self.side(story) == "etat" else "etat")


@transaction.atomic
def seed(today: date) -> Made | None:
    """Makes the activity of the last two quarters; None when it is there already."""
    if not settings.DEBUG:
        raise SeedRefused("DEBUG est désactivé : aucune donnée fictive sur un portail en service.")
    roadmap = Roadmap.objects.select_for_update(of=("self",)).filter(code=ROADMAP_CODE).first()
    if roadmap is None:
        raise SeedRefused("La feuille de route n’est pas chargée : lancez d’abord load_roadmap.")
    if roadmap.is_demonstration:
        return None
    if Campaign.objects.exists() or ProgressUpdate.objects.exists():
        raise SeedRefused("La feuille de route porte déjà une activité, qui n’est pas fictive : rien ne s’y ajoute.")
    scenario = read_scenario(SCENARIO_FILE)
    stage = _set_stage(roadmap, scenario, Calendar(today))
    for story in scenario.stories:
        _plan(stage, story)
        _fund(stage, story)
    refresh_standing(stage.commitments[story.code].pk for story in scenario.stories)
    _play(stage, scenario)
    roadmap.is_demonstration = True
    roadmap.save(update_fields=["is_demonstration"])
    return _made(stage)


def _set_stage(roadmap: Roadmap, scenario: Scenario, calendar: Calendar) -> Stage:
    commitments = {row.code: row for row in roadmap.commitments.select_related("suggested_lead")}
    if missing := [story.code for story in scenario.stories if story.code not in commitments]:
        raise SeedRefused(f"Engagements absents de la base : {', '.join(missing)}. Lancez d’abord load_roadmap.")
    actors = {actor.slug: actor for actor in Actor.objects.all()}
    users = _accounts(scenario, actors, since=roadmap.signed_on or calendar.month(-48))
    administrator = users["administration@demo.example"]
    previous = _campaign(roadmap, *calendar.quarter_before)
    previous = transitions.move_campaign(previous, Campaign.State.OPEN, by=administrator)
    previous = transitions.move_campaign(previous, Campaign.State.REVIEW, by=administrator)
    current = transitions.move_campaign(_campaign(roadmap, *calendar.quarter), Campaign.State.OPEN, by=administrator)
    return Stage(calendar, users, actors, commitments, previous, current)


def _accounts(scenario: Scenario, actors: dict[str, Actor], *, since: date) -> dict[str, User]:
    # One hash for all: argon2 is slow on purpose, and the password is public anyway.
    password = make_password(PASSWORD)
    users = {}
    for person in scenario.people:
        users[person.email], _created = User.objects.update_or_create(
            email=person.email, defaults={"name": person.name, "password": password, "is_active": True}
        )
        for slug, role in person.roles.items():
            Membership.objects.get_or_create(
                user=users[person.email], actor=actors[slug], role=role, defaults={"starts_on": since}
            )
    return users


def _campaign(roadmap: Roadmap, year: int, quarter: int) -> Campaign:
    opens_on = date(year, 3 * quarter - 2, 1)
    reference_on = (opens_on + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    return Campaign.objects.create(
        roadmap=roadmap,
        year=year,
        quarter=quarter,
        opens_on=opens_on,
        reference_on=reference_on,
        due_on=reference_on + timedelta(days=DAYS_TO_ANSWER),
    )


def _plan(stage: Stage, story: Story) -> None:
    """What was promised at first: due dates, and the milestones that measure progress."""
    commitment = stage.commitments[story.code]
    commitment.progress_method = story.method
    if story.due is not None:
        due_on = max(stage.calendar.month_end(story.due), commitment.starts_on or date.min)
        commitment.initial_due_on = commitment.due_on = due_on
    commitment.save(update_fields=["progress_method", "initial_due_on", "due_on"])
    Milestone.objects.bulk_create(
        Milestone(
            commitment=commitment,
            title=step.title,
            weight=step.weight,
            initial_due_on=stage.calendar.month_end(step.due),
            due_on=stage.calendar.month_end(step.due),
        )
        for step in story.milestones
    )


def _fund(stage: Stage, story: Story) -> None:
    envelopes = Envelope.objects.in_bulk([money.envelope for money in story.funding], field_name="code")
    lines = [
        FundingLine(
            commitment=stage.commitments[story.code],
            envelope=envelopes[money.envelope],
            funder=stage.actors[money.funder],
            beneficiary=stage.actors[money.beneficiary] if money.beneficiary else None,
            authorisation_kind=money.authorisation,
            planned_amount=money.amount,
            is_fictional=True,
            note=FICTIONAL,
        )
        for money in story.funding
    ]
    # Where the facts already have a line of this funder on this envelope, theirs is the one that stays.
    FundingLine.objects.bulk_create(lines, ignore_conflicts=True)


def _play(stage: Stage, scenario: Scenario) -> None:
    """In the order of the calendar: the previous quarter for all, then the present one."""
    for story in scenario.stories:
        _postpone(stage, story)
        if story.previous:
            _update(stage, story, story.previous, stage.previous)
    for story in scenario.stories:
        if story.current:
            _update(stage, story, story.current, stage.current)


def _postpone(stage: Stage, story: Story) -> None:
    commitment = stage.commitments[story.code]
    milestones = {milestone.title: milestone for milestone in commitment.milestones.all()}
    for delay in story.postponements:
        name = f"{story.code} {delay.to}"
        transitions.postpone(
            commitment,
            milestone=milestones[delay.milestone] if delay.milestone else None,
            to_on=stage.calendar.month_end(delay.to),
            reason_kind=delay.kind,
            reason=delay.reason,
            by=stage.validator(stage.side(story)),
            at=stage.calendar.instant(stage.calendar.early(delay.at, name), name),
        )


def _update(stage: Stage, story: Story, point: Point, campaign: Campaign) -> None:
    commitment = stage.commitments[story.code]
    commitment.refresh_from_db(fields=["version"])
    author = stage.author(story, point)
    update = transitions.save_draft(
        commitment,
        _text(point),
        by=author,
        form_key=uuid.uuid5(NAMESPACE, f"{story.code} {campaign.slug}"),
        base_version=commitment.version,
        achieved=_achieved(stage, story, campaign),
        campaign=campaign,
    )
    if point.state == ProgressUpdate.State.SUBMITTED:
        transitions.submit_update(update, by=author)
    if point.state == ProgressUpdate.State.PUBLISHED:
        is_past = campaign == stage.previous
        moment = stage.calendar.before_quarter_end if is_past else stage.calendar.since_quarter_start
        transitions.publish_update(
            update, by=stage.publisher(story), seen_version=commitment.version, at=moment(story.code)
        )


def _text(point: Point) -> UpdateText:
    return UpdateText(
        status=point.status,
        weather=point.weather,
        weather_reason=point.weather_reason,
        progress=point.progress,
        reason=point.reason,
        text_public=point.text,
        text_internal=point.internal,
        next_steps=point.next_steps,
    )


def _achieved(stage: Stage, story: Story, campaign: Campaign) -> dict[Milestone, date]:
    """Milestones that this update declares achieved: the first one tells of all that came before."""
    milestones = {milestone.title: milestone for milestone in stage.commitments[story.code].milestones.all()}
    is_past = campaign == stage.previous
    return {
        milestones[step.title]: stage.calendar.early(step.achieved, step.title)
        for step in story.milestones
        if step.achieved is not None and (step.achieved < 0) == is_past
    }


def _made(stage: Stage) -> Made:
    updates = ProgressUpdate.objects.filter(commitment__in=list(stage.commitments.values()))
    states = ProgressUpdate.State
    plan = Milestone.objects.filter(origin=Milestone.Origin.PLAN)
    late = Commitment.objects.counted().late(stage.calendar.today)
    counts = {
        "points publiés": updates.filter(state__in=[states.PUBLISHED, states.SUPERSEDED]).count(),
        "points soumis, en attente": updates.filter(state=states.SUBMITTED).count(),
        "brouillons": updates.filter(state=states.DRAFT).count(),
        "jalons": plan.count(),
        "jalons atteints": plan.filter(status=Milestone.Status.ACHIEVED).count(),
        "reports d’échéance": Postponement.objects.filter(commitment__in=list(stage.commitments.values())).count(),
        "lignes de financement fictives": FundingLine.objects.filter(is_fictional=True).count(),
        "engagements en retard (calendrier initial)": late.count(),
    }
    return Made(list(stage.users.values()), [stage.previous, stage.current], counts)


def show_report(made: Made) -> None:
    """The report of the past quarter, built here and put online: the page of reports has something to show."""
    administrator = next(user for user in made.accounts if is_administrator(user))
    queued = report_transitions.request_report(made.campaigns[0], by=administrator)
    report = report_transitions.start(queued.pk)
    if report is not None:
        report_transitions.put_online(produce(report), by=administrator)
