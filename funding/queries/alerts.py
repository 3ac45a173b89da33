"""Money that nothing proves: contracted or paid, without a public piece of evidence on the commitment."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Someone
from commitments.models import Commitment, Evidence
from commitments.queries import commitments_for
from commitments.queries.alerts import Alert, Kind
from funding.models import FundingEvent
from roadmap_portal.templatetags.portal import euros


def money_without_evidence(user: Someone) -> list[Alert]:
    """Two queries."""
    pieces = Evidence.objects.valid().published().filter(commitment=OuterRef("pk"), is_public=True)
    commitments: Iterable[Commitment] = commitments_for(user).filter(~Exists(pieces)).select_related("main_axis")
    spent = FundingEvent.objects.effective().filter(kind__in=["contracted", "paid"], line__commitment__in=commitments)
    sums = dict(spent.values("line__commitment").annotate(n=Sum("amount")).values_list("line__commitment", "n"))
    paid = spent.filter(kind="paid").values("line__commitment").annotate(n=Sum("amount"))
    paid_sums = dict(paid.values_list("line__commitment", "n"))
    text = _("%(amount)s payés ou engagés, sans pièce justificative publique.")
    return [
        Alert(
            Kind.EVIDENCE,
            commitment,
            text % {"amount": euros(paid_sums.get(commitment.pk) or sums[commitment.pk])},
            reverse("commitments:evidence", args=[commitment.code]),
        )
        for commitment in commitments
        if commitment.pk in sums
    ]
