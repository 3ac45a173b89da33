"""The public page where anyone checks that what is sealed has not moved, and whose file they hold."""

import re
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.models import Roadmap
from reports import queries
from reports.forms import FingerprintForm
from reports.models import SealedReport
from reports.verification import Finding, Verdict, findings_in_files, verdicts

# How long a verdict is believed: computing it reads every sealed byte, and anyone may ask.
KEPT_SECONDS = 300
ONE_AT_A_TIME = Lock()
T = TypeVar("T")


@login_not_required
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    form = FingerprintForm(request.GET if "empreinte" in request.GET else None)
    (found, computed_at), asked = _chain(), request.GET.get("rapport", "")
    context = {"form": form, "verdicts": found, "computed_at": computed_at, "answer": None, "of_files": None}
    if form.is_valid():
        files, sealed = queries.published_with(form.cleaned_data["empreinte"])
        context["answer"] = {"sha256": form.cleaned_data["empreinte"], "files": files, "sealed": sealed}
    if asked:
        context["of_files"] = _files_of(asked)
    return render(request, "reports/verification.html", context)


def _chain() -> tuple[list[Verdict], datetime]:
    roadmap = Roadmap.objects.order_by("pk").first()
    if roadmap is None:
        return [], timezone.now()
    # Another sealing or publication is seen at once.
    reports = SealedReport.objects.filter(roadmap=roadmap.pk)
    latest = reports.aggregate(last=Max("pk"), published=Count("published_at"))
    key = f"verification:{roadmap.pk}:{latest['last']}:{latest['published']}"
    return _kept(key, lambda: list(verdicts(roadmap)))


def _files_of(number: str) -> dict[str, Any]:
    """Of one published report, by its number."""
    if not re.fullmatch("[0-9]{1,6}", number):
        raise Http404
    published = SealedReport.objects.filter(published_at__isnull=False, number=int(number)).order_by("roadmap_id")
    sealed = published.select_related("campaign", "roadmap").defer("content").first()
    if sealed is None:
        raise Http404
    findings: list[Finding]
    findings, computed_at = _kept(f"verification:files:{sealed.pk}", lambda: findings_in_files(sealed))
    return {"sealed": sealed, "findings": findings, "computed_at": computed_at}


def _kept(key: str, compute: Callable[[], T]) -> tuple[T, datetime]:
    """With the moment it was computed. A crowd that asks at once waits for one computation."""
    with ONE_AT_A_TIME:
        kept = cache.get(key)
        if kept is None:
            kept = (compute(), timezone.now())
            cache.set(key, kept, KEPT_SECONDS)
    return kept
