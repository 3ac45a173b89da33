"""Opening and closing a campaign."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import is_administrator
from commitments.models import Campaign
from commitments.transitions.locks import require
from commitments.transitions.tables import CAMPAIGN_CHANGES, TransitionRefused


@transaction.atomic
def move_campaign(campaign: Campaign, target: Campaign.State, *, by: User) -> Campaign:
    require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if target not in CAMPAIGN_CHANGES[Campaign.State(campaign.state)]:
        raise TransitionRefused(
            _("La campagne %(campaign)s est « %(state)s » : ce changement n’est pas permis.")
            % {"campaign": campaign, "state": campaign.get_state_display()}
        )
    others = Campaign.objects.filter(roadmap=campaign.roadmap_id, state=Campaign.State.OPEN)
    if target == Campaign.State.OPEN and (other := others.first()):
        raise TransitionRefused(_("La campagne %(campaign)s est encore ouverte.") % {"campaign": other})
    campaign.state = target
    campaign.save(update_fields=["state"])
    return campaign
