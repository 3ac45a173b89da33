"""What one prefers; who may open a page of the staff."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import PreferencesForm
from accounts.models import User
from accounts.permissions import is_administrator, is_staff_member
from commitments import transitions
from commitments.queries import snoozed_until


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    user = staff_member_or_404(request)
    form = PreferencesForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=["language"])
        messages.success(request, _("Préférences enregistrées."))
        return redirect("accounts:preferences")
    context = {"form": form, "snoozed_until": snoozed_until(user, localdate())}
    return render(request, "accounts/preferences.html", context)


@never_cache
@require_POST
def end_snooze(request: HttpRequest) -> HttpResponse:
    transitions.end_snooze(staff_member_or_404(request))
    messages.success(request, _("Les rappels reprennent."))
    return redirect("accounts:preferences")


def staff_member_or_404(request: HttpRequest) -> User:
    if not is_staff_member(request.user) or not isinstance(request.user, User):
        raise Http404
    return request.user


def administrator_or_404(request: HttpRequest) -> User:
    if not is_administrator(request.user) or not isinstance(request.user, User):
        raise Http404
    return request.user
