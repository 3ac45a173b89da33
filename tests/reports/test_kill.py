"""kill -9 of the worker at random moments of the build: another one takes the report over, and all is there once."""

import hashlib
import random
import time
from pathlib import Path

import pytest
from django.conf import settings

from reports import tasks, transitions
from reports.models import Report
from reports.writers import variants
from tests.factories import make_actor, make_user
from tests.reports.situations import draw_quarter
from tests.worker import LOG, kill, running_worker

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LEASE = "2"
PATIENCE = 60
KILLS = 10
# Other moments in each run would make a failure nobody can see again.
SEED = 20261001


@pytest.fixture
def amina():
    return make_user("amina", "administrator", make_actor("region"))


@pytest.fixture(autouse=True)
def _hints_of_beat(settings):
    settings.RESUME_SECONDS = 5


def worker():
    return running_worker(REPORT_LEASE_SECONDS=LEASE)


def wait_for(report, states):
    deadline = time.monotonic() + PATIENCE
    while report.state not in states:
        assert time.monotonic() < deadline, f"{report.state} {report.step} {report.error}\n{LOG.read_text()}"
        time.sleep(0.02)
        report.refresh_from_db()


def beat_until(report, states):
    """As beat would: what is due is told to the broker again and again."""
    deadline = time.monotonic() + PATIENCE
    while report.state not in states:
        assert time.monotonic() < deadline, f"{report.state} {report.step} {report.error}\n{LOG.read_text()}"
        tasks.resume_reports()
        time.sleep(0.5)
        report.refresh_from_db()


def usual_seconds(quarter, by):
    """Of a build that nobody interrupts, by a worker that has just started, as all those to be killed have."""
    report = transitions.request_report(quarter, by=by)
    with worker():
        tasks.build_report.delay(report.pk)
        wait_for(report, {"ready"})
    return (report.finished_at - report.started_at).total_seconds()


def kill_while_building(process, report, after):
    tasks.build_report.delay(report.pk)
    wait_for(report, {"building", "ready"})
    time.sleep(after)
    kill(process)
    report.refresh_from_db()


def assert_all_is_there_once(report):
    assert [(f.format, f.language, f.state) for f in report.files.all()] == [
        (str(format_), language, "ready") for format_, language in variants()
    ]
    stored = Path(settings.FILES_DIR) / "reports" / str(report.pk)
    assert sorted(path.name for path in stored.iterdir()) == sorted(file.name for file in report.files.all())
    for file in report.files.all():
        content = (Path(settings.FILES_DIR) / file.file.name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)


def ready_files(report):
    return set(report.files.filter(state="ready").values_list("pk", "sha256", "file"))


def test_ten_workers_killed_at_random_moments_lose_nothing_and_double_nothing(amina):
    quarter, moments = draw_quarter(), random.Random(SEED)
    lasts = usual_seconds(quarter, amina)
    interrupted = 0
    for _ in range(KILLS):
        report = transitions.request_report(quarter, by=amina)
        with worker() as process:
            kill_while_building(process, report, moments.uniform(0, lasts))
        interrupted += report.state == Report.State.BUILDING
        content, ready = report.content, ready_files(report)
        with worker():
            beat_until(report, {"ready"})
        assert_all_is_there_once(report)
        # What was there before the kill was not made again, neither the data nor the files.
        assert content in ("", report.content)
        assert ready <= ready_files(report)
        assert report.dataset_sha256 == hashlib.sha256(report.content.encode()).hexdigest()
    assert Report.objects.count() == 1 + KILLS
    assert interrupted >= KILLS // 2


def test_a_sealed_report_gets_its_files_whoever_dies(amina):
    moments = random.Random(SEED)
    sealed = transitions.seal(draw_quarter(), by=amina)
    report = sealed.layout
    for _ in range(3):
        with worker() as process:
            tasks.resume_reports()
            beat_until(report, {"building"})
            time.sleep(moments.uniform(0, 0.4))
            kill(process)
        if (ready := ready_files(report)) and len(ready) == len(list(variants())):
            break
        Report.objects.filter(pk=report.pk, state="building").update(lease_until="2026-01-01T00:00:00Z")
        report.refresh_from_db()
        ready = ready_files(report)
        report.state = "queued"
    report.refresh_from_db()
    with worker():
        beat_until(report, {"ready"})
    assert_all_is_there_once(report)
    assert ready <= ready_files(report)
    assert (report.dataset_sha256, report.content) == (sealed.sha256, "")
