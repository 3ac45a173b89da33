"""Office documents are archives: what they weigh once opened, what they hold, what they say they are."""

import os
import sys
import zipfile
import zlib
from collections.abc import Iterable
from copy import copy
from pathlib import PurePosixPath
from typing import IO, Any
from xml.etree import ElementTree

from django.conf import settings
from django.utils.translation import gettext as _

from commitments.uploads.refusals import UploadRefused
from roadmap_portal.templatetags.portal import file_size, number

MOST_ENTRIES = 10_000
MOST_TIMES = 100
# Below this an archive may be as repetitive as it likes: it harms nobody.
NEVER_A_BOMB = 10 * 1024**2
CHUNK = 64 * 1024
END_OF_ARCHIVE = b"PK\x05\x06"
SIZE_OF_END = 22
READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1

CONTENT_TYPES = "[Content_Types].xml"
# What `[Content_Types].xml` says of the main part, in a document that has no macros.
MAIN_PARTS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet")
MACRO_FOLDERS = {"basic", "scripts"}
MOST_XML = 4 * 1024**2
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    KeyError,
    RuntimeError,  # what zipfile does not know how to read, or lacks a password for
    ValueError,
)


def check_archive(file: IO[Any], extension: str, media_type: str) -> None:
    """Raises UploadRefused for all that is not one whole OpenDocument or Office Open XML document without macros."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_layout(file, entries)
            _check_weight(file, archive, entries)
            if extension in MAIN_PARTS:
                _check_open_xml(archive, extension)
            else:
                _check_open_document(archive, entries, extension, media_type)
    except BROKEN as fault:
        raise _not_a_document(_("une archive abîmée ou incomplète"), extension) from fault


def _not_a_document(read: str, extension: str) -> UploadRefused:
    return UploadRefused(read, _("un document %(format)s") % {"format": extension.upper()})


def _check_layout(file: IO[Any], entries: list[zipfile.ZipInfo]) -> None:
    """Nothing before the archive, nothing after it, each name once and inside it: all programs open the same thing."""
    expected = _("une archive simple, telle que l’écrit une suite bureautique")
    file.seek(-SIZE_OF_END, os.SEEK_END)
    end = file.read(SIZE_OF_END)
    names = [entry.filename for entry in entries]
    if not end.startswith(END_OF_ARCHIVE) or not end.endswith(b"\x00\x00"):
        raise UploadRefused(_("une archive suivie d’autre chose"), expected)
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise UploadRefused(_("une archive précédée d’autre chose, ou vide"), expected)
    if len(set(names)) != len(names) or len(names) > MOST_ENTRIES or any(map(_leads_outside, names)):
        raise UploadRefused(_("une archive aux noms répétés, trop nombreux ou qui mènent hors d’elle"), expected)
    if any(entry.flag_bits & ENCRYPTED or entry.compress_type not in READABLE for entry in entries):
        raise UploadRefused(_("une archive chiffrée, ou d’une compression inconnue"), expected)


def _leads_outside(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts


def _check_weight(file: IO[Any], archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]) -> None:
    file.seek(0, os.SEEK_END)
    zipped, most = file.tell(), settings.UPLOAD_MOST_UNZIPPED_BYTES
    most = max(min(most, zipped * MOST_TIMES), min(most, NEVER_A_BOMB))
    unzipped = 0
    for entry in entries:
        size = 0
        # What an entry declares may be a lie: it is read to its real end, and no further than the limit.
        longest = copy(entry)
        longest.file_size = sys.maxsize
        with archive.open(longest) as content:
            while chunk := content.read(CHUNK):
                size += len(chunk)
                if unzipped + size > most:
                    raise UploadRefused(
                        _("un document compressé à l’excès"),
                        _("au plus %(most)s une fois décompressé, et %(times)s fois sa taille")
                        % {"most": file_size(settings.UPLOAD_MOST_UNZIPPED_BYTES), "times": number(MOST_TIMES)},
                    )
        if size != entry.file_size:
            raise zipfile.BadZipFile("The declared size is not the real one.")
        unzipped += size


def _with_macros(where: str) -> UploadRefused:
    return UploadRefused(
        _("un document à macros (%(where)s)") % {"where": where}, _("le même document enregistré sans macros")
    )


def _check_open_document(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], extension: str, media_type: str
) -> None:
    first = min(entries, key=lambda entry: entry.header_offset)
    said = archive.read(first) if first.filename == "mimetype" and first.file_size < CHUNK else b""
    if said != media_type.encode():
        raise _not_a_document(said.decode("ascii", "replace") or _("une archive sans le format du document"), extension)
    for entry in entries:
        if MACRO_FOLDERS & set(PurePosixPath(entry.filename.lower()).parts[:-1]):
            raise _with_macros(entry.filename)
    if b"encryption-data" in _whole(archive, "META-INF/manifest.xml"):
        raise _not_a_document(_("un document protégé par un mot de passe"), extension)


def _check_open_xml(archive: zipfile.ZipFile, extension: str) -> None:
    if CONTENT_TYPES not in archive.namelist():
        raise _not_a_document(_("une archive sans le format du document"), extension)
    types = _content_types(archive)
    for name in archive.namelist():
        if PurePosixPath(name.lower()).name.startswith("vbaproject"):
            raise _with_macros(name)
    for found in types:
        if any(word in found.lower() for word in MACRO_TYPES):
            raise _with_macros(found)
    if MAIN_PARTS[extension] not in types:
        raise _not_a_document(_("un autre document Office, ou un modèle"), extension)


def _content_types(archive: zipfile.ZipFile) -> set[str]:
    text = _whole(archive, CONTENT_TYPES).decode("utf-8-sig")
    if "<!" in text.replace("<!--", ""):
        # Neither a type of document nor an entity has a place there.
        raise zipfile.BadZipFile("The list of content types declares entities.")
    root = ElementTree.fromstring(text)  # noqa: S314 - short and without entities: checked above
    return {element.get("ContentType", "") for element in root.iter()}


def _whole(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MOST_XML:
        raise zipfile.BadZipFile(f"{name} is too long.")
    return archive.read(name)
