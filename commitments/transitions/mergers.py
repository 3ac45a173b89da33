"""Merging a commitment into another one, under which what it promised is followed from that day on.

Nothing is moved and nothing is deleted: the merged one keeps its page, its texts and its dates. When the one it went
into is merged in its turn, each still says its own step: an earlier report named that one, and stays true.
"""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import is_administrator
from commitments.models import Campaign, CampaignLine, Commitment, ProgressUpdate, Status
from commitments.transitions.campaigns import FINISHED
from commitments.transitions.locks import require
from commitments.transitions.tables import TransitionRefused
from roadmap_portal.templatetags.portal import short_day

INTO = "into"


@transaction.atomic
def merge_commitments(commitment: Commitment, into: Commitment, *, reason: str, by: User, on: date) -> Commitment:
    """Its line in an open campaign then waits for nothing. Raises TransitionRefused, naming the field at fault."""
    require(is_administrator(by), _("Seule l’administration fusionne des engagements."))
    if commitment.pk == into.pk:
        raise TransitionRefused(_("Un engagement ne se fusionne pas dans lui-même."), INTO)
    merged, target = _locked(commitment, into)
    for check in CHECKS:
        check(merged, target)
    if not reason.strip():
        raise TransitionRefused(_("Une fusion dit pourquoi."), "reason")
    _check_nobody_writes(merged)
    merged.merged_into, merged.merged_on, merged.merge_reason = target, on, reason.strip()
    merged.save(update_fields=["merged_into", "merged_on", "merge_reason"])
    _lines_of_the_open_campaign(merged, awaits_nothing=True)
    return merged


@transaction.atomic
def undo_merger(commitment: Commitment, *, by: User) -> Commitment:
    """A slip of the hand. Once a quarter that tells it is sealed, it is history: a new commitment says what follows."""
    require(is_administrator(by), _("Seule l’administration fusionne des engagements."))
    merged = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    if merged.merged_on is None:
        return merged
    telling = Campaign.objects.filter(roadmap=merged.roadmap_id, reference_on__gte=merged.merged_on)
    # A sealing under way, which holds the campaign, is waited for.
    for campaign in telling.select_for_update(of=("self",)).order_by("pk"):
        if campaign.state == Campaign.State.SEALED:
            raise TransitionRefused(
                _("Le rapport scellé %(quarter)s dit cette fusion : elle ne s’annule plus.") % {"quarter": campaign}
            )
    merged.merged_into, merged.merged_on, merged.merge_reason = None, None, ""
    merged.save(update_fields=["merged_into", "merged_on", "merge_reason"])
    _lines_of_the_open_campaign(merged, awaits_nothing=merged.status in FINISHED)
    return merged


def _locked(commitment: Commitment, into: Commitment) -> tuple[Commitment, Commitment]:
    """In the order of their keys: two mergers at once never lock each other."""
    pair = Commitment.objects.filter(pk__in=[commitment.pk, into.pk]).select_for_update(of=("self",)).order_by("pk")
    found = {row.pk: row for row in pair}
    return found[commitment.pk], found[into.pk]


def _check_both_are_followed(merged: Commitment, target: Commitment) -> None:
    if merged.merged_on is not None:
        raise TransitionRefused(
            _("%(code)s est déjà fusionné, depuis le %(day)s.")
            % {"code": merged.code, "day": short_day(merged.merged_on)}
        )
    if target.merged_into is not None:
        raise TransitionRefused(
            _("%(code)s est lui-même fusionné dans %(other)s : choisissez celui-là.")
            % {"code": target.code, "other": target.merged_into.code},
            INTO,
        )


def _check_same_roadmap(merged: Commitment, target: Commitment) -> None:
    if merged.roadmap_id != target.roadmap_id:
        raise TransitionRefused(_("Les deux engagements sont de feuilles de route différentes."), INTO)


def _check_stays_public(merged: Commitment, target: Commitment) -> None:
    public = Commitment.Visibility.PUBLIC
    if merged.visibility == public and target.visibility != public:
        raise TransitionRefused(
            _("Un engagement public ne se fusionne pas dans un engagement interne : on ne saurait plus où le lire."),
            INTO,
        )


def _check_stays_counted(merged: Commitment, target: Commitment) -> None:
    """The other way round no figure moves: what was never counted joins what is."""
    if target.is_adjacent and not merged.is_adjacent:
        raise TransitionRefused(
            _("Un engagement compté ne se fusionne pas dans une action voisine : plus aucun chiffre ne le dirait."),
            INTO,
        )


def _check_none_is_abandoned(merged: Commitment, target: Commitment) -> None:
    """An abandoned commitment stays shown with its reason and counted apart; merging would take both away."""
    if merged.status == Status.ABANDONED:
        raise TransitionRefused(_("Un engagement abandonné reste affiché et compté à part : il ne se fusionne pas."))
    if target.status == Status.ABANDONED:
        raise TransitionRefused(_("%(code)s est abandonné : rien ne s’y fusionne.") % {"code": target.code}, INTO)


CHECKS: tuple[Callable[[Commitment, Commitment], None], ...] = (
    _check_both_are_followed,
    _check_same_roadmap,
    _check_stays_public,
    _check_stays_counted,
    _check_none_is_abandoned,
)


def _check_nobody_writes(merged: Commitment) -> None:
    being_written = ProgressUpdate.objects.filter(commitment=merged, state__in=ProgressUpdate.OPEN_STATES)
    update = being_written.select_related("author").first()
    if update is not None:
        raise TransitionRefused(
            _("Un point de %(author)s est en cours (%(state)s) : publiez-le ou abandonnez-le d’abord.")
            % {"author": update.author.name, "state": update.get_state_display()}
        )


def _lines_of_the_open_campaign(commitment: Commitment, *, awaits_nothing: bool) -> None:
    """Lines of campaigns closed to answers keep what they say: there, it was still to answer."""
    lines = CampaignLine.objects.filter(commitment=commitment, campaign__state=Campaign.State.OPEN)
    lines.update(was_finished=awaits_nothing)
