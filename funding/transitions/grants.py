"""Grants: written with their beneficiaries, then published for good."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_publish
from commitments.transitions import TransitionRefused
from commitments.transitions.locks import require_unchanged
from funding.ledger import ZERO
from funding.models import Grant, GrantBeneficiary
from funding.queries.grants import rows_of, same_agreement
from funding.scdl import faults
from roadmap_portal.templatetags.portal import number

# Over this amount a year, a grant to a private body has an agreement (loi 2000-321, art. 10; décret 2001-495).
AGREEMENT_FROM = 23_000


@transaction.atomic
def save_grant(
    grant: Grant, stated: dict[str, Any], beneficiaries: Sequence[dict[str, Any]], *, seen: int | None, by: User
) -> Grant:
    """A new grant, or another text of one that stands, whose version is `seen`. Raises TransitionRefused."""
    if not can_publish(by):
        raise TransitionRefused(_("Vous n’avez pas le droit d’écrire une subvention."))
    grant = _locked(grant, seen)
    for name, value in stated.items():
        setattr(grant, name, value)
    rows = [GrantBeneficiary(grant=grant, **fields) for fields in beneficiaries]
    _clean(grant, rows)
    _check(grant, rows)
    is_new = grant.pk is None
    if is_new and _is_written(grant):
        raise TransitionRefused(_("Cette subvention est déjà écrite."))
    grant.save()
    if not is_new:
        grant.beneficiaries.all().delete()
    for row in rows:
        row.grant = grant
    GrantBeneficiary.objects.bulk_create(rows)
    if grant.published_on is not None:
        _check_schema(Grant.objects.get(pk=grant.pk))
    return grant


def _locked(grant: Grant, seen: int | None) -> Grant:
    """The grant as it stands, if its version is still the one that was seen. A new one is returned as it is."""
    if grant.pk is None:
        return grant
    stored = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    require_unchanged(stored, seen, f"{stored.purpose} – {stored.amount} €")
    # Beneficiaries alone may change: the version moves all the same.
    stored.row_version += 1
    return stored


def _clean(grant: Grant, rows: Sequence[GrantBeneficiary]) -> None:
    try:
        grant.full_clean(exclude=["published_by"])
        for row in rows:
            row.full_clean(exclude=["grant"])
    except ValidationError as fault:
        raise TransitionRefused.of(fault) from fault


def _is_written(grant: Grant) -> bool:
    """The same form sent twice is one grant."""
    told = ("grantor", "purpose", "amount", "signed_on", "decision_reference", "agreement_number")
    return Grant.objects.filter(**{name: getattr(grant, name) for name in told}).exists()


def _check_schema(grant: Grant) -> None:
    """What is public stays valid by the schema. Raises TransitionRefused."""
    if grant.beneficiaries.filter(kind=GrantBeneficiary.Kind.PERSON).exists():
        return
    others = [row for other in same_agreement(grant) for row in rows_of(other)]
    found = faults([*rows_of(grant), *others])
    if found:
        told = "\u202f; ".join(f"{fault.column}\u00a0: {fault.reason}" for fault in found)
        raise TransitionRefused(_("La subvention n’est pas conforme au schéma. %(faults)s") % {"faults": told})


def _check(grant: Grant, rows: Sequence[GrantBeneficiary]) -> None:
    total = sum((row.share for row in rows), ZERO)
    if total != 1:
        raise TransitionRefused(
            _("Les parts des bénéficiaires font %(total)s ; elles doivent faire 1,00.") % {"total": number(total, 2)}
        )
    has_private = any(row.kind == GrantBeneficiary.Kind.PRIVATE for row in rows)
    if has_private and grant.amount > AGREEMENT_FROM and not grant.agreement_number:
        raise TransitionRefused(
            _("Au-delà de 23 000 € à un organisme privé, la convention a un numéro."), "agreement_number"
        )
    payments = grant.line.events.effective().filter(kind="paid") if grant.line else None
    if payments is not None and payments.filter(occurred_on__lt=grant.signed_on).exists():
        raise TransitionRefused(_("Un paiement de la ligne précède cette signature."), "signed_on")


@transaction.atomic
def publish_grant(grant: Grant, *, by: User) -> Grant:
    """For good. Refused while its rows are not valid by the schema. Raises TransitionRefused."""
    if not can_publish(by):
        raise TransitionRefused(_("Vous n’avez pas le droit de publier une subvention."))
    locked = Grant.objects.select_for_update(of=("self",)).select_related("grantor").get(pk=grant.pk)
    if locked.published_on is not None:
        return locked
    _check_schema(locked)
    locked.published_on, locked.published_by = timezone.localdate(), by
    locked.save(update_fields=["published_on", "published_by"])
    return locked
