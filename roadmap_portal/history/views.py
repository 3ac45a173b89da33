"""Pages of what changed: all of it for staff, what is public for everyone."""

from typing import Any

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import is_administrator, is_staff_member, visible
from commitments.models import Commitment
from commitments.queries import commitment_for
from roadmap_portal.history.publication import sides_and_roles, told_in_public
from roadmap_portal.history.reading import Change, Told, keys, of_commitment, of_object, read
from roadmap_portal.history.tracking import change_models, is_link, tracked_model
from roadmap_portal.history.wording import Entry, entries, signatures, through

PAGE_SIZE = 50


def _page(request: HttpRequest, told: list[Told]) -> tuple[Page[Any], list[Change]]:
    page = Paginator(keys(told), PAGE_SIZE).get_page(request.GET.get("page"))
    return page, read(told, page.object_list)


def _for_staff(changes: list[Change]) -> list[Entry]:
    return entries(changes, signatures(changes), through)


@never_cache
@require_safe
def commitment_history(request: HttpRequest, code: str) -> HttpResponse:
    if not is_staff_member(request.user):
        raise Http404
    commitment = commitment_for(request.user, code)
    page, changes = _page(request, of_commitment(commitment.pk))
    context = {"commitment": commitment, "page": page, "entries": _for_staff(changes), "is_public_page": False}
    return render(request, "history/commitment.html", context)


@login_not_required
@require_safe
def public_history(request: HttpRequest, code: str) -> HttpResponse:
    """The same page whoever reads it: what staff know more of is on theirs."""
    commitment = Commitment.objects.filter(visible(internal=False), code=code).first()
    if commitment is None:
        raise Http404
    page, changes = _page(request, told_in_public(commitment))
    told = entries(changes, sides_and_roles(changes), _unsaid)
    context = {"commitment": commitment, "page": page, "entries": told, "is_public_page": True}
    return render(request, "history/commitment.html", context)


def _unsaid(change: Change) -> str:
    return ""


@never_cache
@require_safe
def object_history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Of any object, deleted ones included; `kind` as in `actors.actor`. Accounts are the administrators' to read."""
    model = _model_or_404(kind)
    may_read = is_administrator if model._meta.app_label == "accounts" else is_staff_member
    if not may_read(request.user):
        raise Http404
    thing = model._base_manager.filter(pk=pk).first()
    if isinstance(thing, Commitment):
        return redirect("history_of_commitment", code=thing.code)
    page, changes = _page(request, of_object(model, pk))
    if thing is None and not changes:
        raise Http404
    context = {
        "kind": model._meta.verbose_name,
        "title": f"n°\u00a0{pk}" if thing is None else str(thing),
        "page": page,
        "entries": _for_staff(changes),
    }
    return render(request, "history/object.html", context)


def _model_or_404(kind: str) -> type[models.Model]:
    followed = {tracked_model(changes)._meta.label_lower: changes for changes in change_models()}
    if kind not in followed or is_link(followed[kind]):
        raise Http404
    return apps.get_model(kind)
