"""Reports and files, for those who may see them; their data; and what waits for a worker. Each in a constant number of
queries."""

from reports.queries.contents import content_chunks, contents_of
from reports.queries.quarters import published_quarter, published_quarters
from reports.queries.queue import Queue, due_reports, ended_report, people_to_tell, queue, untold_reports
from reports.queries.reading import (
    QuarterOnline,
    campaign_of,
    correctable,
    draft_of,
    drafted_by_the_calendar,
    drafted_on,
    every_report,
    file_for,
    file_to_read,
    latest_sealed,
    public_reports,
    published_with,
    quarters_online,
    quarters_to_seal,
    report_for,
    report_to_read,
    reports_for,
    seal_of,
    sealed_for,
)

__all__ = [
    "QuarterOnline",
    "Queue",
    "campaign_of",
    "content_chunks",
    "contents_of",
    "correctable",
    "draft_of",
    "drafted_by_the_calendar",
    "drafted_on",
    "due_reports",
    "ended_report",
    "every_report",
    "file_for",
    "file_to_read",
    "latest_sealed",
    "people_to_tell",
    "public_reports",
    "published_quarter",
    "published_quarters",
    "published_with",
    "quarters_online",
    "quarters_to_seal",
    "queue",
    "report_for",
    "report_to_read",
    "reports_for",
    "seal_of",
    "sealed_for",
    "untold_reports",
]
