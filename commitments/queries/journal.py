"""What was published on a commitment, with what it claimed and who approved it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from commitments.models import Commitment, MilestoneClaim, ProgressUpdate, Visa
from commitments.queries.rows import ClaimRow, UpdateRow, VisaRow
from roadmap_portal.prepared import Prepared

PUBLISHED = ProgressUpdate.State.PUBLISHED
SUPERSEDED = ProgressUpdate.State.SUPERSEDED


@dataclass(frozen=True)
class Entry:
    """An entry of the journal, with the milestones it declared achieved."""

    update: UpdateRow
    claims: Sequence[ClaimRow]
    visas: Sequence[VisaRow]


def update_rows(updates: QuerySet[ProgressUpdate]) -> QuerySet[ProgressUpdate]:
    return updates.annotate(
        author_name=F("author__name"),
        publisher_name=F("publisher__name"),
        year=F("campaign__year"),
        quarter=F("campaign__quarter"),
        commitment_code=F("commitment__code"),
        commitment_title=F("commitment__title"),
        commitment_title_en=F("commitment__title_en"),
    )


JOURNAL = Prepared(
    UpdateRow,
    lambda commitment: update_rows(
        ProgressUpdate.objects.filter(commitment=commitment, state__in=[PUBLISHED, SUPERSEDED])
    ).order_by("-published_at", "-pk"),
    commitment=int,
)
CLAIMS = Prepared(
    ClaimRow,
    lambda commitment: (
        MilestoneClaim.objects.filter(update__commitment=commitment)
        .annotate(title=F("milestone__title"))
        .order_by("achieved_on", "title")
    ),
    commitment=int,
)


VISAS = Prepared(
    VisaRow,
    lambda commitment: Visa.objects.filter(
        update__commitment=commitment,
        update__state__in=[PUBLISHED, SUPERSEDED],
        text_hash=F("update__text_hash"),
        decision__in=[Visa.Decision.APPROVED, Visa.Decision.TACIT],
    ).order_by("pk"),
    commitment=int,
)


def journal(commitment: Commitment) -> list[Entry]:
    """What was published, newest first."""
    claims = defaultdict[int, list[ClaimRow]](list)
    for claim in CLAIMS(commitment=commitment.pk):
        claims[claim.update].append(claim)
    visas = defaultdict[int, list[VisaRow]](list)
    for visa in VISAS(commitment=commitment.pk):
        visas[visa.update].append(visa)
    return [Entry(update, claims[update.pk], visas[update.pk]) for update in JOURNAL(commitment=commitment.pk)]


def published_update(commitment: Commitment) -> ProgressUpdate | None:
    """The update in force."""
    published = ProgressUpdate.objects.filter(commitment=commitment, state=PUBLISHED)
    return published.select_related("publisher").prefetch_related("claims__milestone").first()
