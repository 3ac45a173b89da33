"""Pages on who takes part."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from actors import queries
from commitments.queries import participations_of
from funding.queries import envelopes_of, overview


@login_not_required
@require_safe
def actor_list(request: HttpRequest) -> HttpResponse:
    groups = queries.actors_by_kind()
    return render(request, "actors/list.html", {"groups": groups, "total": sum(len(actors) for _, actors in groups)})


@login_not_required
@require_safe
def actor_detail(request: HttpRequest, slug: str) -> HttpResponse:
    actor = queries.actor_for(slug)
    context = {
        "actor": actor,
        "participations": participations_of(actor, request.user),
        "envelopes": envelopes_of(actor),
        "amounts": overview.funded_by(actor, request.user),
        "today": localdate(),
    }
    return render(request, "actors/detail.html", context)
