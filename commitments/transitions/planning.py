"""The dates of campaigns: planned, moved while they still mean something; and the quarter that everybody forgot."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import is_administrator
from commitments.models import Campaign, Roadmap
from commitments.transitions.locks import require, require_unchanged
from commitments.transitions.tables import TransitionRefused
from roadmap_portal.templatetags.portal import short_day

DAYS_TO_ANSWER = timedelta(days=15)
NOTICE = timedelta(days=7)


@transaction.atomic
def plan_forgotten_quarter(on: date) -> Campaign | None:
    """The campaign of the last quarter that ended before that day, when nobody has planned it: it opens a week later at
    the earliest, for administrators to decide otherwise. None when there is nothing to plan, and on a roadmap that was
    not in force by then: putting it in force is somebody's decision."""
    ended_on = on.replace(month=on.month - (on.month - 1) % 3, day=1) - timedelta(days=1)
    roadmap = Roadmap.objects.select_for_update(of=("self",)).order_by("pk").first()
    if roadmap is None or roadmap.in_force_since is None or roadmap.in_force_since > ended_on:
        return None
    campaigns = Campaign.objects.filter(roadmap=roadmap)
    if campaigns.filter(reference_on=ended_on).exists():
        return None
    opens_on = on + NOTICE
    while taken := _overlapping(campaigns, opens_on, opens_on + DAYS_TO_ANSWER):
        opens_on = taken.closes_on + timedelta(days=1)
    answers_until = opens_on + DAYS_TO_ANSWER
    return Campaign.objects.create(
        roadmap=roadmap,
        year=ended_on.year,
        quarter=ended_on.month // 3,
        reference_on=ended_on,
        opens_on=opens_on,
        due_on=answers_until,
        closes_on=answers_until,
    )


@transaction.atomic
def plan_campaign(
    roadmap: Roadmap,
    *,
    year: int,
    quarter: int,
    opens_on: date,
    due_on: date,
    closes_on: date,
    seals_on: date | None = None,
    by: User,
) -> Campaign:
    """A campaign to come. `seals_on`: None for a sealing by hand. Raises TransitionRefused, naming each field, for a
    quarter already planned, dates out of order, or dates that overlap another campaign's."""
    require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
    # Two administrators at once: the second one waits, then reads what the first has planned.
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=roadmap.pk)
    _refuse(
        planning_faults(
            roadmap,
            year=year,
            quarter=quarter,
            opens_on=opens_on,
            due_on=due_on,
            closes_on=closes_on,
            seals_on=seals_on,
        )
    )
    return Campaign.objects.create(
        roadmap=roadmap,
        year=year,
        quarter=quarter,
        reference_on=last_day_of(year, quarter),
        opens_on=opens_on,
        due_on=due_on,
        closes_on=closes_on,
        seals_on=seals_on,
    )


@transaction.atomic
def reschedule_campaign(
    campaign: Campaign,
    *,
    opens_on: date,
    due_on: date,
    closes_on: date,
    seals_on: date | None,
    by: User,
    seen: int | None = None,
) -> Campaign:
    """Other dates, as far as they are still to come: the day it opened stays once it is open, the sealing alone moves
    once answers are closed. `seen`: the version the author's form started from. Raises TransitionRefused as planning
    does."""
    require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=campaign.roadmap_id)
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if campaign.state == Campaign.State.SEALED:
        raise TransitionRefused(_("La campagne est scellée : ses dates ne changent plus."))
    if campaign.state != Campaign.State.PLANNED:
        opens_on = campaign.opens_on
    if campaign.state == Campaign.State.REVIEW:
        due_on, closes_on = campaign.due_on, campaign.closes_on
    require_unchanged(campaign, seen, _dates_told(campaign))
    faults = planning_faults(
        roadmap, but=campaign, opens_on=opens_on, due_on=due_on, closes_on=closes_on, seals_on=seals_on
    )
    _refuse(faults)
    campaign.opens_on, campaign.due_on, campaign.closes_on, campaign.seals_on = opens_on, due_on, closes_on, seals_on
    campaign.save(update_fields=["opens_on", "due_on", "closes_on", "seals_on"])
    return campaign


def _dates_told(campaign: Campaign) -> str:
    sealing = short_day(campaign.seals_on) if campaign.seals_on else _("scellement à la main")
    return " · ".join([*map(short_day, (campaign.opens_on, campaign.due_on, campaign.closes_on)), sealing])


def _refuse(faults: list[TransitionRefused]) -> None:
    if faults:
        faults[0].others = faults[1:]
        raise faults[0]


def planning_faults(
    roadmap: Roadmap,
    *,
    but: Campaign | None = None,
    year: int | None = None,
    quarter: int | None = None,
    opens_on: date | None = None,
    due_on: date | None = None,
    closes_on: date | None = None,
    seals_on: date | None = None,
) -> list[TransitionRefused]:
    """All that is wrong with what is given, each fault with its field; None: not given, or not understood. `but`: the
    campaign whose dates these are."""
    campaigns = Campaign.objects.filter(roadmap=roadmap)
    faults = []
    if year and quarter and campaigns.filter(year=year, quarter=quarter).exists():
        faults.append(TransitionRefused(_("Ce trimestre a déjà sa campagne."), "quarter"))
    if opens_on and due_on and due_on < opens_on:
        said = _("La réponse est attendue à l’ouverture de la campagne, ou après.")
        faults.append(TransitionRefused(said, "due_on"))
    if due_on and closes_on and closes_on < due_on:
        said = _("La clôture tombe le jour où la réponse est attendue, ou après.")
        faults.append(TransitionRefused(said, "closes_on"))
    if closes_on and seals_on and seals_on <= closes_on:
        said = _("Le scellement suit la clôture, d’un jour au moins.")
        faults.append(TransitionRefused(said, "seals_on"))
    others = campaigns if but is None else campaigns.exclude(pk=but.pk)
    if opens_on and closes_on and (taken := _overlapping(others, opens_on, closes_on)):
        said = _("Ces dates chevauchent celles de la campagne %(campaign)s, du %(first)s au %(last)s.")
        dates = {"campaign": taken, "first": short_day(taken.opens_on), "last": short_day(taken.closes_on)}
        faults.append(TransitionRefused(said % dates, "opens_on"))
    return faults


def _overlapping(campaigns: QuerySet[Campaign], opens_on: date, closes_on: date) -> Campaign | None:
    return campaigns.filter(opens_on__lte=closes_on, closes_on__gte=opens_on).order_by("closes_on").last()


def last_day_of(year: int, quarter: int) -> date:
    first_of_next = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return first_of_next - timedelta(days=1)
