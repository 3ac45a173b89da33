"""kill -9 of the worker at random moments of the build: another one takes the report over, and all is there once."""

import hashlib
import os
import random
import resource
import signal
import time
from pathlib import Path

import pytest
from django.conf import settings

from reports import tasks, transitions
from reports.models import Report
from reports.writers import variants
from tests.disk import disk_of, enlarge, mounts
from tests.factories import make_actor, make_user
from tests.reports.situations import draw_quarter
from tests.web import children
from tests.worker import LOG, kill, running_worker

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LEASE = "2"
PATIENCE = 120
KILLS = 10
ROOM = 40_000  # bytes, fewer than a report takes
# Other moments in each run would make a failure nobody can see again.
SEED = 20261001


@pytest.fixture
def amina():
    return make_user("amina", "administrator", make_actor("region"))


@pytest.fixture(autouse=True)
def _files_of_this_test_alone(settings, tmp_path):
    settings.FILES_DIR = tmp_path


def worker():
    return running_worker(REPORT_LEASE_SECONDS=LEASE)


def beat_until(report, is_reached):
    """As beat would: what is due is told to the broker again and again."""
    deadline, told_at = time.monotonic() + PATIENCE, 0.0
    while not is_reached():
        assert time.monotonic() < deadline, f"{report.state} {report.step} {report.error}\n{LOG.read_text()}"
        if time.monotonic() - told_at > 0.5:
            told_at = time.monotonic()
            tasks.resume_reports()
        time.sleep(0.02)
        report.refresh_from_db()


def build(report):
    beat_until(report, lambda: report.state == "ready")
    return (report.finished_at - report.started_at).total_seconds()


def kill_while_building(process, report, after):
    """That many seconds after this worker has begun, or taken the report over."""
    before = report.attempt
    beat_until(report, lambda: report.attempt > before)
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
    """Each worker first ends what the one before has left, then is killed in the middle of its own."""
    quarter, moments, interrupted = draw_quarter(), random.Random(SEED), []  # noqa: S311 - not a secret
    report = transitions.request_report(quarter, by=amina)
    content, ready = "", set()
    for nth in range(KILLS + 1):
        with worker() as process:
            build(report)
            assert_all_is_there_once(report)
            # What was there before the kill was not made again, neither the data nor the files.
            assert content in ("", report.content)
            assert ready <= ready_files(report)
            if nth == 0:
                lasts = build(transitions.request_report(quarter, by=amina))
            if nth < KILLS:
                report = transitions.request_report(quarter, by=amina)
                kill_while_building(process, report, moments.uniform(0, lasts))
                content, ready = report.content, ready_files(report)
                interrupted.append((report.state, report.step))
    assert Report.objects.count() == 2 + KILLS
    assert [state for state, _step in interrupted].count("building") >= KILLS // 2, interrupted
    assert len(set(interrupted)) > 2


def test_a_killed_child_of_the_pool_is_replaced_and_its_message_does_not_go_round(amina):
    report = transitions.request_report(draw_quarter(), by=amina)
    with worker() as process:
        tasks.resume_reports()
        beat_until(report, lambda: report.attempt == 1)
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        build(report)
    assert_all_is_there_once(report)
    assert report.attempt <= 2, LOG.read_text()


def test_a_sealed_report_gets_its_files_whoever_dies(amina):
    sealed = transitions.seal(draw_quarter(), by=amina)
    report, moments, ready = sealed.layout, random.Random(SEED), set()  # noqa: S311 - not a secret
    for _ in range(3):
        with worker() as process:
            kill_while_building(process, report, moments.uniform(0, 1))
        assert ready <= ready_files(report)
        ready = ready_files(report)
        if report.state == "ready":
            break
    with worker():
        build(report)
    assert_all_is_there_once(report)
    assert ready <= ready_files(report)
    assert (report.dataset_sha256, report.content) == (sealed.sha256, "")


def let_no_file_exceed(process, size):
    """In bytes, for the worker and the child of its pool: what a full disk says, without one."""
    for pid in (process.pid, *children(process.pid)):
        _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def test_a_report_without_room_for_its_files_is_made_once_there_is_some_again(amina):
    report = transitions.request_report(draw_quarter(), by=amina)
    with running_worker(REPORT_RETRY_SECONDS="2,2,2") as process:
        while not children(process.pid):
            time.sleep(0.1)
        let_no_file_exceed(process, ROOM)
        beat_until(report, lambda: report.is_waiting_to_retry)
        assert "File too large" in report.error
        let_no_file_exceed(process, resource.RLIM_INFINITY)
        build(report)
    assert_all_is_there_once(report)


@mounts
def test_a_disk_that_is_full_is_waited_for(amina):
    """The same on a real one: half a file leaves nothing behind."""
    report = transitions.request_report(draw_quarter(), by=amina)
    with disk_of(ROOM, Path(settings.FILES_DIR)) as disk, running_worker(REPORT_RETRY_SECONDS="2,2,2"):
        beat_until(report, lambda: report.is_waiting_to_retry)
        assert "No space left on device" in report.error
        enlarge(disk, 1000 * ROOM)
        build(report)
        assert_all_is_there_once(report)
