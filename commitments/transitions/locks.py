"""Every write locks the commitment first: with one order for all, two people never lock each other."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import writable_by
from commitments.models import Commitment
from commitments.transitions.tables import TransitionRefused


def lock(commitment_id: int) -> Commitment:
    return Commitment.objects.select_for_update(of=("self",)).get(pk=commitment_id)


def require(right: bool, refusal: str) -> None:
    if not right:
        raise TransitionRefused(refusal)


def require_may_write(user: User, commitment: Commitment) -> None:
    may_write = Commitment.objects.filter(writable_by(user), pk=commitment.pk).exists()
    require(may_write, _("Vous n’avez pas le droit d’écrire sur cet engagement."))
