"""The financing plan of a commitment, and those it replaced."""

from dataclasses import dataclass
from decimal import Decimal

from commitments.models import Commitment
from funding.ledger import ZERO, rate
from funding.models import FinancingPlan, PlanShare
from roadmap_portal.prepared import Prepared


@dataclass(frozen=True)
class ShareRow:
    """`of_total`, `of_eligible`: percent; None for what is contributed in kind, which enters no sum."""

    share: PlanShare
    of_total: Decimal | None
    of_eligible: Decimal | None


@dataclass(frozen=True)
class Plan:
    plan: FinancingPlan
    shares: list[ShareRow]
    in_kind: list[PlanShare]
    earlier: list[FinancingPlan]

    @property
    def brought(self) -> list[tuple[str, Decimal]]:
        """Who brings how many euros."""
        return [
            (row.share.funder.name if row.share.funder else row.share.label, row.share.amount) for row in self.shares
        ]

    @property
    def total(self) -> Decimal:
        return sum((row.share.amount for row in self.shares), ZERO)


# The latest first.
_PLANS = Prepared(
    FinancingPlan,
    lambda commitment: FinancingPlan.objects.filter(commitment=commitment).order_by("-pk"),
    commitment=int,
)


def plan_of(commitment: Commitment) -> Plan | None:
    """The plan in force. One query without any, two with."""
    found = _PLANS(commitment=commitment.pk)
    if not found:
        return None
    plan = found[0]
    shares = list(plan.shares.select_related("funder", "envelope"))
    rows = [
        ShareRow(share, rate(share.amount, plan.total_cost), rate(share.amount, plan.eligible_cost))
        for share in shares
        if not share.is_in_kind
    ]
    return Plan(plan, rows, [share for share in shares if share.is_in_kind], found[1:])
