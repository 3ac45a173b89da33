"""Fictional indicators, said so in their title and their limits: quarterly series, one late, one corrected. The
indicators of the facts are real: nothing is ever read on them here."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from actors.models import Confidence
from commitments import transitions
from commitments.models import Commitment, Indicator, IndicatorTarget, Measurement, Roadmap
from roadmap_portal.demonstration.stage import Stage

NAMESPACE = uuid.UUID("7b1f0e52-3c1d-4b6e-9d55-5b1a6f1d2c07")
FICTIONAL = "Indicateur et chiffres fictifs, donnés pour la démonstration."
WRITER = "contributeur@demo.example"
PRODUCER = "region-aura"
DELAY_DAYS = 20


@dataclass(frozen=True)
class Course:
    """Values at the end of the last quarters, the oldest first; `silent`: how many of the latest have none. `mistyped`:
    what was first read for the last one."""

    code: str
    title: str
    description: str
    commitment: str
    unit: str
    baseline: int
    values: tuple[int, ...]
    interim: int
    target: int
    silent: int = 0
    mistyped: int | None = None


COURSES = (
    Course(
        "demo-pme-accompagnees",
        "PME accompagnées vers un premier usage de l’IA (fictif)",
        "PME de la région qui ont achevé un accompagnement, depuis le début du programme.",
        "eng-07-diffusion-pme",
        Indicator.Unit.COUNT,
        120,
        (160, 210, 265, 330, 390),
        400,
        600,
    ),
    Course(
        "demo-personnes-formees",
        "Personnes formées à l’IA (fictif)",
        "Personnes qui ont achevé une formation d’au moins deux jours, depuis le début du programme.",
        "eng-06-former",
        Indicator.Unit.COUNT,
        1500,
        (1800, 2150, 2500, 2700, 2850),
        4000,
        6000,
        silent=2,
    ),
    Course(
        "demo-filieres-couvertes",
        "Part des filières industrielles qui ont un volet IA (fictif)",
        "Filières dont le programme d’actions comporte un volet IA, sur l’ensemble des filières régionales.",
        "eng-08-competitivite",
        Indicator.Unit.PERCENT,
        20,
        (25, 30, 36, 48, 62),
        60,
        100,
        mistyped=72,
    ),
    # Its commitment is measured by it.
    Course(
        "demo-briques-retenues",
        "Briques logicielles et matérielles retenues (fictif)",
        "Briques que les partenaires de la filière ont retenues ensemble.",
        "eng-14-filiere-independante",
        Indicator.Unit.COUNT,
        0,
        (5, 8, 10, 13, 15),
        25,
        40,
    ),
)


def measure(stage: Stage, roadmap: Roadmap) -> None:
    for course in COURSES:
        indicator = _define(stage, roadmap, course)
        quarters = range(len(course.values) + course.silent, course.silent, -1)
        for quarters_ago, value in zip(quarters, course.values, strict=True):
            # The quarter that ended just before the present one is one quarter ago.
            on = stage.calendar.month_end(2 - 3 * quarters_ago)
            is_last = quarters_ago == course.silent + 1
            if is_last and course.mistyped is not None:
                wrong = _read(stage, indicator, on, course.mistyped, late_by=5)
                _read(stage, indicator, on, value, late_by=12, supersedes=wrong)
            else:
                _read(stage, indicator, on, value, late_by=5)


def _define(stage: Stage, roadmap: Roadmap, course: Course) -> Indicator:
    commitment: Commitment = stage.commitments[course.commitment]
    first = stage.calendar.month_end(2 - 3 * (len(course.values) + course.silent + 1))
    indicator = Indicator.objects.create(
        roadmap=roadmap,
        code=course.code,
        title=course.title,
        description=course.description,
        note=FICTIONAL,
        method="Somme des déclarations des opérateurs, sans double compte (méthode fictive).",
        unit=course.unit,
        periodicity=Indicator.Periodicity.QUARTERLY,
        availability_delay_days=DELAY_DAYS,
        geographic_scope="Auvergne-Rhône-Alpes",
        producer=stage.actors[PRODUCER],
        baseline=course.baseline,
        baseline_on=first,
        baseline_precision="day",
        confidence=Confidence.INFERRED,
        commitment=commitment,
    )
    indicator.axes.set(commitment.axes.all())
    kinds = IndicatorTarget.Kind
    for kind, months, value in ((kinds.INTERIM, 2, course.interim), (kinds.TARGET, 14, course.target)):
        IndicatorTarget.objects.create(
            indicator=indicator, kind=kind, value=value, due_on=stage.calendar.month_end(months), precision="day"
        )
    return indicator


def _read(
    stage: Stage, indicator: Indicator, on: date, value: int, *, late_by: int, supersedes: Measurement | None = None
) -> Measurement:
    """Written some days after the end of the quarter, never later than today."""
    name = f"{indicator.code} {on.isoformat()} {value}"
    day = min(date.fromordinal(on.toordinal() + late_by), stage.calendar.today)
    correction = "Trois filières avaient été comptées deux fois (correction fictive)."
    return transitions.record_measurement(
        indicator,
        by=stage.users[WRITER],
        reference_on=on,
        value=Decimal(value),
        quality=Measurement.Quality.PROVISIONAL if supersedes is None else Measurement.Quality.FINAL,
        comment="Tableau de suivi des opérateurs (document fictif)." if supersedes is None else correction,
        supersedes=supersedes,
        confirmed=Decimal(value),
        form_key=uuid.uuid5(NAMESPACE, name),
        at=stage.calendar.instant(day, name),
    )
