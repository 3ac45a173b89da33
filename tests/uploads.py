"""Files as their authors' programs write them, and as no honest program does."""

import io
import zipfile
from functools import cache

import odfdo
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
CSV = "Nom;Montant\nÉcole;12,5\n".encode("cp1252")


def sent(name, content):
    return SimpleUploadedFile(name, content)


def image(kind):
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(written, kind)
    return written.getvalue()


def xlsx():
    book, written = Workbook(), io.BytesIO()
    book.active.append(["Nom", "Montant"])
    book.save(written)
    return written.getvalue()


def opendocument(kind="text"):
    written = io.BytesIO()
    odfdo.Document(kind).save(written)
    return written.getvalue()


def archive(entries, compression=zipfile.ZIP_DEFLATED):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
    return written.getvalue()


def types(*content_types):
    parts = "".join(f'<Override PartName="/p{n}" ContentType="{one}"/>' for n, one in enumerate(content_types))
    return f'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{parts}</Types>'


def docx(main=f"{WORD}.main+xml", more=(), **entries):
    content = {"[Content_Types].xml": types(main, *more), "word/document.xml": "<document/>"} | entries
    return archive(content)


def odt(media_type="application/vnd.oasis.opendocument.text", manifest="<manifest/>", **entries):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr("mimetype", media_type)
        opened.writestr("META-INF/manifest.xml", manifest)
        for name, content in entries.items():
            opened.writestr(name, content)
    return written.getvalue()


@cache
def everyone():
    """Name → content of what is accepted."""
    return {
        "rapport.pdf": PDF,
        "Délibération n° 12 (été).PDF": PDF,
        "x.php.pdf": PDF,
        "note.odt": opendocument("text"),
        "tableau.ods": opendocument("spreadsheet"),
        "convention.docx": docx(),
        "budget.xlsx": xlsx(),
        "ligne.csv": CSV,
        "utf8.csv": "\ufeffNom;Montant\nÉcole;1\n".encode(),
        "plan.png": image("PNG"),
        "photo.jpg": image("JPEG"),
        "photo.jpeg": image("JPEG"),
    }
