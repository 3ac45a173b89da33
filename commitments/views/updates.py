"""Pages where an update is written: the form, what it saves while one types, what is done with the draft."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import can_publish
from commitments import queries, transitions
from commitments.forms import UpdateForm, chosen
from commitments.models import Campaign, Commitment, ProgressUpdate, Roadmap
from commitments.transitions import EditConflict, TransitionRefused
from roadmap_portal.merging import merge

State = ProgressUpdate.State
KEPT = "kept_text"
CORRECTED = "campagne"
MOST_KEPT = 64 * 1024  # characters: what someone without a session may leave in one
SIGNER = signing.Signer(salt="commitments.kept_text")


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def update_write(request: HttpRequest, code: str) -> HttpResponse:
    if not isinstance(request.user, User):
        return _keep_and_log_in(request)
    commitment = queries.writable_commitment(request.user, code)
    today = localdate()
    if request.method == "POST":
        form = UpdateForm(chosen(request.POST), commitment=commitment, today=today)
        response = _save_and_act(request, commitment, form)
        if response is not None:
            request.session.pop(KEPT, None)
            return response
    elif (kept := _kept_text(request)) is not None:
        form = UpdateForm(kept, commitment=commitment, today=today)
        messages.info(request, _("Votre session avait expiré. Votre texte est revenu : rien n’est perdu."))
    else:
        form = _prefilled_form(commitment, today)
    return render(request, "commitments/update_form.html", _form_context(request, commitment, form))


@never_cache
@login_not_required
@require_POST
def update_autosave(request: HttpRequest, code: str) -> HttpResponse:
    """Saves what is typed, field by field; what someone else has just changed waits for the author's choice."""
    if not isinstance(request.user, User):
        return HttpResponse(status=401)
    commitment = queries.writable_commitment(request.user, code)
    form = UpdateForm(chosen(request.POST), commitment=commitment, today=localdate())
    form.is_valid()
    stated, base = form.stated(), form.base()
    context: dict[str, Any] = {"form": form, "refusal": None, "conflicts": []}
    try:
        update = transitions.save_draft(commitment, stated, base=base, partly=True, **_signature(request, form))
    except TransitionRefused as refusal:
        context["refusal"] = refusal.message
    else:
        now = transitions.statement_of(update)
        conflicts = merge(base, stated, dict.fromkeys(stated) | now).conflicts
        context |= {
            "update": update,
            "conflicts": [form[name].label for name in conflicts],
            "new_bases": [form.new_base(name) for name in stated if name not in conflicts],
            "faults": [form[name].label for name in form.errors if name in form.fields],
        }
    return render(request, "commitments/_autosaved.html", context)


@never_cache
@require_POST
def update_take_back(request: HttpRequest, code: str) -> HttpResponse:
    """A submitted text becomes a draft again."""
    return _on_open_update(request, code, transitions.take_back, _("Le point est de nouveau un brouillon."))


@never_cache
@require_POST
def update_discard(request: HttpRequest, code: str) -> HttpResponse:
    return _on_open_update(request, code, transitions.discard_draft, _("Le brouillon est abandonné."))


