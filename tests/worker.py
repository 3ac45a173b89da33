"""A real Celery worker on the real broker, reading the test database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from roadmap_portal.celery import app
from roadmap_portal.processes import spawn, stop

SESSION = "worker of the tests"
LOG = settings.VAR_DIR / "test" / "worker.log"


def database_url() -> str:
    """That of the test database, as a worker reads it."""
    given = connection.settings_dict
    login = quote(given["USER"]) + (f":{quote(given['PASSWORD'])}" if given["PASSWORD"] else "")
    host = quote(given["HOST"], safe="") if given["HOST"].startswith("/") else given["HOST"]
    port = f":{given['PORT']}" if given["PORT"] else ""
    return f"postgresql://{login}@{host}{port}/{given['NAME']}"


@contextmanager
def running_worker(**variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Stopped by its own pid; what an earlier test left in the queue is thrown away first. `variables`: of its
    environment, beside those of the test."""
    app.control.purge()
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "FILES_URL": str(settings.FILES_DIR),
        "PGAPPNAME": SESSION,
        **variables,
    }
    command = [sys.executable, "-m", "celery", "-A", "roadmap_portal", "worker", "--concurrency", "1"]
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("wb") as log:
        process = spawn(
            [*command, "--without-mingle", "--loglevel", "INFO"],
            stop_signal=signal.SIGTERM,
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
        )
        try:
            yield process
        finally:
            stop(process, signal.SIGTERM)
            end_of_sessions()


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the worker and of the children of its pool: nobody is left to tidy up."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_of_sessions() -> None:
    """PostgreSQL notices late that a killed child is gone, and a database in use cannot be dropped."""
    question = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(question, [SESSION])
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)
