"""France 2030 awards in the region: their sums, and the list. A natural person is never named (requirement O8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import ExtractYear

from funding.models import Award, AwardImport

PERSON = "Personne physique"


@dataclass(frozen=True)
class AwardSum:
    """Euros. `name` is None for awards that do not say."""

    name: str | int | None
    number: int
    subsidy: Decimal
    repayable_advance: Decimal
    aid: Decimal


@dataclass(frozen=True)
class AwardTotals:
    whole: AwardSum
    by_year: Sequence[AwardSum]
    by_department: Sequence[AwardSum]
    by_operator: Sequence[AwardSum]
    last_import: AwardImport | None


NOTHING = AwardSum(None, 0, Decimal(0), Decimal(0), Decimal(0))


def award_totals() -> AwardTotals:
    """Five queries."""
    everything = Award.objects.all()
    return AwardTotals(
        whole=next(iter(_sums(everything.values(name=Value(None, output_field=CharField())))), NOTHING),
        by_year=_sums(everything.values(name=ExtractYear("decided_on"))),
        by_department=_sums(everything.values(name=F("department_code"))),
        by_operator=_sums(everything.values(name=F("operator"))),
        last_import=AwardImport.objects.order_by("-stated_on", "-pk").first(),
    )


def _sums(groups: QuerySet[Any, Any]) -> list[AwardSum]:
    sums = groups.annotate(
        number=Count("pk"), subsidies=Sum("subsidy"), advances=Sum("repayable_advance"), aids=Sum("aid")
    ).order_by("name")
    return [
        AwardSum(row["name"] or None, row["number"], row["subsidies"], row["advances"], row["aids"]) for row in sums
    ]


def awards(department: str = "", words: str = "") -> QuerySet[Award]:
    """Each with `shown_name`. A search never finds a natural person by name."""
    is_person = Q(is_person=True)
    found = Award.objects.annotate(
        shown_name=Case(When(is_person, then=Value(PERSON)), default=F("beneficiary"), output_field=CharField())
    )
    if department:
        found = found.filter(department_code=department)
    if words:
        found = found.filter(
            Q(beneficiary__icontains=words) & ~is_person | Q(project__icontains=words) | Q(strategy__icontains=words)
        )
    return found.order_by(F("decided_on").desc(nulls_last=True), "project", "pk")
