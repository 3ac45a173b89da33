"""« D’où vient ce chiffre ? »: a public number, what it was computed from, and how.

Whoever takes the inputs as they are shown finds the number again, to the last digit. The formulas are named here and
stated in words; they are computed where they belong (commitments.progress, funding.ledger), never here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from roadmap_portal.templatetags.portal import days, euros, number, percent


class Formula(StrEnum):
    COUNT = "count"
    MEAN = "mean"
    SHARE = "share"
    STATED = "stated"
    LINEAR = "linear"
    COURSE = "course"
    DIFFERENCE = "difference"
    SUM = "sum"
    RATIO = "ratio"


class Unit(StrEnum):
    PERCENT = "percent"
    COUNT = "count"
    EUROS = "euros"
    DAYS = "days"


def in_words(formula: Formula) -> str:
    texts = {
        Formula.COUNT: _("Nombre des éléments comptés ci-dessous."),
        Formula.MEAN: _("Somme des valeurs × poids, divisée par la somme des poids, sur les éléments comptés."),
        Formula.SHARE: _("100 × somme des poids dont la valeur est 1, divisée par la somme des poids comptés."),
        Formula.STATED: _("Valeur déclarée par le porteur, telle qu’elle fut approuvée."),
        Formula.LINEAR: _("100 × (jour du calcul − début) ÷ (échéance − début), en jours, entre 0 et 100."),
        Formula.COURSE: _("100 × (dernière mesure − valeur initiale) ÷ (cible − valeur initiale), entre 0 et 100."),
        Formula.DIFFERENCE: _("Dernière date − première date, en jours."),
        Formula.SUM: _("Somme des valeurs × signe, sur les éléments comptés."),
        Formula.RATIO: _("100 × première valeur ÷ seconde ; « n. d. » si l’une manque ou si la seconde est nulle."),
    }
    return texts[formula]


@dataclass(frozen=True)
class Input:
    """`value`: exact, as data are written (decimal point, ISO date); "" where it is missing. `weight`: of a mean or a
    share, or the sign of a sum. `note`: why it is left out."""

    label: str
    value: str
    url: str = ""
    weight: int | None = None
    is_counted: bool = True
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """`value`: as computed, None for « n. d. ». `producer`: who answers for the inputs."""

    name: str
    title: str
    formula: Formula
    unit: Unit
    value: Decimal | None
    inputs: Sequence[Input]
    version: str
    as_of: date
    producer: str
    decimals: int = 0
    is_partial: bool = False
    remark: str = ""

    @property
    def exact(self) -> str:
        return "" if self.value is None else f"{self.value:f}"

    @property
    def shown(self) -> str:
        """As the pages write it."""
        if self.unit == Unit.PERCENT:
            return percent(self.value, self.decimals)
        if self.unit == Unit.EUROS:
            return euros(self.value)
        if self.unit == Unit.DAYS:
            return days(int(self.value)) if self.value is not None else _("n. d.")
        return number(self.value)

    @property
    def explained(self) -> str:
        return in_words(self.formula)

    @property
    def counted(self) -> int:
        return sum(item.is_counted for item in self.inputs)
