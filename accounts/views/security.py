"""« Ma sécurité »: password, second factor, sessions."""

from base64 import b32encode

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as verified
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import session_store
from accounts.forms import ChangePasswordForm, CodeForm
from accounts.models import User
from accounts.security_log import Kind, record
from roadmap_portal.persons.export import everything_about
from roadmap_portal.rates import limited

RECOVERY_CODES = 10


def _local(request: HttpRequest) -> User:
    """Who has a password here. Of those who come by ProConnect, passwords and factors are elsewhere."""
    if not isinstance(request.user, User) or not request.user.has_usable_password():
        raise Http404
    return request.user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("login")
def password(request: HttpRequest) -> HttpResponse:
    user = _local(request)
    form = ChangePasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        session_store.end(user, but=request.session.session_key or "")
        record(Kind.PASSWORD_CHANGED, request)
        messages.success(request, _("Le mot de passe est changé ; vos autres sessions sont fermées."))
        return redirect("accounts:sessions")
    return render(request, "accounts/password.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Shows a secret, takes it into use once a code of it was typed; with one in use, a code removes it."""
    user = _local(request)
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if device is None and (codes := _enrolled(request, user, code)):
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
        if device is not None and match_token(user, code):
            _removed(request, user)
            return redirect("accounts:second_factor")
        form.add_error("code", _("Ce code n’est pas le bon : attendez le suivant."))
    waiting = None if device else _waiting(user)
    secret = b32encode(waiting.bin_key).decode() if waiting else ""
    return render(request, "accounts/second_factor.html", {"form": form, "device": device, "secret": secret})


@never_cache
@require_safe
def second_factor_picture(request: HttpRequest) -> HttpResponse:
    """The address of the secret as a QR code; only until it is in use."""
    user = _local(request)
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    if waiting is None:
        raise Http404
    drawn = segno.make(waiting.config_url, error="m").svg_inline(scale=5, border=4, light="#fff")
    return HttpResponse(
        drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), content_type="image/svg+xml"
    )


def _waiting(user: User) -> TOTPDevice:
    return TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "application"})[0]


@transaction.atomic
def _enrolled(request: HttpRequest, user: User, code: str) -> list[str]:
    """The recovery codes, shown this once; empty when the code is wrong."""
    waiting = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if waiting is None or not waiting.verify_token(code):
        return []
    waiting.confirmed = True
    waiting.save(update_fields=["confirmed"])
    StaticDevice.objects.filter(user=user).delete()
    spare = StaticDevice.objects.create(user=user, name="secours")
    codes = [StaticToken.random_token() for _each in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=spare, token=each) for each in codes])
    verified(request, waiting)
    record(Kind.SECOND_FACTOR_CHANGED, request, what="enrolled")
    return codes


@transaction.atomic
def _removed(request: HttpRequest, user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    record(Kind.SECOND_FACTOR_CHANGED, request, what="removed")
    messages.success(request, _("Le second facteur est retiré."))


@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    user = _someone(request)
    found = user.sessions.order_by("-seen_at")
    return render(request, "accounts/sessions.html", {"sessions": found, "current": request.session.session_key})


@never_cache
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """`session`: the one to end; without it, all but the present one."""
    user, present = _someone(request), request.session.session_key or ""
    ended = session_store.end(user, but=present, key=request.POST.get("session", ""))
    record(Kind.SESSION_ENDED, request, why="asked", sessions=ended)
    messages.success(request, _("C’est fait : seules les sessions ci-dessous restent ouvertes."))
    return redirect("accounts:sessions")


def _someone(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@never_cache
@require_POST
def my_data(request: HttpRequest) -> JsonResponse:
    """Everything the portal holds of the one who asks, as a file."""
    user = _someone(request)
    record(Kind.EXPORTED, request)
    options = {"ensure_ascii": False, "indent": 2}
    response = JsonResponse(everything_about(user), json_dumps_params=options)
    response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return response
