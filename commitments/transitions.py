"""What may change, and the one function that changes it.

Each function checks the right, locks the commitment first (always in that order, so that two people never
lock each other), decides on what it reads under the lock, and writes the trace in the same transaction.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_publish, is_administrator, writable_by
from commitments.models import (
    Campaign,
    Commitment,
    Milestone,
    MilestoneClaim,
    Postponement,
    ProgressUpdate,
    Status,
    Weather,
)
from commitments.progress import refresh_standing

State = ProgressUpdate.State


class TransitionRefused(Exception):
    """The change is not allowed. `field` names the input at fault ("" for the whole), `message` says what was expected."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class ChangedMeanwhile(TransitionRefused):
    """Others published on the commitment since the author opened it; `updates` are theirs, oldest first."""

    def __init__(self, updates: list[ProgressUpdate], version: int) -> None:
        super().__init__(_("Cet engagement a changé depuis que vous l’avez ouvert : relisez ce qui a changé."))
        self.updates = updates
        self.version = version


@dataclass(frozen=True)
class StatusChange:
    source: Status
    target: Status
    reason_required: bool = False


STATUS_CHANGES = (
    # First statement on a commitment of which nothing was known.
    StatusChange(Status.NOT_PROVIDED, Status.NOT_STARTED),
    StatusChange(Status.NOT_PROVIDED, Status.IN_PROGRESS),
    StatusChange(Status.NOT_PROVIDED, Status.SUSPENDED),
    StatusChange(Status.NOT_PROVIDED, Status.COMPLETED),
    StatusChange(Status.NOT_STARTED, Status.IN_PROGRESS),
    StatusChange(Status.IN_PROGRESS, Status.NOT_STARTED),
    StatusChange(Status.IN_PROGRESS, Status.SUSPENDED),
    StatusChange(Status.SUSPENDED, Status.IN_PROGRESS),
    StatusChange(Status.IN_PROGRESS, Status.COMPLETED),
    StatusChange(Status.COMPLETED, Status.IN_PROGRESS, reason_required=True),
    StatusChange(Status.NOT_PROVIDED, Status.ABANDONED, reason_required=True),
    StatusChange(Status.NOT_STARTED, Status.ABANDONED, reason_required=True),
    StatusChange(Status.IN_PROGRESS, Status.ABANDONED, reason_required=True),
    StatusChange(Status.SUSPENDED, Status.ABANDONED, reason_required=True),
    StatusChange(Status.COMPLETED, Status.ABANDONED, reason_required=True),
)
ALLOWED = {(change.source, change.target): change for change in STATUS_CHANGES}

UPDATE_CHANGES = {
    State.DRAFT: {State.SUBMITTED},
    State.SUBMITTED: {State.PUBLISHED},
    State.PUBLISHED: {State.SUPERSEDED},
    State.SUPERSEDED: set(),
}

CAMPAIGN_CHANGES = {
    Campaign.State.PLANNED: {Campaign.State.OPEN},
    Campaign.State.OPEN: {Campaign.State.REVIEW},
    Campaign.State.REVIEW: set(),
    Campaign.State.SEALED: set(),
}


def status_targets(commitment: Commitment) -> list[Status]:
    """The statuses an update may state: the present one, and those the table leads to."""
    present = Status(commitment.status)
    return [present, *(change.target for change in STATUS_CHANGES if change.source == present)]


@dataclass(frozen=True)
class UpdateText:
    """What an author states in an update. `progress` in percent, for the declared method alone."""

    status: str
    weather: str = Weather.NOT_PROVIDED
    weather_reason: str = ""
    progress: Decimal | None = None
    reason: str = ""
    text_public: str = ""
    text_internal: str = ""
    next_steps: str = ""


@transaction.atomic
def save_draft(
    commitment: Commitment,
    text: UpdateText,
    *,
    by: User,
    form_key: uuid.UUID,
    base_version: int,
    achieved: Mapping[Milestone, date] | None = None,
    campaign: Campaign | None = None,
) -> ProgressUpdate:
    """Writes the author's draft, or writes it again: one form (`form_key`) is one update however often it is sent."""
    locked = _lock(commitment.pk)
    _require(_may_write(by, locked), _("Vous n’avez pas le droit d’écrire sur cet engagement."))
    update = ProgressUpdate.objects.filter(form_key=form_key).first()
    if update is None:
        update = ProgressUpdate(commitment=locked, author=by, form_key=form_key)
    elif update.author_id != by.pk or update.commitment_id != locked.pk:
        raise TransitionRefused(_("Ce brouillon n’est pas le vôtre."))
    elif update.state != State.DRAFT:
        return update
    for name, value in vars(text).items():
        setattr(update, name, value)
    update.base_version = base_version
    update.campaign = campaign
    update.save()
    update.claims.all().delete()
    MilestoneClaim.objects.bulk_create(
        MilestoneClaim(update=update, milestone=milestone, achieved_on=day)
        for milestone, day in (achieved or {}).items()
    )
    return update


