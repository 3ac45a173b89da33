"""What may be uploaded, and what is refused with what was read and what was expected."""

import hashlib
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import SecurityEvent
from commitments.models import Evidence
from commitments.transitions import TransitionRefused, add_evidence
from commitments.uploads import FORMATS, UploadRefused, read_upload
from tests import uploads
from tests.uploads import PDF, archive, docx, image, odt, sent, xlsx

MACRO_SHEET = "application/vnd.ms-excel.intlmacrosheet+xml"
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"
TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
SHEET = "application/vnd.oasis.opendocument.spreadsheet"


def lying(content, name):
    """The archive declares that the entry is one byte long once unzipped."""
    content = bytearray(content)
    at = content.find(b"PK\x01\x02")
    while content[at + 46 : at + 46 + len(name)] != name.encode():
        at = content.find(b"PK\x01\x02", at + 4)
    struct.pack_into("<L", content, at + 24, 1)
    return bytes(content)


REFUSED = {
    # the name
    "x.pdf.exe": (b"MZ" + b"\x00" * 200, "l’extension .exe"),
    "facture\u202efdp.exe": (PDF, "l’extension .exe"),
    "sans-extension": (PDF, "un nom sans extension"),
    ".pdf": (PDF, "un nom sans extension"),
    "image.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "l’extension .svg"),
    "page.html": (b"<!doctype html><script>1</script>", "l’extension .html"),
    "macros.docm": (docx(), "un fichier à macros"),
    "macros.xlsm": (xlsx(), "un fichier à macros"),
    # the first bytes
    "x.exe.pdf": (b"MZ" + b"\x00" * 200, "un fichier EXE"),
    "page.pdf": (b"\n<!DOCTYPE html><script>1</script>", "une page HTML"),
    "dessin.png": (b"<?xml version='1.0'?><svg onload='x'/>", "une image SVG"),
    "image.pdf": (image("PNG"), "un fichier PNG"),
    "image.png": (image("JPEG"), "un fichier JPG"),
    "photo.jpg": (image("PNG"), "un fichier PNG"),
    "texte.docx": (b"Bonjour", "un contenu non reconnu"),
    "ancien.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "protégé par un mot de passe"),
    # more than one thing at once
    "avant.pdf": (b"GIF89a" + PDF, "un fichier GIF"),
    "marque.pdf": (b"\xef\xbb\xbf" + PDF, "Attendu"),
    "apres.pdf": (PDF + b"<script>" + b" " * 2000, "suivi d’autre chose"),
    "zip.pdf": (PDF + archive({"a": "b"}) + b"\n%%EOF", "qui contient une archive"),
    "zip.png": (image("PNG") + archive({"a": "b"}), "suivie d’autre chose"),
    "zip.jpg": (image("JPEG") + archive({"a.class": "b"}), "qui contient une archive"),
    "pdf.jpg": (image("JPEG")[:20] + PDF, "qui contient un PDF"),
    "tronquee.png": (image("PNG")[:-5], "tronquée"),
    # tables of text
    "page.csv": (b"\xef\xbb\xbf <html><script>1</script>", "une page HTML"),
    "dessin.csv": (b"<svg onload='x'/>", "une image SVG"),
    "nul.csv": (b"a;b\n1;\x002\n", "Attendu"),
    "utf16.csv": ("a;b\n".encode("utf-16"), "Attendu"),
    "inconnu.csv": (b"a;\x81\x8d\n", "encodage inconnu"),
    "pdf.csv": (PDF, "qui contient un PDF"),
    "zip.csv": (archive({"a": "b"}), "un fichier ZIP"),
    # office documents
    "liste.docx": (archive({"a.txt": "b"}), "sans le format du document"),
    "liste.odt": (archive({"a.txt": "b"}), "sans le format du document"),
    "tableur.docx": (xlsx(), "un autre document Office"),
    "texte.xlsx": (docx(), "un autre document Office"),
    "tableur.odt": (odt(SHEET), SHEET),
    "modele.docx": (docx(TEMPLATE), "un modèle"),
    "vba.docx": (docx(**{"word/vbaProject.bin": b"x"}), "à macros"),
    "vba-cache.docx": (docx(more=["application/vnd.ms-office.vbaProject"]), "à macros"),
    "macros.docx": (docx(MACRO_WORD), "à macros"),
    "excel4.docx": (docx(more=[MACRO_SHEET]), "à macros"),
    "basic.odt": (odt(**{"Basic/Standard/Module1.xml": "<x/>"}), "à macros"),
    "python.odt": (odt(**{"Scripts/python/x.py": "1"}), "à macros"),
    "secret.odt": (odt(manifest="<x><encryption-data/></x>"), "mot de passe"),
    "sans-manifeste.odt": (archive({"mimetype": FORMATS["odt"]}, zipfile.ZIP_STORED), "abîmée"),
    "entites.docx": (docx(**{"[Content_Types].xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}), "abîmée"),
    "coupe.docx": (docx()[:-40], "abîmée"),
    "suivi.docx": (docx() + b"<script>", "suivie d’autre chose"),
    "precede.docx": (archive({"evil": "x"}) + docx(), "précédée d’autre chose"),
    "dehors.docx": (docx(**{"../../etc/passwd": "x"}), "hors d’elle"),
    "bombe.docx": (docx(**{"word/x.xml": b"0" * 30_000_000}), "compressé à l’excès"),
    "menteur.docx": (lying(docx(**{"word/x.xml": b"0" * 30_000_000}), "word/x.xml"), "compressé à l’excès"),
    "petit-menteur.docx": (lying(docx(**{"word/x.xml": b"0" * 3000}), "word/x.xml"), "abîmée"),
}


@pytest.mark.parametrize("name", uploads.everyone())
def test_what_offices_write_is_accepted_with_its_hash_and_its_format(name):
    content = uploads.everyone()[name]
    file = sent(name, content)
    read = read_upload(file)
    extension = name.rsplit(".", 1)[1].lower().replace("jpeg", "jpg")
    assert (read.name, read.media_type, read.size) == (name, FORMATS[extension], len(content))
    assert read.sha256 == hashlib.sha256(content).hexdigest()
    assert file.read() == content


@pytest.mark.parametrize("name", REFUSED)
def test_the_rest_is_refused_with_what_was_read(name):
    content, read = REFUSED[name]
    with pytest.raises(UploadRefused) as refusal:
        read_upload(sent(name, content))
    assert read in refusal.value.message
    assert "Attendu" in refusal.value.message


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["x.pdf.exe", "page.pdf", "zip.jpg", "bombe.docx", "vba.docx", "image.svg"])
def test_nothing_is_kept_of_what_is_refused(name, commitment, paula, files):
    with pytest.raises(TransitionRefused) as refusal:
        add_evidence(commitment, by=paula, kind="deliverable", title="Pièce", file=sent(name, REFUSED[name][0]))
    assert refusal.value.field == "file"
    assert not Evidence.objects.exists()
    assert files() == []


@pytest.mark.parametrize(("size", "read"), [(0, "un fichier vide"), (2001, "2,0\u00a0Ko")])
def test_a_file_is_neither_empty_nor_too_heavy(size, read, settings):
    settings.UPLOAD_MOST_BYTES = 2000
    content = PDF + b"\n" * (size - len(PDF)) if size else b""
    with pytest.raises(UploadRefused) as refusal:
        read_upload(sent("a.pdf", content))
    assert read in refusal.value.message


def test_a_file_of_the_exact_limit_is_accepted(settings):
    settings.UPLOAD_MOST_BYTES = len(PDF)
    assert read_upload(sent("a.pdf", PDF)).size == len(PDF)


def test_an_archive_weighs_no_more_than_the_limit_once_unzipped(settings):
    settings.UPLOAD_MOST_UNZIPPED_BYTES = 1000
    with pytest.raises(UploadRefused, match="compressé à l’excès"):
        read_upload(sent("a.docx", docx(**{"word/a.xml": "a" * 600, "word/b.xml": "b" * 600})))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("C:\\Mes documents\\note.pdf", "note.pdf"),
        ("../../etc/note.pdf", "note.pdf"),
        ("no\r\nte\x00.pdf", "note.pdf"),
        ("=@ -note-1.pdf", "note-1.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_what_could_deceive(written, kept):
    file = sent("x.pdf", PDF)
    # Past what Django cleans by itself.
    file._name = written
    assert read_upload(file).name == kept


@pytest.mark.django_db
def test_a_file_is_stored_under_a_name_that_tells_nothing(commitment, paula, files):
    piece = add_evidence(commitment, by=paula, kind="order", title="Arrêté", file=sent("arrêté.pdf", PDF))
    (name,) = files()
    assert "arr" not in name
    assert "." not in name
    with piece.file.open("rb") as file:
        assert file.read() == PDF


def test_a_refused_file_is_told_to_the_security_log(client, commitment, paula):
    client.force_login(paula)
    drawing = SimpleUploadedFile("a.svg", b"<svg onload='x'/>")
    piece = {"kind": Evidence.Kind.PUBLIC_PAGE, "title": "Dessin", "file": drawing}
    client.post(reverse("commitments:evidence", args=[commitment.code]), piece)
    assert (SecurityEvent.objects.get(kind="upload_refused").user, Evidence.objects.count()) == (paula, 0)
