"""The quarter of `situations`, with all that a sealed report proves: visas, pieces, decisions, postponements, a merged
commitment, a text that was not approved in time."""

from datetime import date

from accounts.models import Membership
from commitments.models import Campaign, CampaignLine, Commitment, Decision, Evidence, ProgressUpdate, Visa
from commitments.models import SteeringMeeting as Meeting
from reports import transitions
from reports.dataset import Dataset
from reports.models import SealedReport
from tests.factories import (
    make_actor,
    make_axis,
    make_commitment,
    make_evidence,
    make_milestone,
    make_roadmap,
    make_user,
)
from tests.reports.situations import EMOJI, FORTY_LINES, LONG_WORD, RIGHT_TO_LEFT, at, draw_quarter, publish

Role = Membership.Role
SEALED_AT = at(2026, 10, 20)
UNAPPROVED = "eng-attend"


def draw_proven_quarter() -> Campaign:
    quarter = draw_quarter()
    region = make_actor("region-aura", name="Région Auvergne-Rhône-Alpes", side="region", kind="region")
    prefecture = make_actor("prefecture", name="Préfecture de région", side="state")
    paula = make_user("paula-r", Role.CONTRIBUTOR, region)
    rita, simon = make_user("rita", Role.VALIDATOR, region), make_user("simon", Role.VALIDATOR, prefecture)
    proven = _draw_answered(quarter, region, paula, rita)
    _draw_evidence(proven, paula, simon)
    _draw_postponements(proven, _draw_decision(proven, prefecture), paula)
    _draw_merged(proven)
    _draw_half_approved(quarter, paula)
    return quarter


def seal_proven_quarter(quarter: Campaign, by, **options) -> SealedReport:
    return transitions.seal(quarter, by=by, unapproved=[UNAPPROVED], **{"at": SEALED_AT} | options)


def sealed_dataset(by) -> Dataset:
    return Dataset.read(seal_proven_quarter(draw_proven_quarter(), by).content)


def _draw_answered(quarter, region, paula, rita) -> Commitment:
    """Approved by the Region, tacitly by the State; and another one, confirmed without a change."""
    day = date(2026, 3, 31)
    proven = make_commitment(
        "x", code="eng-prouve", lead=region, main_axis=make_axis("research", order=1),
        title="Créer un centre de calcul partagé",
        official_text="Créer, à Grenoble, un centre de calcul ouvert à tous.",
        initial_due_on=day, due_on=date(2026, 12, 31),
    )  # fmt: skip
    text = f"Le marché est notifié.\n\n{RIGHT_TO_LEFT} {EMOJI}\n{LONG_WORD * 2}\n\n{FORTY_LINES}"
    update = publish(
        proven, quarter, "in_progress", at(2026, 9, 21), author=paula, text_public=text, text_hash="a" * 64,
        next_steps="Recevoir les machines ; ouvrir le service.", weather="support_needed",
        weather_reason="Délais de livraison.",
    )  # fmt: skip
    Visa.objects.create(
        update=update, side="region", decision="approved", by=rita, given_at=at(2026, 9, 18), text_hash="a" * 64
    )
    Visa.objects.create(update=update, side="state", decision="tacit", given_at=at(2026, 9, 21), text_hash="a" * 64)
    silent = Commitment.objects.get(code="eng-muet")
    CampaignLine.objects.filter(campaign=quarter, commitment=silent).delete()
    CampaignLine.objects.create(campaign=quarter, commitment=silent, confirmed_at=at(2026, 9, 25), confirmed_by=paula)
    return proven


def _draw_evidence(proven, paula, simon) -> None:
    make_evidence(proven, paula, title="Avis d’attribution du marché", added_at=at(2026, 9, 20), is_public=True)
    make_evidence(
        proven, simon, title="Convention secrète", url="https://interne.example/secret", is_public=False,
        kind=Evidence.Kind.AGREEMENT, milestone=proven.milestones.first(), added_at=at(2026, 9, 22),
    )  # fmt: skip


def _draw_decision(proven, owner) -> Decision:
    meeting = Meeting.objects.create(roadmap=make_roadmap(), held_on=date(2026, 9, 12))
    decision = Decision.objects.create(
        meeting=meeting, number=3, text="À huis clos.", owner=owner, due_on=date(2026, 12, 1)
    )
    decision.commitments.add(proven)
    Meeting.objects.filter(pk=meeting.pk).update(state="held", frozen_on=meeting.held_on)
    return decision


def _draw_postponements(proven, decision, paula) -> None:
    milestone = make_milestone(proven, due_on=date(2026, 8, 15), title="Marché notifié")
    proven.postponements.create(
        from_on=date(2026, 3, 31), to_on=date(2026, 12, 31), reason_kind="scope", reason="Périmètre élargi.",
        postponed_by=paula, postponed_at=at(2026, 9, 15), decision=decision,
    )  # fmt: skip
    proven.postponements.create(
        milestone=milestone, from_on=date(2026, 8, 15), to_on=date(2026, 11, 30), reason_kind="procurement",
        reason="Offres sans suite ; relance.", postponed_by=paula, postponed_at=at(2026, 7, 2),
    )  # fmt: skip
    type(milestone).objects.filter(pk=milestone.pk).update(due_on=date(2026, 11, 30))


def _draw_merged(proven) -> None:
    make_commitment(
        code="eng-fusionne", title="Ouvrir un guichet unique", merged_into=proven, merged_on=date(2026, 8, 1),
        merge_reason="Même objet, mêmes porteurs.",
    )  # fmt: skip


def _draw_half_approved(quarter, paula) -> None:
    roadmap = make_roadmap()
    roadmap.visa_policy = "both"
    roadmap.save()
    waiting = make_commitment(code=UNAPPROVED, title="Former les agents publics", main_axis=make_axis("training"))
    update = ProgressUpdate.objects.create(
        commitment=waiting, campaign=quarter, state="submitted", status="in_progress", author=paula,
        text_public="Pas encore visé.", submitted_at=at(2026, 10, 10), text_hash="0" * 64,
    )  # fmt: skip
    update.writers.add(paula)
