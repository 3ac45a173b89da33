"""Reports asked for and watched by administrators."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import can_manage_reports
from commitments.transitions import TransitionRefused
from reports import queries, transitions
from reports.forms import ReportForm
from reports.models import Report
from reports.tasks import build_report
from reports.views.downloads import download


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def staff_list(request: HttpRequest) -> HttpResponse:
    if not can_manage_reports(request.user) or not request.user.is_authenticated:
        raise Http404
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report = transitions.request_report(form.cleaned_data["campaign"], form.scope(), by=request.user)
        except TransitionRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            # A report that is already being built takes no harm from a second message.
            build_report.delay_on_commit(report.pk)  # type: ignore[attr-defined]
            return redirect(report)
    context = {"form": form, "reports": queries.reports_for(request.user), "to_seal": queries.quarters_to_seal()}
    return render(request, "reports/staff_list.html", context)


@never_cache
@require_safe
def staff_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "reports/staff_detail.html", {"report": queries.report_for(request.user, pk)})


@never_cache
@require_safe
def staff_state(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that moves while a worker builds, asked for every two seconds by htmx."""
    return render(request, "reports/_state.html", {"report": queries.report_for(request.user, pk)})


@never_cache
@require_POST
def staff_act(request: HttpRequest, pk: int) -> HttpResponse:
    report = queries.report_for(request.user, pk)
    assert request.user.is_authenticated
    try:
        _act(report, request)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    return redirect(report)


def _act(report: Report, request: HttpRequest) -> None:
    assert request.user.is_authenticated
    match request.POST.get("action"):
        case "retry":
            transitions.retry(report, by=request.user)
            build_report.delay_on_commit(report.pk)  # type: ignore[attr-defined]
        case "put_online":
            transitions.put_online(report, by=request.user)
            messages.success(request, _("Le rapport est en ligne, avec la mention « provisoire, non scellé »."))
        case "take_offline":
            transitions.take_offline(report, by=request.user)


@never_cache
@require_safe
def staff_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    return download(request, queries.file_for(request.user, pk, name))
