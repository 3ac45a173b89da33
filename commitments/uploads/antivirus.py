"""What clamd says of a file, where CLAMD_URL names one.

The protocol is that of clamd(8): INSTREAM, the file in pieces each told by its length, an empty one, a sentence back.
"""

import logging
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from commitments.uploads.refusals import UploadRefused

# To connect, then for each piece and for the answer: a silent scanner must not hold a web worker for long.
SECONDS = 20
LONGEST_ANSWER = 4096
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    is_sound: bool = False
    found: str = ""  # the name of what harms
    is_there: bool = True  # the antivirus itself, were it to say that it cannot tell

    @property
    def has_said(self) -> bool:
        return self.is_sound or bool(self.found)


def scan(file: File) -> Verdict | None:
    """None where no antivirus is named. Leaves the file at its beginning."""
    if not settings.CLAMD_URL:
        return None
    try:
        answer = _answer(file)
    except (BrokenPipeError, ConnectionResetError) as cut:
        # It stops listening beyond its own limit of size (StreamMaxLength, 25 MB as it comes).
        answer = repr(cut)
    except OSError:
        logger.exception("clamd cannot be asked")
        return Verdict(is_there=False)
    finally:
        file.seek(0)
    if answer == "stream: OK":
        return Verdict(is_sound=True)
    if answer.endswith(" FOUND"):
        return Verdict(found=answer.removeprefix("stream: ").removesuffix(" FOUND"))
    logger.error("clamd has scanned nothing: %r", answer)
    return Verdict()


def refusal_of(name: str) -> UploadRefused:
    """`name`: of what was found."""
    return UploadRefused(_("un fichier où l’antivirus reconnaît « %(name)s »") % {"name": name}, _("un fichier sain"))


def nobody_could_say() -> UploadRefused:
    return UploadRefused(
        _("un fichier que l’antivirus n’a pas pu examiner"),
        _("qu’il réponde : envoyez le fichier de nouveau plus tard, ou prévenez l’administration du portail"),
    )


def _answer(file: File) -> str:
    with _connected() as line:
        line.sendall(b"zINSTREAM\0")
        for piece in file.chunks():
            line.sendall(len(piece).to_bytes(4, "big") + piece)
        line.sendall(bytes(4))
        with line.makefile("rb") as told:
            return told.read(LONGEST_ANSWER).rstrip(b"\0").decode(errors="replace")


def _connected() -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname or "", address.port or 0), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    try:
        line.connect(address.path)
    except OSError:
        line.close()
        raise
    return line
