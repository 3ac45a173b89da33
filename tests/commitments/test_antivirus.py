"""A daemon that speaks as clamd does, on a real socket: what it has not called sound nobody opens (requirement S8)."""

import threading
import time
from contextlib import contextmanager
from html import unescape
from socketserver import StreamRequestHandler, ThreadingTCPServer, ThreadingUnixStreamServer

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import SecurityEvent
from commitments.models import Commitment, Evidence, SheetImport
from commitments.tasks import scan_waiting_files
from commitments.transitions import add_evidence, submit_update, withdraw_evidence
from commitments.uploads import UploadRefused, antivirus, read_upload
from roadmap_portal import schedule
from roadmap_portal.celery import app
from tests.factories import make_campaign, make_milestone, make_update
from tests.uploads import PDF, sent
from tests.web import free_port

# The test file of EICAR, in two so that no scanner takes this one for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
INFECTED = PDF.replace(b"%%EOF", b"% " + EICAR + b"\n%%EOF")
FOUND = "l’antivirus reconnaît «\u00a0Eicar-Test-Signature\u00a0»"
NOBODY = "l’antivirus n’a pas pu examiner"


class Clamd(StreamRequestHandler):
    def handle(self):
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(length)
            if len(content) > self.server.longest:
                return
        self.server.scanned.append(content)
        self.server.before()
        time.sleep(self.server.slow)
        said = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        self.wfile.write((self.server.instead if self.server.instead is not None else said) + b"\0")


@contextmanager
def serving(server):
    server.daemon_threads, server.scanned, server.instead, server.slow = True, [], None, 0
    server.longest, server.before = 20 * 2**20, lambda: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def clamd(settings):
    with serving(ThreadingTCPServer(("127.0.0.1", 0), Clamd)) as server:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server


def give(client, commitment, content, name="note.pdf", title="Délibération"):
    answer = client.post(
        f"/espace/engagements/{commitment.code}/pieces/",
        {"kind": "deliberation", "title": title, "is_public": "on", "file": sent(name, content)},
        follow=True,
    )
    return unescape(answer.content.decode())


def test_the_whole_file_is_scanned_then_kept(clamd, client, commitment, paula, files):
    client.force_login(paula)
    content = PDF.replace(b"%%EOF", b"%" + b"x" * 200_000 + b"\n%%EOF")
    assert "Pièce ajoutée" in give(client, commitment, content)
    assert clamd.scanned == [content]
    with Evidence.objects.get().file.open("rb") as kept:
        assert kept.read() == content


def test_an_infected_file_is_refused_and_told_to_the_security_log(clamd, client, commitment, paula, files):
    client.force_login(paula)
    assert FOUND in give(client, commitment, INFECTED)
    assert (files(), Evidence.objects.count()) == ([], 0)
    event = SecurityEvent.objects.get(kind="upload_refused")
    assert event.user == paula
    assert FOUND in event.details["why"]


# --- A file that nobody could examine ---------------------------------------------------------------


@pytest.fixture
def away(settings):
    """The address of an antivirus that is not there."""
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"


@pytest.fixture
def waiting(away, client, commitment, paula, files):
    client.force_login(paula)
    page = give(client, commitment, INFECTED)
    assert "Vous n’avez rien à refaire" in page
    piece = Evidence.objects.get()
    assert (piece.scan, len(files())) == ("waiting", 1)
    return piece


def opened(client, piece, *users):
    """The status of the file for the public, then for each of them."""
    address = reverse("commitments:evidence_file", args=[piece.pk])
    answers = [Client().get(address)]
    for user in users:
        client.force_login(user)
        answers.append(client.get(address))
    for answer in answers:
        b"".join(answer)  # a file is closed once it is read
    return [answer.status_code for answer in answers]


def test_a_file_that_nobody_could_examine_waits_and_nobody_opens_it(waiting, client, commitment, paula, amina):
    assert opened(client, waiting, paula, amina) == [404, 404, 404]
    address = reverse("commitments:evidence_file", args=[waiting.pk])
    for page in (f"/engagements/{commitment.code}/", f"/espace/engagements/{commitment.code}/pieces/"):
        text = client.get(page).content.decode()
        assert "en attente de l’antivirus" in text
        assert f'href="{address}"' not in text
    public = Client().get(f"/engagements/{commitment.code}/").content.decode()
    assert ("en attente de l’antivirus" in public, f'"{address}"' in public) == (True, False)
    assert not Evidence.objects.published().exists()
    assert not SecurityEvent.objects.filter(kind="upload_refused").exists()


