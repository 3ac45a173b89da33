"""Reports as everyone reads them."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports import queries
from reports.dataset import Dataset, readable
from reports.views.downloads import download
from reports.writers.prose import content


@login_not_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    return render(request, "reports/list.html", {"reports": queries.public_reports()})


@login_not_required
@require_safe
def report_detail(request: HttpRequest, quarter: str) -> HttpResponse:
    """The accessible twin of the files: same dataset, same figures (requirement A9)."""
    report = queries.public_report(quarter)
    assert report.dataset is not None
    page = content(Dataset(readable(report.dataset), report.dataset_sha256))
    return render(request, "reports/detail.html", {"report": report, "page": page})


@login_not_required
@require_safe
def public_file(request: HttpRequest, quarter: str, name: str) -> FileResponse:
    return download(queries.public_file(quarter, name))
