"""The quarterly campaign: opened and closed, by people or by its dates; « sans changement », an answer in one click."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import is_administrator
from commitments.models import Campaign, CampaignLine, Commitment, ProgressUpdate, Roadmap, Status
from commitments.transitions.locks import lock, require, require_may_write
from commitments.transitions.tables import CAMPAIGN_CHANGES, TransitionRefused
from commitments.transitions.updates import open_update

FINISHED = (Status.COMPLETED, Status.ABANDONED)


@transaction.atomic
def move_campaign(campaign: Campaign, target: Campaign.State, *, by: User | None, on: date | None = None) -> Campaign:
    """Opening gives each commitment its line and, the first time, puts the roadmap in force: from then on the database
    holds what was promised. `on`: the day of the move, today by default. `by`: None for the calendar, which opens and
    closes on the campaign's own dates, read under the lock, and does nothing else."""
    require(by is None or is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
    on = on or timezone.localdate()
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=campaign.roadmap_id)
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    _check_move(campaign, target)
    require(
        target != Campaign.State.SEALED, _("Une campagne se scelle avec son rapport, depuis la page du scellement.")
    )
    if by is None:
        require(_is_the_day(campaign, target, on), _("Les dates de la campagne ne le demandent pas ce jour-là."))
    others = Campaign.objects.filter(roadmap=campaign.roadmap_id, state=Campaign.State.OPEN)
    if target == Campaign.State.OPEN and (other := others.first()):
        raise TransitionRefused(_("La campagne %(campaign)s est encore ouverte.") % {"campaign": other})
    campaign.state = target
    campaign.save(update_fields=["state"])
    if target == Campaign.State.OPEN:
        add_missing_lines(campaign)
        if roadmap.in_force_since is None:
            roadmap.in_force_since = on
            roadmap.save(update_fields=["in_force_since"])
    return campaign


def _is_the_day(campaign: Campaign, target: Campaign.State, on: date) -> bool:
    return campaign.opens_itself(on) if target == Campaign.State.OPEN else campaign.closes_itself(on)


def follow_dates(on: date) -> None:
    """What the dates ask for on that day, in nobody's name: closes, then opens, so that one quarter follows another
    the same night. What another run has done, or what is refused, stays as it is: `hindrances` tells why."""
    _move_on_time(Campaign.objects.filter(state=Campaign.State.OPEN), Campaign.State.REVIEW, on)
    _move_on_time(Campaign.objects.filter(state=Campaign.State.PLANNED), Campaign.State.OPEN, on)


def _move_on_time(campaigns: QuerySet[Campaign], target: Campaign.State, on: date) -> None:
    for campaign in campaigns.order_by("opens_on"):
        if _is_the_day(campaign, target, on):
            with suppress(TransitionRefused):
                move_campaign(campaign, target, by=None, on=on)


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
    """What is still written or approved when its quarter is sealed: published later, it speaks of a later day. From
    then on an open update of that quarter is a correction. Rows locked by the caller."""
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
