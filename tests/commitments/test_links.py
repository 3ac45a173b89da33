"""The weekly check of links, on a real server of this machine: what counts as down, who is told, and how often."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from celery.schedules import crontab
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from commitments.links import is_public, probe
from commitments.models import Evidence
from commitments.services.links import check_links, record_check
from commitments.tasks import check_links as task
from commitments.transitions import withdraw_evidence
from roadmap_portal.celery import app
from tests.factories import make_commitment, make_evidence, make_user

MONDAY = datetime(2026, 11, 23, 4, tzinfo=UTC)
WEEK = timedelta(days=7)


class Site(BaseHTTPRequestHandler):
    """/410 answers 410; /vers/X leads to X; /tours/N leads to itself N times; /goutte never ends."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.server.asked.append((self.command, self.path))
        path = self.path.partition("?")[0]
        if path == "/head-405" and self.command == "HEAD":
            self.answer(405)
        elif path == "/lent":
            time.sleep(2)
        elif path == "/goutte":
            self.drip()
        elif path.startswith("/vers/"):
            self.answer(302, path.removeprefix("/vers/"))
        elif path.startswith("/tours/"):
            left = int(path.removeprefix("/tours/"))
            self.answer(301, f"../tours/{left - 1}" if left else "/page")
        elif path.strip("/").isdigit():
            self.answer(self.server.says.get(path, int(path.strip("/"))))
        else:
            self.answer(200)

    do_GET = do_HEAD

    def answer(self, status, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drip(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for _ in range(100):
                self.wfile.write(b"X-Attente: 1\r\n")
                time.sleep(0.1)
        except OSError:
            pass

    def log_message(self, *_):
        pass


@pytest.fixture
def site(settings):
    settings.LINK_CHECK_ALSO_REACHES = ["127.0.0.1"]
    settings.LINK_CHECK_SECONDS = 0.5
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.says = [], {}
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


# --- One address ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page", ""),
        ("/page?q=été&n=1", ""),
        ("/dossier/été 2026.pdf", ""),
        ("", ""),
        ("/204", ""),
        ("/head-405", ""),
        ("/vers//page", ""),
        ("/tours/4", ""),
        # Legal databases answer this to all programs.
        ("/401", ""),
        ("/403", ""),
        ("/429", ""),
        ("/404", "réponse 404"),
        ("/410", "réponse 410"),
        ("/500", "réponse 500"),
        ("/503", "réponse 503"),
        ("/vers//404", "réponse 404"),
        ("/tours/5", "plus de 5 redirections"),
        ("/vers/ftp://example.org/a", "ni http ni https"),
        ("/vers/file:///etc/passwd", "ni http ni https"),
        ("/lent", "pas de réponse"),
        ("/goutte", "pas de réponse"),
    ],
)
def test_what_an_address_answers(site, path, reason):
    before = time.monotonic()
    answer = probe(site.address + path)
    assert answer.is_up is not bool(reason)
    assert reason in answer.reason
    assert time.monotonic() - before < 8


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://nulle-part.invalid/",
        "https:///a",
        "http://[::1",
        "http://a:99999/",
        "http://x\n.y/",
    ],
)
def test_what_is_no_address_is_down_and_no_error(site, url):
    answer = probe(url)
    assert not answer.is_up
    assert answer.reason


def test_a_server_of_http_is_none_of_https(site):
    assert probe(site.address.replace("http:", "https:")).reason == "certificat refusé"


