"""The financing plan of a commitment, written."""

from typing import Any

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from commitments.models import Commitment
from commitments.queries import writable_commitment
from commitments.transitions import TransitionRefused
from funding.forms import with_spare_rows
from funding.forms.plans import SPARE_ROWS, PlanForm, ShareFormSet
from funding.queries.plans import Plan, plan_of
from funding.transitions.plans import adopt_plan

PREFIX = "parts"
STATED = (
    "nature",
    "tax_basis",
    "total_cost",
    "eligible_cost",
    "adopted_on",
    "document",
    "document_url",
    "alert_reason",
)
OF_SHARE = ("resource", "funder", "label", "envelope", "amount", "is_in_kind")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, code: str) -> HttpResponse:
    commitment = writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    present = plan_of(commitment)
    form, shares = _forms(request, present)
    is_asked = request.method == "POST" and "more" not in request.POST
    if is_asked and form.is_valid() and shares.is_valid() and _adopted(commitment, form, shares, request.user):
        messages.success(request, _("Plan de financement adopté."))
        return redirect("funding:plan", code=commitment.code)
    context = {"commitment": commitment, "present": present, "form": form, "shares": shares}
    return render(request, "funding/plan.html", context)


def _forms(request: HttpRequest, present: Plan | None) -> tuple[PlanForm, Any]:
    if request.method == "POST":
        data = with_spare_rows(request.POST, PREFIX, SPARE_ROWS) if "more" in request.POST else request.POST
        return PlanForm(data), ShareFormSet(data, prefix=PREFIX)
    if present is None:
        return PlanForm(), ShareFormSet(prefix=PREFIX)
    rows = [model_to_dict(row.share, OF_SHARE) for row in present.shares]
    rows += [model_to_dict(share, OF_SHARE) for share in present.in_kind]
    form = PlanForm(initial=model_to_dict(present.plan, STATED) | {"seen": present.plan.pk})
    return form, ShareFormSet(initial=rows, prefix=PREFIX)


def _adopted(commitment: Commitment, form: PlanForm, shares: Any, user: User) -> bool:
    """Whether it was written; otherwise the form says why not."""
    stated = {name: form.cleaned_data[name] for name in STATED}
    try:
        adopt_plan(commitment, stated, shares.as_shares(), seen=form.cleaned_data["seen"], by=user)
    except TransitionRefused as refusal:
        form.refuse(refusal)
        return False
    return True
