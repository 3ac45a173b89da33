"""The calendar of the campaigns: what each act waits for, when it was done, and what keeps it from being done."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import TextChoices
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.models import Campaign, Delivery, ProgressUpdate
from commitments.queries.visas import all_submitted
from commitments.stages import GRACE, sending_days
from roadmap_portal.history.tracking import UPDATE

State = Campaign.State
DAY = timedelta(days=1)


class Obstacle(TextChoices):
    OTHER_OPEN = "other_open", _("une autre campagne est ouverte")
    TOO_LATE = "too_late", _("sa clôture est déjà passée")
    NO_VISA = "no_visa", _("il manque des visas")
    FAILED = "failed", _("la tâche a échoué")


class Hindrance(NamedTuple):
    """Why an act of a campaign whose day has come is not done. `other`: the campaign that is open; `updates`: those
    that miss a visa."""

    campaign: Campaign
    obstacle: Obstacle
    other: Campaign | None = None
    updates: Sequence[ProgressUpdate] = ()

    @property
    def codes(self) -> list[str]:
        return [update.commitment.code for update in self.updates]


def hindrances(on: date) -> list[Hindrance]:
    """Once the calendar has done all it could for that day. Two queries."""
    campaigns = Campaign.objects.exclude(state=State.SEALED).order_by("reference_on")
    waiting = defaultdict[int | None, list[ProgressUpdate]](list)
    for update in all_submitted().filter(campaign__state=State.REVIEW):
        waiting[update.campaign_id].append(update)
    return _hindrances(list(campaigns), waiting, on)


def _hindrances(
    campaigns: Sequence[Campaign], waiting: Mapping[int | None, Sequence[ProgressUpdate]], on: date
) -> list[Hindrance]:
    running = next((campaign for campaign in campaigns if campaign.state == State.OPEN), None)
    found = []
    for campaign in campaigns:
        if campaign.state == State.PLANNED and campaign.closes_on < on:
            found.append(Hindrance(campaign, Obstacle.TOO_LATE))
        elif campaign.opens_itself(on) and running is not None:
            found.append(Hindrance(campaign, Obstacle.OTHER_OPEN, other=running))
        elif campaign.seals_itself(on) and (updates := waiting.get(campaign.pk)):
            found.append(Hindrance(campaign, Obstacle.NO_VISA, updates=updates))
        elif campaign.opens_itself(on) or campaign.closes_itself(on) or campaign.seals_itself(on):
            found.append(Hindrance(campaign, Obstacle.FAILED))
    return found


class Act(TextChoices):
    OPENING = "opening", _("Ouverture")
    REMINDER = "reminder", _("Relance")
    ANSWER = "answer", _("Réponse attendue")
    CLOSING = "closing", _("Clôture")
    DRAFT = "draft", _("Rapport provisoire")
    SEALING = "sealing", _("Scellement")


# The act that each obstacle holds up; what failed may be any.
HELD_BY = {Obstacle.OTHER_OPEN: Act.OPENING, Obstacle.TOO_LATE: Act.OPENING, Obstacle.NO_VISA: Act.SEALING}


class Stand(TextChoices):
    DONE = "done", _("fait")
    TODAY = "today", _("aujourd’hui")
    TO_COME = "to_come", _("à venir")
    LATE = "late", _("en retard")
    BY_HAND = "by_hand", _("à la main")


class Move(NamedTuple):
    """A change of state. `by`: the name of who made it, empty for the calendar; None when neither is known."""

    on: date
    by: str | None


@dataclass(frozen=True)
class Step:
    """An act of a campaign. `on`: None for a sealing by hand. `sent`: of a reminder that is past, how many mails."""

    campaign: Campaign
    act: str
    on: date | None
    stand: str
    move: Move | None = None
    sent: int | None = None
    why: Hindrance | None = None

    @property
    def days_before_answer(self) -> int:
        return (self.campaign.due_on - self.on).days if self.on else 0


@dataclass(frozen=True)
class Sheet:
    campaign: Campaign
    steps: Sequence[Step]


@dataclass(frozen=True)
class _Known:
    """What the acts of all campaigns are told from."""

    on: date
    moves: Mapping[tuple[int, str], Move]
    mails: Mapping[date, int]
    drafted: Mapping[int, date]
    why: Mapping[int, Hindrance]


def campaign_calendar(on: date, drafted: Mapping[int, date]) -> list[Sheet]:
    """Of each campaign, the earliest first. `drafted`: by campaign, when its provisional report was asked for. Seven
    queries at most, whatever there is to tell."""
    campaigns = list(Campaign.objects.order_by("reference_on"))
    known = _Known(on, _moves(), _mails(), drafted, {found.campaign.pk: found for found in hindrances(on)})
    return [Sheet(campaign, list(_steps(campaign, known))) for campaign in campaigns]


def next_steps(sheets: Sequence[Sheet], many: int = 3) -> list[Step]:
    """Those to come, of all campaigns, the nearest first."""
    coming = [
        step for sheet in sheets for step in sheet.steps if step.stand in {Stand.TODAY, Stand.TO_COME} and step.on
    ]
    return sorted(coming, key=lambda step: (step.on or date.max, step.campaign.reference_on))[:many]


def _steps(campaign: Campaign, known: _Known) -> Iterator[Step]:
    state, why = campaign.state, known.why.get(campaign.pk)

    def step(act: Act, on: date | None, is_done: bool, *, move: Move | None = None) -> Step:
        stand = _stand(on, known.on, is_done)
        is_held = why is not None and HELD_BY.get(why.obstacle, act) == act and stand in {Stand.TODAY, Stand.LATE}
        return Step(campaign, act, on, stand, move, why=why if is_held else None)

    def moved(target: State) -> Move | None:
        return known.moves.get((campaign.pk, target))

    is_closed = state in {State.REVIEW, State.SEALED}
    yield step(Act.OPENING, campaign.opens_on, state != State.PLANNED, move=moved(State.OPEN))
    answer = step(Act.ANSWER, campaign.due_on, campaign.due_on < known.on)
    yield from sorted([*_reminders(campaign, known), answer], key=lambda one: one.on or date.max)
    yield step(Act.CLOSING, campaign.closes_on, is_closed, move=moved(State.REVIEW))
    drafted = known.drafted.get(campaign.pk)
    if drafted or state != State.SEALED:
        draft = None if drafted is None else Move(drafted, "")
        yield step(Act.DRAFT, campaign.closes_on + DAY, drafted is not None, move=draft)
    yield step(Act.SEALING, campaign.seals_on, state == State.SEALED, move=moved(State.SEALED))


def _stand(day: date | None, on: date, is_done: bool) -> Stand:
    if is_done:
        return Stand.DONE
    if day is None:
        return Stand.BY_HAND
    return Stand.LATE if day < on else Stand.TODAY if day == on else Stand.TO_COME


def _reminders(campaign: Campaign, known: _Known) -> Iterator[Step]:
    """On the days the mails really leave, while answers are open."""
    for day in sending_days(campaign.due_on, campaign.opens_on, campaign.closes_on):
        # A calendar that was down sends what it missed for a few days.
        sent = sum(known.mails.get(day + n * DAY, 0) for n in range(GRACE.days + 1))
        is_over = day < known.on or (day == known.on and sent > 0)
        is_done = is_over and campaign.state != State.PLANNED
        yield Step(campaign, Act.REMINDER, day, _stand(day, known.on, is_done), sent=sent if is_done else None)


def _mails() -> dict[date, int]:
    """Weekly reminders that have left, by day."""
    sent = Delivery.objects.filter(kind=Delivery.Kind.WEEKLY, sent_at__isnull=False)
    return Counter(localdate(sent_at) for sent_at in sent.values_list("sent_at", flat=True) if sent_at)


def _moves() -> dict[tuple[int, str], Move]:
    """From the history of the campaigns: when each was first in each state, and through whom."""
    changes = apps.get_model("commitments", "CampaignChange").objects.filter(pgh_label=UPDATE)
    found: dict[tuple[int, str], tuple[date, dict[str, Any]]] = {}
    for pk, state, at, cause in changes.order_by("pgh_id").values_list(
        "pgh_obj", "state", "pgh_created_at", "pgh_context"
    ):
        found.setdefault((pk, state), (localdate(at), cause or {}))
    names = dict(
        User.objects.filter(pk__in={cause.get("user") for _day, cause in found.values()}).values_list("pk", "name")
    )
    return {
        key: Move(day, "" if "task" in cause else names.get(cause.get("user", 0)))
        for key, (day, cause) in found.items()
    }
