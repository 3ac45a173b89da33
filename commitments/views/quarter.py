"""« My quarter »: what one has to answer, and « sans changement » in one click."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import can_measure, is_staff_member
from commitments import queries, transitions
from commitments.forms import PostponementForm
from commitments.transitions import TransitionRefused


@never_cache
@require_safe
def my_quarter(request: HttpRequest) -> HttpResponse:
    if not is_staff_member(request.user):
        raise Http404
    on = localdate()
    campaign = queries.current_campaign()
    duties = queries.my_quarter(request.user, campaign, on)
    context = {
        "campaign": campaign,
        "duties": duties,
        "answered": sum(duty.is_answered for duty in duties),
        "expected": sum(duty.is_expected for duty in duties),
        "stale": sum(duty.is_stale for duty in duties),
        "awaited": queries.awaited_figures(request.user, on) if can_measure(request.user) else [],
        "waiting_for_me": queries.waiting_for_visa(request.user),
        "today": on,
    }
    return render(request, "commitments/my_quarter.html", context)


@never_cache
@require_POST
def confirm_unchanged(request: HttpRequest, code: str) -> HttpResponse:
    commitment = queries.writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    campaign = queries.current_campaign()
    try:
        if campaign is None:
            raise TransitionRefused(_("Aucune campagne n’est ouverte."))
        transitions.confirm_unchanged(commitment, campaign, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, f"{commitment.code} · {refusal.message}")
    else:
        messages.success(request, _("%(code)s : confirmé sans changement.") % {"code": commitment.code})
    return redirect("commitments:my_quarter")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def postpone(request: HttpRequest, code: str) -> HttpResponse:
    commitment = queries.writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    form = PostponementForm(request.POST or None, commitment=commitment)
    if request.method == "POST" and form.is_valid():
        try:
            transitions.postpone(commitment, by=request.user, **form.cleaned_data)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Échéance reportée : la date promise au départ reste affichée."))
            return redirect(reverse("commitments:detail", args=[commitment.code]) + "#jalons")
    return render(request, "commitments/postpone.html", {"commitment": commitment, "form": form})
