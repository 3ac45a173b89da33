"""A real Celery worker on the real broker, reading the test database."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from roadmap_portal.celery import app
from roadmap_portal.processes import spawn, stop


def test_database_url() -> str:
    given = connection.settings_dict
    account = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}@" if given["USER"] else ""
    return f"postgresql://{account}{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


test_database_url.__test__ = False  # not a test, for all its name


@contextmanager
def running_worker() -> Iterator[None]:
    """Stopped by its own pid; what an earlier test left in the queue is thrown away first."""
    app.control.purge()
    environment = os.environ | {"DATABASE_URL": test_database_url(), "FILES_URL": str(settings.FILES_DIR)}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "roadmap_portal",
        "worker",
        "--concurrency",
        "1",
        "--without-mingle",
    ]
    root = Path(__file__).resolve().parent.parent
    with (settings.VAR_DIR / "test-worker.log").open("wb") as log:
        process = spawn(command, stop_signal=signal.SIGTERM, cwd=root, env=environment, stdout=log)
        try:
            yield
        finally:
            stop(process, signal.SIGTERM)
