"""A file of a report, as it is sent."""

from django.http import FileResponse

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


def download(file: ReportFile) -> FileResponse:
    content_type = MIME_TYPES[ReportFile.Format(file.format)]
    return FileResponse(file.file.open("rb"), as_attachment=True, filename=file.name, content_type=content_type)