@transaction.atomic
def submit_update(update: ProgressUpdate, *, by: User) -> ProgressUpdate:
    """draft → submitted, once what it states is allowed from where the commitment stands."""
    commitment, update = _lock_update(update)
    if update.state in {State.SUBMITTED, State.PUBLISHED, State.SUPERSEDED}:
        return update
    _require(_may_write(by, commitment), _("Vous n’avez pas le droit d’écrire sur cet engagement."))
    _check_statement(commitment, update)
    _move(update, State.SUBMITTED)
    update.submitted_at = timezone.now()
    update.save()
    return update


@transaction.atomic
def publish_update(
    update: ProgressUpdate, *, by: User, seen_version: int, at: datetime | None = None
) -> ProgressUpdate:
    """submitted → published (a draft is submitted on the way), and the commitment moves with it.

    `seen_version`: the version of the commitment the publisher has seen. Raises ChangedMeanwhile when another
    publication came in between; nothing is written then and the draft stays.
    """
    _require(can_publish(by), _("Vous n’avez pas le droit de publier."))
    commitment, update = _lock_update(update)
    if update.state in {State.PUBLISHED, State.SUPERSEDED}:
        return update
    if seen_version != commitment.version:
        raise ChangedMeanwhile(_published_since(commitment, seen_version), commitment.version)
    _check_statement(commitment, update)
    at = at or timezone.now()
    if update.state == State.DRAFT:
        _move(update, State.SUBMITTED)
        update.submitted_at = at
    _supersede_published(commitment)
    _move(update, State.PUBLISHED)
    update.publisher = by
    update.published_at = at
    update.status_before, update.progress_before = commitment.status, commitment.progress
    _achieve(update)
    _apply(commitment, update, at)
    update.published_version = commitment.version
    update.progress_after = commitment.progress
    update.save()
    return update


@transaction.atomic
def postpone(
    commitment: Commitment,
    *,
    milestone: Milestone | None = None,
    to_on: date,
    reason_kind: str,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> Postponement:
    """Moves the due date of the commitment, or of one of its milestones; the initial date stays."""
    locked = _lock(commitment.pk)
    _require(_may_write(by, locked), _("Vous n’avez pas le droit d’écrire sur cet engagement."))
    target: Commitment | Milestone = locked
    if milestone is not None:
        target = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk, commitment=locked)
    if target.due_on is None:
        raise TransitionRefused(_("Sans échéance, rien n’est à reporter."), "to_on")
    if to_on == target.due_on:
        raise TransitionRefused(_("La nouvelle échéance est la même que l’ancienne."), "to_on")
    if not reason.strip():
        raise TransitionRefused(_("Dites pourquoi l’échéance change."), "reason")
    entry = Postponement.objects.create(
        commitment=locked,
        milestone=milestone,
        from_on=target.due_on,
        to_on=to_on,
        reason_kind=reason_kind,
        reason=reason,
        postponed_by=by,
        postponed_at=at or timezone.now(),
    )
    target.due_on = to_on
    target.save(update_fields=["due_on"])
    refresh_standing([locked.pk])
    return entry


@transaction.atomic
def move_campaign(campaign: Campaign, target: Campaign.State, *, by: User) -> Campaign:
    _require(is_administrator(by), _("Seule l’administration ouvre et ferme une campagne."))
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


# --- Pieces --------------------------------------------------------------------------------------


def _lock(commitment_id: int) -> Commitment:
    return Commitment.objects.select_for_update(of=("self",)).get(pk=commitment_id)


def _lock_update(update: ProgressUpdate) -> tuple[Commitment, ProgressUpdate]:
    commitment = _lock(update.commitment_id)
    return commitment, ProgressUpdate.objects.select_for_update(of=("self",)).get(pk=update.pk)


def _require(right: bool, refusal: str) -> None:
    if not right:
        raise TransitionRefused(refusal)


def _may_write(user: User, commitment: Commitment) -> bool:
    return Commitment.objects.filter(writable_by(user), pk=commitment.pk).exists()


