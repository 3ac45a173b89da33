"""What everyone reads of money."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from funding import queries


@login_not_required
@require_safe
def funding_list(request: HttpRequest) -> HttpResponse:
    lines = queries.lines_for(request.user)
    rows = [(at.envelope, at.level, lines.get(at.envelope.pk, [])) for at in queries.envelope_tree()]
    return render(request, "funding/list.html", {"rows": rows})
