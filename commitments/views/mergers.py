"""Merging a commitment into another one, for administrators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from commitments import queries, transitions
from commitments.forms import MergerForm
from commitments.transitions import TransitionRefused
from commitments.views.campaigns import administrator_or_404
from funding.queries import money_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, code: str) -> HttpResponse:
    user = administrator_or_404(request)
    commitment = queries.commitment_for(user, code)
    form = MergerForm(request.POST or None, commitment=commitment)
    if request.method == "POST" and form.is_valid():
        try:
            transitions.merge_commitments(commitment, by=user, on=localdate(), **form.cleaned_data)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Fusionné : la fiche reste, et dit où lire la suite."))
            return redirect(commitment)
    context = {"commitment": commitment, "form": form, "has_money": bool(money_of(commitment).lines)}
    return render(request, "commitments/merge.html", context)


@never_cache
@require_POST
def undo_merger(request: HttpRequest, code: str) -> HttpResponse:
    user = administrator_or_404(request)
    commitment = queries.commitment_for(user, code)
    try:
        transitions.undo_merger(commitment, by=user)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("La fusion est annulée : l’engagement est de nouveau suivi."))
    return redirect(commitment)
