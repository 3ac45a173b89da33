"""`python -m bench.render dataset|typst|weasyprint FILE`: writes the dataset, or prints the seconds a tool takes."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")
django.setup()

from django.template.loader import render_to_string  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from commitments.models import Campaign  # noqa: E402
from reports.dataset import build_dataset  # noqa: E402
from reports.models import Report  # noqa: E402
from reports.writers import WRITERS  # noqa: E402


def write_dataset(file: Path) -> None:
    report = Report(campaign=Campaign.objects.get())
    file.write_text(json.dumps(build_dataset(report)))


def typst(file: Path) -> float:
    data = json.loads(file.read_text())
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        WRITERS["pdf"](data, Path(folder) / "report.pdf")
        return time.perf_counter() - started


def weasyprint(file: Path) -> float:
    """From the HTML twin, which carries the same content; its rendering by the template is not counted."""
    from weasyprint import HTML

    data = json.loads(file.read_text())
    context = {"data": data, "report": None, "files": [], "body_only": True}
    html = render_to_string("reports/_twin.html", context, request=RequestFactory().get("/"))
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        HTML(string=html).write_pdf(Path(folder) / "report.pdf", pdf_variant="pdf/ua-1")
        return time.perf_counter() - started


if __name__ == "__main__":
    what, file = sys.argv[1], Path(sys.argv[2])
    if what == "dataset":
        write_dataset(file)
    else:
        print({"typst": typst, "weasyprint": weasyprint}[what](file))
