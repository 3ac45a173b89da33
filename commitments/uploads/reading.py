"""One file, from its name to its last byte."""

import hashlib
import os
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import filetype
from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from commitments.uploads.antivirus import nobody_could_say, refusal_of, scan
from commitments.uploads.archives import check_archive
from commitments.uploads.refusals import UploadRefused
from roadmap_portal.one_line import RUN_BY_SPREADSHEETS
from roadmap_portal.templatetags.portal import file_size

FORMATS = {
    "pdf": "application/pdf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "png": "image/png",
    "jpg": "image/jpeg",
}
OFFICE = {"odt", "ods", "docx", "xlsx"}
WITH_MACROS = {"docm", "xlsm", "dotm", "xltm", "xlsb", "xlam", "pptm"}
SAME = {"jpeg": "jpg"}
LONGEST_NAME = 200

HEAD = 8192
# Readers of PDF look for its first mark this far into a file, and for its last mark this far from the end.
PDF_REACH = 1024
END_OF_PNG = b"\x00\x00\x00\x00IEND\xaeB`\x82"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
# No table begins like this, and programs that ignore media types run what does.
NOT_A_TABLE = (b"<", b"%!", b"#!", b"{\\rtf")


@dataclass(frozen=True)
class Upload:
    name: str  # as its author named it, without what could deceive whoever downloads it
    media_type: str
    size: int
    sha256: str
    is_scanned: bool | None  # None: no antivirus; False: it has still to be


def read_upload(file: File, *, may_wait: bool = False) -> Upload:
    """`may_wait`: a file that nobody could scan is not refused, as long as nobody opens it. Raises UploadRefused.
    Leaves the file at its beginning."""
    name = _clean(file.name or "")
    extension = _extension(name)
    size = _check_size(file)
    CHECKS[extension](file, extension)
    if extension not in OFFICE:
        _check_alone(file, extension)
    is_scanned = _scanned(file, may_wait)
    return Upload(name, FORMATS[extension], size, _sha256(file), is_scanned)


def _scanned(file: File, may_wait: bool) -> bool | None:
    verdict = scan(file)
    if verdict is None:
        return None
    if verdict.found:
        raise refusal_of(verdict.found)
    if not verdict.has_said and not may_wait:
        raise nobody_could_say()
    return verdict.is_sound


def _clean(name: str) -> str:
    """Without folders, nor the invisible marks by which « fdp.exe » is shown as « exe.pdf », nor what would make the
    name a formula in the tables that cite it."""
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(c for c in unicodedata.normalize("NFC", name) if not unicodedata.category(c).startswith("C"))
    name = name.lstrip("".join(RUN_BY_SPREADSHEETS) + " ").rstrip()
    path = PurePosixPath(name)
    return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix


def _extension(name: str) -> str:
    """The last one counts: x.php.pdf has to be a PDF to the last byte, x.pdf.exe is none."""
    written = PurePosixPath(name).suffix.removeprefix(".").lower()
    extension = SAME.get(written, written)
    if extension in FORMATS:
        return extension
    if extension in WITH_MACROS:
        raise UploadRefused(_("un fichier à macros (.%(extension)s)") % {"extension": written}, _without_macros())
    read = _("l’extension .%(extension)s") % {"extension": written} if written else _("un nom sans extension")
    raise UploadRefused(read, ", ".join(FORMATS))


def _without_macros() -> str:
    return _("le même document enregistré sans macros")


def _check_size(file: File) -> int:
    file.seek(0, os.SEEK_END)
    size = file.tell()
    most = file_size(settings.UPLOAD_MOST_BYTES)
    if size == 0:
        raise UploadRefused(_("un fichier vide"), _("un fichier de %(most)s au plus") % {"most": most})
    if size > settings.UPLOAD_MOST_BYTES:
        raise UploadRefused(file_size(size), _("%(most)s au plus") % {"most": most})
    return size


def _sha256(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _read(file: IO[Any], at: int, most: int) -> bytes:
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(max(at if at >= 0 else size + at, 0))
    return bytes(file.read(most))


def _check_begins(file: File, extension: str, *starts: bytes) -> None:
    head = _read(file, 0, HEAD)
    if not head.startswith(starts):
        raise UploadRefused(_seen(head), _a(extension))


def _a(extension: str) -> str:
    return _("un fichier %(format)s, comme son nom le dit") % {"format": extension.upper()}


def _seen(head: bytes) -> str:
    """What a file is by its first bytes, in words."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return _("une page HTML")
    if text.startswith(b"<"):
        return _("une image SVG") if b"<svg" in text else _("du XML ou du HTML")
    if head.startswith(OLD_OFFICE):
        return _("un ancien document Office, ou un document protégé par un mot de passe")
    kind = filetype.guess(head)
    return _("un fichier %(format)s") % {"format": kind.extension.upper()} if kind else _("un contenu non reconnu")


def _check_pdf(file: File, extension: str) -> None:
    # At the very first byte: readers that look further are what makes polyglots possible.
    _check_begins(file, extension, b"%PDF-")
    if b"%%EOF" not in _read(file, -PDF_REACH, PDF_REACH):
        raise UploadRefused(_("un PDF tronqué, ou suivi d’autre chose"), _("un PDF entier et seul"))


def _check_png(file: File, extension: str) -> None:
    _check_begins(file, extension, b"\x89PNG\r\n\x1a\n")
    if _read(file, -len(END_OF_PNG), len(END_OF_PNG)) != END_OF_PNG:
        raise UploadRefused(_("une image PNG tronquée, ou suivie d’autre chose"), _("une image PNG entière et seule"))


def _check_jpg(file: File, extension: str) -> None:
    # Cameras write previews and short films after the image: its end says nothing.
    _check_begins(file, extension, b"\xff\xd8\xff")


def _check_office(file: File, extension: str) -> None:
    _check_begins(file, extension, b"PK\x03\x04")
    check_archive(file, extension, FORMATS[extension])


def _check_csv(file: File, extension: str) -> None:
    content = _read(file, 0, settings.UPLOAD_MOST_BYTES)
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(NOT_A_TABLE) or content.translate(None, delete=CONTROLS) != content:
        raise UploadRefused(_seen(content[:HEAD]), _("un tableau CSV, en texte seul"))
    if not (_decodes(content, "utf-8") or _decodes(content, "cp1252")):
        raise UploadRefused(_("un texte d’encodage inconnu"), _("un tableau CSV en UTF-8 ou en Windows-1252"))


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _check_alone(file: File, extension: str) -> None:
    """An archive is read from its end and a PDF a little after its beginning: either may hide in another file."""
    if zipfile.is_zipfile(file):
        raise UploadRefused(
            _("un fichier %(format)s qui contient une archive") % {"format": extension.upper()}, _a(extension)
        )
    if extension != "pdf" and b"%PDF-" in _read(file, 0, PDF_REACH):
        raise UploadRefused(
            _("un fichier %(format)s qui contient un PDF") % {"format": extension.upper()}, _a(extension)
        )


CHECKS: dict[str, Callable[[File, str], None]] = {
    "pdf": _check_pdf,
    "png": _check_png,
    "jpg": _check_jpg,
    "csv": _check_csv,
    **dict.fromkeys(sorted(OFFICE), _check_office),
}
