"""Reports asked for and watched: all by the administration, those of their actor by who administers one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import can_manage_reports, can_request_reports
from commitments.transitions import TransitionRefused
from reports import queries, transitions
from reports.dataset import scopes_in_words
from reports.forms import ReportForm
from reports.models import Report
from reports.tasks import build_report
from reports.views.downloads import download
from roadmap_portal.rates import limited

PAGE_SIZE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("report")
def staff_list(request: HttpRequest) -> HttpResponse:
    if not can_request_reports(request.user):
        raise Http404
    form = ReportForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (report := _requested(form, request)) is not None:
        # A report that is already being built takes no harm from a second message.
        build_report.delay_on_commit(report.pk)
        return redirect(report)
    page = Paginator(queries.reports_for(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    words = scopes_in_words(report.scope for report in page)
    context = {"form": form, "page": page, "words": words, "queue": None, "to_seal": []}
    if can_manage_reports(request.user):
        context |= {"queue": queries.queue(), "to_seal": queries.quarters_to_seal()}
    return render(request, "reports/staff_list.html", context)


def _requested(form: ReportForm, request: HttpRequest) -> Report | None:
    """None when it is refused: the form then says why, at the field."""
    assert request.user.is_authenticated
    asked = form.cleaned_data
    try:
        return transitions.request_report(asked["campaign"], form.scope(), period=asked["period"], by=request.user)
    except transitions.AlreadySealed as refusal:
        link = (refusal.message, refusal.sealed.layout.get_absolute_url(), refusal.sealed)
        form.add_error("campaign", ValidationError(format_html('{} <a href="{}">{}</a>', *link)))
    except TransitionRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return None


@never_cache
@require_safe
def staff_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = queries.report_for(request.user, pk)
    # Without scripts the page loads itself again, until the reader says otherwise.
    is_refreshed = request.GET.get("actualiser") != "non"
    words = scopes_in_words([report.scope])
    context = {"report": report, "words": words, "seen": report.state, "is_refreshed": is_refreshed}
    return render(request, "reports/staff_detail.html", context)


@never_cache
@require_safe
def staff_state(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that moves while a worker builds, asked for every two seconds by htmx. `vu`: the
    state the reader knows of; another one is said aloud."""
    context = {"report": queries.report_for(request.user, pk), "seen": request.GET.get("vu", "")}
    return render(request, "reports/_state.html", context)


@never_cache
@require_POST
def staff_act(request: HttpRequest, pk: int) -> HttpResponse:
    if not can_manage_reports(request.user):
        raise Http404
    report = queries.report_for(request.user, pk)
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
            build_report.delay_on_commit(report.pk)
        case "put_online":
            transitions.put_online(report, by=request.user)
            messages.success(request, _("Le rapport est en ligne, avec la mention « provisoire, non scellé »."))
        case "take_offline":
            transitions.take_offline(report, by=request.user)


@never_cache
@require_safe
def staff_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    return download(request, queries.file_for(request.user, pk, name))
