"""Grants: what is published, and what staff have still to publish."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Sum

from funding.models import Grant, GrantBeneficiary
from funding.scdl import Row

NATURE = {"cash": "aide en numéraire", "in_kind": "aide en nature", "both": "aide en numéraire;aide en nature"}
PERSONS = GrantBeneficiary.objects.filter(grant=OuterRef("pk"), kind=GrantBeneficiary.Kind.PERSON)


def grants() -> QuerySet[Grant]:
    """With all that is said of them: two queries."""
    beneficiaries = Prefetch("beneficiaries", GrantBeneficiary.objects.order_by("pk"))
    return Grant.objects.select_related("grantor", "line__commitment").prefetch_related(beneficiaries)


def published_grants() -> QuerySet[Grant]:
    """Those of the file: public for good, and none to a natural person (requirement O8)."""
    return grants().filter(~Exists(PERSONS), published_on__isnull=False).order_by("signed_on", "pk")


def grants_to_publish() -> list[Grant]:
    """The most overdue first."""
    return sorted(grants().filter(published_on__isnull=True), key=lambda grant: (grant.publish_by, grant.pk))


@dataclass(frozen=True)
class Published:
    """`persons`: grants that are left out of the file because one of their beneficiaries is a natural person."""

    number: int
    amount: Decimal
    advances: Decimal
    persons: int
    last_on: date | None
    has_fictional: bool


def published_summary() -> Published:
    """Three queries."""
    public = Grant.objects.filter(published_on__isnull=False)
    of_file = public.filter(~Exists(PERSONS))
    sums = of_file.aggregate(amount=Sum("amount"), advances=Sum("repayable_advance"))
    days = list(of_file.values_list("published_on", "is_fictional"))
    return Published(
        number=len(days),
        amount=sums["amount"] or Decimal(0),
        advances=sums["advances"] or Decimal(0),
        persons=public.filter(Exists(PERSONS)).count(),
        last_on=max((day for day, _fictional in days if day), default=None),
        has_fictional=any(fictional for _day, fictional in days),
    )


def rows_of(grant: Grant) -> list[dict[str, str]]:
    """A row a beneficiary, as the schema writes them."""
    period = grant.pays_from.isoformat() + (f"/{grant.pays_to.isoformat()}" if grant.pays_to else "")
    shared = {
        "nomAttribuant": grant.grantor.name,
        "idAttribuant": grant.grantor.siret,
        "dateConvention": grant.signed_on.isoformat(),
        "referenceDecision": grant.decision_reference,
        "objet": grant.purpose,
        "montant": f"{grant.amount:f}",
        "nature": NATURE[grant.nature],
        "conditionsVersement": grant.payment_terms,
        "datesPeriodeVersement": period,
        "idRAE": grant.rae_id,
        "notificationUE": "oui" if grant.is_notified else "non",
        "dispositifAide": grant.scheme,
    }
    return [
        shared
        | {
            "nomBeneficiaire": beneficiary.name,
            "idBeneficiaire": beneficiary.siret,
            "rnaBeneficiaire": beneficiary.rna,
            "pourcentageSubvention": f"{beneficiary.share:.2f}",
        }
        for beneficiary in grant.beneficiaries.all()
    ]


def file_rows() -> Iterator[Row]:
    """Rows of the published file, read in portions: it is streamed."""
    for grant in published_grants().iterator(chunk_size=500):
        # Looked at again: beneficiaries are fetched after the grants, and one may have changed meanwhile.
        if not any(row.kind == GrantBeneficiary.Kind.PERSON for row in grant.beneficiaries.all()):
            yield from rows_of(grant)


def same_agreement(grant: Grant) -> QuerySet[Grant]:
    """Other published grants whose rows the schema would take for those of the same agreement."""
    same = {name: getattr(grant, name) for name in ("grantor", "signed_on", "decision_reference", "purpose")}
    return published_grants().filter(**same).exclude(pk=grant.pk)
