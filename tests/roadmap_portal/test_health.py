"""Whether the portal is up, what says so when it is not, and the figures that Prometheus reads."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis

from reports.models import Report
from roadmap_portal.models import Backup
from roadmap_portal.observability import beat
from tests.factories import make_campaign
from tests.worker import running_worker

TOKEN = "a-token-of-the-tests-alone"


@pytest.fixture
def figures(client, settings):
    """Name → value, as read with the right token."""
    settings.METRICS_TOKEN = TOKEN

    def read():
        text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
        return {name: float(value) for name, _, value in map(partition, text.splitlines()) if not name.startswith("#")}

    return read


def partition(line):
    return line.rpartition(" ")


def test_alive(client):
    assert client.get("/healthz/").content == b"ok\n"


def test_alive_without_a_database_as_in_production(client, settings):
    """No database is at hand here: whoever asks it fails."""
    settings.PAGE_CACHE = True
    assert client.get("/healthz/").content == b"ok\n"


@pytest.mark.django_db
def test_ready_asks_the_database_by_itself_alone(client, settings):
    """A middleware that asked before it would answer instead of it, and name nothing."""
    settings.PAGE_CACHE = True
    with CaptureQueriesContext(connection) as asked:
        client.get("/healthz/ready")
    assert asked.captured_queries[0]["sql"] == "SELECT 1"


def test_a_machine_of_our_network_knows_no_name(client, settings):
    settings.PUBLIC_HOST, settings.SECURE_SSL_REDIRECT = "testserver", True
    assert client.get("/healthz/", headers={"Host": "172.18.0.5:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "172.18.0.5:8000"}).status_code in {301, 400}


@pytest.mark.django_db
def test_ready_without_a_worker_which_is_said(client, files):
    response = client.get("/healthz/ready")
    assert response.status_code == 200
    assert response.json() == {
        "database": True, "migrations": True, "redis": True, "storage": True, "worker": False,
    }  # fmt: skip
    assert files() == []


@pytest.mark.django_db
def test_not_ready_names_what_is_missing(client, settings, tmp_path):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    (tmp_path / "full").write_text("no folder")
    here = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "full", "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": here}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reports'")
    response = client.get("/healthz/ready")
    assert response.status_code == 503
    assert [name for name, answers in response.json().items() if answers] == ["database"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_is_seen(client):
    with running_worker():
        assert any(client.get("/healthz/ready").json()["worker"] for _ in range(20))


# --- Figures ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("given", [None, "", TOKEN, "Bearer ", "Bearer wrong", "Bearer é"])
def test_figures_are_not_there_without_the_token(client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers=given and {"Authorization": given}).status_code == 404


@pytest.mark.django_db
def test_figures_are_not_there_where_no_token_is_set(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_what_the_tables_and_the_broker_say(figures, settings):
    at = timezone.now()
    Report.objects.create(campaign=make_campaign(), requested_at=at - timedelta(minutes=5))
    Backup.objects.create(name="a", finished_at=at, size=1, is_encrypted=True)
    with Redis.from_url(settings.REDIS_URL) as client:
        client.set(beat.KEY, 1_790_000_000)
    found = figures()
    assert (found["portal_database_up"], found["portal_redis_up"]) == (1, 1)
    assert (found['portal_reports{state="queued"}'], found['portal_reports{state="failed"}']) == (1, 0)
    assert found["portal_oldest_queued_report_seconds"] == pytest.approx(300, abs=5)
    assert found["portal_last_backup_timestamp_seconds"] == pytest.approx(at.timestamp())
    assert found["portal_last_beat_timestamp_seconds"] == 1_790_000_000
    assert {
        "portal_queue_length",
        "portal_oldest_message_seconds",
        "portal_publication_number",
        "portal_waiting_files",
    } <= set(found)


@pytest.mark.django_db
def test_requests_are_counted_by_view_and_status_a_kept_page_as_the_view_that_made_it(client, figures, settings):
    settings.PAGE_CACHE = True
    name = 'portal_requests_total{method="GET",status="200",view="commitments:list"}'
    before = figures().get(name, 0)
    for _ in range(3):
        client.get("/engagements/")
    client.generic("BREW", "/engagements/")
    found = figures()
    assert found[name] == before + 3
    assert found['portal_request_seconds_count{view="commitments:list"}'] >= 4
    assert not [each for each in found if "BREW" in each]


@pytest.mark.django_db
def test_a_broker_that_is_away_is_told_and_the_rest_too(figures, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = figures()
    assert (found["portal_redis_up"], found["portal_database_up"]) == (0, 1)
    assert "portal_queue_length" not in found


@pytest.mark.django_db
def test_pages_carry_the_headers_of_a_strict_site(client):
    for address in ("/", "/connexion/", "/rien/", "/healthz/"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
