"""A web process that is told to stop answers what it was asked; the figures of all its processes are added up."""

import json
import os
import signal
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from tests.web import LOG, main_process, read, running_web

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TOKEN = "a-token-of-the-tests-alone"


def figures(address):
    asked = urllib.request.Request(f"{address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})  # noqa: S310
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        lines = answer.read().decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_two_processes_are_counted_together_and_each_line_is_json(tmp_path):
    variables = {"GRANIAN_WORKERS": "2", "METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
                 "GRANIAN_LOG_CONFIG": "deploy/granian-logs.json"}  # fmt: skip
    with running_web(**variables) as address:
        for _ in range(20):
            read(f"{address}/robots.txt")
        name = 'portal_requests_total{method="GET",status="200",view="robots_txt"}'
        assert float(figures(address)[name]) == 20
    lines = [json.loads(line) for line in LOG.read_text().splitlines()]
    assert len([line for line in lines if line.get("view") == "robots_txt" and line["request"]]) == 20


@contextmanager
def nobody_reads_commitments():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE commitments_commitment IN ACCESS EXCLUSIVE MODE")
        yield


def test_a_request_under_way_is_answered_after_the_signal():
    answered = []
    with running_web(PAGE_CACHE="0") as address:
        asking = threading.Thread(target=lambda: answered.append(read(f"{address}/engagements/")))
        with nobody_reads_commitments():
            asking.start()
            time.sleep(1)
            os.kill(main_process(address), signal.SIGTERM)
            time.sleep(0.5)
            assert answered == []
        asking.join(20)
    assert answered
    assert "<h1" in answered[0]
