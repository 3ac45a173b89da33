"""The mention of accessibility that the law has the home page show, computed from the last audit and never typed.

Source: decree 2019-768 and the RGAA (requirement A1). At least half of the criteria that apply: partly; all of them:
wholly; otherwise, without an audit, or three years after it: not.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from roadmap_portal.models import AccessibilityAudit
from roadmap_portal.prepared import Prepared

YEARS_VALID = 3


class Conformity(TextChoices):
    WHOLE = "whole", _("totalement conforme")
    PARTIAL = "partial", _("partiellement conforme")
    NONE = "none", _("non conforme")


# In French whatever the language of the page: the text is the law's.
MENTIONS = {
    Conformity.WHOLE: "Accessibilité\u00a0: totalement conforme",
    Conformity.PARTIAL: "Accessibilité\u00a0: partiellement conforme",
    Conformity.NONE: "Accessibilité\u00a0: non conforme",
}


@dataclass(frozen=True)
class Standing:
    """`audit`: the last one, expired or not; None without any."""

    conformity: Conformity
    audit: AccessibilityAudit | None
    is_expired: bool

    @property
    def mention(self) -> str:
        return MENTIONS[self.conformity]

    @property
    def rate(self) -> Decimal | None:
        """Percentage of the criteria that apply, to a tenth and never rounded up: 49.96 % is not half."""
        if self.audit is None:
            return None
        share = Decimal(100 * self.audit.criteria_met) / self.audit.criteria_applicable
        return share.quantize(Decimal("0.1"), ROUND_DOWN)


def conformity(met: int, applicable: int) -> Conformity:
    if met == applicable:
        return Conformity.WHOLE
    return Conformity.PARTIAL if 2 * met >= applicable else Conformity.NONE


def expires_on(audited_on: date) -> date:
    """The first day on which it no longer counts."""
    try:
        return audited_on.replace(year=audited_on.year + YEARS_VALID)
    except ValueError:  # 29 February
        return date(audited_on.year + YEARS_VALID, 3, 1)


def last_valid_day(audited_on: date) -> date:
    return expires_on(audited_on) - timedelta(days=1)


_LAST_AUDIT = Prepared(
    AccessibilityAudit,
    lambda on: AccessibilityAudit.objects.filter(audited_on__lte=on).order_by("-audited_on", "-pk")[:1],
    on=date,
)


def standing(on: date) -> Standing:
    """As of that day: an audit dated later does not count yet. One query."""
    audit = next(iter(_LAST_AUDIT(on=on)), None)
    if audit is None:
        return Standing(Conformity.NONE, None, is_expired=False)
    if on >= expires_on(audit.audited_on):
        return Standing(Conformity.NONE, audit, is_expired=True)
    return Standing(conformity(audit.criteria_met, audit.criteria_applicable), audit, is_expired=False)
