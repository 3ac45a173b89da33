"""A quarter to report on: two axes, commitments in every situation, an adjacent action, money and indicators."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction

from actors.models import Confidence, Source
from commitments.models import (
    Campaign,
    Commitment,
    Indicator,
    IndicatorTarget,
    Measurement,
    Participation,
    Postponement,
    ProgressUpdate,
    Status,
)
from funding.models import Envelope, FundingEvent, FundingLine, Grant, GrantBeneficiary
from reports.models import Report
from tests.factories import (
    make_actor,
    make_axis,
    make_campaign,
    make_commitment,
    make_evidence,
    make_roadmap,
    make_user,
)

ADJACENT = Commitment.Provenance.ADJACENT
# No title begins like it: a long text may.
HOSTILE = "=1+1"
LATE = "Partager le calcul"
RIGHT_TO_LEFT = "שלום עולם"
EMOJI = "Lancement 🚀 réussi"
LONG_WORD = "anticonstitutionnellement" * 6
FORTY_LINES = "\n".join(f"Ligne {n} : suite du texte" for n in range(1, 41))


def at(year, month, day) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def make_report(campaign, scope="", **fields) -> Report:
    return Report.objects.create(
        campaign=campaign, scope=scope, **{"started_at": at(2026, 10, 1), "requested_at": at(2026, 10, 1)} | fields
    )


def publish(commitment, campaign, status, published_at, author=None, **fields) -> ProgressUpdate:
    """An update as publication leaves it; the commitment moves with it."""
    author = author or make_user(f"auteur-{commitment.code}-{campaign.pk}")
    commitment.updates.filter(state="published").update(state="superseded")
    if status == Status.COMPLETED:
        make_evidence(commitment, author)
    update = ProgressUpdate.objects.create(
        commitment=commitment,
        campaign=campaign,
        state="published",
        status=status,
        author=author,
        publisher=author,
        published_at=published_at,
        **{"text_public": "Le travail avance."} | fields,
    )
    Commitment.objects.filter(pk=commitment.pk).update(status=status, published_at=published_at)
    return update


def make_envelope(code, parent=None, reach="regional", amount=None, **fields) -> Envelope:
    return Envelope.objects.create(
        code=code,
        title=f"Enveloppe {code}",
        parent=parent,
        reach=reach,
        amount=amount,
        amount_basis="published" if amount is not None else "",
        confidence=Confidence.SOURCED,
        **fields,
    )


def make_line(commitment, envelope, amount=None, funder=None) -> FundingLine:
    line = FundingLine.objects.create(commitment=commitment, envelope=envelope, funder=funder and make_actor(funder))
    if amount is not None:
        make_event(line, "planned", amount)
    return line


def make_event(line, kind, amount, on=date(2026, 1, 15), **fields) -> FundingEvent:
    fields = {"fiscal_year": on.year, "document": "Délibération", "reason": "Solde" if kind in FALLS else ""} | fields
    return FundingEvent.objects.create(line=line, kind=kind, amount=amount, occurred_on=on, **fields)


FALLS = {"decommitted", "recovered"}


def make_grant(grantor, beneficiaries=(("private", "Atelier", "20005376700014", "1"),), **fields) -> Grant:
    """`beneficiaries`: (kind, name, SIRET, share)."""
    fields = {
        "purpose": "Plateau d’essai",
        "amount": Decimal(20_000),
        "signed_on": date(2026, 3, 2),
        "payment_terms": "unique",
        "pays_from": date(2026, 4, 1),
    } | fields
    with transaction.atomic():
        grant = Grant.objects.create(grantor=grantor, **fields)
        GrantBeneficiary.objects.bulk_create(
            GrantBeneficiary(grant=grant, kind=kind, name=name, siret=siret, share=Decimal(share))
            for kind, name, siret, share in beneficiaries
        )
    return grant


def make_source(code="communique") -> Source:
    return Source.objects.create(code=code, url=f"https://exemple.fr/{code}", publisher="Préfecture")


def make_indicator(code="ind-chaires", commitment=None) -> Indicator:
    indicator = Indicator.objects.create(
        roadmap=make_roadmap(),
        code=code,
        title="Chaires d’IA",
        unit=Indicator.Unit.COUNT,
        baseline=Decimal(20),
        baseline_on=date(2022, 12, 31),
        baseline_precision="year",
        confidence=Confidence.SOURCED,
        commitment=commitment,
    )
    Measurement.objects.create(indicator=indicator, reference_on=date(2022, 12, 31), value=Decimal(20))
    Measurement.objects.create(indicator=indicator, reference_on=date(2026, 6, 30), value=Decimal(35))
    IndicatorTarget.objects.create(indicator=indicator, value=Decimal(50), due_on=date(2027, 12, 31))
    return indicator


def draw_quarter() -> Campaign:
    """T3 2026: 5 counted commitments, 1 adjacent action, texts that files must keep inert."""
    campaign = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    research, training = make_axis("research", order=1), make_axis("training", order=2)
    source = make_source()
    late = make_commitment("x..", code="eng-retard", main_axis=research, title=LATE, official_text=HOSTILE)
    done = make_commitment("xx", code="eng-realise", main_axis=research, title=RIGHT_TO_LEFT)
    make_commitment(code="eng-muet", main_axis=training, title=EMOJI)
    told = make_commitment(code="eng-declare", main_axis=training, title=LONG_WORD, official_text=FORTY_LINES)
    dropped = make_commitment(code="eng-abandonne", title="Commande @ +33 -- abandonnée")
    adjacent = make_commitment(code="act-voisine", provenance=ADJACENT, main_axis=research, title="La voisine")
    publish(late, campaign, "in_progress", at(2026, 9, 20), weather="compromised", weather_reason="Pas de marché.")
    publish(done, campaign, "completed", at(2026, 9, 21), weather="secured", text_public="+33 appels\n\n@tous")
    publish(told, campaign, "in_progress", at(2026, 9, 22), weather="reachable", progress=Decimal("37.50"))
    publish(dropped, campaign, "abandoned", at(2026, 9, 23), reason="Sans objet.")
    publish(adjacent, campaign, "in_progress", at(2026, 9, 24), progress=Decimal(90))
    late.sources.add(source)
    Participation.objects.create(commitment=late, actor=make_actor("region"), role="lead", side="region")
    national = make_envelope("nationale", reach="national", amount=Decimal("54000000000"))
    regional = make_envelope("regionale", parent=national, amount=Decimal("120000000.50"))
    make_line(late, regional, Decimal("1234567.89"), "region")
    make_line(late, national, Decimal("500.00"), "bpifrance")
    make_line(told, regional)
    make_indicator()
    return campaign


def postpone_then(commitment, milestone, from_on, to_on, made_at, by) -> Postponement:
    return Postponement.objects.create(
        commitment=commitment,
        milestone=milestone,
        from_on=from_on,
        to_on=to_on,
        reason_kind="budget",
        reason="Crédits reportés.",
        postponed_by=by,
        postponed_at=made_at,
    )
