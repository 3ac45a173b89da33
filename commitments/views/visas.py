"""The queue of one who approves, and the page where a text is read against the one in force."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import can_publish
from commitments import queries, transitions
from commitments.models import ProgressUpdate, Roadmap, Visa
from commitments.transitions import TransitionRefused
from commitments.views.updates import open_update_or_404
from roadmap_portal.differences import differences


@never_cache
@require_safe
def visa_list(request: HttpRequest) -> HttpResponse:
    if not can_publish(request.user):
        raise Http404
    context = {
        "queue": queries.visa_queue(request.user),
        "unchanged": queries.confirmed_again_and_again(),
    }
    return render(request, "commitments/visa_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def visa_detail(request: HttpRequest, pk: int) -> HttpResponse:
    if not can_publish(request.user) or not isinstance(request.user, User):
        raise Http404
    update = open_update_or_404(request, pk)
    refusal = None
    if request.method == "POST":
        try:
            return _decide(request, update)
        except TransitionRefused as refused:
            refusal = refused
            update = open_update_or_404(request, pk)
    return render(request, "commitments/visa_detail.html", _context(request.user, update, refusal))


def _decide(request: HttpRequest, update: ProgressUpdate) -> HttpResponse:
    assert isinstance(request.user, User)
    decision = request.POST.get("decision", "")
    if decision == "publish":
        update = transitions.publish_update(update, by=request.user)
    else:
        update = transitions.give_visa(
            update,
            side=request.POST.get("side", ""),
            decision=decision,
            comment=request.POST.get("comment", ""),
            by=request.user,
            seen_hash=request.POST.get("seen_hash", ""),
        )
    messages.success(request, _said(update, decision))
    following = queries.visa_queue(request.user).mine
    if following:
        return redirect("commitments:visa_detail", pk=following[0].update.pk)
    return redirect("commitments:visa_list")


def _said(update: ProgressUpdate, decision: str) -> str:
    code = update.commitment.code
    if update.state == ProgressUpdate.State.PUBLISHED:
        return _("%(code)s : publié, la page publique montre ce point d’avancement.") % {"code": code}
    if decision == Visa.Decision.CHANGES_REQUESTED:
        return _("%(code)s : corrections demandées, l’auteur verra votre commentaire.") % {"code": code}
    if decision == Visa.Decision.WITHDRAWN:
        return _("%(code)s : visa retiré.") % {"code": code}
    return _("%(code)s : visa donné, il manque encore celui de l’autre côté.") % {"code": code}


def _context(user: User, update: ProgressUpdate, refusal: TransitionRefused | None) -> dict[str, Any]:
    published = queries.published_update(update.commitment)
    needs_visa = update.commitment.roadmap.visa_policy != Roadmap.VisaPolicy.NONE
    return {
        "update": update,
        "published": published,
        "changes": {
            name: differences(getattr(published, name, "") or "", getattr(update, name) or "")
            for name in ("text_public", "next_steps", "weather_reason")
        },
        "visas": queries.visas(update),
        "stand": queries.stand_of(user, update),
        "needs_visa": needs_visa,
        "refusal": refusal,
    }
