"""Opening and closing a campaign."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import is_administrator
from commitments.models import Campaign, Roadmap
from commitments.transitions.locks import require
from commitments.transitions.tables import CAMPAIGN_CHANGES, TransitionRefused

DAYS_TO_ANSWER = 15


def campaign_ended_before(on: date) -> Campaign | None:
    """The campaign of the last quarter that ended before that day, made if nobody has planned it; None without a
    roadmap."""
    ended_on = on.replace(month=on.month - (on.month - 1) % 3, day=1) - timedelta(days=1)
    roadmap = Roadmap.objects.order_by("pk").first()
    if roadmap is None:
        return None
    dates = {"reference_on": ended_on, "opens_on": ended_on, "due_on": ended_on + timedelta(days=DAYS_TO_ANSWER)}
    campaign, _is_new = Campaign.objects.get_or_create(
        roadmap=roadmap, year=ended_on.year, quarter=ended_on.month // 3, defaults=dates
    )
    return campaign


@transaction.atomic
def move_campaign(campaign: Campaign, target: Campaign.State, *, by: User) -> Campaign:
    require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
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
    return campaign
