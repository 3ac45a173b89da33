"""« Mes absences »: who stands in for whom, and until when."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DelegationForm
from accounts.models import User
from accounts.services import RightsRefused
from accounts.services.delegations import delegate, delegations_of, end_delegation
from accounts.views.account import staff_member_or_404
from roadmap_portal.rates import limited


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("form")
def delegations(request: HttpRequest) -> HttpResponse:
    user, today = staff_member_or_404(request), localdate()
    form = DelegationForm(request.POST or None, absent=user, today=today)
    if request.method == "POST" and form.is_valid() and _given(request, form, user):
        return redirect("accounts:delegations")
    context = {"form": form, "delegations": delegations_of(user, today), "today": today}
    return render(request, "accounts/delegations.html", context)


def _given(request: HttpRequest, form: DelegationForm, absent: User) -> bool:
    asked = form.cleaned_data
    try:
        made = delegate(
            absent, asked["deputy"], asked["starts_on"], asked["ends_on"], today=localdate(), request=request
        )
    except RightsRefused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    messages.success(request, _("%(name)s vous supplée à ces dates.") % {"name": made.deputy.name})
    for left in made.left_out:
        right = {"role": left.get_role_display(), "actor": left.actor.name, "name": made.deputy.name}
        text = _("Sans suppléant : %(role)s, %(actor)s, que %(name)s ne peut pas tenir. Désignez-en un autre.")
        messages.warning(request, text % right)
    return True


@never_cache
@require_POST
def end(request: HttpRequest, deputy: int) -> HttpResponse:
    """Of one's own; stopped twice, the second says the same."""
    user = staff_member_or_404(request)
    end_delegation(user, User(pk=deputy), today=localdate(), request=request)
    messages.success(request, _("La délégation est arrêtée."))
    return redirect("accounts:delegations")
