"""To ProConnect and back, in and out."""

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from accounts.security_log import Kind, record
from accounts.services.identities import Refusal

SENTENCES = {
    Refusal.PROTOCOL: _("La réponse de ProConnect n’a pas pu être vérifiée. Recommencez depuis la page de connexion."),
    Refusal.SECOND_FACTOR: _(
        "Cette connexion n’a pas utilisé de second facteur d’authentification, que le portail exige."
    ),
    Refusal.UNKNOWN: _("Aucune invitation n’a été faite à cette adresse électronique."),
    Refusal.ORGANISATION: _("Vous êtes invité, mais pour un autre organisme que celui de votre connexion."),
    Refusal.EXPIRED: _("Votre invitation n’est plus valable."),
    Refusal.ROLE: _("Votre fournisseur d’identité ne vous reconnaît pas le rôle demandé."),
    Refusal.DISABLED: _("Ce compte est désactivé."),
}
LOGOUT_STATE = "logout_state"


def on_or_404() -> None:
    if not settings.PROCONNECT_URL:
        raise Http404


@method_decorator([login_not_required, never_cache], name="dispatch")
class Begin(OIDCAuthenticationRequestView):
    """By a link, not a form: `form-action` of the CSP would stop a form at the first redirection (requirement S4)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        on_or_404()
        return super().get(request)

    def get_extra_params(self, request: HttpRequest) -> dict[str, Any]:
        acr = {"essential": True, "values": settings.PROCONNECT_ACR}
        return {"claims": json.dumps({"id_token": {"acr": acr, "amr": None}})}


@method_decorator([login_not_required, never_cache], name="dispatch")
class Callback(OIDCAuthenticationCallbackView):
    def get(self, request: HttpRequest) -> HttpResponse:
        on_or_404()
        try:
            return super().get(request)
        except SuspiciousOperation:  # an answer to nothing we asked, or a second time
            return self.login_failure()

    def login_success(self) -> HttpResponse:
        response = super().login_success()
        record(Kind.LOGIN, self.request, user=self.user, way="proconnect")
        return response

    def login_failure(self) -> HttpResponse:
        refusal = getattr(self.request, "refusal", Refusal.PROTOCOL)
        detail = getattr(self.request, "refusal_detail", self.request.GET.get("error", "")[:100])
        record(Kind.LOGIN_REFUSED, self.request, way="proconnect", reason=str(refusal), detail=detail)
        # The token of someone refused stays nowhere.
        self.request.session.flush()
        context = {"sentence": SENTENCES[refusal], "contact": settings.LEGAL.contact_email}
        return render(self.request, "accounts/refused.html", context, status=403)


def leave(request: HttpRequest) -> HttpResponse | None:
    """Ends our session in any case; a page that leads to ProConnect's own end where that is how they came in.

    A page with a link: a redirection of the form's answer to another site would be stopped by the CSP.
    """
    token = request.session.get("oidc_id_token")
    auth.logout(request)
    if not token or not settings.PROCONNECT_URL:
        return None
    state = request.session[LOGOUT_STATE] = get_random_string(43)
    back = request.build_absolute_uri(reverse("proconnect:left"))
    asked = {"id_token_hint": token, "state": state, "post_logout_redirect_uri": back}
    address = f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(asked)}"
    return render(request, "accounts/leaving.html", {"address": address})


@login_not_required
@never_cache
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """Back from ProConnect: nothing is left of the session, whoever sent us here."""
    on_or_404()
    expected = request.session.get(LOGOUT_STATE, "")
    is_ours = bool(expected) and constant_time_compare(request.GET.get("state", ""), expected)
    if is_ours:
        request.session.flush()
    return redirect("home")
