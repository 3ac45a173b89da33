"""France 2030 awards: everyone reads them; staff import them, in two steps."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files import File
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import can_publish
from accounts.security_log import Kind, record
from commitments.spreadsheets import read_tables
from commitments.uploads import UploadRefused, read_upload
from funding.award_rows import NoAwards, Reading, read_awards
from funding.forms.awards import AwardFileForm
from funding.models import AwardImport
from funding.queries.awards import award_totals, awards
from funding.services import kept_uploads
from funding.transitions.awards import difference, import_awards

PAGE_SIZE = 50
SHOWN = 20


@login_not_required
@require_safe
def award_list(request: HttpRequest) -> HttpResponse:
    totals = award_totals()
    departments = [row.name for row in totals.by_department if row.name]
    department, words = request.GET.get("departement", ""), request.GET.get("q", "").strip()
    is_known = not department or department in departments
    found = awards(department, words) if is_known else awards().none()
    context = {
        "totals": totals,
        "departments": departments,
        "department": department,
        "words": words,
        "is_known": is_known,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "funding/awards/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def award_import(request: HttpRequest) -> HttpResponse:
    """First the file and its preview, where nothing is written; then the token of that preview confirms it."""
    if not can_publish(request.user):
        raise Http404
    assert isinstance(request.user, User)
    if request.method == "POST" and "token" in request.POST:
        return _confirm(request, request.user)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AwardFileForm(*sent)
    imports = AwardImport.objects.select_related("imported_by")[:SHOWN]
    context: dict[str, Any] = {"form": form, "imports": imports, "reading": None}
    if form.is_valid():
        context |= _preview(request, form, request.user)
    return render(request, "funding/awards/import.html", context)


def _preview(request: HttpRequest, form: AwardFileForm, user: User) -> dict[str, Any]:
    file, asked = form.cleaned_data["file"], form.cleaned_data
    try:
        read_upload(file)
        reading = read_awards(read_tables(file), all_regional=asked["all_regional"])
    except UploadRefused as refusal:
        record(Kind.UPLOAD_REFUSED, request, why=refusal.message)
        form.add_error("file", refusal.message)
        return {}
    except NoAwards as refusal:
        form.add_error("file", str(refusal))
        return {}
    context = {"reading": reading, "faults": reading.faults[: SHOWN * 5], "shown": reading.awards[:SHOWN]}
    if reading.faults or not reading.awards:
        return context
    file.seek(0)
    told = {name: asked[name] for name in ("source_url", "all_regional")} | {"stated_on": str(asked["stated_on"])}
    return context | {"difference": difference(reading.awards), "token": kept_uploads.keep(file, user, told)}


def _confirm(request: HttpRequest, user: User) -> HttpResponse:
    try:
        file, asked = kept_uploads.kept(request.POST["token"], user)
    except kept_uploads.UploadLost:
        messages.error(request, _("L’aperçu a expiré ou a déjà été confirmé : choisissez de nouveau le fichier."))
        return redirect("funding:award_import")
    entry = _import(file, asked, user)
    kept_uploads.throw_away(request.POST["token"])
    if entry is None:
        messages.success(request, _("Rien à changer : ces lauréats étaient déjà connus, à l’identique."))
    else:
        added, updated = entry.created_count, entry.updated_count
        text = _("Import terminé. Ajoutés : %(added)s ; mis à jour : %(updated)s.") % {
            "added": added,
            "updated": updated,
        }
        messages.success(request, text)
    return redirect("funding:award_list")


def _import(file: File, asked: dict[str, Any], user: User) -> AwardImport | None:
    upload = read_upload(file)
    reading: Reading = read_awards(read_tables(file), all_regional=asked["all_regional"])
    return import_awards(
        reading.awards,
        file_name=upload.name,
        sha256=upload.sha256,
        stated_on=date.fromisoformat(asked["stated_on"]),
        source_url=asked["source_url"],
        by=user,
    )
