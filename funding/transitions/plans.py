"""Financing plans: adopted whole, and superseded by another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from actors.models import Actor
from commitments.models import Commitment
from commitments.transitions import TransitionRefused
from commitments.transitions.locks import lock, require_may_write
from funding import plans
from funding.models import Envelope, FinancingPlan, PlanShare
from funding.plans import Finding, Rule
from roadmap_portal.templatetags.portal import euros, percent

COLLECTIVITIES = {Actor.Kind.REGION, Actor.Kind.LOCAL_AUTHORITY}


@dataclass(frozen=True)
class NewShare:
    resource: str
    amount: Any
    funder: Actor | None = None
    label: str = ""
    envelope: Envelope | None = None
    is_in_kind: bool = False

    @property
    def as_rule(self) -> plans.Share:
        funder = self.funder
        return plans.Share(
            resource=self.resource,
            amount=self.amount,
            is_in_kind=self.is_in_kind,
            side=funder.side if funder else "",
            is_collectivity=funder is not None and funder.kind in COLLECTIVITIES,
            rate_cap=self.envelope.rate_cap if self.envelope else None,
        )


@transaction.atomic
def adopt_plan(
    commitment: Commitment, stated: dict[str, Any], shares: Sequence[NewShare], *, seen: int | None, by: User
) -> FinancingPlan:
    """In the place of the present plan, whose number is `seen` (None for the first one).

    `stated`: fields of the model. Raises TransitionRefused: at `total_cost` for a sum that is not the cost, at
    `alert_reason` for an alert nobody explains.
    """
    locked = lock(commitment.pk)
    require_may_write(by, locked)
    present = FinancingPlan.objects.filter(commitment=locked, superseded_by__isnull=True).first()
    if (present.pk if present else None) != seen:
        raise TransitionRefused(_("Un autre plan a été adopté entre-temps : relisez-le, puis recommencez."))
    plan = FinancingPlan(commitment=locked, supersedes=present, recorded_by=by, **stated)
    try:
        plan.full_clean(exclude=["commitment", "supersedes", "recorded_by"])
        rows = [_clean_share(share) for share in shares]
    except ValidationError as fault:
        raise TransitionRefused.of(fault) from fault
    _check(plan, [share.as_rule for share in shares])
    plan.save()
    for row in rows:
        row.plan = plan
    PlanShare.objects.bulk_create(rows)
    return plan


def _clean_share(share: NewShare) -> PlanShare:
    row = PlanShare(**vars(share))
    row.full_clean(exclude=["plan"])
    return row


def _check(plan: FinancingPlan, shares: Sequence[plans.Share]) -> None:
    figures = (plan.total_cost, plan.eligible_cost, plan.nature, shares)
    if errors := plans.errors(*figures):
        refusals = [TransitionRefused(in_words(finding), "total_cost") for finding in errors]
        refusals[0].others = refusals[1:]
        raise refusals[0]
    alerts = plans.alerts(*figures)
    if alerts and not plan.alert_reason.strip():
        told = " ".join(in_words(finding) for finding in alerts)
        raise TransitionRefused(_("%(alerts)s Dites pourquoi.") % {"alerts": told}, "alert_reason")


def in_words(finding: Finding) -> str:
    """What is wrong, to the cent."""
    amount, limit = finding.amount, finding.limit
    if finding.rule == Rule.TOTAL:
        gap = limit - amount
        figures = {"amount": euros(amount), "cost": euros(limit), "gap": euros(abs(gap))}
        if gap > 0:
            return _("Les parts font %(amount)s pour un coût de %(cost)s : il manque %(gap)s.") % figures
        return _("Les parts font %(amount)s pour un coût de %(cost)s : il y a %(gap)s de trop.") % figures
    texts = {
        Rule.PUBLIC_AID: _(
            "Les aides publiques (%(amount)s) dépassent la dépense éligible (%(limit)s) : décret 2018-514, art. 10."
        ),
        Rule.OWN_SHARE: _("Le maître d’ouvrage apporte %(amount)s du coût, moins de %(limit)s (CGCT, art. L1111-10)."),
        Rule.RATE_CAP: _("Un fonds paie %(amount)s de la dépense éligible, plus que son plafond de %(limit)s."),
    }
    write = euros if finding.rule == Rule.PUBLIC_AID else percent
    decimals = () if finding.rule == Rule.PUBLIC_AID else (2,)
    return texts[finding.rule] % {"amount": write(amount, *decimals), "limit": write(limit, *decimals)}
