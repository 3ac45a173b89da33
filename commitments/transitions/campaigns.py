"""The quarterly campaign: planned, opened, closed to answers; and « sans changement », the answer in one click."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import is_administrator
from commitments.models import Campaign, CampaignLine, Commitment, ProgressUpdate, Roadmap, Status
from commitments.transitions.locks import lock, require, require_may_write, require_unchanged
from commitments.transitions.tables import CAMPAIGN_CHANGES, TransitionRefused
from commitments.transitions.updates import open_update
from roadmap_portal.templatetags.portal import short_day

DAYS_TO_ANSWER = 15
FINISHED = (Status.COMPLETED, Status.ABANDONED)


def campaign_ended_before(on: date) -> Campaign | None:
    """The campaign of the last quarter that ended before that day, made if nobody has planned it; None without a
    roadmap."""
    ended_on = on.replace(month=on.month - (on.month - 1) % 3, day=1) - timedelta(days=1)
    roadmap = Roadmap.objects.order_by("pk").first()
    if roadmap is None:
        return None
    # Two campaigns never overlap: behind one that still runs, this one waits.
    running = Campaign.objects.filter(roadmap=roadmap, closes_on__gte=ended_on).aggregate(last=Max("closes_on"))["last"]
    opens_on = ended_on if running is None else running + timedelta(days=1)
    answers_until = opens_on + timedelta(days=DAYS_TO_ANSWER)
    dates = {"reference_on": ended_on, "opens_on": opens_on, "due_on": answers_until, "closes_on": answers_until}
    campaign, _is_new = Campaign.objects.get_or_create(
        roadmap=roadmap, year=ended_on.year, quarter=ended_on.month // 3, defaults=dates
    )
    return campaign


@transaction.atomic
def plan_campaign(
    roadmap: Roadmap, *, year: int, quarter: int, opens_on: date, due_on: date, closes_on: date, by: User
) -> Campaign:
    """A campaign to come. Raises TransitionRefused, naming the field, for a quarter already planned, dates out of
    order, or dates that overlap another campaign's."""
    require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
    # Two administrators at once: the second one waits, then reads what the first has planned.
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=roadmap.pk)
    if Campaign.objects.filter(roadmap=roadmap, year=year, quarter=quarter).exists():
        raise TransitionRefused(_("Ce trimestre a déjà sa campagne."), "quarter")
    _check_dates(Campaign.objects.filter(roadmap=roadmap), opens_on, due_on, closes_on)
    return Campaign.objects.create(
        roadmap=roadmap,
        year=year,
        quarter=quarter,
        reference_on=last_day_of(year, quarter),
        opens_on=opens_on,
        due_on=due_on,
        closes_on=closes_on,
    )


@transaction.atomic
def reschedule_campaign(
    campaign: Campaign, *, opens_on: date, due_on: date, closes_on: date, by: User, seen: int | None = None
) -> Campaign:
    """Other dates, while answers are still to come. The day it opened stays once it is open. `seen`: the version the
    author's form started from. Raises TransitionRefused as planning does."""
    require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
    Roadmap.objects.select_for_update(of=("self",)).get(pk=campaign.roadmap_id)
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if campaign.state not in {Campaign.State.PLANNED, Campaign.State.OPEN}:
        raise TransitionRefused(_("Les réponses sont closes : les dates de la campagne ne changent plus."))
    if campaign.state == Campaign.State.OPEN:
        opens_on = campaign.opens_on
    dates = (campaign.opens_on, campaign.due_on, campaign.closes_on)
    require_unchanged(campaign, seen, " · ".join(map(short_day, dates)))
    others = Campaign.objects.filter(roadmap=campaign.roadmap_id).exclude(pk=campaign.pk)
    _check_dates(others, opens_on, due_on, closes_on)
    campaign.opens_on, campaign.due_on, campaign.closes_on = opens_on, due_on, closes_on
    campaign.save(update_fields=["opens_on", "due_on", "closes_on"])
    return campaign


def _check_dates(others: QuerySet[Campaign], opens_on: date, due_on: date, closes_on: date) -> None:
    if due_on < opens_on:
        raise TransitionRefused(_("La réponse est attendue à l’ouverture de la campagne, ou après."), "due_on")
    if closes_on < due_on:
        raise TransitionRefused(_("La clôture tombe le jour où la réponse est attendue, ou après."), "closes_on")
    if overlapping := others.filter(opens_on__lte=closes_on, closes_on__gte=opens_on).first():
        raise TransitionRefused(
            _("Ces dates chevauchent celles de la campagne %(campaign)s, du %(first)s au %(last)s.")
            % {
                "campaign": overlapping,
                "first": short_day(overlapping.opens_on),
                "last": short_day(overlapping.closes_on),
            },
            "opens_on",
        )