def _move(update: ProgressUpdate, target: State) -> None:
    if target not in UPDATE_CHANGES[State(update.state)]:
        raise TransitionRefused(_("Ce point d’avancement n’est plus modifiable."))
    update.state = target


def _check_statement(commitment: Commitment, update: ProgressUpdate) -> None:
    checks: tuple[Callable[[Commitment, ProgressUpdate], None], ...] = (
        _check_status_change,
        _check_weather,
        _check_text,
        _check_progress,
        _check_completed,
    )
    for check in checks:
        check(commitment, update)


def _check_status_change(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.status == commitment.status:
        return
    change = ALLOWED.get((Status(commitment.status), Status(update.status)))
    if change is None:
        names = {"source": commitment.get_status_display(), "target": update.get_status_display()}
        expected = ", ".join(str(status.label) for status in status_targets(commitment))
        raise TransitionRefused(
            _("On ne passe pas de « %(source)s » à « %(target)s ». Attendu : %(expected)s.")
            % {**names, "expected": expected},
            "status",
        )
    if change.reason_required and not update.reason.strip():
        raise TransitionRefused(_("Ce changement de statut demande un motif."), "reason")


def _check_weather(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.weather in {Weather.SUPPORT_NEEDED, Weather.COMPROMISED} and not update.weather_reason.strip():
        raise TransitionRefused(
            _("Une météo « appuis nécessaires » ou « objectifs compromis » demande un motif."), "weather_reason"
        )


def _check_text(commitment: Commitment, update: ProgressUpdate) -> None:
    if not update.text_public.strip():
        raise TransitionRefused(_("Écrivez au moins une phrase pour le public."), "text_public")


def _check_progress(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.progress is not None and not 0 <= update.progress <= 100:
        raise TransitionRefused(
            _("L’avancement va de 0 à 100 % ; lu : %(value)s.") % {"value": update.progress}, "progress"
        )


def _check_completed(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.status != Status.COMPLETED:
        return
    claimed = update.claims.values_list("milestone", flat=True)
    pending = commitment.milestones.filter(
        origin=Milestone.Origin.PLAN, status=Milestone.Status.PLANNED
    ).exclude(pk__in=claimed)
    if titles := [f"« {milestone.title} »" for milestone in pending]:
        raise TransitionRefused(
            _("Un engagement réalisé a tous ses jalons atteints. Il manque : %(titles)s.")
            % {"titles": ", ".join(titles)},
            "status",
        )
    declared = commitment.progress_method == Commitment.ProgressMethod.DECLARED
    if declared and update.progress is not None and update.progress < 100:
        raise TransitionRefused(
            _("Un engagement réalisé est à 100 % ; lu : %(value)s.") % {"value": update.progress}, "progress"
        )


def _supersede_published(commitment: Commitment) -> None:
    for previous in ProgressUpdate.objects.select_for_update(of=("self",)).filter(
        commitment=commitment, state=State.PUBLISHED
    ):
        _move(previous, State.SUPERSEDED)
        previous.save(update_fields=["state"])


def _achieve(update: ProgressUpdate) -> None:
    for claim in update.claims.select_related("milestone"):
        milestone = claim.milestone
        if milestone.status == Milestone.Status.CANCELLED:
            raise TransitionRefused(
                _("Le jalon « %(title)s » est annulé.") % {"title": milestone.title}, f"milestone_{milestone.pk}"
            )
        milestone.status = Milestone.Status.ACHIEVED
        milestone.achieved_on = claim.achieved_on
        milestone.save(update_fields=["status", "achieved_on"])


def _apply(commitment: Commitment, update: ProgressUpdate, at: datetime) -> None:
    commitment.status = update.status
    commitment.weather = update.weather
    commitment.weather_reason = update.weather_reason
    if commitment.progress_method == Commitment.ProgressMethod.DECLARED:
        commitment.declared_progress = Decimal(100) if update.status == Status.COMPLETED else update.progress
    commitment.published_at = at
    commitment.version += 1
    commitment.save()
    refresh_standing([commitment.pk])
    commitment.refresh_from_db(fields=["progress", "late_since", "late_since_revised"])


def _published_since(commitment: Commitment, version: int) -> list[ProgressUpdate]:
    return list(
        commitment.updates.filter(published_version__gt=version)
        .select_related("publisher", "author")
        .order_by("published_version")
    )


def as_fields(update: ProgressUpdate) -> dict[str, Any]:
    """The statement of an update, to start the next one from."""
    return {name: getattr(update, name) for name in UpdateText.__dataclass_fields__}
