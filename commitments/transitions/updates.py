"""Progress updates: draft → submitted → published → superseded, the only door through which a status changes."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_publish
from commitments.models import Campaign, Commitment, Milestone, MilestoneClaim, ProgressUpdate, Status, Weather
from commitments.progress import refresh_standing
from commitments.transitions.checks import check_statement
from commitments.transitions.locks import lock, require, require_may_write
from commitments.transitions.tables import UPDATE_CHANGES, ChangedMeanwhile, State, TransitionRefused


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


def as_fields(update: ProgressUpdate) -> dict[str, Any]:
    """The statement of an update, to start the next one from."""
    return {name: getattr(update, name) for name in UpdateText.__dataclass_fields__}


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
    locked = lock(commitment.pk)
    require_may_write(by, locked)
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
    require_may_write(by, commitment)
    check_statement(commitment, update)
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
    require(can_publish(by), _("Vous n’avez pas le droit de publier."))
    commitment, update = _lock_update(update)
    if update.state in {State.PUBLISHED, State.SUPERSEDED}:
        return update
    if seen_version != commitment.version:
        raise ChangedMeanwhile(_published_since(commitment, seen_version), commitment.version)
    check_statement(commitment, update)
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


def _lock_update(update: ProgressUpdate) -> tuple[Commitment, ProgressUpdate]:
    commitment = lock(update.commitment_id)
    return commitment, ProgressUpdate.objects.select_for_update(of=("self",)).get(pk=update.pk)


def _move(update: ProgressUpdate, target: State) -> None:
    if target not in UPDATE_CHANGES[State(update.state)]:
        raise TransitionRefused(_("Ce point d’avancement n’est plus modifiable."))
    update.state = target


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
                _("Le jalon « %(title)s » est annulé.") % {"title": milestone.title}, f"milestone_{milestone.pk}"
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
