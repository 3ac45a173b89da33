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
    """`key`: as the links of the pages write it, « axe/research », « financement/acteur/region-aura ». Http404."""
    user, on = request.user, localdate()
    first, *rest = key.split("/")
    match first, rest:
        case "feuille-de-route", []:
            return figures.of_group(user, "", "", on)
        case (("axe" | "liste"), [code]):
            return figures.of_group(user, first, code, on)
        case "engagement", [code]:
            return figures.of_commitment(user, code, on)
        case "indicateur", [code]:
            return figures.of_indicator(code, on)
        case "financement", []:
            return money_figures.of_money(user, "", "", on)
        case "financement", [scope, code]:
            return money_figures.of_money(user, scope, code, on)
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
