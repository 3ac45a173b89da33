"""Files that the antivirus could not examine when they came: examined again, until it has said of each what it is."""

import logging

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.security_log import Kind, record
from accounts.services.letters import has_left, letter
from commitments.models import Evidence
from commitments.queries import is_a_demonstration
from commitments.uploads.antivirus import refusal_of, scan

logger = logging.getLogger(__name__)
Scan = Evidence.Scan
SCAN_LOCK = 20260930


def scan_waiting() -> None:
    """The oldest first, until the antivirus no longer answers. Two workers at once examine each file once. One that the
    storage does not give keeps no other waiting."""
    waiting = Evidence.objects.filter(scan=Scan.WAITING).order_by("added_at", "pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        try:
            if not _examine(pk):
                return
        except OSError:
            logger.exception("The file of piece %s cannot be read, and goes on waiting.", pk)


def _examine(pk: int) -> bool:
    """Whether there is an antivirus that answers, to this worker."""
    with transaction.atomic():
        if not _is_alone():
            return False
        piece = Evidence.objects.filter(pk=pk, scan=Scan.WAITING).select_related("added_by").first()
        if piece is None:
            return True
        with piece.file.open("rb") as file:
            verdict = scan(file)
        if verdict is None or not verdict.has_said:
            return verdict is not None and verdict.is_there
        piece.scan = Scan.SOUND if verdict.is_sound else Scan.INFECTED
        piece.save(update_fields=["scan"])
        if verdict.found:
            record(Kind.UPLOAD_REFUSED, user=piece.added_by, piece=piece.pk, why=refusal_of(verdict.found).message)
    if verdict.found:
        _tell(piece, verdict.found)
    return True


def _is_alone() -> bool:
    """No row is held while the antivirus thinks: whoever withdraws the piece, its commitment locked, would wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SCAN_LOCK])
        return bool(cursor.fetchone()[0])


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
    has_left(message)
