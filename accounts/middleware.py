"""After authentication: is the session still good, and was a second factor shown where one is asked?"""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import session_store

Answer = Callable[[HttpRequest], HttpResponse]
# Where someone without a second factor may still go: to get one, or out.
OPEN_WITHOUT = ("accounts:second_factor", "accounts:second_factor_picture", "accounts:logout", "accounts:password")


class SessionMiddleware:
    """Ends a session that idled or lasted too long; the page is then answered as to anybody."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not session_store.keep(request):
            messages.info(request, _("Votre session est terminée : reconnectez-vous. Vos brouillons sont gardés."))
        return self.get_response(request)


class SecondFactorMiddleware:
    """With REQUIRE_SECOND_FACTOR a local account has one before it does anything else. ProConnect has shown its own."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._misses_one(request):
            return redirect("accounts:second_factor")
        return self.get_response(request)

    def _misses_one(self, request: HttpRequest) -> bool:
        if not settings.REQUIRE_SECOND_FACTOR or not request.user.is_authenticated:
            return False
        # Django's user, to which django-otp adds what it knows.
        is_verified: bool = request.user.is_verified()  # type: ignore[attr-defined]
        if is_verified or "oidc_id_token" in request.session:
            return False
        return request.path not in {reverse(name) for name in OPEN_WITHOUT}
