"""The number of a request, in the answer, the logs and the jobs; and the page of a database that is away."""

import json
import logging
import sys
import uuid

import pytest
from celery.app.trace import build_tracer
from django.db import OperationalError as DatabaseAway
from django.test import RequestFactory
from kombu.exceptions import OperationalError
from redis import Redis

from accounts.tasks import send_password_link
from commitments.tasks import remind
from reports.tasks import build_report
from roadmap_portal.celery import app
from roadmap_portal.observability.logs import JsonLines
from roadmap_portal.observability.request_id import current_request_id
from roadmap_portal.outage import server_error

GIVEN = "8d0a7c1e-3a52-4c9b-9a57-0f3f7c6d2b11"


@pytest.mark.parametrize(
    ("proxies", "given", "is_kept"),
    [
        (0, GIVEN, False),  # whoever calls made it up
        (1, GIVEN, True),
        (1, GIVEN.replace("-", ""), True),  # as nginx writes it
        (1, "", False),
        (1, "1", False),
        (1, "x" * 36, False),
        (1, "'; DROP TABLE x; --", False),
        (1, "{00000000-0000-0000-0000-000000000000}", False),
    ],
)
def test_a_number_is_believed_from_our_proxies_alone(client, settings, proxies, given, is_kept):
    settings.PROXIES = proxies
    answered = client.get("/healthz/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (answered == GIVEN) is is_kept
    assert str(uuid.UUID(answered)) == answered
    assert current_request_id.get() == ""


def test_even_a_refused_request_has_its_number_and_its_line(client, settings, caplog):
    settings.SECURE_SSL_REDIRECT, settings.PROXIES = True, 1
    caplog.set_level("INFO", "roadmap_portal.requests")
    refused = client.get("/espace/?q=secret", headers={"X-Request-ID": GIVEN})
    assert (refused.status_code, refused["X-Request-ID"]) == (301, GIVEN)
    record = caplog.records[-1]
    assert (record.fields["status"], record.fields["method"]) == (301, "GET")
    assert "secret" not in JsonLines().format(record)


def test_a_line_is_one_line_of_json_and_says_where_it_comes_from():
    token = current_request_id.set(GIVEN)
    try:
        try:
            raise ValueError("two\nlines")
        except ValueError:
            record = logging.LogRecord("x", logging.ERROR, "", 1, "said %s", ('"quoted"\n',), sys.exc_info())
        line = JsonLines().format(record)
    finally:
        current_request_id.reset(token)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["level"], told["request"]) == ('said "quoted"\n', "ERROR", GIVEN)
    assert "ValueError: two" in told["exception"]


def test_an_event_of_the_security_log_is_no_text_inside_a_text():
    record = logging.LogRecord("roadmap_portal.security", logging.INFO, "", 1, '{"kind": "login"}', (), None)
    assert json.loads(JsonLines().format(record))["event"] == {"kind": "login"}


def test_a_job_bears_the_number_of_the_request_that_asked_for_it(settings):
    token = current_request_id.set(GIVEN)
    try:
        build_report.apply_async((0,), queue="queue-of-this-test")
    finally:
        current_request_id.reset(token)
    with Redis.from_url(settings.REDIS_URL) as client:
        headers = json.loads(client.lpop("queue-of-this-test"))["headers"]
    assert headers["request_id"] == GIVEN
    assert headers["sent_at"] > 1_700_000_000


@pytest.mark.django_db
def test_and_the_worker_takes_it_up():
    seen = []

    @app.task(name="tests.look")
    def look():
        seen.append(JsonLines().format(logging.LogRecord("x", logging.INFO, "", 1, "said", (), None)))

    headers = {"request_id": GIVEN, "id": str(uuid.uuid4()), "task": "tests.look"}
    build_tracer("tests.look", look, app=app)(headers["id"], (), {}, headers)
    told = json.loads(seen[0])
    assert (told["request"], told["job"], told["task"]) == (GIVEN, headers["id"], "tests.look")
    assert current_request_id.get() == ""


# --- The database or the broker is away ---------------------------------------------------------


def answered_to(error, path="/engagements/"):
    try:
        raise error
    except type(error):
        return server_error(RequestFactory().get(path))


def test_a_database_that_is_away_has_its_page():
    response = answered_to(DatabaseAway("gone"))
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "momentanément indisponible" in response.content.decode()
    assert "gone" not in response.content.decode()


def test_machines_are_told_in_json():
    assert json.loads(answered_to(DatabaseAway("gone"), "/api/v1/axes/").content)["detail"]


def test_any_other_error_stays_one():
    assert answered_to(ValueError("defect")).status_code == 500


@pytest.mark.django_db
@pytest.mark.parametrize("page_cache", [False, True])
def test_it_is_shown_wherever_the_database_was_asked(client, settings, monkeypatch, page_cache):
    """In a middleware as in a view."""
    settings.PAGE_CACHE = page_cache
    client.raise_request_exception = False

    def away(self):
        raise DatabaseAway("connection refused")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", away)
    assert client.get("/engagements/").status_code == 503


@pytest.fixture
def nobody_at_the_broker(monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_tell_who_asked_for_a_report_that_it_was_not_saved(nobody_at_the_broker):
    """The calendar sends that message again; nobody sends the one of a new password again, and whoever asked learns of
    it."""
    for job in (build_report, remind):
        job.delay_on_commit(0)
    with pytest.raises(OperationalError) as away:
        send_password_link.delay_on_commit(None)
    assert answered_to(away.value).status_code == 503
