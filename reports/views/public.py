"""Reports as everyone reads them. What is sealed and not published yet is there for the staff alone."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import can_manage_reports
from reports import queries
from reports.dataset import Dataset, readable
from reports.models import SealedReport
from reports.views.comparison import rectification
from reports.views.downloads import caching_of, download
from reports.writers.prose import content


@login_not_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    return render(request, "reports/list.html", {"quarters": queries.quarters_online(request.user)})


@login_not_required
@require_safe
def report_detail(request: HttpRequest, quarter: str, version: int | None = None) -> HttpResponse:
    """The accessible twin of the files: same dataset, same figures (requirement A9)."""
    report = queries.report_to_read(request.user, quarter, version)
    assert report.dataset is not None
    sealed = report.sealed
    around = {"differences": None} if sealed is None else _around(request, sealed)
    page = content(Dataset(readable(report.dataset), report.dataset_sha256, ""))
    context = {"report": report, "sealed": sealed, "page": page, **around}
    return render(request, "reports/detail.html", context)


def _around(request: HttpRequest, sealed: SealedReport) -> dict[str, Any]:
    """The reports it is tied to, among those the reader may open: the one before in the chain, the one it corrects and
    the one that corrects it."""
    others = queries.sealed_for(request.user).filter(roadmap=sealed.roadmap_id)
    tied = list(others.filter(number=sealed.number - 1) | others.filter(campaign=sealed.campaign_id))
    return {
        "may_manage": can_manage_reports(request.user),
        "previous": next((other for other in tied if other.number == sealed.number - 1), None),
        "rectified": next((other for other in tied if other.pk == sealed.rectifies_id), None),
        "differences": None if sealed.rectifies_id is None else rectification(sealed),
        "rectification": next((other for other in tied if other.rectifies_id == sealed.pk), None),
    }


@login_not_required
@require_safe
def public_file(request: HttpRequest, quarter: str, name: str) -> HttpResponseBase:
    file = queries.file_to_read(request.user, quarter, name)
    return download(request, file, caching_of(file))
