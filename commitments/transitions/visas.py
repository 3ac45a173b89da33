"""Two keys: each owner of the roadmap approves a submitted text, or asks for changes; the last visa publishes it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import visa_given_for, visa_sides
from actors.models import Side
from commitments.models import ProgressUpdate, Visa
from commitments.queries import approved_sides, missing_sides, required_sides, tacit_on
from commitments.transitions.locks import require
from commitments.transitions.tables import State, TransitionRefused
from commitments.transitions.updates import lock_update, publish_locked, return_locked

Decision = Visa.Decision


@transaction.atomic
def give_visa(
    update: ProgressUpdate,
    *,
    side: str,
    decision: str,
    by: User,
    seen_hash: str,
    comment: str = "",
    at: datetime | None = None,
) -> ProgressUpdate:
    """One side says what it thinks of the text whose hash is `seen_hash`; publication follows the last approval.

    Raises TransitionRefused without the right, for one's own text, for a second side, when the text is not the one
    that was read, or when changes are asked for without saying which (field `comment`).
    """
    commitment, update = lock_update(update)
    _require_right(update, side, decision, by)
    if update.state != State.SUBMITTED:
        raise TransitionRefused(_("Ce point n’attend plus de visa : il est « %s ».") % update.get_state_display())
    if update.text_hash != seen_hash:
        raise TransitionRefused(_("Le texte a changé depuis que vous l’avez ouvert : relisez-le."))
    if decision == Decision.CHANGES_REQUESTED and not comment.strip():
        raise TransitionRefused(_("Dites quelles corrections vous demandez."), "comment")
    if decision == Decision.WITHDRAWN and side not in approved_sides(update):
        raise TransitionRefused(_("Ce côté n’a pas de visa à retirer."))
    at = at or timezone.now()
    _record(update, side, decision, by, comment, at)
    if decision == Decision.CHANGES_REQUESTED:
        return_locked(update)
    elif decision == Decision.APPROVED and not missing_sides(update):
        publish_locked(commitment, update, by=by, at=at)
    return update


def give_tacit_visas(on: date, at: datetime | None = None) -> list[ProgressUpdate]:
    """Records the silence of each side whose delay is over on that day; returns the updates it touched."""
    waiting = ProgressUpdate.objects.filter(
        state=State.SUBMITTED, commitment__roadmap__tacit_delay_days__isnull=False
    ).order_by("submitted_at", "pk")
    return [update for update in waiting if _give_tacit_visa(update, on, at or timezone.now())]


def _require_right(update: ProgressUpdate, side: str, decision: str, by: User) -> None:
    require(side in required_sides(update), _("La feuille de route ne demande pas de visa de ce côté."))
    require(decision in Decision.values and decision != Decision.TACIT, _("Décision inconnue."))
    require(side in visa_sides(by), _("Vous ne visez pas pour ce côté."))
    if decision == Decision.APPROVED:
        is_own = update.writers.filter(pk=by.pk).exists()
        require(not is_own, _("On n’approuve pas un point que l’on a écrit : un collègue doit le viser."))
    other_side = update.visas.filter(by=by).exclude(side=side).exists()
    require(not other_side, _("Vous avez déjà visé ce point pour l’autre côté : chaque côté vise lui-même."))


@transaction.atomic
def _give_tacit_visa(update: ProgressUpdate, on: date, at: datetime) -> bool:
    commitment, update = lock_update(update)
    due_on = tacit_on(update)
    if update.state != State.SUBMITTED or due_on is None or on < due_on:
        return False
    missing = missing_sides(update)
    for side in missing:
        _record(update, side, Decision.TACIT, None, "", at)
    try:
        with transaction.atomic():
            publish_locked(commitment, update, by=None, at=at)
    except TransitionRefused:
        # What the text states is no longer allowed (a milestone cancelled since): people must look at it.
        return bool(missing)
    return True


def _record(update: ProgressUpdate, side: str, decision: str, by: User | None, comment: str, at: datetime) -> None:
    Visa.objects.create(
        update=update,
        side=Side(side),
        decision=decision,
        by=by,
        by_delegation_of=visa_given_for(by, side) if by else None,
        comment=comment,
        given_at=at,
        text_hash=update.text_hash,
    )