def test_head_is_enough_where_it_is_answered(site):
    probe(site.address + "/page")
    probe(site.address + "/head-405")
    assert [command for command, _path in site.asked] == ["HEAD", "HEAD", "GET"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_an_address_of_a_private_network_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_an_address_of_the_web_is(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_our_own_network_is_out_of_reach(site, settings, host):
    settings.LINK_CHECK_ALSO_REACHES = []
    answer = probe(f"http://{host}:{site.server_port}/page")
    assert "réseau privé" in answer.reason
    assert site.asked == []


def test_a_redirection_does_not_lead_there_either(site):
    """The first server may be reached, the second, on another address of this machine, may not."""
    answer = probe(f"{site.address}/vers/http://127.0.0.2:{site.server_port}/page")
    assert "réseau privé" in answer.reason
    assert {path.partition("/vers/")[1] for _command, path in site.asked} == {"/vers/"}


# --- The row --------------------------------------------------------------------------------------


@pytest.fixture
def piece(commitment, paula, site):
    return make_evidence(commitment, paula, url=site.address + "/404", title="Délibération d’avril")


@pytest.mark.django_db
def test_failures_are_counted_from_the_first_one_and_a_success_forgets_them(piece):
    for n in (1, 2, 3):
        record_check(piece.pk, is_up=False, at=MONDAY + n * WEEK)
        piece.refresh_from_db()
        assert (piece.failures, piece.failing_since, piece.is_link_down) == (n, date(2026, 11, 30), n >= 2)
    record_check(piece.pk, is_up=True, at=MONDAY + 4 * WEEK)
    piece.refresh_from_db()
    assert (piece.failures, piece.failing_since, piece.failure_told_at) == (0, None, None)
    assert piece.checked_at == MONDAY + 4 * WEEK


@pytest.mark.django_db
def test_a_check_counts_once_a_day(piece):
    for hours in (0, 1, 5):
        record_check(piece.pk, is_up=False, at=MONDAY + timedelta(hours=hours))
    piece.refresh_from_db()
    assert piece.failures == 1


@pytest.mark.django_db
def test_the_database_tells_only_of_links_that_are_down(piece):
    with pytest.raises(IntegrityError, match="told_means_down"), transaction.atomic():
        Evidence.objects.update(failure_told_at=MONDAY)


# --- The whole ------------------------------------------------------------------------------------


def weeks(*numbers):
    for n in numbers:
        check_links(MONDAY + n * WEEK)


@pytest.mark.django_db
def test_the_second_failure_in_a_row_is_told_once(piece, paula, commitment):
    weeks(0)
    assert mail.outbox == []
    weeks(1)
    (message,) = mail.outbox
    assert message.to == [paula.email]
    assert "1 lien" in message.subject
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    for text in (message.body, html):
        assert "Délibération d’avril" in text
        assert piece.url in text
        assert "http://127.0.0.1:8000/espace/engagements/eng-recherche/pieces/" in text
        assert "23/11/2026" in text
    assert "&" not in message.body
    weeks(1, 2, 3)
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_link_that_fails_again_after_it_was_back_is_told_again(piece, site):
    weeks(0, 1)
    site.says["/404"] = 200
    weeks(2)
    site.says.clear()
    weeks(3)
    assert len(mail.outbox) == 1
    weeks(4)
    assert len(mail.outbox) == 2


@pytest.mark.django_db
def test_one_failing_link_does_not_stop_the_others(commitment, paula, site):
    paths = ("/goutte", "/page", "/500", "/lent", "/autre")
    pieces = {path: make_evidence(commitment, paula, url=site.address + path) for path in paths}
    pieces["none"] = make_evidence(commitment, paula, url="http://nulle-part.invalid/")
    weeks(0)
    down = {name for name, piece in pieces.items() if Evidence.objects.get(pk=piece.pk).failures}
    assert down == {"/goutte", "/500", "/lent", "none"}
    assert not Evidence.objects.filter(checked_at=None).exists()


@pytest.mark.django_db
def test_what_is_withdrawn_and_files_are_not_asked_for(commitment, paula, site):
    withdraw_evidence(make_evidence(commitment, paula, url=site.address + "/404"), by=paula)
    make_evidence(commitment, paula, url="", file="evidence/x", sha256="x")
    weeks(0)
    assert site.asked == []


@pytest.mark.django_db
def test_an_address_given_twice_is_asked_for_once(commitment, paula, site):
    for _ in range(2):
        make_evidence(commitment, paula, url=site.address + "/page")
    weeks(0)
    assert len(site.asked) == 1
    assert Evidence.objects.filter(checked_at=MONDAY).count() == 2


@pytest.mark.django_db
def test_each_person_gets_one_mail_with_their_own_links(piece, paula, stephane, state, site):
    other = make_commitment(code="eng-autre", lead=state, title="Former <les> agents")
    make_evidence(other, stephane, url=site.address + "/410", title="Rapport <b>")
    make_evidence(other, stephane, url=site.address + "/500")
    sam = make_user("sam", Membership.Role.CONTRIBUTOR, state)
    weeks(0, 1)
    sent = {message.to[0]: message for message in mail.outbox}
    assert set(sent) == {paula.email, sam.email}
    assert ("1 lien" in sent[paula.email].subject, "2 liens" in sent[sam.email].subject) == (True, True)
    assert "eng-autre" not in sent[paula.email].body
    assert "Rapport <b>" in sent[sam.email].body
    assert "Rapport <b>" not in sent[sam.email].alternatives[0][0]


class Closed(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError


@pytest.mark.django_db
def test_a_mail_server_that_is_down_delays_the_mail_and_stops_nothing(piece, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.commitments.test_links.Closed"
    weeks(0, 1)
    settings.EMAIL_BACKEND = working
    assert mail.outbox == []
    weeks(2, 3)
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_and_tell_once(piece):
    weeks(0)
    threads = [threading.Thread(target=work) for _ in range(2)]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    piece.refresh_from_db()
    assert (piece.failures, len(mail.outbox)) == (2, 1)


def work():
    try:
        weeks(1)
    finally:
        connection.close()


@pytest.mark.django_db
def test_the_public_page_says_so_from_the_second_failure_on(client, piece):
    address = "/engagements/eng-recherche/"
    weeks(0)
    assert "lien indisponible" not in client.get(address).content.decode()
    weeks(1)
    assert "lien indisponible depuis le 23 novembre 2026" in client.get(address).content.decode()


@pytest.mark.django_db
def test_the_task_checks_what_there_is(piece, site):
    task()
    assert {path for _command, path in site.asked} == {"/404"}
    piece.refresh_from_db()
    assert piece.failures == 1


def test_the_calendar_runs_it_on_monday_at_four():
    entry = app.conf.beat_schedule["links-of-the-evidence"]
    assert (entry["task"], entry["schedule"]) == (task.name, crontab(minute=0, hour=4, day_of_week="mon"))
