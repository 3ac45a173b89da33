"""Progress updates: the only door through which a status changes.

draft → submitted → approved → published → superseded; submitted → returned → draft; submitted → draft when taken back.
A commitment has one open update at most, shared by all who may write on it.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_publish
from commitments.models import Campaign, Commitment, Milestone, ProgressUpdate, Roadmap, Status
from commitments.progress import refresh_standing
from commitments.queries.lines import published_after
from commitments.transitions.checks import check_statement
from commitments.transitions.locks import lock, require, require_may_write
from commitments.transitions.statement import CLAIM, starting_point, statement_of, text_hash, write_statement
from commitments.transitions.tables import UPDATE_CHANGES, EditConflict, State, TransitionRefused
from roadmap_portal.merging import merge


@transaction.atomic
def save_draft(
    commitment: Commitment,
    stated: Mapping[str, Any],
    *,
    by: User,
    form_key: uuid.UUID | None = None,
    base: Mapping[str, Any] | None = None,
    campaign: Campaign | None = None,
    partly: bool = False,
    at: datetime | None = None,
) -> ProgressUpdate:
    """Writes the fields given into the commitment's open update, which it starts when there is none.

    `base`: the values the author's form started from; a field changed since by someone else is never overwritten.
    Raises EditConflict for it, and nothing is written; with `partly` the other fields are. One form (`form_key`) is
    one update however often it is sent: once it is submitted or published, the same words sent again change nothing.
    With a `campaign` that is sealed, the text corrects that quarter, for its rectification.
    """
    locked = lock(commitment.pk)
    require_may_write(by, locked)
    if (sent := _already_sent(locked, form_key, stated)) is not None:
        return sent
    update = open_update(locked)
    if update is not None and update.state not in {State.DRAFT, State.RETURNED}:
        raise TransitionRefused(_("Un point est déjà soumis : reprenez-le pour le modifier."))
    _check_correction(locked, update, campaign, by)
    theirs = starting_point(locked) if update is None else statement_of(update)
    # A milestone nobody has claimed is stated as None.
    merged = merge(base or {}, stated, dict.fromkeys(stated) | theirs)
    if merged.conflicts and not partly:
        raise EditConflict(merged.conflicts, update)
    if update is None:
        update = _start(locked, theirs, by, form_key)
    elif update.state == State.RETURNED:
        _move(update, State.DRAFT)
        update.round += 1
    elif not merged.changes:
        return update
    write_statement(update, merged.changes)
    update.author, update.written_at = by, at or timezone.now()
    if not _is_being_corrected(update):
        update.campaign = campaign
    update.save()
    update.writers.add(by)
    return update


def _already_sent(
    commitment: Commitment, form_key: uuid.UUID | None, stated: Mapping[str, Any]
) -> ProgressUpdate | None:
    """What this very form has become, once it is no longer a draft. None when other words were typed in it: a page
    opened on a draft that someone else has sent since is no double click, and its words are not to be swallowed."""
    sent = None if form_key is None else ProgressUpdate.objects.filter(form_key=form_key).first()
    if sent is not None and sent.commitment_id != commitment.pk:
        raise TransitionRefused(_("Ce formulaire est celui d’un autre engagement."))
    if sent is None or sent.state in {State.DRAFT, State.RETURNED}:
        return None
    return None if merge({}, stated, dict.fromkeys(stated) | statement_of(sent)).changes else sent


def open_update(commitment: Commitment) -> ProgressUpdate | None:
    """The one being written or approved."""
    open_ones = ProgressUpdate.objects.filter(commitment=commitment, state__in=ProgressUpdate.OPEN_STATES)
    return open_ones.select_for_update(of=("self",)).first()


@transaction.atomic
def take_back(update: ProgressUpdate, *, by: User) -> ProgressUpdate:
    """submitted → draft, to be written again. A visa already given holds if the same text comes back."""
    commitment, update = lock_update(update)
    require_may_write(by, commitment)
    if update.state in {State.DRAFT, State.RETURNED}:
        return update
    _move(update, State.DRAFT)
    update.save()
    return update


@transaction.atomic
def discard_draft(update: ProgressUpdate, *, by: User, at: datetime | None = None) -> None:
    """Throws away a draft that was never submitted; the history keeps what it said. Its pieces of evidence, which
    nobody has approved, are withdrawn with it."""
    commitment, update = lock_update(update)
    require_may_write(by, commitment)
    if update.state != State.DRAFT or update.submitted_at is not None:
        raise TransitionRefused(_("Seul un brouillon jamais soumis s’abandonne."))
    update.evidence.valid().update(withdrawn_by=by, withdrawn_at=at or timezone.now())
    update.delete()


@transaction.atomic
def submit_update(update: ProgressUpdate, *, by: User, at: datetime | None = None) -> ProgressUpdate:
    """draft → submitted, once what it states is allowed from where the commitment stands."""
    commitment, update = lock_update(update)
    if update.state in {State.SUBMITTED, State.APPROVED, State.PUBLISHED, State.SUPERSEDED}:
        return update
    require_may_write(by, commitment)
    check_statement(commitment, update)
    _move(update, State.SUBMITTED)
    update.submitted_at = at or timezone.now()
    update.text_hash = text_hash(update)
    update.save()
    return update


@transaction.atomic
def publish_update(update: ProgressUpdate, *, by: User, at: datetime | None = None) -> ProgressUpdate:
    """Where the roadmap asks for no visa: submitted → published at the word of one person (a draft is submitted on
    the way). Where it asks for one, publication follows the last visa (transitions.visas) and this is refused."""
    require(can_publish(by), _("Vous n’avez pas le droit de publier."))
    commitment, update = lock_update(update)
    if update.state in {State.PUBLISHED, State.SUPERSEDED}:
        return update
    if commitment.roadmap.visa_policy != Roadmap.VisaPolicy.NONE:
        raise TransitionRefused(_("La feuille de route demande un visa : la publication suit le dernier."))
    at = at or timezone.now()
    if update.state in {State.DRAFT, State.RETURNED}:
        update = submit_update(update, by=by, at=at)
    publish_locked(commitment, update, by=by, at=at)
    return update


def lock_update(update: ProgressUpdate) -> tuple[Commitment, ProgressUpdate]:
    commitment = lock(update.commitment_id)
    return commitment, ProgressUpdate.objects.select_for_update(of=("self",)).get(pk=update.pk)


def publish_locked(commitment: Commitment, update: ProgressUpdate, *, by: User | None, at: datetime) -> None:
    """submitted → approved → published, and the commitment moves with it. Both rows are locked by the caller.

    `by`: who gave the word, None when the last visa was tacit.
    """
    check_statement(commitment, update)
    _supersede_published(commitment)
    _move(update, State.APPROVED)
    _move(update, State.PUBLISHED)
    update.publisher = by
    update.published_at = at
    update.status_before, update.progress_before = commitment.status, commitment.progress
    _achieve(update)
    _apply(commitment, update, at)
    update.published_version = commitment.version
    update.progress_after = commitment.progress
    update.save()


def return_locked(update: ProgressUpdate) -> None:
    """submitted → returned: one side asks for changes."""
    _move(update, State.RETURNED)
    update.save()


def _start(
    commitment: Commitment, statement: Mapping[str, Any], by: User, form_key: uuid.UUID | None
) -> ProgressUpdate:
    if form_key is None or ProgressUpdate.objects.filter(form_key=form_key).exists():
        form_key = uuid.uuid4()
    update = ProgressUpdate(commitment=commitment, author=by, form_key=form_key)
    write_statement(update, {name: value for name, value in statement.items() if not name.startswith(CLAIM)})
    update.save()
    return update


def _is_being_corrected(update: ProgressUpdate) -> bool:
    """Sent once in a campaign: what is corrected now still answers that one. One of a sealed quarter was started to
    correct it (sealing lets go of all others), and whoever goes on writing it goes on correcting that quarter."""
    answered = update.campaign
    return answered is not None and (update.submitted_at is not None or answered.state == Campaign.State.SEALED)


def _check_correction(
    commitment: Commitment, update: ProgressUpdate | None, campaign: Campaign | None, by: User
) -> None:
    """Of a sealed quarter. A text in force speaks of the latest quarter: once a later one has its own, the former is
    corrected there."""
    if campaign is None or campaign.state != Campaign.State.SEALED:
        return
    require(can_publish(by), _("Seuls les valideurs et l’administration corrigent un texte d’un trimestre scellé."))
    if published_after(campaign).filter(commitment=commitment).exists():
        said = _("Un texte plus récent que le %(campaign)s est publié : c’est le prochain point qui corrige.")
        raise TransitionRefused(said % {"campaign": campaign})
    if update is not None and update.campaign_id != campaign.pk:
        said = _("Un point est en cours d’écriture pour un autre trimestre : terminez-le, ou abandonnez-le.")
        raise TransitionRefused(said)


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
                _("Le jalon « %(title)s » est annulé.") % {"title": milestone.title}, f"{CLAIM}{milestone.pk}"
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
