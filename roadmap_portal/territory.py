"""The map of the region: commitments or actors by department, with the table of the same numbers."""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from commitments.queries.territory import Place, elsewhere, places

SHADES = 4
SHOWN = {"commitments": _("engagements"), "actors": _("acteurs")}


@dataclass(frozen=True)
class Drawn:
    """`shade`: 0 for none, up to SHADES for the most."""

    name: str
    path: str
    at: tuple[float, ...]  # where its number is written
    place: Place
    number: int
    shade: int


@login_not_required
@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("show", "commitments")
    shown = asked if asked in SHOWN else "commitments"
    found = places(request.user, localdate())
    drawn = _drawn(found, shown)
    context = {
        "view_box": _outlines()["viewBox"],
        "drawn": drawn,
        "elsewhere": elsewhere(found, [each.place.code for each in drawn]),
        "shown": shown,
        "choices": SHOWN,
        "is_known": asked in SHOWN,
        "asked": asked,
        "legend": _legend(max(each.number for each in drawn)),
    }
    return render(request, "map.html", context)


def _drawn(found: dict[str, Place], shown: str) -> list[Drawn]:
    outlines = _outlines()["departments"]
    located = [found.get(outline["code"], Place(outline["code"])) for outline in outlines]
    numbers = [getattr(place, shown) for place in located]
    return [
        Drawn(outline["name"], outline["path"], tuple(outline["label"]), place, number, _shade(number, max(numbers)))
        for outline, place, number in zip(outlines, located, numbers, strict=True)
    ]


def _shade(number: int, most: int) -> int:
    return math.ceil(SHADES * number / most) if number else 0


def _legend(most: int) -> list[tuple[int, int, int]]:
    """(shade, least, most) of each shade that a number may have."""
    bounds: dict[int, list[int]] = {}
    for number in range(1, most + 1):
        bounds.setdefault(_shade(number, most), []).append(number)
    return [(shade, numbers[0], numbers[-1]) for shade, numbers in bounds.items()]


@lru_cache(maxsize=1)
def _outlines() -> dict[str, Any]:
    path = settings.BASE_DIR / "static" / "vendor" / "france-departments" / "departments.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found
