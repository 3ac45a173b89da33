"""The weekly mail, asked for and left by anybody, without an account.

No cookie is set and no session read: there is nothing that a forged request could borrow, so the forms carry no CSRF
token. What they do has to be confirmed from the mailbox, or by the signed link of a mail.
"""

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from commitments.forms.subscription import SubscriptionForm
from commitments.tasks import ask_to_confirm
from commitments.transitions import subscriptions
from roadmap_portal.rates import limited

METHODS = ["GET", "HEAD", "POST"]


@csrf_exempt
@login_not_required
@require_http_methods(METHODS)
@limited("form")
def subscribe(request: HttpRequest) -> HttpResponse:
    form = SubscriptionForm(request.POST) if request.method == "POST" else SubscriptionForm(initial=request.GET.dict())
    if not form.is_bound or not form.is_valid():
        return render(request, "commitments/subscribe.html", {"form": form, "is_asked": False})
    if not form.is_from_a_program:
        asked = subscriptions.ask(
            form.cleaned_data["email"],
            axis=form.cleaned_data["axis"],
            actor=form.cleaned_data["actor"],
            language=get_language() or "fr",
            at=timezone.now(),
        )
        if asked is not None:
            ask_to_confirm.delay_on_commit(asked.pk)
    # The same answer whether the address was known or not: it tells nobody who is subscribed.
    return render(request, "commitments/subscribe.html", {"form": form, "is_asked": True})


@csrf_exempt
@never_cache
@login_not_required
@require_http_methods(METHODS)
def subscription_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Reading writes nothing: mail scanners open every link."""
    context: dict[str, object] = {"fault": "", "is_done": False}
    try:
        subscription = subscriptions.subscription_to_confirm(token)
    except signing.SignatureExpired:
        return render(request, "commitments/subscription_confirm.html", context | {"fault": "expired"}, status=410)
    except signing.BadSignature:
        return render(request, "commitments/subscription_confirm.html", context | {"fault": "broken"}, status=404)
    if request.method == "POST":
        subscriptions.confirm(subscription, at=timezone.now())
        context["is_done"] = True
    return render(request, "commitments/subscription_confirm.html", context)


# RFC 8058 has mail programs post here, without a cookie.
@csrf_exempt
@never_cache
@login_not_required
@require_http_methods(METHODS)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    try:
        subscriptions.check_leaving(token)
    except signing.BadSignature:
        return render(request, "commitments/unsubscribe.html", {"is_broken": True, "is_done": False}, status=404)
    if request.method == "POST":
        subscriptions.leave(token)
    is_done = request.method == "POST"
    return render(request, "commitments/unsubscribe.html", {"is_broken": False, "is_done": is_done})
