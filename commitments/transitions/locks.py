"""Every write locks the commitment first: with one order for all, two people never lock each other."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import writable_by
from commitments.models import Commitment
from commitments.transitions.tables import TransitionRefused
from roadmap_portal.versioned import Versioned


def lock(commitment_id: int) -> Commitment:
    return Commitment.objects.select_for_update(of=("self",)).get(pk=commitment_id)


def require(right: bool, refusal: str) -> None:
    if not right:
        raise TransitionRefused(refusal)


def require_may_write(user: User, commitment: Commitment) -> None:
    """The right to write, and that there is something to write on: one merged into another says nothing more."""
    require_writer(user, commitment)
    if commitment.merged_into is not None:
        raise TransitionRefused(
            _("Cet engagement est fusionné dans %(code)s, « %(title)s » : c’est là qu’on écrit désormais.")
            % {"code": commitment.merged_into.code, "title": commitment.merged_into.title}
        )


def require_writer(user: User, commitment: Commitment) -> None:
    may_write = Commitment.objects.filter(writable_by(user), pk=commitment.pk).exists()
    require(may_write, _("Vous n’avez pas le droit d’écrire sur cet engagement."))


def require_unchanged(row: Versioned, seen: int | None, now: str) -> None:
    """`now`: what the row says, for its second author to read before writing over it."""
    if seen is not None and seen != row.row_version:
        raise TransitionRefused(
            _("Quelqu’un d’autre a écrit entre-temps : « %(now)s ». Relisez, puis enregistrez à nouveau.")
            % {"now": now},
            "seen",
        )
