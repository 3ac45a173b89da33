"""Moving a due date, with its trace."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Commitment, Decision, Milestone, Postponement
from commitments.progress import refresh_standing
from commitments.transitions.locks import lock, require_may_write
from commitments.transitions.tables import TransitionRefused


@transaction.atomic
def postpone(
    commitment: Commitment,
    *,
    milestone: Milestone | None = None,
    to_on: date,
    reason_kind: str,
    reason: str,
    decision: Decision | None = None,
    by: User,
    at: datetime | None = None,
) -> Postponement:
    """Moves the due date of the commitment, or of one of its milestones; the initial date stays.

    `decision`: of the steering committee, on this commitment, which the postponement carries out. A meeting still to be
    held has decided nothing, and what was dropped is not carried out.
    """
    locked = lock(commitment.pk)
    require_may_write(by, locked)
    target: Commitment | Milestone = locked
    if milestone is not None:
        target = milestone = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk, commitment=locked)
        if not milestone.is_tracked:
            raise TransitionRefused(_("Une date lue dans une source publique ne se reporte pas."), "milestone")
    if target.due_on is None:
        raise TransitionRefused(_("Sans échéance, rien n’est à reporter."), "to_on")
    if to_on == target.due_on:
        raise TransitionRefused(_("La nouvelle échéance est la même que l’ancienne."), "to_on")
    if not reason.strip():
        raise TransitionRefused(_("Dites pourquoi l’échéance change."), "reason")
    if decision is not None and not decision.commitments.filter(pk=locked.pk).exists():
        raise TransitionRefused(_("Cette décision ne porte pas sur cet engagement."), "decision")
    if decision is not None and not Decision.objects.citable().filter(pk=decision.pk).exists():
        raise TransitionRefused(_("Cette décision n’est pas à exécuter : réunion à tenir, ou sans suite."), "decision")
    entry = Postponement.objects.create(
        commitment=locked,
        milestone=milestone,
        from_on=target.due_on,
        to_on=to_on,
        reason_kind=reason_kind,
        reason=reason,
        decision=decision,
        postponed_by=by,
        postponed_at=at or timezone.now(),
    )
    target.due_on = to_on
    target.save(update_fields=["due_on"])
    refresh_standing([locked.pk])
    return entry