def _on_open_update(request: HttpRequest, code: str, act: Any, done: str) -> HttpResponse:
    commitment = queries.writable_commitment(request.user, code)
    update = queries.open_update(commitment)
    try:
        if update is None:  # published or thrown away by someone else, while this page was open
            raise TransitionRefused(_("Aucun point n’est plus en cours sur cet engagement."))
        act(update, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    if act is transitions.discard_draft:
        return redirect("commitments:my_quarter")
    return redirect("commitments:update", code=code)


def _keep_and_log_in(request: HttpRequest) -> HttpResponse:
    """The session is over: the text sent waits in a new one, for its author alone, until the login is done."""
    sent = request.POST.urlencode()
    if request.method == "POST" and len(sent) <= MOST_KEPT:
        request.session[KEPT] = {"path": request.path, "sent": sent}
    return redirect_to_login(request.get_full_path())


def _kept_text(request: HttpRequest) -> QueryDict | None:
    kept = request.session.get(KEPT)
    if kept is None or kept["path"] != request.path:
        return None
    data = QueryDict(kept["sent"])
    try:
        author = SIGNER.unsign(data.get("writer", ""))
    except signing.BadSignature:
        author = ""
    if author != str(request.user.pk):
        # Someone else logged in at this desk: the text is not theirs to read.
        del request.session[KEPT]
        return None
    return data


def _prefilled_form(commitment: Commitment, today: date) -> UpdateForm:
    """The open update where there is one, otherwise the statement in force."""
    update = queries.open_update(commitment)
    if update is None:
        stated, key = transitions.starting_point(commitment), uuid.uuid4()
    else:
        stated, key = transitions.statement_of(update), update.form_key
    if (progress := stated["progress"]) is not None and progress == int(progress):
        stated["progress"] = int(progress)  # 45, as one types it, rather than 45.00
    return UpdateForm(initial={**stated, "form_key": key}, commitment=commitment, today=today)


def _signature(request: HttpRequest, form: UpdateForm) -> dict[str, Any]:
    return {
        "by": request.user,
        "form_key": form.cleaned_data.get("form_key"),
        "campaign": _corrected(request) or queries.current_campaign(),
    }


def _corrected(request: HttpRequest) -> Campaign | None:
    """The sealed quarter whose text is corrected, as the address names it (`?campagne=2026-T3`)."""
    named = request.GET.get(CORRECTED)
    campaign = queries.campaign_named(named) if named else None
    return campaign if campaign is not None and campaign.state == Campaign.State.SEALED else None


def _save_and_act(request: HttpRequest, commitment: Commitment, form: UpdateForm) -> HttpResponse | None:
    """Saves the draft whatever follows, then does what was asked. None: shown again, with the reason."""
    assert isinstance(request.user, User)
    if not form.is_valid():
        return None
    try:
        update = transitions.save_draft(commitment, form.stated(), base=form.base(), **_signature(request, form))
        return _act(request, update, request.POST.get("action", "draft"))
    except EditConflict as conflict:
        form.show_conflict(conflict)
    except TransitionRefused as refusal:
        form.refuse(refusal)
    return None


def _act(request: HttpRequest, update: ProgressUpdate, action: str) -> HttpResponse:
    assert isinstance(request.user, User)
    commitment = update.commitment
    if action == "publish" and _may_publish(request.user, commitment):
        transitions.publish_update(update, by=request.user)
        messages.success(request, _("Publié : la page publique montre ce point d’avancement."))
        return redirect(commitment)
    if action in {"submit", "publish"}:
        transitions.submit_update(update, by=request.user)
        messages.success(request, _("Soumis : le point attend ses visas."))
        return redirect("commitments:my_quarter")
    messages.success(request, _("Brouillon enregistré."))
    return redirect("commitments:update", code=commitment.code)


def _may_publish(user: User, commitment: Commitment) -> bool:
    return can_publish(user) and commitment.roadmap.visa_policy == Roadmap.VisaPolicy.NONE


def _form_context(request: HttpRequest, commitment: Commitment, form: UpdateForm) -> dict[str, Any]:
    assert isinstance(request.user, User)
    update = queries.open_update(commitment)
    corrected = _corrected(request)
    if corrected is None and update is not None and update.campaign and update.campaign.state == Campaign.State.SEALED:
        corrected = update.campaign
    return {
        "corrected": corrected,
        "commitment": commitment,
        "form": form,
        "update": update,
        "returned": queries.visas(update) if update is not None and update.state == State.RETURNED else [],
        "is_submitted": update is not None and update.state in {State.SUBMITTED, State.APPROVED},
        "writer": SIGNER.sign(str(request.user.pk)),
        "last": queries.published_update(commitment),
        "evidence_count": queries.evidence_count(commitment),
        "campaign": corrected or queries.current_campaign(),
        "may_publish": _may_publish(request.user, commitment),
    }


def open_update_or_404(request: HttpRequest, pk: int) -> ProgressUpdate:
    """An update one may look at, whatever its state. Http404 when it is not to be seen."""
    updates = ProgressUpdate.objects.select_related("commitment__roadmap", "author", "campaign").prefetch_related(
        "claims__milestone", "evidence__milestone"
    )
    update = updates.filter(pk=pk, commitment__in=queries.commitments_for(request.user)).first()
    if update is None:
        raise Http404
    return update
