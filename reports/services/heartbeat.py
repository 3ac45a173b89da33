"""The signs of life of a worker in the middle of a long step. Typst, the longest, works outside Python's lock: this
thread is not held up by it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection

from reports import transitions
from reports.models import Report

logger = logging.getLogger(__name__)
BEATS_A_LEASE = 3


@contextmanager
def signs_of_life(report: Report) -> Iterator[None]:
    over = threading.Event()
    # Only what says whose hold it is: the other thread changes the report itself.
    held = Report(pk=report.pk, attempt=report.attempt)
    thread = threading.Thread(target=_beat, args=[held, over], name=f"report-{report.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(held: Report, over: threading.Event) -> None:
    try:
        while not over.wait(settings.REPORT_LEASE_SECONDS / BEATS_A_LEASE):
            try:
                transitions.renew(held)
            except DatabaseError:
                # A database away for a moment is no reason to die: the next sign may arrive in time.
                logger.exception("No sign of life for report %s", held.pk)
                connection.close()
    finally:
        # A connection of this thread, from the pool.
        connection.close()
