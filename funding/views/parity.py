"""Parity between the State and the Region."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from funding.queries.parity import parities


@login_not_required
@require_safe
def parity(request: HttpRequest) -> HttpResponse:
    return render(request, "funding/parity.html", {"parities": parities(request.user)})
