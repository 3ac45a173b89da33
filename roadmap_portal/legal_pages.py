"""What the law has a public site say of itself, and what machines read of it."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from commitments.queries import axes
from roadmap_portal.accessibility import last_valid_day
from roadmap_portal.site_map import PAGES

# Renewed by each start of the portal: if nobody has deployed for so long, the contact may no longer answer (RFC 9116).
SECURITY_TXT_EXPIRES = now().replace(microsecond=0) + timedelta(days=300)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "legal/accessibility.html", {"legal": settings.LEGAL, "last_valid_day": last_valid_day})


@login_not_required
@require_safe
def legal_notice(request: HttpRequest) -> HttpResponse:
    return render(request, "legal/notice.html", {"legal": settings.LEGAL})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "legal/privacy.html", {"legal": settings.LEGAL})


@login_not_required
@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    return render(request, "legal/site_map.html", {"pages": PAGES, "axes": axes()})


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    lines = [
        f"Contact: {settings.LEGAL.security_contact}",
        f"Expires: {SECURITY_TXT_EXPIRES.isoformat().replace('+00:00', 'Z')}",
        f"Canonical: {settings.PUBLIC_URL}{reverse('security_txt')}",
        "Preferred-Languages: fr, en",
        f"Policy: {settings.PUBLIC_URL}{reverse('legal_notice')}#securite",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /espace/", "Disallow: /en/espace/", "Allow: /", ""]
    lines.append(f"Sitemap: {settings.PUBLIC_URL}{reverse('sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
