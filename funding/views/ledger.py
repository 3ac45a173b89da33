"""The ledger of a commitment, as those who write it see it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import can_publish, contributing_actor_ids
from commitments.queries import writable_commitment
from commitments.transitions import TransitionRefused
from funding.forms.ledger import CorrectionForm, EventForm, LineForm, PasteForm
from funding.models import FundingEvent, FundingLine
from funding.pasting import COLUMNS
from funding.queries.ledger import ledger_of
from funding.services import pasted
from funding.transitions import NewEvent, add_line, correct_event, record_events, say_authorisation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: HttpRequest, code: str) -> HttpResponse:
    commitment = writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    form = EventForm(request.POST or None, commitment=commitment)
    if form.is_valid():
        try:
            record_events([NewEvent(**form.cleaned_data)], by=request.user)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Écriture inscrite."))
            return redirect("funding:ledger", code=commitment.code)
    return _page(request, commitment, event_form=form, line_form=LineForm())


def _page(request: HttpRequest, commitment: Any, **forms: Any) -> HttpResponse:
    context = {"commitment": commitment, "ledger": ledger_of(commitment), **forms}
    return render(request, "funding/ledger.html", context)


@never_cache
@require_POST
def line_add(request: HttpRequest, code: str) -> HttpResponse:
    commitment = writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    form = LineForm(request.POST)
    if form.is_valid():
        try:
            add_line(commitment, form.cleaned_data, by=request.user)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Ligne ajoutée : inscrivez-y ses montants."))
            return redirect("funding:ledger", code=commitment.code)
    return _page(request, commitment, event_form=EventForm(commitment=commitment), line_form=form)


@never_cache
@require_POST
def line_authorisation(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    commitment = writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    line = get_object_or_404(FundingLine, pk=pk, commitment=commitment)
    try:
        say_authorisation(line, request.POST.get("authorisation_kind", ""), by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    return redirect("funding:ledger", code=commitment.code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def event_correct(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    commitment = writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    events = FundingEvent.objects.select_related("line__envelope", "line__funder")
    event = get_object_or_404(events, pk=pk, line__commitment=commitment)
    form = CorrectionForm(request.POST or None, corrected=event)
    if form.is_valid():
        try:
            correct_event(event, **form.cleaned_data, by=request.user)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Correction inscrite : l’écriture d’avant reste dans le journal, barrée."))
            return redirect("funding:ledger", code=commitment.code)
    context = {"commitment": commitment, "event": event, "form": form}
    return render(request, "funding/event_correct.html", context)


# --- Pasting ---------------------------------------------------------------------------------------


@never_cache
@require_safe
def paste_template(request: HttpRequest) -> HttpResponse:
    """The row of titles, as a French spreadsheet opens it."""
    _require_writer(request)
    response = HttpResponse("\ufeff" + ";".join(COLUMNS) + "\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="ecritures-modele.csv"'
    return response


def _require_writer(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not (can_publish(user) or contributing_actor_ids(user)):
        raise Http404
    return user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """The rows are shown first, with what is wrong in each; « confirmer » writes all of them, or none."""
    user = _require_writer(request)
    form = PasteForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "columns": COLUMNS, "rows": None, "faults": []}
    if form.is_valid():
        judged = pasted.judged(form.cleaned_data["text"], user)
        faults = judged.faults
        if not faults and "confirm" in request.POST:
            faults = pasted.write(judged, form.cleaned_data["form_key"], by=user)
            if not faults:
                n = len(judged.rows)
                messages.success(
                    request, ngettext("%(n)s écriture inscrite.", "%(n)s écritures inscrites.", n) % {"n": n}
                )
                return redirect("funding:paste")
        context |= {"rows": judged.rows, "faults": faults}
    return render(request, "funding/paste.html", context)
