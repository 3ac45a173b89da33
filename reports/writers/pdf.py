"""PDF/UA-1 through Typst (requirement A10). Texts reach the template as JSON, so nothing in them is ever markup."""

import json
import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from reports.writers.pdf_fonts import drawing, fonts, printable
from reports.writers.prose import content, surroundings
from roadmap_portal.charts import Bar, ProgressBar, expected_progress_chart, status_bar_chart

TEMPLATES = Path(__file__).parent / "templates"


def write(dataset: Dataset, path: Path, language: str) -> None:
    told = content(dataset)
    texts, missing = printable(told)
    with TemporaryDirectory(prefix="report-pdf-") as folder:
        place = Path(folder)
        for template in TEMPLATES.glob("*.typ"):
            shutil.copy(template, place)
        for name, chart in _charts(dataset, told).items():
            (place / name).write_text(drawing(chart), encoding="utf-8")
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
            timestamp=int(datetime.fromisoformat(dataset["generated_at"]).timestamp()),
            pdf_standards="ua-1",
        )


def _charts(dataset: Dataset, told: Json) -> dict[str, str]:
    """With the words of the tables beside them."""
    words, summary = told["words"], told["summary"]
    axes = [_axis_bar(row, axis) for row, axis in zip(dataset["axes"], summary["axes"], strict=True)]
    bars = {
        "status.svg": status_bar_chart(_bars(summary["status"]), title=words["by_status"]),
        "weather.svg": status_bar_chart(_bars(summary["weather"]), title=words["by_weather"]),
        "axes.svg": expected_progress_chart(axes, title=words["axes_chart"]),
    }
    courses = {
        f"{row['code']}.svg": surroundings.chart(row) for row in dataset["indicators"] if surroundings.has_course(row)
    }
    money = None if dataset["money"] is None else surroundings.money_chart(dataset["money"])
    return {**bars, **courses, **({"money.svg": money} if money else {})}


def _bars(items: list[Json]) -> list[Bar]:
    return [Bar(item["code"], item["label"], item["figure"], item["count"]) for item in items]


def _axis_bar(row: Json, axis: Json) -> ProgressBar:
    progress, expected = row["progress"], row["expected"]
    words = axis["progress"]
    if progress is not None and expected is not None:
        words = _("%(progress)s, attendu %(expected)s") % {"progress": words, "expected": axis["expected"]}
    title = axis["title"]
    return ProgressBar(
        title["fr"] if isinstance(title, dict) else title,
        None if progress is None else Decimal(progress),
        None if expected is None else Decimal(expected),
        words,
    )
