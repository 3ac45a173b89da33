"""« D’où vient ce chiffre ? »: the pages behind the public figures."""

from dataclasses import asdict

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from commitments.queries import figures
from funding.queries import figures as money_figures
from roadmap_portal.figures import Figure


def _figures(request: HttpRequest, key: str) -> list[Figure]:
    """`key`: as the links of the pages write it, « axe/research » or « financement/acteur/region-aura ». Raises Http404."""
    on = localdate()
    parts = key.split("/")
    if parts[0] == "financement" and len(parts) in {1, 3}:
        return money_figures.of_money(request.user, *(parts[1:] or ["", ""]), on)
    if key == "feuille-de-route":
        return figures.of_group(request.user, "", "", on)
    if len(parts) == 2 and parts[0] in {"axe", "liste"}:
        return figures.of_group(request.user, *parts, on)
    if len(parts) == 2 and parts[0] == "engagement":
        return figures.of_commitment(request.user, parts[1], on)
    if len(parts) == 2 and parts[0] == "indicateur":
        return figures.of_indicator(request.user, parts[1], on)
    raise Http404


@login_not_required
@require_safe
def figures_page(request: HttpRequest, key: str) -> HttpResponse:
    return render(request, "figures.html", {"figures": _figures(request, key), "key": key})


@login_not_required
@require_safe
def figures_data(request: HttpRequest, key: str) -> JsonResponse:
    """The same, for machines: exact values as texts."""
    found = [
        asdict(figure) | {"value": figure.exact or None, "shown": figure.shown, "formula_in_words": figure.explained}
        for figure in _figures(request, key)
    ]
    return JsonResponse({"figures": found}, json_dumps_params={"ensure_ascii": False, "indent": 2})
