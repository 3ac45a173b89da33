"""Files that the antivirus could not examine when they came: examined again, until it has said of each what it is."""

import logging

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.security_log import Kind, record
from accounts.services.letters import letter
from commitments.models import Evidence
from commitments.queries import is_a_demonstration
from commitments.services.deliveries import NotSent, hand_over
from commitments.uploads.antivirus import refusal_of, scan

logger = logging.getLogger(__name__)
Scan = Evidence.Scan


def scan_waiting() -> None:
    """The oldest first, until the antivirus no longer answers. Two workers at once examine each file once."""
    waiting = Evidence.objects.filter(scan=Scan.WAITING).order_by("added_at", "pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        if not _examine(pk):
            return


def _examine(pk: int) -> bool:
    """Whether there is an antivirus that answers."""
    with transaction.atomic():
        locked = Evidence.objects.select_for_update(of=("self",), skip_locked=True).select_related("added_by")
        piece = locked.filter(pk=pk, scan=Scan.WAITING).first()
        if piece is None:
            return True
        with piece.file.open("rb") as file:
            verdict = scan(file)
        if verdict is None or not verdict.has_said:
            return verdict is not None and verdict.is_there
        piece.scan = Scan.SOUND if verdict.is_sound else Scan.INFECTED
        piece.save(update_fields=["scan"])
        if verdict.found:
            record(Kind.UPLOAD_REFUSED, user=piece.added_by, why=refusal_of(verdict.found).message)
    if verdict.found:
        _tell(piece, verdict.found)
    return True


def _tell(piece: Evidence, found: str) -> None:
    """Once, and whoever misses the mail reads it beside the piece."""
    author = piece.added_by
    if not author.is_active:
        return
    with translation.override(author.language):
        path = reverse("commitments:evidence", args=[piece.commitment.code])
        context = {"piece": piece, "user": author, "found": found, "address": settings.PUBLIC_URL + path}
        subject = _("Une pièce que l’antivirus refuse : remplacez-la")
        message = letter(author.email, subject, "mail/infected.html", context, is_demonstration=is_a_demonstration())
    try:
        hand_over(message)
    except (NotSent, OSError):
        logger.warning("The mail that tells of the infected piece %s may not have left.", piece.pk)
