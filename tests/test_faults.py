"""Servers that go away under load: every write that was acknowledged is there, whoever waits sees a clear page, and
nobody has to lend a hand."""

import http.client
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
import requests
from django.conf import settings
from django.test import Client

from commitments.models import Evidence
from roadmap_portal.embedded.place import opened
from roadmap_portal.embedded.server import PostgreSQL, Valkey
from roadmap_portal.processes import spawn, stop
from tests.disk import disk_of, enlarge, files_in, mounts
from tests.factories import make_actor, make_commitment, make_user
from tests.web import children, main_process, running_web

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SENT_AGAIN = """
import django; django.setup()
from commitments.tasks import ask_again_to_confirm
ask_again_to_confirm()
"""
CLIENTS, BEFORE, AWAY, AFTER = 20, 2, 2, 5
# A quarter whose report waits in the queue.
ASKED_FOR = """
import django; django.setup()
from reports import transitions
from reports.tasks import build_report
from tests.factories import make_actor, make_user
from tests.reports.situations import draw_quarter
amina = make_user("amina", "administrator", make_actor("region", side="region"))
build_report.delay(transitions.request_report(draw_quarter(), by=amina).pk)
"""


@pytest.fixture(scope="module")
def machine():
    """Servers of these tests' own, which they may stop: (PostgreSQL, Valkey, the environment of a process there)."""
    home = Path(tempfile.mkdtemp(prefix="portail-"))
    home.chmod(0o755)
    with opened(home, throwaway=False) as place:
        database, broker = PostgreSQL(place), Valkey(place)
        try:
            urls = {"DATABASE_URL": database.start(), "REDIS_URL": broker.start()}
            there = {**urls, "FILES_URL": str(home / "files"), "EMAIL_URL": "dummymail://"}
            run(["manage.py", "migrate", "-v0"], there)
            yield database, broker, there
        finally:
            database.stop()
            broker.stop()
    shutil.rmtree(home)


def run(arguments, there):
    subprocess.run([sys.executable, *arguments], check=True, cwd=settings.BASE_DIR, env=os.environ | there)


class Subscribers:
    """Each asks for the weekly mail again and again, with an address never used before, from a place of its own."""

    def __init__(self, site):
        self.site, self.over = site, threading.Event()
        self.acknowledged, self.refused, self.cut, self.odd = [], [], [], []
        self.threads = [threading.Thread(target=self.ask, args=(n,)) for n in range(CLIENTS)]

    def ask(self, client):
        for turn in itertools.count():
            if self.over.is_set():
                return
            self.once(f"c{client}-{turn}@example.org", f"198.51.{client}.{turn % 250}")

    def once(self, email, address):
        data = urllib.parse.urlencode({"email": email}).encode()
        request = urllib.request.Request(f"{self.site}/abonnement/", data, {"X-Forwarded-For": address})  # noqa: S310
        asked = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - an address of ours
                answer.read()
                self.acknowledged.append((time.monotonic(), email))
        except urllib.error.HTTPError as error:
            page = error.read().decode()
            clear = error.code == 503 and "Retry-After" in error.headers and "momentanément indisponible" in page
            (self.refused if clear else self.odd).append((error.code, page[:300]))
        except (urllib.error.URLError, ConnectionError, http.client.HTTPException) as failure:
            self.cut.append((asked, failure))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.over.set()
        for thread in self.threads:
            thread.join()


def test_postgresql_restarted_under_twenty_writers_loses_nothing_acknowledged(machine):
    database, _broker, there = machine
    with running_web(**there, PROXIES="1") as site, Subscribers(site) as people:
        time.sleep(BEFORE)
        stopped = time.monotonic()
        database.stop()
        time.sleep(AWAY)
        database.start()
        back = time.monotonic()
        time.sleep(AFTER)
    assert people.odd == []
    assert people.refused
    moments = [at for at, _email in people.acknowledged]
    assert min(moments) < stopped
    assert max(moments) > back
    assert people.cut == []
    assert_all_acknowledged_is_kept(people, there)


def assert_all_acknowledged_is_kept(people, there):
    with psycopg.connect(there["DATABASE_URL"]) as connection:
        kept = {email for (email,) in connection.execute("SELECT email FROM commitments_subscription")}
    assert {email for _at, email in people.acknowledged} <= kept


def test_a_web_process_killed_under_twenty_writers_loses_nothing_acknowledged(machine):
    """As the image runs it. Those whom it was serving are cut off, which their proxy tells them; the others wait."""
    _database, _broker, there = machine
    variables = {"PROXIES": "1", "GRANIAN_WORKERS": "2", "GRANIAN_RESPAWN_FAILED_WORKERS": "true"}
    with running_web(**there, **variables) as site, Subscribers(site) as people:
        time.sleep(BEFORE)
        before = children(main_process(site))
        killed = before[0]
        os.kill(killed, signal.SIGKILL)
        at = time.monotonic()
        while Path(f"/proc/{killed}").exists():
            assert time.monotonic() - at < 60
            time.sleep(0.01)
        gone = time.monotonic()
        while not (now := set(children(main_process(site)))) > set(before) - {killed}:
            assert time.monotonic() - at < 60, (before, now)
            time.sleep(0.2)
        time.sleep(AFTER)
    assert (people.odd, people.refused) == ([], [])
    # One who was cut off and asks again at once may meet the dying process's door a second time, until it is closed.
    assert [failure for asked, failure in people.cut if asked > gone] == []
    assert max(moment for moment, _email in people.acknowledged) > at + AFTER - 1
    assert_all_acknowledged_is_kept(people, there)


