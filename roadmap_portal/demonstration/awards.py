"""Fictional France 2030 awards, through the function that a real file goes through."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from funding.award_rows import AwardRow
from funding.transitions.awards import import_awards
from roadmap_portal.demonstration.stage import Stage

NUMBER = 24
FILE_NAME = "laureats-fictifs.csv"
DEPARTMENTS = ("01", "26", "38", "42", "63", "69", "73", "74")
OPERATORS = {"Bpifrance": "i-Démo régionalisé", "ANR": "Programme de recherche", "ADEME": "Transition écologique"}
SUBJECTS = ("vision industrielle", "santé numérique", "énergie sobre", "mobilité", "langue et documents", "matériaux")


def award(stage: Stage) -> None:
    """Fictional names; amounts that say so by their roundness. One is a natural person, whom no page names."""
    chance = Random("awards")  # noqa: S311 - not a secret
    rows = [_row(stage, chance, n) for n in range(1, NUMBER + 1)]
    import_awards(
        rows,
        file_name=FILE_NAME,
        sha256="0" * 64,
        stated_on=stage.calendar.starts_on - timedelta(days=1),
        by=None,
        is_fictional=True,
    )


def _row(stage: Stage, chance: Random, n: int) -> AwardRow:
    operator = chance.choice(sorted(OPERATORS))
    subsidy = Decimal(chance.randrange(4, 60) * 25_000)
    advance = Decimal(chance.choice([0, 0, 0, 100_000, 250_000]))
    is_person = n == NUMBER
    return AwardRow(
        row=n + 1,
        decided_on=stage.calendar.month(-chance.randrange(3, 40)) + timedelta(days=chance.randrange(28)),
        operator=operator,
        procedure=OPERATORS[operator],
        project=f"Projet fictif {n} : {chance.choice(SUBJECTS)}",
        beneficiary="Prénom Nom (fictif)" if is_person else f"Lauréat fictif {n}",
        is_person=is_person,
        siret="",
        typology="Personne physique" if is_person else "Petites et moyennes entreprises",
        regions="Auvergne-Rhône-Alpes",
        department_code=chance.choice(DEPARTMENTS),
        is_emerging=chance.choice([True, False]),
        strategy="Intelligence artificielle",
        nomenclature_code="",
        nomenclature="",
        subsidy=subsidy,
        repayable_advance=advance,
        aid=subsidy + advance,
    )
