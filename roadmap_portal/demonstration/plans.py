"""Fictional financing plans, through the function that staff go through: one replaced, one with an alert explained."""

from decimal import Decimal
from typing import Any

from commitments.models import Commitment
from funding.models import Envelope, FinancingPlan
from funding.transitions.plans import NewShare, adopt_plan
from roadmap_portal.demonstration.stage import Stage

DOCUMENT = "Convention de financement (fictive)"
RESEARCH, DIFFUSION = "eng-03-recherche-appliquee", "eng-07-diffusion-pme"


def finance(stage: Stage) -> None:
    region, state, europe = (
        stage.actors[slug] for slug in ("region-aura", "prefecture-region-aura", "commission-europeenne")
    )
    research, diffusion = stage.commitments[RESEARCH], stage.commitments[DIFFUSION]
    others = NewShare("private", Decimal(400_000), label="Entreprises partenaires (fictif)")
    first = _adopt(stage, research, Decimal(3_600_000), [
        NewShare("public", Decimal(1_600_000), region), NewShare("public", Decimal(1_600_000), state), others,
    ])  # fmt: skip
    _adopt(stage, research, Decimal(4_000_000), [
        NewShare("public", Decimal(1_800_000), region), NewShare("public", Decimal(1_800_000), state), others,
        NewShare("private", Decimal(90_000), label="Locaux mis à disposition (fictif)", is_in_kind=True),
    ], seen=first.pk)  # fmt: skip
    fund = Envelope.objects.get(code="fin-feder-priorite-1")
    _adopt(stage, diffusion, Decimal(3_500_000), [
        NewShare("public", Decimal(2_100_000), europe, envelope=fund),
        NewShare("public", Decimal(900_000), state), NewShare("own", Decimal(500_000), region),
    ], nature="investment", alert_reason="Part de la Région ramenée à 14 % par avenant (fictif).")  # fmt: skip


def _adopt(
    stage: Stage, commitment: Commitment, cost: Decimal, shares: list[NewShare], seen: int | None = None, **stated: Any
) -> FinancingPlan:
    stated = {
        "nature": "operating",
        "tax_basis": "excluded",
        "total_cost": cost,
        "eligible_cost": cost,
        "adopted_on": stage.calendar.month(-20 if seen is None else -8),
        "document": DOCUMENT,
        "is_fictional": True,
    } | stated
    return adopt_plan(commitment, stated, shares, seen=seen, by=stage.users["administration@demo.example"])
