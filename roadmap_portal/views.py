"""Home page."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from commitments import queries


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    on = localdate()
    context = {
        "overview": queries.overview(request.user, on),
        "late": queries.most_late(request.user, on),
        "milestones": queries.next_milestones(request.user, on),
        "updates": queries.latest_updates(request.user),
        "quarter_began_on": (began_on := first_day_of_quarter(on)),
        "moved": queries.moved_since(request.user, began_on),
        "funders": queries.main_funders(request.user),
        "today": on,
    }
    return render(request, "home.html", context)


def first_day_of_quarter(on: date) -> date:
    return on.replace(month=on.month - (on.month - 1) % 3, day=1)


@login_not_required
@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.GET.get("next", reverse("admin:index")))
