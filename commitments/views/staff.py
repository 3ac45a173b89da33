"""Pages where staff write: my quarter, an update, what waits to be published, a postponement."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_publish, is_staff_member
from commitments import queries, transitions
from commitments.forms import PostponementForm, UpdateForm
from commitments.models import Commitment, ProgressUpdate
from commitments.transitions import ChangedMeanwhile, TransitionRefused


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
        "answered": sum(duty.answered is not None for duty in duties),
        "stale": sum(duty.is_stale for duty in duties),
        "today": on,
    }
    return render(request, "commitments/my_quarter.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def update_write(request: HttpRequest, code: str) -> HttpResponse:
    commitment = queries.writable_commitment(request.user, code)
    today = localdate()
    if request.method == "POST":
        form = UpdateForm(request.POST, commitment=commitment, today=today, instance=_own_draft(request, commitment))
        if form.is_valid():
            response = _save_and_act(request, commitment, form)
            if response is not None:
                return response
    else:
        form = _prefilled_form(request, commitment, today)
    return render(request, "commitments/update_form.html", _form_context(request, commitment, form))


def _own_draft(request: HttpRequest, commitment: Commitment) -> ProgressUpdate | None:
    drafts = ProgressUpdate.objects.filter(
        commitment=commitment, author=request.user.pk, state=ProgressUpdate.State.DRAFT
    )
    return drafts.prefetch_related("claims").order_by("-pk").first()


def _prefilled_form(request: HttpRequest, commitment: Commitment, today: date) -> UpdateForm:
    """The author's own draft where there is one, otherwise the last published statement."""
    draft = _own_draft(request, commitment)
    if draft is not None:
        initial: dict[str, Any] = {"form_key": draft.form_key, "seen_version": draft.base_version}
        return UpdateForm(instance=draft, initial=initial, commitment=commitment, today=today)
    last = queries.published_update(commitment)
    initial = transitions.as_fields(last) if last is not None else {}
    initial |= {
        "status": commitment.status,
        "reason": "",
        "form_key": uuid.uuid4(),
        "seen_version": commitment.version,
    }
    return UpdateForm(initial=initial, commitment=commitment, today=today)


def _save_and_act(request: HttpRequest, commitment: Commitment, form: UpdateForm) -> HttpResponse | None:
    """Saves the draft whatever follows, then does what was asked. None: shown again, with the reason."""
    assert request.user.is_authenticated
    action = request.POST.get("action", "draft")
    seen = form.cleaned_data["seen_version"]
    try:
        update = transitions.save_draft(
            commitment,
            form.statement(),
            by=request.user,
            form_key=form.cleaned_data["form_key"],
            base_version=seen,
            achieved=form.achieved(),
            campaign=queries.current_campaign(),
        )
        return _act(request, update, action, seen)
    except ChangedMeanwhile as refusal:
        form.changes = refusal.updates
        form.accept_version(refusal.version)
        form.refuse(refusal)
    except TransitionRefused as refusal:
        form.refuse(refusal)
    return None


def _act(request: HttpRequest, update: ProgressUpdate, action: str, seen_version: int) -> HttpResponse:
    assert request.user.is_authenticated
    if action == "publish" and can_publish(request.user):
        transitions.publish_update(update, by=request.user, seen_version=seen_version)
        messages.success(request, _("Publié : la page publique montre ce point d’avancement."))
        return redirect(update.commitment)
    if action in {"submit", "publish"}:
        transitions.submit_update(update, by=request.user)
        messages.success(request, _("Soumis : une personne chargée de la validation peut le publier."))
        return redirect("commitments:my_quarter")
    messages.success(request, _("Brouillon enregistré."))
    return redirect("commitments:update", code=update.commitment.code)


def _form_context(request: HttpRequest, commitment: Commitment, form: UpdateForm) -> dict[str, Any]:
    return {
        "commitment": commitment,
        "form": form,
        "last": queries.published_update(commitment),
        "campaign": queries.current_campaign(),
        "can_publish": can_publish(request.user),
    }


@never_cache
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    if not can_publish(request.user):
        raise Http404
    return render(request, "commitments/review_list.html", {"updates": queries.submitted_updates(request.user)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def update_review(request: HttpRequest, pk: int) -> HttpResponse:
    """What one would publish, beside what is published."""
    if not can_publish(request.user) or not request.user.is_authenticated:
        raise Http404
    updates = ProgressUpdate.objects.select_related("commitment", "author").prefetch_related("claims__milestone")
    update = get_object_or_404(updates, pk=pk, commitment__in=queries.commitments_for(request.user))
    context: dict[str, Any] = {
        "update": update,
        "seen_version": update.base_version,
        "changes": [],
        "refusal": None,
    }
    if request.method == "POST":
        try:
            transitions.publish_update(update, by=request.user, seen_version=_seen_version(request, update))
        except ChangedMeanwhile as refusal:
            context |= {"refusal": refusal, "changes": refusal.updates, "seen_version": refusal.version}
        except TransitionRefused as refusal:
            context |= {"refusal": refusal}
        else:
            messages.success(request, _("Publié : la page publique montre ce point d’avancement."))
            return redirect(update.commitment)
    context["published"] = queries.published_update(update.commitment)
    return render(request, "commitments/update_review.html", context)


def _seen_version(request: HttpRequest, update: ProgressUpdate) -> int:
    sent = request.POST.get("seen_version", "")
    return int(sent) if sent.isdecimal() else update.base_version


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def postpone(request: HttpRequest, code: str) -> HttpResponse:
    commitment = queries.writable_commitment(request.user, code)
    assert request.user.is_authenticated
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
