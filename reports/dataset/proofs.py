"""What stands behind the words: visas, pieces of evidence, decisions of the committee."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from accounts.models import Membership
from commitments.models import Campaign, Commitment, Decision, Evidence, ProgressUpdate, Visa
from commitments.queries.visas import APPROVALS, all_submitted, approved_sides, missing_sides
from reports.dataset.values import Json, iso
from reports.dataset.voices import memberships_of, on_behalf

VALIDATORS = (Membership.Role.VALIDATOR,)
WRITERS = (Membership.Role.CONTRIBUTOR, Membership.Role.VALIDATOR)


def visas_with_voices() -> "Prefetch[str, QuerySet[Visa], str]":
    given = Visa.objects.select_related("by").order_by("pk")
    return Prefetch("visas", given.prefetch_related(memberships_of("by")))


def visa_rows(update: ProgressUpdate | None) -> list[Json]:
    """The visas the text in force was published with, one a side."""
    if update is None:
        return []
    last = {visa.side: visa for visa in update.visas.all()}
    return [
        {"side": v.side, "decision": v.decision, "on": iso(localdate(v.given_at)), **_visa_voice(v)}
        for v in last.values()
        if v.decision in APPROVALS and v.text_hash == update.text_hash
    ]


def _visa_voice(visa: Visa) -> Json:
    """An organisation may hold both sides for a person: the visa says which, so the voice leaves it."""
    spoken = on_behalf(visa.by, localdate(visa.given_at), VALIDATORS)
    return {"actor": spoken["actor"], "role": spoken["role"]}


def evidence_rows(codes: Iterable[str], campaign: Campaign) -> list[Json]:
    """Pieces held on the reference date, or that came with an answer to the quarter. Of one that is not public, only
    that it exists."""
    on = campaign.reference_on
    came = Q(added_at__date__lte=on) | Q(update__campaign=campaign)
    still_held = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__date__gt=on)
    pieces = Evidence.objects.published().filter(came, still_held, commitment__code__in=list(codes))
    pieces = pieces.filter(commitment__roadmap=campaign.roadmap_id).select_related(
        "commitment", "milestone", "added_by"
    )
    pieces = pieces.prefetch_related(memberships_of("added_by"))
    return [_evidence_row(piece) for piece in pieces.order_by("commitment__code", "added_at", "pk")]


def _evidence_row(piece: Evidence) -> Json:
    shown = piece.is_public
    return {
        "commitment": piece.commitment.code,
        "milestone": piece.milestone.title if piece.milestone else "",
        "kind": piece.kind,
        "is_public": shown,
        "title": piece.title if shown else "",
        "url": piece.url if shown else "",
        "file_name": piece.file_name if shown else "",
        "sha256": piece.sha256 if shown else "",
        "added_on": iso(localdate(piece.added_at)),
        "actor": on_behalf(piece.added_by, localdate(piece.added_at))["actor"],
    }


def decision_rows(campaign: Campaign, starts_on: date, public: Sequence[str]) -> list[Json]:
    """Taken in the period, or still to carry out at its end. Their text is the committee's own, and not told."""
    on = campaign.reference_on
    followed = Q(meeting__held_on__gte=starts_on) | Q(closed_on__isnull=True) | Q(closed_on__gt=on)
    concerned = Prefetch("commitments", Commitment.objects.filter(code__in=public).order_by("code"))
    found = (
        Decision.objects.taken()
        .filter(followed, meeting__roadmap=campaign.roadmap_id, meeting__held_on__lte=on)
        .select_related("meeting", "owner")
        .prefetch_related(concerned)
    )
    return [_decision_row(decision, on) for decision in found.order_by("meeting__held_on", "number")]


def _decision_row(decision: Decision, on: date) -> Json:
    """As known on the day: one closed later was still open."""
    is_closed = decision.closed_on is not None and decision.closed_on <= on
    return {
        "meeting_on": iso(decision.meeting.held_on),
        "number": decision.number,
        "owner": decision.owner.name,
        "due_on": iso(decision.due_on),
        "state": decision.state if is_closed else str(Decision.State.OPEN),
        "closed_on": iso(decision.closed_on) if is_closed else None,
        "commitments": [commitment.code for commitment in decision.commitments.all()],
    }


def half_approved(campaign: Campaign) -> list[ProgressUpdate]:
    """Updates that answer the quarter and still miss a visa: they stop its sealing unless they are named."""
    return list(all_submitted().filter(campaign=campaign))


def unapproved_row(update: ProgressUpdate) -> Json:
    """« Non visé »: that there was a text, never the text. Reads the visas and the writer's memberships."""
    submitted_on = localdate(update.submitted_at) if update.submitted_at else None
    return {
        "commitment": update.commitment.code,
        "title": update.commitment.title,
        "submitted_on": iso(submitted_on),
        "approved_sides": sorted(approved_sides(update)),
        "missing_sides": missing_sides(update),
    }
