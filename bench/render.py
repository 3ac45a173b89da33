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

from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from commitments.models import Campaign  # noqa: E402
from reports.dataset import Dataset, build_dataset, canonical_json  # noqa: E402
from reports.models import Report, ReportFile  # noqa: E402
from reports.writers import WRITERS  # noqa: E402


def write_dataset(file: Path) -> None:
    report = Report(campaign=Campaign.objects.get())
    file.write_bytes(canonical_json(build_dataset(report)))


def typst(file: Path) -> float:
    data = json.loads(file.read_text())
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        WRITERS[ReportFile.Format.PDF].write(Dataset.of(data), Path(folder) / "report.pdf", "fr")
        return time.perf_counter() - started


STYLE = "body{font:10pt sans-serif} table{border-collapse:collapse} td,th{border-bottom:1px solid #ccc} svg{height:8px}"


def weasyprint(file: Path) -> float:
    """The content of the HTML twin, in a plain document with a line of style; making the HTML is not counted."""
    from weasyprint import HTML

    page = _twin(json.loads(file.read_text()))
    main = page[page.index("<main") : page.index("</main>")]
    html = f'<html lang="fr"><head><title>Rapport</title><style>{STYLE}</style></head><body>{main}</main></body></html>'
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        HTML(string=html).write_pdf(Path(folder) / "report.pdf", pdf_variant="pdf/ua-1")
        return time.perf_counter() - started


def _twin(data: dict) -> str:
    campaign, now = Campaign.objects.get(), timezone.now()
    Report.objects.create(
        campaign=campaign, state=Report.State.READY, content=canonical_json(data).decode(), dataset_sha256="0" * 64,
        finished_at=now, published_at=now,
    )  # fmt: skip
    response = Client(HTTP_HOST="127.0.0.1").get(f"/rapports/{campaign.slug}/")
    if response.status_code != 200:
        raise RuntimeError(f"The page of the report answers {response.status_code}.")
    return response.content.decode()


if __name__ == "__main__":
    what, file = sys.argv[1], Path(sys.argv[2])
    if what == "dataset":
        write_dataset(file)
    else:
        print({"typst": typst, "weasyprint": weasyprint}[what](file))