@contextmanager
def running(command, there):
    process = spawn(
        [sys.executable, "-m", "celery", "-A", "roadmap_portal", *command],
        stop_signal=signal.SIGTERM,
        cwd=settings.BASE_DIR,
        env=os.environ | there,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        stop(process, signal.SIGTERM)


def test_a_broker_emptied_and_restarted_forgets_no_report(machine, tmp_path):
    _database, broker, there = machine
    with redis.Redis.from_url(there["REDIS_URL"]) as client:
        waiting = client.llen("celery")
        run(["-c", ASKED_FOR], there | {"DJANGO_SETTINGS_MODULE": "roadmap_portal.settings"})
        assert client.llen("celery") == waiting + 1
        client.flushall()
    broker.stop()
    broker.start()
    calendar = ["beat", "--schedule", str(tmp_path / "beat")]
    worker = ["worker", "--concurrency", "1", "--without-mingle"]
    with running(worker, there), running(calendar, there):
        deadline = time.monotonic() + 240
        while (states := reports(there)) != ["ready"]:
            assert time.monotonic() < deadline, states
            time.sleep(1)
    with psycopg.connect(there["DATABASE_URL"]) as connection:
        files = connection.execute("SELECT format, language FROM reports_reportfile").fetchall()
    assert len(files) == len(set(files))
    assert files


LOST = "UPDATE commitments_subscription SET asked_at = now() - interval '6 minutes' WHERE email = %s"


def test_a_broker_emptied_forgets_nobody_who_asked_for_the_weekly_mail(machine, tmp_path):
    """The calendar's job is run by hand: it comes every five minutes."""
    _database, broker, there = machine
    there = there | {"EMAIL_URL": f"filemail:///{tmp_path}", "DJANGO_SETTINGS_MODULE": "roadmap_portal.settings"}
    with running_web(**there, PROXIES="1") as site:
        people = Subscribers(site)
        people.once("claire@example.org", "198.51.100.1")
        assert (len(people.acknowledged), people.odd) == (1, [])
    broker.stop()
    broker.start()
    with redis.Redis.from_url(there["REDIS_URL"]) as client:
        client.flushall()
    with psycopg.connect(there["DATABASE_URL"]) as connection:
        connection.execute(LOST, ["claire@example.org"])
    with running(["worker", "--concurrency", "1", "--without-mingle"], there):
        for _ in range(2):
            run(["-c", SENT_AGAIN], there)
        deadline = time.monotonic() + 60
        while not (letters := list(tmp_path.iterdir())):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        time.sleep(2)
    assert ["claire@example.org" in letter.read_text() for letter in letters] == [True]
    assert list(tmp_path.iterdir()) == letters


def reports(there):
    with psycopg.connect(there["DATABASE_URL"]) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM reports_report")]


# --- A disk that is full ---------------------------------------------------------------------------

PIECE = "/espace/engagements/eng-1/pieces/"
MEGABYTE = 2**20


class Sender:
    """Someone with a session, who sends pieces of evidence from a browser."""

    def __init__(self, site, user):
        client, self.token = Client(), secrets.token_hex(16)  # as long as Django wants its token to be
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: self.token}
        self.site = site

    def send(self, title):
        """The page that comes back. The files of all titles differ."""
        content = b"%PDF-1.7\n" + title.encode() + b"%" * (600 * 1024) + b"\n%%EOF\n"
        sent = {"kind": "order", "title": title, "csrfmiddlewaretoken": self.token}
        piece = {"file": (f"{title}.pdf", content, "application/pdf")}
        return requests.post(self.site + PIECE, sent, files=piece, cookies=self.cookies, timeout=60)


@mounts
def test_a_full_disk_is_told_to_who_sends_a_file_and_nothing_is_half_written(tmp_path):
    lead = make_actor("region", side="region")
    make_commitment(code="eng-1", lead=lead)
    paula = make_user("paula", "contributor", lead)
    # Sessions opened here hold there.
    variables = {"SECRET_KEY": settings.SECRET_KEY, "REQUIRE_SECOND_FACTOR": "0"}
    with disk_of(MEGABYTE, tmp_path) as disk, running_web(FILES_URL=str(disk), **variables) as site:
        people = Sender(site, paula)
        assert people.send("Premier").status_code == 200
        kept = files_in(disk)
        assert (len(kept), Evidence.objects.count()) == (1, 1)
        refused = people.send("Deuxième")
        assert "faute de place" in refused.text
        assert "Deuxième" in refused.text
        assert (files_in(disk), Evidence.objects.count()) == (kept, 1)
        enlarge(disk, 4 * MEGABYTE)
        assert "faute de place" not in people.send("Deuxième").text
        assert (len(files_in(disk)), Evidence.objects.count()) == (2, 2)
