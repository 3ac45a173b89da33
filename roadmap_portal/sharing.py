"""The roadmap on other sites: small pages for a frame, oEmbed that announces them, and the picture of a shared link."""

from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from urllib.parse import urlsplit

import vl_convert
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from commitments import queries
from commitments.models import Commitment
from commitments.queries import Tally
from roadmap_portal.charts.drawing import register_fonts
from roadmap_portal.reuse import open_to_scripts

# What others show is public, whoever is logged in here.
PUBLIC = AnonymousUser()
WIDTH, HEIGHT = 480, 300
# As the networks cut a shared picture.
PICTURE = (1200, 630)
LINE, LINES = 34, 4


@dataclass(frozen=True)
class Card:
    """What is said of a commitment, an axis or the roadmap in a small space. `kind`: as in the addresses."""

    kind: str
    code: str
    title: str
    page: str
    facts: tuple[str, ...]
    # Percentage; None: not measured.
    progress: Decimal | None
    is_late: bool


def card_of(kind: str, code: str) -> Card:
    """Http404 for what does not exist or is not public."""
    if kind == "engagements":
        return _of_commitment(queries.commitment_for(PUBLIC, code))
    on = localdate()
    if kind == "axes":
        axis = queries.axis_for(code)
        tally = queries.tally_of(queries.listed_under(axis, PUBLIC), on).whole
        return _of_group("axes", code, axis.title, axis.get_absolute_url(), tally)
    if (kind, code) == ("feuille-de-route", "ensemble"):
        title = _("Feuille de route IA Auvergne-Rhône-Alpes")
        return _of_group(kind, code, title, reverse("home"), queries.overview(PUBLIC, on).whole)
    raise Http404


def _of_commitment(commitment: Commitment) -> Card:
    return Card(
        "engagements",
        commitment.code,
        commitment.title,
        commitment.get_absolute_url(),
        facts=(commitment.get_status_display(), commitment.get_weather_display()),
        progress=commitment.progress,
        is_late=commitment.late_since is not None and commitment.late_since <= localdate(),
    )


def _of_group(kind: str, code: str, title: str, page: str, tally: Tally) -> Card:
    facts = (
        _("Engagements suivis : %(n)s") % {"n": tally.total},
        _("réalisés : %(n)s") % {"n": tally.by_status["completed"]},
        _("en retard : %(n)s") % {"n": tally.late},
    )
    return Card(kind, code, title, page, facts, tally.progress.value, is_late=False)


# The only addresses that a page of another site may frame.
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@login_not_required
@require_safe
def embed(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    return render(request, "embed.html", {"card": card_of(kind, code)})


@login_not_required
@require_safe
def picture(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """PNG, since no network shows an SVG."""
    card = card_of(kind, code)
    title = wrap(card.title, LINE, max_lines=LINES, placeholder="…")
    context = {
        "card": card,
        "title": title,
        "size": PICTURE,
        "roadmap_is_demonstration": queries.is_a_demonstration(),
    }
    svg = render_to_string("shared.svg", context)
    register_fonts()
    drawn = HttpResponse(vl_convert.svg_to_png(svg), content_type="image/png")
    drawn["Cross-Origin-Resource-Policy"] = "cross-origin"
    return drawn


@login_not_required
@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """https://oembed.com: for the address of a page of ours, how to frame it."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("json\n", status=501, content_type="text/plain; charset=utf-8")
    language, kind, code = _page_asked(request.GET.get("url", ""))
    with override(language):
        card = card_of(kind, code)
        address = settings.PUBLIC_URL + reverse("embed", args=[kind, code])
        html = render_to_string("embed_code.html", {"address": address, "title": card.title, "size": _size(request)})
    width, height = _size(request)
    answer = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Feuille de route IA Auvergne-Rhône-Alpes",
        "provider_url": settings.PUBLIC_URL,
        "title": card.title,
        "html": html.strip(),
        "width": width,
        "height": height,
    }
    return open_to_scripts(JsonResponse(answer, json_dumps_params={"ensure_ascii": False}))


def _size(request: HttpRequest) -> tuple[int, int]:
    """No larger than the asker has room for."""
    asked = [request.GET.get(name, "") for name in ("maxwidth", "maxheight")]
    return tuple(  # type: ignore[return-value]
        min(ours, int(most)) if most.isascii() and most.isdecimal() and 0 < len(most) < 6 else ours
        for ours, most in zip((WIDTH, HEIGHT), asked, strict=True)
    )


def _page_asked(address: str) -> tuple[str, str, str]:
    """(language, kind, code) of the card of a page. Http404 for any other address."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != settings.PUBLIC_URL:
        raise Http404
    language = "en" if parts.path.startswith("/en/") else "fr"
    try:
        with override(language):
            found = resolve(parts.path)
    except Resolver404 as error:
        raise Http404 from error
    kinds = {"commitments:detail": "engagements", "commitments:axis_detail": "axes"}
    if found.view_name == "home":
        return language, "feuille-de-route", "ensemble"
    if found.view_name not in kinds:
        raise Http404
    return language, kinds[found.view_name], found.kwargs["code"]
