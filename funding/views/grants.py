"""Grants: open data for everyone; for staff, what is to be written and published."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import can_publish
from accounts.security_log import Kind, record
from commitments.transitions import TransitionRefused
from commitments.uploads import UploadRefused, read_upload
from funding import scdl
from funding.forms import with_spare_rows
from funding.forms.grants import SPARE_ROWS, BeneficiaryFormSet, CheckForm, GrantForm
from funding.models import Grant
from funding.queries.grants import file_rows, grants, grants_to_publish, published_grants, published_summary
from funding.transitions.grants import publish_grant, save_grant

PAGE_SIZE = 50
SHOWN = 100
PREFIX = "beneficiaires"
OF_BENEFICIARY = ("kind", "name", "siret", "rna", "share")


@login_not_required
@require_safe
def grant_data(request: HttpRequest) -> HttpResponse:
    page = Paginator(published_grants(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "summary": published_summary(), "fields": scdl.FIELDS, "version": scdl.VERSION}
    return render(request, "funding/grants/data.html", context)


@login_not_required
@require_safe
def grant_csv(request: HttpRequest) -> StreamingHttpResponse:
    lines = scdl.as_csv(file_rows()) if request.method == "GET" else []
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = 'inline; filename="subventions.csv"'
    return response


@login_not_required
@require_safe
def grant_schema(request: HttpRequest) -> JsonResponse:
    return JsonResponse(scdl.table_schema(), json_dumps_params={"ensure_ascii": False, "indent": 2})


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not can_publish(user):
        raise Http404
    return user


@never_cache
@require_safe
def grant_list(request: HttpRequest) -> HttpResponse:
    _staff(request)
    on = localdate()
    page = Paginator(grants().filter(published_on__isnull=False), PAGE_SIZE).get_page(request.GET.get("page"))
    waiting = grants_to_publish()
    overdue = sum(grant.days_overdue(on) > 0 for grant in waiting)
    context = {"to_publish": waiting, "overdue": overdue, "page": page, "today": on}
    return render(request, "funding/grants/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grant_add(request: HttpRequest) -> HttpResponse:
    return _edit(request, Grant(), _staff(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grant_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = _staff(request)
    return _edit(request, get_object_or_404(Grant, pk=pk), user)


def _edit(request: HttpRequest, grant: Grant, user: User) -> HttpResponse:
    form, rows = _forms(request, grant)
    is_asked = request.method == "POST" and "more" not in request.POST
    if is_asked and form.is_valid() and rows.is_valid():
        stated = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        try:
            save_grant(grant, stated, rows.stated(), seen=form.cleaned_data["seen"], by=user)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Subvention enregistrée."))
            return redirect("funding:grant_list")
    return render(request, "funding/grants/form.html", {"grant": grant, "form": form, "rows": rows})


def _forms(request: HttpRequest, grant: Grant) -> tuple[GrantForm, Any]:
    if request.method == "POST":
        is_longer = "more" in request.POST
        data = with_spare_rows(request.POST, PREFIX, SPARE_ROWS) if is_longer else request.POST
        return GrantForm(data, instance=grant), BeneficiaryFormSet(data, prefix=PREFIX)
    initial = [model_to_dict(row, OF_BENEFICIARY) for row in grant.beneficiaries.all()] if grant.pk else []
    return GrantForm(instance=grant), BeneficiaryFormSet(initial=initial, prefix=PREFIX)


@never_cache
@require_POST
def grant_publish(request: HttpRequest, pk: int) -> HttpResponse:
    user = _staff(request)
    try:
        publish_grant(get_object_or_404(Grant, pk=pk), by=user)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Subvention publiée : elle est dans le fichier ouvert."))
    return redirect("funding:grant_list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grant_check(request: HttpRequest) -> HttpResponse:
    """A file of the schema, from here or elsewhere: what is wrong, by line and column."""
    _staff(request)
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    context: dict[str, Any] = {"form": form, "checked": None}
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            read_upload(file)
            text = file.read().decode("utf-8")
        except UploadRefused as refusal:
            record(Kind.UPLOAD_REFUSED, request, why=refusal.message)
            form.add_error("file", refusal.message)
        except UnicodeDecodeError:
            form.add_error("file", _("Lu : un autre encodage. Attendu : un CSV en UTF-8."))
        else:
            read = scdl.read_csv(text)
            found = read.faults or scdl.faults(read.rows, read.lines)
            context["checked"] = {"number": len(read.rows), "faults": found[:SHOWN], "total": len(found)}
    return render(request, "funding/grants/check.html", context)
