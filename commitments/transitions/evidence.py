"""Pieces of evidence: added to what they prove, then kept as they are. Withdrawing one signs and dates it."""

import logging
from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Commitment, Evidence, Milestone, ProgressUpdate, Status
from commitments.models.evidence import random_name
from commitments.transitions.locks import lock, require_may_write, require_writer
from commitments.transitions.tables import State, TransitionRefused
from commitments.transitions.updates import open_update
from commitments.uploads import UploadRefused, read_upload

logger = logging.getLogger(__name__)
BEING_WRITTEN = {State.DRAFT, State.RETURNED}


def add_evidence(  # noqa: PLR0913 - what a piece is made of
    commitment: Commitment,
    *,
    by: User,
    kind: str,
    title: str,
    url: str = "",
    file: File | None = None,
    is_public: bool = True,
    milestone: Milestone | None = None,
    at: datetime | None = None,
) -> Evidence:
    """A link or a file, on the commitment or one of its milestones. The same piece sent twice is one piece.

    While an update is being written the piece belongs to it, and is approved and published with it; its author has
    then written in the update. While one is being approved nothing is added, not even beside it: the public would see
    at once what the two owners, who have the text before them, have not seen. Raises TransitionRefused.
    """
    piece = Evidence(
        commitment=commitment,
        milestone=milestone,
        kind=kind,
        title=title.strip(),
        url=url.strip(),
        is_public=is_public,
        added_by=by,
        added_at=at or timezone.now(),
    )
    _check_link_or_file(piece, file)
    if file is not None:
        _describe(piece, file)
    _check_fields(piece)
    stored = ""
    try:
        # The storage takes no part in the transaction. Only the outermost one knows in time that a row is lost.
        with transaction.atomic(durable=file is not None):
            locked = lock(commitment.pk)
            require_may_write(by, locked)
            _check_milestone(locked, milestone)
            piece.update = _update_that_takes_it(locked)
            if (same := _same(piece)) is not None:
                return same
            if file is not None:
                stored = random_name(piece, "")
                piece.file = _stored(piece, stored, file)
            piece.save()
            if piece.update is not None:
                piece.update.writers.add(by)
    except BaseException:
        if stored:
            piece.file.storage.delete(stored)
        raise
    return piece


def _stored(piece: Evidence, name: str, file: File) -> str:
    try:
        return piece.file.storage.save(name, file)
    except OSError as failure:
        logger.exception("A piece of evidence could not be stored.")
        told = _(
            "Fichier non enregistré, sans doute faute de place sur le portail : rien n’est ajouté. Réessayez plus tard."
        )
        # Of the whole, not of the field: nothing is wrong with the file, and the security log hears of those that are.
        raise TransitionRefused(told) from failure


@transaction.atomic
def withdraw_evidence(evidence: Evidence, *, by: User, at: datetime | None = None) -> Evidence:
    """For good. Refused for a piece of a text that is being approved, and for the last proof of what is achieved."""
    locked = lock(evidence.commitment_id)
    piece = Evidence.objects.select_for_update(of=("self",)).select_related("update", "milestone").get(pk=evidence.pk)
    require_writer(by, locked)
    if piece.withdrawn_at is not None:
        return piece
    if piece.update is not None and piece.update.is_being_approved:
        raise TransitionRefused(_("Les pièces d’un point soumis ne changent plus : reprenez-le d’abord."))
    if piece.update is not None and piece.update.state in BEING_WRITTEN:
        piece.update.writers.add(by)
    else:
        _check_is_not_the_last(locked, piece)
    piece.withdrawn_by, piece.withdrawn_at = by, at or timezone.now()
    piece.save(update_fields=["withdrawn_by", "withdrawn_at"])
    return piece


def _check_link_or_file(piece: Evidence, file: File | None) -> None:
    if piece.url and file is not None:
        raise TransitionRefused(_("Une pièce est un lien ou un fichier : l’un des deux."), "file")
    if not piece.url and file is None:
        raise TransitionRefused(_("Donnez l’adresse d’une page ou un fichier."), "url")
    if piece.url and urlsplit(piece.url).scheme not in {"http", "https"}:
        raise TransitionRefused(
            _("Lu : %(url)s. Attendu : une adresse qui commence par https:// ou http://.") % {"url": piece.url}, "url"
        )


def _describe(piece: Evidence, file: File) -> None:
    try:
        upload = read_upload(file, may_wait=True)
    except UploadRefused as refusal:
        raise TransitionRefused(refusal.message, "file") from refusal
    piece.file_name, piece.media_type = upload.name, upload.media_type
    piece.size, piece.sha256 = upload.size, upload.sha256
    if upload.is_scanned is not None:
        piece.scan = Evidence.Scan.SOUND if upload.is_scanned else Evidence.Scan.WAITING


def _check_fields(piece: Evidence) -> None:
    """As the model states them: known kind, title neither empty nor too long, address that is one."""
    try:
        piece.clean_fields(exclude=["commitment", "milestone", "update", "added_by", "file"])
    except ValidationError as fault:
        raise TransitionRefused.of(fault) from fault


def _check_milestone(commitment: Commitment, milestone: Milestone | None) -> None:
    if milestone is not None and milestone.commitment_id != commitment.pk:
        raise TransitionRefused(_("Ce jalon est celui d’un autre engagement."), "milestone")


def _update_that_takes_it(commitment: Commitment) -> ProgressUpdate | None:
    update = open_update(commitment)
    if update is not None and update.is_being_approved:
        raise TransitionRefused(
            _("Un point est soumis au visa : reprenez-le pour y joindre une pièce, ou attendez qu’il soit publié.")
        )
    return update


def _same(piece: Evidence) -> Evidence | None:
    """The valid piece that says the same, where the form was sent twice."""
    stated = ("commitment", "milestone", "kind", "title", "url", "sha256", "is_public")
    return Evidence.objects.proving().filter(**{name: getattr(piece, name) for name in stated}).first()


def _check_is_not_the_last(commitment: Commitment, piece: Evidence) -> None:
    others = Evidence.objects.valid().published().exclude(pk=piece.pk)
    if commitment.status == Status.COMPLETED and not others.filter(commitment=commitment).exists():
        raise TransitionRefused(
            _("Un engagement réalisé garde au moins une pièce justificative : ajoutez-en d’abord une autre.")
        )
    milestone = piece.milestone
    is_proof = milestone is not None and milestone.evidence_required and milestone.status == Milestone.Status.ACHIEVED
    if is_proof and not others.filter(milestone=milestone).exists():
        raise TransitionRefused(_("Un jalon atteint qui demande une pièce justificative en garde au moins une."))
