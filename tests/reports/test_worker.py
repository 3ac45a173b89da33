"""One report built by a real Celery worker on the real broker."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

from reports import transitions
from reports.models import Report
from reports.tasks import build_report
from tests.factories import make_actor, make_user
from tests.reports.situations import draw_quarter

QUEUE = "tests-of-reports"
PATIENCE = 90


def database_url() -> str:
    """That of the test database, as a worker reads it."""
    asked = connection.settings_dict
    login = quote(asked["USER"]) + (f":{quote(asked['PASSWORD'])}" if asked["PASSWORD"] else "")
    host = quote(asked["HOST"], safe="") if asked["HOST"].startswith("/") else asked["HOST"]
    port = f":{asked['PORT']}" if asked["PORT"] else ""
    return f"postgresql://{login}@{host}{port}/{asked['NAME']}"


@pytest.fixture
def worker(transactional_db, tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "FILES_URL": str(tmp_path),
        "DEBUG": "1",
    }
    log = (tmp_path / "worker.log").open("wb")
    command = [sys.executable, "-m", "celery", "-A", "roadmap_portal", "worker", "--pool=solo", "--concurrency=1"]
    process = subprocess.Popen(
        [*command, "-Q", QUEUE, "--without-gossip", "--without-mingle", "--loglevel=WARNING"],
        env=environment,
        cwd=settings.BASE_DIR,
        stdout=log,
        stderr=log,
    )
    yield process
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)
    log.close()


@pytest.mark.slow
def test_a_real_worker_builds_a_report(worker, tmp_path):
    amina = make_user("amina", "administrator", make_actor("region"))
    report = transitions.request_report(draw_quarter(), by=amina)
    build_report.apply_async((report.pk,), queue=QUEUE)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and worker.poll() is None:
        report.refresh_from_db()
        if not report.is_running:
            break
        time.sleep(0.2)
    log = (tmp_path / "worker.log").read_text()
    assert report.state == Report.State.READY, f"{report.state} {report.error}\n{log}"
    assert report.dataset["summary"]["counted"] == 5
    for file in report.files.all():
        assert (tmp_path / file.file.name).stat().st_size == file.size
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_delete(QUEUE)
