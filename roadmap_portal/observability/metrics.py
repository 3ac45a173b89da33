"""Figures for Prometheus (`/metrics`).

Each web process counts its own requests in a file of PROMETHEUS_MULTIPROC_DIR, and whichever is asked adds them up. The
rest is read when asked, from the tables and the broker: there a figure cannot drift from what it tells.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

# Read by prometheus_client while it is imported.
if _folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    Path(_folder).mkdir(parents=True, exist_ok=True)

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError

from commitments.models import Evidence
from reports.models import Report
from roadmap_portal.models import Backup
from roadmap_portal.observability.beat import last_beat
from roadmap_portal.publication import publication_number

QUEUE = "celery"
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
OWN = CollectorRegistry()
REQUESTS = Counter("portal_requests", "Requests answered.", ["view", "method", "status"], registry=OWN)
SECONDS = Histogram(
    "portal_request_seconds",
    "Time to the first byte of the answer.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=OWN,
)


def count_request(view: str, method: str, status: int, seconds: float) -> None:
    # Whoever calls chooses the method: an unbounded label would fill the memory.
    REQUESTS.labels(view, method if method in METHODS else "other", str(status)).inc()
    SECONDS.labels(view).observe(seconds)


def exposition() -> bytes:
    """The text that Prometheus reads."""
    registry = OWN
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    asked = CollectorRegistry()
    asked.register(Portal())
    return generate_latest(registry) + generate_latest(asked)


class Portal(Collector):
    """A database or a broker that is away is told as such, and its figures are left out rather than shown as zero."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _answering("portal_database_up", "The database answers.", _from_database, DatabaseError)
        yield from _answering("portal_redis_up", "The broker answers.", _from_broker, RedisError)

    def describe(self) -> list[GaugeMetricFamily]:
        return []


Read = Callable[[], list[GaugeMetricFamily]]


def _answering(name: str, text: str, read: Read, failure: type[Exception]) -> Iterator[GaugeMetricFamily]:
    try:
        found = read()
    except failure:
        yield GaugeMetricFamily(name, text, 0)
        return
    yield GaugeMetricFamily(name, text, 1)
    yield from found


def _from_database() -> list[GaugeMetricFamily]:
    states = GaugeMetricFamily("portal_reports", "Reports by state.", labels=["state"])
    counted = dict(Report.objects.order_by().values_list("state").annotate(n=Count("pk")))
    for state in Report.State.values:
        states.add_metric([state], counted.get(state, 0))
    number, _raised_at = publication_number()
    since = Report.objects.filter(state=Report.State.QUEUED).aggregate(since=Min("requested_at"))["since"]
    waited = (timezone.now() - since).total_seconds() if since else 0
    backup = Backup.objects.order_by("finished_at").last()
    return [
        states,
        GaugeMetricFamily("portal_oldest_queued_report_seconds", "Age of the oldest report still queued.", waited),
        GaugeMetricFamily(
            "portal_waiting_files",
            "Pieces of evidence that the antivirus has yet to examine.",
            Evidence.objects.filter(scan=Evidence.Scan.WAITING).count(),
        ),
        GaugeMetricFamily("portal_publication_number", "Grows with each publication.", number),
        GaugeMetricFamily(
            "portal_last_backup_timestamp_seconds",
            "End of the last backup that succeeded; 0: none yet.",
            backup.finished_at.timestamp() if backup else 0,
        ),
    ]


def _from_broker() -> list[GaugeMetricFamily]:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        length, oldest = client.llen(QUEUE), client.lindex(QUEUE, -1)
        beat = last_beat(client)
    return [
        GaugeMetricFamily("portal_queue_length", "Messages that no worker has taken yet.", length),
        GaugeMetricFamily("portal_oldest_message_seconds", "Age of the oldest of them.", _age(oldest)),
        GaugeMetricFamily("portal_last_beat_timestamp_seconds", "Last sign of the calendar; 0: none.", beat),
    ]


def _age(message: object) -> float:
    with suppress(ValueError, KeyError, TypeError):
        return max(0.0, time.time() - float(json.loads(message)["headers"]["sent_at"]))  # type: ignore[arg-type]
    return 0.0
