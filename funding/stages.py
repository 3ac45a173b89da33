"""The four stages of money (requirement F2): from what was planned to what was paid, in words and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.ledger import Amounts
from roadmap_portal.charts import Amount, amounts_chart
from roadmap_portal.templatetags.portal import euros, euros_short

# « AE » and « AP » authorise, « CP » pay: never added to each other (F1).
LABELS = {
    "planned": gettext_lazy("programmé"),
    "authorised": gettext_lazy("autorisé (AE ou AP)"),
    "net_contracted": gettext_lazy("engagé, net des désengagements"),
    "net_paid": gettext_lazy("payé, net des reversements"),
}


@dataclass(frozen=True)
class Stage:
    """`value` in euros, exact; None: nothing was written, which is not zero."""

    name: str
    label: str
    value: Decimal | None

    @property
    def text(self) -> str:
        return _("non renseigné") if self.value is None else euros(self.value)


def stages_of(amounts: Amounts) -> list[Stage]:
    return [Stage(name, str(label), getattr(amounts, name)) for name, label in LABELS.items()]


def sentence(amounts: Amounts) -> str:
    """What the picture shows, in one sentence."""
    planned, contracted, paid = amounts.planned, amounts.net_contracted, amounts.net_paid
    if planned is None:
        return _("Le montant programmé n’est pas renseigné.")
    figures = {"planned": euros_short(planned), "contracted": _short(contracted), "paid": _short(paid)}
    return _("Programmé : %(planned)s ; engagé : %(contracted)s ; payé : %(paid)s.") % figures


def _short(value: Decimal | None) -> str:
    return _("non renseigné") if value is None else euros_short(value)


def shares_picture(shares: Sequence[tuple[str, Decimal]], title: str) -> SafeString:
    """Who brings what: a bar a share, in euros, with its figure."""
    rows = [Amount(name, amount, euros(amount)) for name, amount in shares]
    return mark_safe(amounts_chart(rows, title=title))  # noqa: S308 - drawn by us


def picture(amounts: Amounts, title: str) -> SafeString | None:
    """None with fewer than two known stages: nothing is compared, a figure says it all."""
    stages: Sequence[Stage] = stages_of(amounts)
    if sum(stage.value is not None for stage in stages) < 2:
        return None
    rows = [Amount(stage.label, stage.value, stage.text) for stage in stages]
    drawn = amounts_chart(rows, title=title, description=sentence(amounts))
    return mark_safe(drawn)  # noqa: S308 - by us
