"""A file of a report, as it is sent."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from reports.models import ReportFile

MIME_TYPES = {
    ReportFile.Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    ReportFile.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFile.Format.PDF: "application/pdf",
    ReportFile.Format.CSV_EXCEL: "text/csv; charset=utf-8; header=present",
    ReportFile.Format.ODT: "application/vnd.oasis.opendocument.text",
    ReportFile.Format.ODP: "application/vnd.oasis.opendocument.presentation",
    ReportFile.Format.CSV_OPEN: "text/csv; charset=utf-8; header=present",
    ReportFile.Format.JSON: "application/json",
}
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
FOR_ONE_READER = "private, no-store"


def download(request: HttpRequest, file: ReportFile, caching: str = FOR_ONE_READER) -> HttpResponseBase:
    """Its fingerprint is its ETag: whoever has the bytes already is not sent them again."""
    etag = quote_etag(file.sha256) if file.sha256 else None
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        content_type = MIME_TYPES[ReportFile.Format(file.format)]
        response = FileResponse(file.file.open("rb"), as_attachment=True, filename=file.name, content_type=content_type)
    if etag:
        response.headers["ETag"] = etag
    response.headers["Cache-Control"] = caching
    return response


def caching_of(file: ReportFile) -> str:
    """A published file never changes; a draft gives way to another under the same name."""
    sealed = file.report.sealed
    if sealed is None:
        return ASK_AGAIN
    return FOR_GOOD if sealed.published_at is not None else FOR_ONE_READER
