"""Fictional grants on the fictional lines: shared, overdue, published, and one to a natural person.

The two grantors have no SIRET in the facts: the demonstration gives them one of its own, which the page of the data
says. Numbers are made of a repeated pattern with a valid key, so that nobody takes them for real ones.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from stdnum import luhn

from actors.models import Actor
from funding.models import FundingLine, Grant
from funding.transitions.grants import publish_grant, save_grant
from roadmap_portal.demonstration.stage import Stage

GRANTORS = {"region-aura": 1, "prefecture-region-aura": 2}
SUBJECTS = (
    "Plateau d’essai pour la vision industrielle",
    "Ateliers de diffusion auprès des petites entreprises",
    "Jeux de données ouverts pour la mobilité",
    "Thèses cofinancées avec des entreprises",
    "Accompagnement d’un groupement d’associations",
    "Bourse d’un chercheur indépendant",
    "Outil de conformité pour les collectivités",
)
SHARED, TO_A_PERSON, OVERDUE = 4, 5, 6


def grant(stage: Stage) -> None:
    administrator = stage.users["administration@demo.example"]
    for slug, n in GRANTORS.items():
        Actor.objects.filter(slug=slug, siret="").update(siret=fictional_siret(n))
    lines = FundingLine.objects.filter(is_fictional=True, funder__slug__in=GRANTORS).order_by("pk")
    signed_on = stage.calendar.month(-18) + timedelta(days=10)
    for n, (subject, line) in enumerate(zip(SUBJECTS, lines, strict=False)):
        is_late = n == OVERDUE
        saved = save_grant(
            Grant(is_fictional=True),
            _stated(line, subject, n, stage.calendar.month(-5) if is_late else signed_on, is_free=is_late),
            _beneficiaries(n),
            seen=None,
            by=administrator,
        )
        if not is_late:
            publish_grant(saved, by=administrator)


def fictional_siret(n: int) -> str:
    siren = f"{n:02}0{n:02}0{n:02}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001")


def _stated(line: FundingLine, subject: str, n: int, signed_on: date, *, is_free: bool) -> dict[str, Any]:
    return {
        "grantor": line.funder,
        # Payments of the line precede this late signature: the grant stands by itself.
        "line": None if is_free else line,
        "purpose": f"{subject} (fictif)",
        "amount": Decimal(40_000 + 15_000 * n),
        "repayable_advance": Decimal(10_000 if n == 0 else 0),
        "decision_reference": f"DEMO-{n + 1:03}",
        "decided_on": signed_on - timedelta(days=20),
        "agreement_number": f"CONV-DEMO-{n + 1:03}",
        "signed_on": signed_on,
        "payment_terms": "échelonné" if n % 2 else "unique",
        "pays_from": signed_on,
        "pays_to": signed_on + timedelta(days=700) if n % 2 else None,
    }


def _beneficiaries(n: int) -> list[dict[str, Any]]:
    if n == TO_A_PERSON:
        return [{"kind": "person", "name": "Prénom Nom (fictif)", "share": Decimal(1)}]
    first = {"kind": "private", "name": f"Organisme fictif {n + 1}", "siret": fictional_siret(n + 11)}
    if n == SHARED:
        other = {"kind": "private", "name": "Association fictive", "rna": "W000000001", "share": Decimal("0.4")}
        return [first | {"share": Decimal("0.6")}, other]
    return [first | {"share": Decimal(1)}]