def last_day_of(year: int, quarter: int) -> date:
    first_of_next = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return first_of_next - timedelta(days=1)


@transaction.atomic
def move_campaign(campaign: Campaign, target: Campaign.State, *, by: User, on: date | None = None) -> Campaign:
    """Opening gives each commitment its line and, the first time, puts the roadmap in force: from then on the database
    holds what was promised. `on`: the day of the move, today by default."""
    require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=campaign.roadmap_id)
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if target not in CAMPAIGN_CHANGES[Campaign.State(campaign.state)]:
        raise TransitionRefused(
            _("La campagne %(campaign)s est « %(state)s » : ce changement n’est pas permis.")
            % {"campaign": campaign, "state": campaign.get_state_display()}
        )
    others = Campaign.objects.filter(roadmap=campaign.roadmap_id, state=Campaign.State.OPEN)
    if target == Campaign.State.OPEN and (other := others.first()):
        raise TransitionRefused(_("La campagne %(campaign)s est encore ouverte.") % {"campaign": other})
    campaign.state = target
    campaign.save(update_fields=["state"])
    if target == Campaign.State.OPEN:
        add_missing_lines(campaign)
        if roadmap.in_force_since is None:
            roadmap.in_force_since = on or timezone.localdate()
            roadmap.save(update_fields=["in_force_since"])
    return campaign


def _check_move(campaign: Campaign, target: Campaign.State) -> None:
    if target not in CAMPAIGN_CHANGES[Campaign.State(campaign.state)]:
        raise TransitionRefused(
            _("La campagne %(campaign)s est « %(state)s » : ce changement n’est pas permis.")
            % {"campaign": campaign, "state": campaign.get_state_display()}
        )


def close_for_good(campaign: Campaign) -> Campaign:
    """review → sealed, for whoever writes the sealed report in the same transaction and has checked the right. The row
    is locked by the caller."""
    _check_move(campaign, Campaign.State.SEALED)
    campaign.state = Campaign.State.SEALED
    campaign.save(update_fields=["state"])
    return campaign


def leave_the_campaign(updates: Iterable[ProgressUpdate]) -> None:
    """What still misses a visa when its quarter is sealed: published later, it speaks of a later day. Rows locked by
    the caller."""
    for update in updates:
        update.campaign = None
        update.save(update_fields=["campaign"])


def add_lines_to_the_open_campaign() -> None:
    """For commitments that are entered while it is open."""
    for campaign in Campaign.objects.filter(state=Campaign.State.OPEN):
        add_missing_lines(campaign)


def add_missing_lines(campaign: Campaign) -> int:
    """A line for each commitment still followed that has none, public or internal; returns how many."""
    without = (
        Commitment.objects.followed().filter(roadmap=campaign.roadmap_id).exclude(campaign_lines__campaign=campaign)
    )
    lines = [
        CampaignLine(campaign=campaign, commitment_id=pk, was_finished=status in FINISHED)
        for pk, status in without.values_list("pk", "status")
    ]
    CampaignLine.objects.bulk_create(lines, ignore_conflicts=True)
    return len(lines)


@transaction.atomic
def confirm_unchanged(
    commitment: Commitment, campaign: Campaign, *, by: User, at: datetime | None = None
) -> CampaignLine:
    """« Sans changement, je confirme »: answers the campaign without writing a text. Said twice, it is said once.

    Nothing new is published, so no visa is asked for. Refused when nothing was ever published, when a text is being
    written or approved, or when one was already published in this campaign.
    """
    locked = lock(commitment.pk)
    require_may_write(by, locked)
    line = CampaignLine.objects.select_related("campaign").filter(campaign=campaign, commitment=locked).first()
    if line is None or line.campaign.state != Campaign.State.OPEN:
        raise TransitionRefused(_("La campagne n’est pas ouverte."))
    if line.confirmed_at is not None:
        return line
    if locked.published_at is None:
        raise TransitionRefused(_("Rien n’a encore été publié : il n’y a rien à confirmer."))
    if locked.updates.filter(
        campaign=campaign, state__in=[ProgressUpdate.State.PUBLISHED, ProgressUpdate.State.SUPERSEDED]
    ).exists():
        raise TransitionRefused(_("Un point est déjà publié dans cette campagne."))
    if open_update(locked) is not None:
        raise TransitionRefused(_("Un point est en cours d’écriture ou de visa : terminez-le, ou abandonnez-le."))
    line.confirmed_by, line.confirmed_at = by, at or timezone.now()
    line.save(update_fields=["confirmed_by", "confirmed_at"])
    locked.confirmed_at = line.confirmed_at
    locked.save(update_fields=["confirmed_at"])
    return line
