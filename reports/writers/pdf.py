"""PDF/UA-1 through Typst (requirement A10). Texts reach the template as JSON, so nothing in them is ever markup."""

import json
import shutil
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from reports.dataset import Dataset, Json
from reports.writers import pdf_surroundings, read_me
from reports.writers.pdf_content import content
from reports.writers.pdf_words import fonts, pct, printable
from roadmap_portal.charts import Bar, ProgressBar, expected_progress_chart, status_bar_chart
from roadmap_portal.templatetags.portal import number

TEMPLATES = Path(__file__).parent / "templates"


def write(dataset: Dataset, path: Path, language: str) -> None:
    texts, missing = printable(content(dataset))
    with TemporaryDirectory(prefix="report-pdf-") as folder:
        place = Path(folder)
        for template in TEMPLATES.glob("*.typ"):
            shutil.copy(template, place)
        for name, chart in _charts(dataset).items():
            (place / name).write_text(chart, encoding="utf-8")
        (place / "content.json").write_text(
            json.dumps({**texts, "missing_characters": missing}, ensure_ascii=False), encoding="utf-8"
        )
        typst.compile(
            str(place / "report.typ"),
            output=str(path),
            format="pdf",
            root=folder,
            font_paths=fonts(),
            # The clock is the dataset's: the same data give the same file.
            timestamp=int(read_me.generated_at(dataset).timestamp()),
            pdf_standards="ua-1",
        )


def _charts(dataset: Dataset) -> dict[str, str]:
    summary = dataset["summary"]
    bars = {
        "status.svg": status_bar_chart(_bars(summary["by_status"]), title="Engagements par statut"),
        "weather.svg": status_bar_chart(_bars(summary["by_weather"]), title="Engagements par météo"),
        "axes.svg": expected_progress_chart([_axis_bar(a) for a in dataset["axes"]], title="Avancement par axe"),
    }
    courses = {
        f"{row['code']}.svg": pdf_surroundings.chart(row)
        for row in dataset["indicators"]
        if pdf_surroundings.has_course(row)
    }
    return {**bars, **courses}


def _bars(items: list[Json]) -> list[Bar]:
    return [Bar(item["code"], item["label"], item["count"], number(item["count"])) for item in items]


def _axis_bar(axis: Json) -> ProgressBar:
    progress, expected = axis["progress"], axis["expected"]
    words = "non mesuré" if progress is None else pct(progress)
    if progress is not None and expected is not None:
        words += f", attendu {pct(expected)}"
    return ProgressBar(
        axis["title"],
        None if progress is None else Decimal(progress),
        None if expected is None else Decimal(expected),
        words,
    )
