"""Export to a spreadsheet, edit elsewhere, send back, look at what would change, apply."""

import io
import re
import zipfile
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.core.files import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import security_log
from accounts.models import User
from accounts.permissions import can_write
from commitments import queries, services, transitions
from commitments.forms import Preview, SheetFileForm, preview_of
from commitments.models import Campaign, Milestone, SheetExport, SheetImport
from commitments.round_trip import NotOurs, key_in, read_back, unpack
from commitments.services import ImportRefused, Write
from commitments.spreadsheets import Table, read_tables
from commitments.uploads import FORMATS, UploadRefused, read_upload
from commitments.writers import WRITERS, Sending, annotated_pages, export_pages
from roadmap_portal.rates import limited
from roadmap_portal.templatetags.portal import short_day

PROPERTIES = ("docProps/core.xml", "meta.xml")
MOST_PROPERTIES = 64 * 1024
KEYWORD = re.compile(rb"export:([0-9a-f-]{36})")
SHOWN_FAULTS = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
def sheets(request: HttpRequest) -> HttpResponse:
    user = _writer(request)
    form = SheetFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    campaign = queries.current_campaign()
    if form.is_valid():
        try:
            pending = _keep(form.cleaned_data["file"], user, campaign, timezone.now())
        except UploadRefused as refusal:
            security_log.record(security_log.Kind.UPLOAD_REFUSED, request, why=refusal.message)
            form.add_error("file", refusal.message)
        except NotOurs as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("commitments:sheet_import", pk=pending.pk)
    context = {"form": form, "campaign": campaign, "count": len(queries.commitments_to_edit(user, campaign))}
    return render(request, "commitments/sheets.html", context)


@never_cache
@require_POST
def sheet_export(request: HttpRequest) -> FileResponse:
    """Kept before it is sent: what the cells held is what the file will be compared with."""
    user = _writer(request)
    extension = request.POST.get("format", "ods")
    if extension not in WRITERS:
        raise Http404
    campaign = queries.current_campaign()
    commitments = queries.commitments_to_edit(user, campaign)
    now = transitions.statements_now(commitments)
    sendings = []
    for commitment in commitments:
        stated = now[commitment.pk].stated
        pending = [m for m in commitment.milestones.all() if m.is_tracked and m.status == Milestone.Status.PLANNED]
        if commitment.progress_method != commitment.ProgressMethod.DECLARED:
            stated = {name: value for name, value in stated.items() if name != "progress"}
        sendings.append(Sending(commitment, stated, pending))
    statements = {sending.commitment.code: sending.stated for sending in sendings}
    export = services.keep_export(statements, campaign, by=user, at=timezone.now())
    name = f"points-{campaign.slug if campaign else 'hors-campagne'}.{extension}"
    title = _("Points d’avancement") + (f" {campaign}" if campaign else "")
    content = WRITERS[extension](export_pages(sendings, str(export.pk)), title, f"export:{export.pk}")
    return _file(content, extension, name)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_import(request: HttpRequest, pk: Any) -> HttpResponse:
    """The preview; sent back, it applies what it showed, or shows again what is no longer so."""
    user = _writer(request)
    pending = _pending(user, pk)
    preview = _preview(pending, user)
    refusals: dict[str, Any] = {}
    if request.method == "POST":
        if request.POST.get("digest") != preview.digest:
            messages.warning(request, _("Quelque chose a changé depuis cet aperçu : relisez-le. Rien n’a été écrit."))
        else:
            try:
                return _apply(request, user, pending, preview)
            except ImportRefused as refused:
                refusals = dict(refused.refusals)
                preview = _preview(pending, user)
    context = {
        "pending": pending,
        "preview": preview,
        "faults": preview.faults[:SHOWN_FAULTS],
        "refusals": refusals,
        "campaign": queries.current_campaign(),
    }
    return render(request, "commitments/sheet_import.html", context)