def test_it_is_examined_once_the_antivirus_is_back(waiting, clamd, client, paula):
    clamd.instead = b"stream: OK"
    scan_waiting_files()
    scan_waiting_files()
    assert clamd.scanned == [INFECTED]
    waiting.refresh_from_db()
    assert waiting.scan == "sound"
    assert opened(client, waiting, paula) == [200, 200]
    assert Evidence.objects.published().exists()


def test_what_harms_is_found_later_and_its_author_is_told(waiting, clamd, client, commitment, paula, amina, mailoutbox):
    for _ in range(2):
        scan_waiting_files()
    waiting.refresh_from_db()
    assert (waiting.scan, clamd.scanned) == ("infected", [INFECTED])
    assert opened(client, waiting, paula, amina) == [404, 404, 404]
    (event,) = SecurityEvent.objects.filter(kind="upload_refused")
    assert (event.user, event.details["piece"], FOUND in event.details["why"]) == (paula, waiting.pk, True)
    (letter,) = mailoutbox
    assert letter.to == [paula.email]
    assert "Eicar-Test-Signature" in letter.body
    assert f"/espace/engagements/{commitment.code}/pieces/" in letter.body
    assert "refusée par l’antivirus" in client.get(f"/espace/engagements/{commitment.code}/pieces/").content.decode()
    assert "Délibération" not in Client().get(f"/engagements/{commitment.code}/").content.decode()
    # The same file, sent again while nobody can examine it, is not taken for the one that was refused.
    clamd.instead = b"ERROR"
    client.force_login(paula)
    give(client, commitment, INFECTED)
    assert [piece.scan for piece in Evidence.objects.order_by("pk")] == ["infected", "waiting"]


def test_while_the_antivirus_is_away_what_waits_goes_on_waiting(waiting, settings, caplog):
    scan_waiting_files()
    assert "clamd cannot be asked" in caplog.text
    settings.CLAMD_URL = ""
    scan_waiting_files()
    waiting.refresh_from_db()
    assert waiting.scan == "waiting"


def test_one_that_it_cannot_tell_keeps_no_other_waiting(waiting, clamd, client, commitment, paula, files):
    clamd.instead = b"INSTREAM size limit exceeded. ERROR"
    give(client, commitment, PDF, title="Autre")
    assert Evidence.objects.filter(scan="waiting").count() == 2
    scan_waiting_files()
    assert [len(content) for content in clamd.scanned] == [len(PDF), len(INFECTED), len(PDF)]


def test_one_that_is_too_long_for_it_keeps_no_other_waiting(waiting, clamd, client, commitment, paula):
    """It hangs up in the middle."""
    clamd.longest = 1000
    assert antivirus.scan(ContentFile(b"x" * 20_000_000)) == antivirus.Verdict()
    scan_waiting_files()
    waiting.refresh_from_db()
    assert waiting.scan == "infected"


def test_one_that_the_storage_has_lost_keeps_no_other_waiting(waiting, clamd, client, commitment, caplog):
    clamd.instead = b"ERROR"
    give(client, commitment, PDF, title="Autre")
    waiting.file.storage.delete(waiting.file.name)
    clamd.instead = None
    scan_waiting_files()
    assert [piece.scan for piece in Evidence.objects.order_by("pk")] == ["waiting", "sound"]
    assert "cannot be read" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_who_withdraws_it_while_it_is_examined_is_not_kept_waiting(waiting, clamd, paula):
    asked, over = threading.Event(), threading.Event()
    clamd.before = lambda: (asked.set(), over.wait(30))

    def work():
        scan_waiting_files()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert asked.wait(10)
        withdraw_evidence(waiting, by=paula)
    finally:
        over.set()
        worker.join(30)
    waiting.refresh_from_db()
    assert (waiting.withdrawn_by, waiting.scan) == (paula, "infected")


def test_what_harms_proves_nothing_to_the_database_either(away, commitment, paula, files):
    milestone = make_milestone(commitment, evidence_required=True)
    achieved = {"status": "achieved", "achieved_on": milestone.due_on}
    given = {"kind": "order", "title": "Arrêté", "file": sent("a.pdf", PDF), "milestone": milestone}
    add_evidence(commitment, by=paula, **given)
    Evidence.objects.update(scan="infected")
    with pytest.raises(IntegrityError, match="demande une pièce"), transaction.atomic():
        commitment.milestones.update(**achieved)
    with pytest.raises(IntegrityError, match="porte au moins une pièce"), transaction.atomic():
        Commitment.objects.update(status="completed")
    # One that waits does: who answers on the last day is not stopped.
    add_evidence(commitment, by=paula, **given)
    assert commitment.milestones.update(**achieved) == 1


