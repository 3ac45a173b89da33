"""A daemon that speaks as clamd does, on a real socket: what it has not called sound is not kept (requirement S8)."""

import threading
from contextlib import contextmanager
from html import unescape
from socketserver import StreamRequestHandler, ThreadingTCPServer, ThreadingUnixStreamServer

import pytest

from accounts.models import SecurityEvent
from commitments.models import Evidence, SheetImport
from commitments.uploads import UploadRefused, antivirus, read_upload
from tests.factories import make_campaign
from tests.uploads import PDF, sent

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
        self.server.scanned.append(content)
        said = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        self.wfile.write((self.server.instead if self.server.instead is not None else said) + b"\0")


@contextmanager
def serving(server):
    server.daemon_threads, server.scanned, server.instead = True, [], None
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


def give(client, commitment, content, name="note.pdf"):
    answer = client.post(
        f"/espace/engagements/{commitment.code}/pieces/",
        {"kind": "deliberation", "title": "Délibération", "file": sent(name, content)},
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


def test_without_an_answer_nothing_is_kept(clamd, client, commitment, paula, files, caplog):
    clamd.shutdown()
    clamd.server_close()
    client.force_login(paula)
    assert NOBODY in give(client, commitment, PDF)
    assert (files(), Evidence.objects.count()) == ([], 0)
    assert SecurityEvent.objects.filter(kind="upload_refused").exists()
    assert "clamd cannot be asked" in caplog.text


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
