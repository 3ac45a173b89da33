"""Pieces of evidence: what the public sees of them, and what staff do."""

from collections.abc import Sequence

from django.db.models import F, QuerySet
from django.http import Http404

from accounts.permissions import Someone, is_staff_member, visible_to
from commitments.models import Commitment, Evidence
from commitments.queries.rows import EvidenceRow
from roadmap_portal.prepared import Prepared

PIECES = Prepared(
    EvidenceRow,
    lambda commitment: (
        Evidence.objects.valid()
        .filter(commitment=commitment)
        .annotate(milestone_title=F("milestone__title"), update_state=F("update__state"))
        .order_by("added_at", "pk")
    ),
    commitment=int,
)


def evidence_of(commitment: Commitment, user: Someone) -> Sequence[EvidenceRow]:
    """The valid pieces of a commitment whose visibility the caller has checked, in one query. The public sees those of
    published updates, but for what the antivirus refuses; of one that is not public, that it exists and its kind."""
    pieces = PIECES(commitment=commitment.pk)
    if is_staff_member(user):
        return pieces
    published = [piece for piece in pieces if not piece.is_pending and piece.scan != Evidence.Scan.INFECTED]
    return [piece if piece.is_public else piece.veiled() for piece in published]


def all_evidence(commitment: Commitment) -> QuerySet[Evidence]:
    """With those that were withdrawn: for those who write on the commitment."""
    pieces = Evidence.objects.filter(commitment=commitment)
    return pieces.select_related("milestone", "update", "added_by", "withdrawn_by").order_by("added_at", "pk")


def evidence_count(commitment: Commitment) -> int:
    return Evidence.objects.valid().filter(commitment=commitment).count()


def evidence_file(user: Someone, pk: int) -> Evidence:
    """A piece whose file the user may read, by the right to what it belongs to. Http404 otherwise, and for everybody
    while the antivirus has not said that it is sound."""
    pieces = Evidence.objects.openable().filter(visible_to(user, of="commitment__")).exclude(file="")
    if not is_staff_member(user):
        pieces = pieces.valid().published().filter(is_public=True)
    piece = pieces.filter(pk=pk).first()
    if piece is None:
        raise Http404
    return piece
