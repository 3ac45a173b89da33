"""One report built by a real Celery worker on the real broker."""

import time

import pytest
from django.conf import settings

from reports import transitions
from reports.models import Report
from reports.tasks import build_report
from tests.factories import make_actor, make_user
from tests.reports.situations import draw_quarter
from tests.worker import LOG, running_worker

PATIENCE = 90


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_builds_a_report():
    amina = make_user("amina", "administrator", make_actor("region"))
    report = transitions.request_report(draw_quarter(), by=amina)
    deadline = time.monotonic() + PATIENCE
    with running_worker():
        build_report.delay(report.pk)
        while report.is_running and time.monotonic() < deadline:
            time.sleep(0.2)
            report.refresh_from_db()
    assert report.state == Report.State.READY, f"{report.state} {report.error}\n{LOG.read_text()}"
    assert report.dataset["summary"]["counted"] == 5
    for file in report.files.all():
        assert (settings.FILES_DIR / file.file.name).stat().st_size == file.size
