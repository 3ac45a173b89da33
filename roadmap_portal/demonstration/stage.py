"""What the scenes of the demonstration share: people, campaigns, and what was promised."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, User
from actors.models import Actor
from commitments import transitions
from commitments.models import Campaign, Commitment, Milestone, Roadmap
from roadmap_portal.scenario import Calendar, Point, Scenario, Story

PASSWORD = "demonstration"  # noqa: S105 - printed on purpose; refused when DEBUG is off
DAYS_TO_ANSWER = 15
TACIT_DELAY_DAYS = 10  # working days


class SeedRefused(Exception):
    """The demonstration has no place here; the message says why."""


@dataclass(frozen=True)
class Stage:
    """What the scenes share."""

    calendar: Calendar
    users: dict[str, User]
    actors: dict[str, Actor]
    commitments: dict[str, Commitment]
    earlier: Campaign
    previous: Campaign
    current: Campaign

    def validator(self, side: str) -> User:
        return self.users[f"valideur-{side}@demo.example"]

    def author(self, story: Story, point: Point | None = None) -> User:
        """The contributor where allowed to write, or else a colleague of those who approve, of the side that is
        proposed to lead: nobody approves what they wrote."""
        if point is not None and point.by:
            return self.users[point.by]
        return self.users[f"redaction-{self.side(story)}@demo.example"]

    def side(self, story: Story) -> str:
        lead = self.commitments[story.code].suggested_lead
        return "etat" if lead is not None and lead.side == "state" else "region"


def set_stage(roadmap: Roadmap, scenario: Scenario, calendar: Calendar) -> Stage:
    commitments = {row.code: row for row in roadmap.commitments.select_related("suggested_lead")}
    if missing := [story.code for story in scenario.stories if story.code not in commitments]:
        raise SeedRefused(f"Engagements absents de la base : {', '.join(missing)}. Lancez d’abord load_roadmap.")
    actors = {actor.slug: actor for actor in Actor.objects.all()}
    users = _accounts(scenario, actors, since=roadmap.signed_on or calendar.month(-48))
    roadmap.visa_policy, roadmap.tacit_delay_days = Roadmap.VisaPolicy.BOTH, TACIT_DELAY_DAYS
    roadmap.save(update_fields=["visa_policy", "tacit_delay_days"])
    administrator = users["administration@demo.example"]
    # The past campaign ends before the present one begins, even on the first days of a quarter.
    opens_on = min(calendar.starts_on + timedelta(days=DAYS_TO_ANSWER), calendar.today)
    past_due_on = min(calendar.starts_on + timedelta(days=DAYS_TO_ANSWER - 6), opens_on - timedelta(days=1))
    earlier = transitions.plan_campaign(
        roadmap,
        **_quarter(calendar.quarter_before(2)),
        opens_on=calendar.month(-4),
        due_on=calendar.month(-3) + timedelta(days=DAYS_TO_ANSWER - 6),
        closes_on=calendar.month(-3) + timedelta(days=DAYS_TO_ANSWER),
        seals_on=None,
        by=administrator,
    )
    previous = transitions.plan_campaign(
        roadmap,
        **_quarter(calendar.quarter_before()),
        opens_on=calendar.month(-1),
        due_on=past_due_on,
        closes_on=opens_on - timedelta(days=1),
        seals_on=None,
        by=administrator,
    )
    due_on = transitions.last_day_of(*calendar.quarter) + timedelta(days=DAYS_TO_ANSWER - 6)
    current = transitions.plan_campaign(
        roadmap,
        **_quarter(calendar.quarter),
        opens_on=opens_on,
        due_on=due_on,
        closes_on=due_on + timedelta(days=5),
        seals_on=None,
        by=administrator,
    )
    return Stage(calendar, users, actors, commitments, earlier, previous, current)


def _quarter(quarter: tuple[int, int]) -> dict[str, int]:
    return {"year": quarter[0], "quarter": quarter[1]}


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


def plan(stage: Stage, story: Story) -> None:
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
