"""Pieces of evidence: given, withdrawn, downloaded."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.security_log import Kind, record
from commitments import queries, transitions
from commitments.forms import EvidenceForm
from commitments.models import Evidence
from commitments.transitions import TransitionRefused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    commitment = queries.writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = EvidenceForm(*sent, commitment=commitment)
    if form.is_valid():
        try:
            piece = transitions.add_evidence(commitment, by=request.user, **form.cleaned_data)
        except TransitionRefused as refusal:
            if request.FILES and refusal.field == "file":
                record(Kind.UPLOAD_REFUSED, request, why=refusal.message)
            form.refuse(refusal)
        else:
            messages.success(request, _("Pièce ajoutée."))
            if piece.scan == Evidence.Scan.WAITING:
                messages.warning(
                    request,
                    _(
                        "L’antivirus ne répond pas : la pièce est gardée, mais personne ne l’ouvrira avant qu’il"
                        " l’ait examinée. Vous n’avez rien à refaire."
                    ),
                )
            return redirect("commitments:evidence", code=commitment.code)
    update = queries.open_update(commitment)
    context = {
        "commitment": commitment,
        "form": form,
        "pieces": queries.all_evidence(commitment),
        "update": update,
        "is_submitted": update is not None and update.is_being_approved,
    }
    return render(request, "commitments/evidence.html", context)


@never_cache
@require_POST
def evidence_withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    commitment = queries.writable_commitment(request.user, code)
    assert isinstance(request.user, User)
    piece = get_object_or_404(queries.all_evidence(commitment), pk=pk)
    try:
        transitions.withdraw_evidence(piece, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Pièce retirée : elle reste ici, signée et datée, et n’est plus montrée ailleurs."))
    return redirect("commitments:evidence", code=commitment.code)


@never_cache
@login_not_required
@require_safe
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    piece = queries.evidence_file(request.user, pk)
    return FileResponse(
        piece.file.open("rb"), as_attachment=True, filename=piece.file_name, content_type=piece.media_type
    )