def test_the_draft_it_belongs_to_is_submitted_meanwhile(away, commitment, paula, files):
    make_campaign()
    update = make_update(commitment, paula, status="in_progress", text_public="Un texte.")
    piece = add_evidence(commitment, by=paula, kind="order", title="Arrêté", file=sent("a.pdf", PDF))
    assert (piece.update, piece.scan) == (update, "waiting")
    submit_update(update, by=paula)
    update.refresh_from_db()
    assert update.state == "submitted"


def test_what_the_antivirus_has_said_does_not_change(waiting):
    with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
        Evidence.objects.update(scan="")
    Evidence.objects.update(scan="infected")
    for later in ("sound", "waiting", ""):
        with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
            Evidence.objects.update(scan=later)
    with pytest.raises(IntegrityError, match="evidence_only_files_are_scanned"), transaction.atomic():
        Evidence.objects.create(
            commitment=waiting.commitment, kind="order", title="Lien", url="https://example.org/", scan="sound",
            added_by=waiting.added_by,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_examine_it_once(waiting, clamd):
    clamd.instead, clamd.slow = b"stream: OK", 0.3
    barrier = threading.Barrier(2)

    def work():
        barrier.wait(5)
        scan_waiting_files()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert clamd.scanned == [INFECTED]


def test_the_calendar_looks_every_few_minutes():
    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["waiting-files"]
    assert (entry["task"], entry["schedule"]) == (scan_waiting_files.name, schedule.RESEND_SECONDS)


def test_a_workbook_is_read_at_once_and_does_not_wait(away, client, commitment, paula, files):
    make_campaign()
    client.force_login(paula)
    answer = client.post("/espace/mon-trimestre/tableur/", {"file": sent("points.csv", b"code;texte\n1;x")})
    assert NOBODY in unescape(answer.content.decode())
    assert not SheetImport.objects.exists()


# --- What it answers --------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["INSTREAM size limit exceeded. ERROR", "stream: OKAY", "stream: ", "", "OK"])
def test_whatever_is_not_a_plain_yes_is_a_no(clamd, answer):
    clamd.instead = answer.encode()
    with pytest.raises(UploadRefused, match=NOBODY):
        read_upload(sent("note.pdf", PDF))


def test_a_silent_scanner_is_not_waited_for(clamd, monkeypatch):
    monkeypatch.setattr(antivirus, "SECONDS", 0.2)
    silent, over = clamd.RequestHandlerClass, threading.Event()
    clamd.RequestHandlerClass = type("Silent", (silent,), {"handle": lambda self: over.wait(10)})
    try:
        with pytest.raises(UploadRefused, match=NOBODY):
            read_upload(sent("note.pdf", PDF))
    finally:
        over.set()


@pytest.mark.django_db
def test_a_workbook_sent_back_is_scanned_too(clamd, client, commitment, paula, files):
    make_campaign()
    client.force_login(paula)
    answer = client.post("/espace/mon-trimestre/tableur/", {"file": sent("points.csv", b"code;texte\n1;" + EICAR)})
    assert FOUND in unescape(answer.content.decode())
    assert not SheetImport.objects.exists()


def test_a_file_refused_by_its_look_does_not_reach_the_scanner(clamd):
    with pytest.raises(UploadRefused, match=r"l’extension \.exe"):
        read_upload(sent("note.exe", b"MZ"))
    assert clamd.scanned == []


def test_a_socket_of_the_machine_will_do(settings, tmp_path):
    path = tmp_path / "clamd.ctl"
    with serving(ThreadingUnixStreamServer(str(path), Clamd)) as server:
        settings.CLAMD_URL = f"unix://{path}"
        assert read_upload(sent("note.pdf", PDF)).size == len(PDF)
        with pytest.raises(UploadRefused, match="Eicar"):
            read_upload(sent("note.pdf", INFECTED))
        assert server.scanned == [PDF, INFECTED]


def test_no_socket_there_is_no_answer(settings, tmp_path):
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody.ctl"
    with pytest.raises(UploadRefused, match=NOBODY):
        read_upload(sent("note.pdf", PDF))


def test_off_unless_a_daemon_is_named(settings):
    assert settings.CLAMD_URL == ""
    assert read_upload(sent("note.pdf", INFECTED)).name == "note.pdf"
