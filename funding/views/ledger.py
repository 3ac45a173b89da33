"""The ledger of a commitment, as those who write it see it."""

import uuid
from collections.abc import Sequence
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
from commitments.queries import writable_commitment, writable_commitments
from commitments.transitions import TransitionRefused
from funding.forms.ledger import CorrectionForm, EventForm, LineForm, PasteForm
from funding.models import FundingEvent, FundingLine
from funding.pasting import COLUMNS, PastedRow, read_pasted
from funding.queries.ledger import ledger_of, lines_by_names
from funding.spreadsheets import Fault
from funding.transitions import EventRefused, NewEvent, add_line, correct_event, record_events, say_authorisation


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
        pasted = read_pasted(form.cleaned_data["text"])
        lines = _lines_of(pasted.rows, user)
        faults = [*pasted.faults, *_unknown(pasted.rows, lines, user)]
        if not faults and "confirm" in request.POST:
            try:
                record_events(_events(pasted.rows, lines, form.cleaned_data["form_key"]), by=user)
            except EventRefused as refusal:
                faults = [_fault(pasted.rows[refusal.row], refusal)]
            else:
                n = len(pasted.rows)
                messages.success(
                    request, ngettext("%(n)s écriture inscrite.", "%(n)s écritures inscrites.", n) % {"n": n}
                )
                return redirect("funding:paste")
        context |= {"rows": pasted.rows, "faults": sorted(faults, key=lambda fault: fault.row)}
    return render(request, "funding/paste.html", context)


Key = tuple[str, str, str]


def _key(row: PastedRow) -> Key:
    return row.commitment, row.envelope, row.funder


def _lines_of(rows: Sequence[PastedRow], user: User) -> dict[Key, FundingLine]:
    """Those on which the user may write."""
    codes = {row.commitment for row in rows}
    allowed = set(writable_commitments(user).filter(code__in=codes).values_list("code", flat=True))
    return lines_by_names(codes & allowed)


def _unknown(rows: Sequence[PastedRow], lines: dict[Key, FundingLine], user: User) -> list[Fault]:
    commitments = {commitment for commitment, _envelope, _funder in lines}
    faults = []
    for row in rows:
        if row.commitment not in commitments:
            expected = _("le code d’un engagement où vous écrivez, et qui a des lignes de financement")
            faults.append(Fault(row.line, "engagement", row.commitment, expected))
        elif _key(row) not in lines:
            expected = _("une ligne de cet engagement : enveloppe et financeur (vide : ensemble)")
            faults.append(Fault(row.line, "enveloppe", f"{row.envelope} {row.funder}".strip(), expected))
    return faults


def _events(rows: Sequence[PastedRow], lines: dict[Key, FundingLine], form_key: uuid.UUID) -> list[NewEvent]:
    """The key of each row follows from the form's: confirmed twice, it is written once."""
    return [
        NewEvent(
            line=lines[_key(row)],
            kind=row.kind,
            amount=row.amount,
            occurred_on=row.occurred_on,
            fiscal_year=row.fiscal_year,
            document=row.document,
            document_url=row.document_url,
            reason=row.reason,
            form_key=uuid.uuid5(form_key, str(row.line)),
        )
        for row in rows
    ]


NAMES = {
    "amount": "montant", "occurred_on": "date", "fiscal_year": "exercice", "kind": "nature", "document": "document",
    "document_url": "adresse", "reason": "motif",
}  # fmt: skip


def _fault(row: PastedRow, refusal: EventRefused) -> Fault:
    return Fault(row.line, NAMES.get(refusal.field, ""), "", refusal.message)
