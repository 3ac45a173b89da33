"""The frozen data of reports, which may weigh megabytes."""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from django.db import connection

from reports.models import Report, SealedReport

SLICE = 1024 * 1024  # bytes
# Bytes, whose slices cost the same wherever they are; OFFSET 0 keeps the whole from being converted again for each.
SLICES = """
SELECT substring(whole.bytes FROM start FOR %s)
FROM (SELECT convert_to(content, 'UTF8') AS bytes FROM {table} WHERE id = %s OFFSET 0) AS whole,
     generate_series(1, octet_length(whole.bytes), %s) AS start
"""


def contents_of(reports: Iterable[SealedReport]) -> dict[int, str]:
    """The frozen data of reports that the caller may show, by key: one query."""
    found = SealedReport.objects.filter(pk__in=[report.pk for report in reports])
    return dict(found.values_list("pk", "content"))


def content_chunks(report: Report, size: int = SLICE) -> Iterator[str]:
    """The canonical JSON of a report, sealed or not, in pieces: the server holds the whole, and we never do."""
    model, pk = (SealedReport, report.sealed_id) if report.sealed_id is not None else (Report, report.pk)
    decoder = getincrementaldecoder("utf-8")()
    with connection.chunked_cursor() as cursor:
        cursor.execute(SLICES.format(table=connection.ops.quote_name(model._meta.db_table)), [size, pk, size])
        # One by one: the cursor would otherwise bring a hundred slices at once.
        while (row := cursor.fetchone()) is not None:
            yield decoder.decode(row[0])
