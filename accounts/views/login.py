"""Coming in with a password: locked after too many tries, followed by a code where there is a second factor."""

import time
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import devices_for_user, match_token

from accounts.forms import CodeForm, LoginForm
from accounts.models import User
from accounts.proconnect.views import leave
from accounts.security_log import Kind, record
from roadmap_portal.identity import LOCKED_FOR
from roadmap_portal.rates import limited

PENDING = "pending_login"
SECONDS_FOR_THE_CODE = 300
BACKEND = "django.contrib.auth.backends.ModelBackend"


@method_decorator([never_cache, limited("login")], name="dispatch")
class Login(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ways = {"proconnect": bool(settings.PROCONNECT_URL), "local": settings.LOCAL_ACCOUNTS}
        return super().get_context_data(**kwargs) | ways

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.LOCAL_ACCOUNTS:
            raise Http404
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if any(devices_for_user(user)):
            pending = {"user": user.pk, "at": time.time(), "next": self.get_redirect_url()}
            self.request.session[PENDING] = pending
            return redirect("accounts:login_code")
        response = super().form_valid(form)
        record(Kind.LOGIN, self.request, user=user, way="password")
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        record(Kind.LOGIN_REFUSED, self.request, way="password", reason="credentials")
        return super().form_invalid(form)


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Called by django-axes instead of the page of login."""
    record(Kind.LOCKED_OUT, request)
    minutes = int(LOCKED_FOR.total_seconds() // 60)
    response = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(60 * minutes)
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("login")
def login_code(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the application, or one of the recovery codes."""
    pending = request.session.get(PENDING)
    if not pending or time.time() - pending["at"] > SECONDS_FOR_THE_CODE:
        request.session.pop(PENDING, None)
        return redirect("accounts:login")
    form = CodeForm(request.POST or None)
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if request.method == "POST" and user is not None and form.is_valid():
        device = match_token(user, form.cleaned_data["code"])
        if device is not None:
            user.otp_device = device  # type: ignore[attr-defined]
            del request.session[PENDING]
            auth.login(request, user, backend=BACKEND)
            record(Kind.LOGIN, request, user=user, way="password and code")
            return redirect(_next(request, pending["next"]))
        record(Kind.LOGIN_REFUSED, request, user=user, way="code", reason="code")
        form.add_error("code", _("Code refusé : attendez le suivant dans l’application, ou un code de secours."))
    return render(request, "accounts/login_code.html", {"form": form})


def _next(request: HttpRequest, asked: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked and is_ours else settings.LOGIN_REDIRECT_URL


@login_not_required
@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        record(Kind.LOGOUT, request)
    return leave(request) or redirect(settings.LOGOUT_REDIRECT_URL)
