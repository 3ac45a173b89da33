"""Rules of a financing plan (F3.6 to F3.8): what is refused, and what has to be explained. Pure; amounts in euros.

The database holds the first kind too (models/guards.py, plan_adds_up).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from funding.ledger import ZERO, rate

# A collectivity that owns the works brings at least this share of their financing (CGCT, L1111-10 III).
LEAST_OWN_PERCENT = Decimal(20)


@dataclass(frozen=True)
class Share:
    """`side`: of its funder, or "". `rate_cap`: percent of the eligible cost its fund may pay at most, or None."""

    resource: str
    amount: Decimal
    is_in_kind: bool = False
    side: str = ""
    is_collectivity: bool = False
    rate_cap: Decimal | None = None


class Rule(StrEnum):
    TOTAL = "total"  # F3.6, error
    PUBLIC_AID = "public_aid"  # F3.7, error
    OWN_SHARE = "own_share"  # F3.7, alert
    RATE_CAP = "rate_cap"  # F3.8, alert


@dataclass(frozen=True)
class Finding:
    """`amount` against `limit`: euros, or percent for the two alerts."""

    rule: Rule
    amount: Decimal
    limit: Decimal


def errors(total_cost: Decimal, eligible_cost: Decimal, nature: str, shares: Sequence[Share]) -> list[Finding]:
    """What in kind is contributed is shown apart and enters no sum (F3.13)."""
    paid = [share for share in shares if not share.is_in_kind]
    found, total, public = [], _sum(paid), _sum(share for share in paid if share.resource == "public")
    if total != total_cost:
        found.append(Finding(Rule.TOTAL, total, total_cost))
    has_state = any(share.resource == "public" and share.side == "state" for share in shares)
    if nature == "investment" and has_state and public > eligible_cost:
        found.append(Finding(Rule.PUBLIC_AID, public, eligible_cost))
    return found


def alerts(total_cost: Decimal, eligible_cost: Decimal, nature: str, shares: Sequence[Share]) -> list[Finding]:
    """What the law allows and asks to be explained."""
    paid, found = [share for share in shares if not share.is_in_kind], []
    own = rate(_sum(share for share in paid if share.resource == "own"), total_cost)
    is_collectivity = any(share.resource == "own" and share.is_collectivity for share in paid)
    if nature == "investment" and is_collectivity and own is not None and own < LEAST_OWN_PERCENT:
        found.append(Finding(Rule.OWN_SHARE, own, LEAST_OWN_PERCENT))
    for share in paid:
        share_rate = rate(share.amount, eligible_cost)
        if share.rate_cap is not None and share_rate is not None and share_rate > share.rate_cap:
            found.append(Finding(Rule.RATE_CAP, share_rate, share.rate_cap))
    return found


def _sum(shares: Iterable[Share]) -> Decimal:
    return sum((share.amount for share in shares), ZERO)
