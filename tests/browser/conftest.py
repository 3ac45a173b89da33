"""The demonstration on a real server, and the system's Chromium to read it with."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from tests.browser.driving import chromium

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _django_beside_playwright(monkeypatch):
    """Playwright runs an event loop in this thread, in which Django otherwise refuses its database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def _sessions_ended(django_db_setup, django_db_blocker):
    """A thread of the server that still waits for a closed browser would keep the test database from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def portal(live_server, settings, _sessions_ended):
    settings.DEBUG = True  # seed_demo asks for it
    call_command("load_roadmap", verbosity=0)
    call_command("seed_demo", today=TODAY, verbosity=0)
    settings.DEBUG = False
    return live_server.url


@pytest.fixture
def browser():
    with chromium() as browser:
        yield browser
