"""A password is chosen at the address of a mail: the first one, or another for one that was forgotten."""

from typing import Any

from axes.utils import reset as unlock
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import session_store
from accounts.forms import FirstPasswordForm, ForgottenForm
from accounts.models import User
from accounts.security_log import Kind, record
from accounts.tasks import send_password_link
from roadmap_portal.rates import limited


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("form")
def forgotten(request: HttpRequest) -> HttpResponse:
    """Nothing tells whether the address has an account: neither the answer, nor how long it takes, since the worker is
    asked in any case."""
    if not settings.LOCAL_ACCOUNTS:
        raise Http404
    form = ForgottenForm(request.POST or None)
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked:
        user = User.objects.filter(email=form.cleaned_data["email"]).first()
        record(Kind.PASSWORD_FORGOTTEN, request, user=user)
        send_password_link.delay_on_commit(user.pk if user else None)  # type: ignore[attr-defined]
    return render(request, "accounts/forgotten.html", {"form": form, "is_asked": is_asked})


@method_decorator([login_not_required, never_cache, limited("login")], name="dispatch")
class ChoosePassword(PasswordResetConfirmView):
    template_name = "accounts/choose_password.html"
    form_class = FirstPasswordForm
    success_url = reverse_lazy("accounts:login")

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.LOCAL_ACCOUNTS:
            raise Http404
        response = super().dispatch(*args, **kwargs)
        # Not « no-referrer »: browsers would then post the form with « Origin: null », which is refused.
        response["Referrer-Policy"] = "same-origin"
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.user
        what = "forgotten" if user.has_usable_password() else "first"
        with transaction.atomic():
            response = super().form_valid(form)
            session_store.end(user)
            # Whoever forgot has tried before.
            unlock(username=user.email)
            record(Kind.PASSWORD_CHANGED, self.request, user=user, what=what)
        # The session of this browser may be one of those that have just ended.
        auth.logout(self.request)
        messages.success(self.request, _("Le mot de passe est enregistré : connectez-vous."))
        return response