@never_cache
@require_safe
def sheet_annotated(request: HttpRequest, pk: Any) -> FileResponse:
    user = _writer(request)
    pending = _pending(user, pk)
    path = PurePosixPath(pending.file_name)
    extension = path.suffix.removeprefix(".").lower()
    extension = extension if extension in WRITERS else "ods"
    pages = annotated_pages(unpack(pending.tables), _preview(pending, user).faults)
    content = WRITERS[extension](pages, path.stem, f"export:{pending.export_id}")
    return _file(content, extension, f"{path.stem}-annote.{extension}")


def _writer(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not can_write(request.user):
        raise Http404
    return request.user


def _pending(user: User, pk: Any) -> SheetImport:
    """One's own: what a file says before it is applied is nobody else's to read."""
    found = SheetImport.objects.select_related("export").filter(user=user, expires_at__gt=timezone.now())
    return get_object_or_404(found, pk=pk)


def _keep(file: File, user: User, campaign: Campaign | None, at: datetime) -> SheetImport:
    upload = read_upload(file)
    tables = read_tables(file)
    key = key_in(tables, _properties(file))
    export = SheetExport.objects.filter(pk=key).select_related("campaign").first()
    if export is None:
        raise NotOurs(_("Cet export n’est plus connu : il est trop ancien. Exportez de nouveau."))
    if export.campaign != campaign:
        raise NotOurs(
            _("Cet export du %(day)s est celui d’une autre campagne : exportez de nouveau.")
            % {"day": short_day(export.exported_at)}
        )
    read_back(key, tables, {})  # raises NotOurs for a file without anything to read
    return services.keep_import(export, upload, tables, by=user, at=at)


def _properties(file: File) -> str:
    """Where the export left its key too, in case its column is gone."""
    file.seek(0)
    content = io.BytesIO(file.read())
    if not zipfile.is_zipfile(content):
        return ""
    with zipfile.ZipFile(content) as archive:
        names = [name for name in PROPERTIES if name in archive.namelist()]
        told = [archive.read(name) for name in names if archive.getinfo(name).file_size < MOST_PROPERTIES]
    found = KEYWORD.search(b"".join(told))
    return found[1].decode() if found else ""


def _preview(pending: SheetImport, user: User) -> Preview:
    tables: list[Table] = unpack(pending.tables)
    base = services.exported(pending.export)
    reading = read_back(str(pending.export_id), tables, base)
    return preview_of(reading, base, user=user, today=timezone.localdate())


def _apply(request: HttpRequest, user: User, pending: SheetImport, preview: Preview) -> HttpResponse:
    writes = _chosen(request, preview)
    if not writes:
        messages.info(request, _("Rien n’était choisi : rien n’a été écrit."))
        return redirect("commitments:sheet_import", pk=pending.pk)
    campaign = queries.current_campaign()
    services.apply_import(pending, writes, by=user, campaign=campaign, at=timezone.now())
    codes = [write.commitment.code for write in writes]
    security_log.record(security_log.Kind.IMPORTED, request, file=pending.sha256, commitments=codes)
    text = _("Appliqué : %(codes)s. Les brouillons sont enregistrés ; ils restent à soumettre.")
    messages.success(request, text % {"codes": ", ".join(codes)})
    return redirect("commitments:sheet_import", pk=pending.pk)


def _chosen(request: HttpRequest, preview: Preview) -> list[Write]:
    """Of the rows that were ticked what conflicts with nothing; of the conflicts those where « mine » was preferred."""
    writes = []
    for line in preview.lines:
        key, base, stated = line.commitment.pk, dict(line.base), {}
        if f"row-{key}" in request.POST:
            stated = {change.name: change.mine for change in line.changes}
        for conflict in line.conflicts:
            if request.POST.get(f"keep-{key}-{conflict.name}") == "mine":
                stated[conflict.name], base[conflict.name] = conflict.mine, conflict.theirs
        if stated:
            writes.append(Write(line.commitment, stated, {name: base[name] for name in stated}))
    return writes


def _file(content: bytes, extension: str, name: str) -> FileResponse:
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=FORMATS[extension])
