"""Charts: rows in, accessible SVG out. Knows no model; the table of the same figures stands beside it (requirement A7).

Vega-Lite draws, without a script in the page. The SVG obeys the content policy (no style element or attribute),
follows the width of its box, says what it shows (role, title, label), and reads in black and white: figures are written
on the bars. Rendering costs some 40 ms, so the same rows are drawn once.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from textwrap import shorten
from typing import Any

import vl_convert
from django.conf import settings
from django.utils.translation import gettext as _

from roadmap_portal.templatetags.portal import locale

INK = "#16324f"
PRIMARY = "#0b5563"
LATE = "#b4540a"
MUTED = "#5b6b78"
GRID = "#dde4e8"
STATUS_COLOURS = {
    "completed": "#2f6f4e",
    "in_progress": PRIMARY,
    "not_started": "#7d97a5",
    "suspended": "#9a6a12",
    "abandoned": "#4a5560",
    "not_provided": "#b9c4cb",
}
WEATHER_COLOURS = {
    "secured": "#2f6f4e",
    "reachable": "#5f8f78",
    "support_needed": "#c98a2b",
    "compromised": LATE,
    "not_provided": "#b9c4cb",
}
# Quoted: a name with a digit alone is not valid CSS, and would be ignored.
FONT = "'Source Sans 3', sans-serif"
VEGA_LITE = "v6.4"
# More would write over one another, on a telephone first.
VALUES_LABELLED = 4
SERIES_WIDTH = 400
BAR_LENGTH = 390
LABEL_LENGTH = 76
MOST_ON_AXIS = 10**7
# Attributes Vega writes for scripts and for a tree of roles: under role="img" they say nothing to anybody.
NOISE = re.compile(r' (?:class|pointer-events|role|aria-[a-z]+)="[^"]*"')

Spec = dict[str, Any]


@dataclass(frozen=True)
class Bar:
    """`code`: a status, a weather, or anything else; it chooses the colour. `text` is written beside the bar."""

    code: str
    label: str
    value: int
    text: str


@dataclass(frozen=True)
class ProgressBar:
    """Percentages; None draws nothing. `text` is written after the bar."""

    label: str
    progress: Decimal | None
    expected: Decimal | None
    text: str
    is_late: bool = False


@dataclass(frozen=True)
class Point:
    """`on` is None for a target without a date."""

    on: date | None
    value: Decimal
    text: str


def status_bar_chart(rows: Sequence[Bar], *, title: str, description: str = "") -> str:
    """One bar a status (or weather), its number at the end."""
    colours = {**STATUS_COLOURS, **WEATHER_COLOURS}
    values = [{**asdict(row), "colour": colours.get(row.code, PRIMARY)} for row in rows]
    scale = {"domain": [0, max([row.value for row in rows], default=0) or 1]}
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": scale}
    axis = {"title": None, "ticks": False, "domain": False, "labelLimit": 220, "labelPadding": 8}
    spec = {
        "width": 270,
        "height": {"step": 30},
        "data": {"values": values},
        "encoding": {"y": {"field": "label", "type": "nominal", "sort": None, "axis": axis}, "x": x},
        "layer": [
            {
                "mark": {"type": "bar", "height": 20, "cornerRadiusEnd": 2},
                "encoding": {"color": {"field": "colour", "type": "nominal", "scale": None}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": "bold", "fontSize": 17},
                "encoding": {"text": {"field": "text"}},
            },
        ],
    }
    return _svg(spec, title, description)


def expected_progress_chart(rows: Sequence[ProgressBar], *, title: str, description: str = "") -> str:
    """One bar a group: how far it is, and a black line where it should be."""
    values = [
        {
            "label": shorten(row.label, LABEL_LENGTH, placeholder="…"),
            "text": row.text,
            "progress": _number(row.progress),
            "expected": _number(row.expected),
            "colour": LATE if row.is_late else PRIMARY,
        }
        for row in rows
    ]
    x = {"type": "quantitative", "axis": None, "scale": {"domain": [0, 100], "range": [0, BAR_LENGTH]}}
    words = {"type": "text", "align": "left", "fontSize": 15}
    spec = {
        "width": 540,
        "height": {"step": 52},
        "data": {"values": values},
        "encoding": {"y": {"field": "label", "type": "nominal", "sort": None, "axis": None}},
        "layer": [
            {
                "mark": {"type": "bar", "height": 14, "yOffset": 4, "color": GRID},
                "encoding": {"x": {"datum": 100, **x}},
            },
            {
                "mark": {"type": "bar", "height": 14, "yOffset": 4},
                "encoding": {
                    "x": {"field": "progress", **x},
                    "color": {"field": "colour", "type": "nominal", "scale": None},
                },
            },
            {
                "mark": {"type": "tick", "thickness": 3, "size": 22, "yOffset": 4, "color": INK, "opacity": 1},
                "encoding": {"x": {"field": "expected", **x}},
            },
            {"mark": {**words, "dy": -17}, "encoding": _text_at(0, "label")},
            {"mark": {**words, "dy": 4, "fontWeight": "bold"}, "encoding": _text_at(BAR_LENGTH + 10, "text")},
        ],
    }
    return _svg(spec, title, description)


def series_chart(
    points: Sequence[Point],
    targets: Sequence[Point] = (),
    expected: Sequence[Point] = (),
    *,
    title: str,
    description: str = "",
) -> str:
    """The course of an indicator against its targets. A target without a date is a line all along. Dashed: the course
    `expected` through its points; without one, the way left from the last reading to the targets."""
    readings = [_dated(point) for point in sorted(points, key=lambda point: point.on or date.min) if point.on]
    labelled = readings if len(readings) <= VALUES_LABELLED else [readings[0], readings[-1]]
    dated = [_dated(target) for target in targets if target.on]
    course = [_dated(point) for point in expected] or ([*readings[-1:], *dated] if dated else [])
    undated = [
        {"value": _number(t.value), "text": _("Cible : %(value)s") % {"value": t.text}} for t in targets if t.on is None
    ]
    words = {"type": "text", "dy": -12, "fontSize": 16, "fontWeight": "bold"}
    layers: list[Spec] = [
        {"data": {"values": readings}, "mark": {"type": "line", "color": PRIMARY, "strokeWidth": 2.5}},
        {
            "data": {"values": readings},
            "mark": {"type": "point", "filled": True, "size": 60, "color": PRIMARY, "opacity": 1},
        },
        {"data": {"values": labelled}, "mark": {**words, "color": PRIMARY}, "encoding": {"text": {"field": "text"}}},
    ]
    if course:
        path = {"type": "line", "strokeDash": [5, 4], "color": LATE, "strokeWidth": 1.5}
        layers.append({"data": {"values": course}, "mark": path})
    if dated:
        diamond = {"type": "point", "shape": "diamond", "filled": True, "size": 120, "color": LATE, "opacity": 1}
        layers += [
            {"data": {"values": dated}, "mark": diamond},
            {"data": {"values": dated}, "mark": {**words, "color": LATE}, "encoding": {"text": {"field": "text"}}},
        ]
    axes = _time_axes([*readings, *dated, *course])
    spec = {"width": SERIES_WIDTH, "height": 190, "encoding": axes, "layer": layers}
    if undated:
        spec["layer"] = [*layers, *_lines_all_along(undated)]
    return _svg(spec, title, description)


# --- Pieces --------------------------------------------------------------------------------------


def _time_axes(dated: Sequence[Spec]) -> Spec:
    """Whole years, from the first to the end of the last: a lone reading has its year too."""
    years = sorted(int(point["on"][:4]) for point in dated)
    domain = [f"{years[0]}-01-01", f"{years[-1] + 1}-01-01"] if years else ["2022-01-01", "2023-01-01"]
    ticks = {"title": None, "format": "%Y", "tickCount": {"interval": "year", "step": 1}, "grid": False}
    # Beyond ten million the levels would take half the width: the points carry their figures.
    is_readable = all(abs(point["value"]) < MOST_ON_AXIS for point in dated)
    levels = {"title": None, "tickCount": 4, "domain": False, "ticks": False, "labels": is_readable}
    return {
        "x": {"field": "on", "type": "temporal", "axis": ticks, "scale": {"type": "utc", "domain": domain}},
        "y": {"field": "value", "type": "quantitative", "axis": levels, "scale": {"zero": True, "nice": True}},
    }


def _lines_all_along(targets: Sequence[Spec]) -> list[Spec]:
    level = {"y": {"field": "value", "type": "quantitative"}, "x": None}
    words = {"type": "text", "align": "right", "dy": -8, "fontSize": 16, "fontWeight": "bold", "color": LATE}
    return [
        {
            "data": {"values": targets},
            "mark": {"type": "rule", "strokeDash": [5, 4], "color": LATE, "strokeWidth": 1.5},
            "encoding": level,
        },
        {
            "data": {"values": targets},
            "mark": words,
            "encoding": {**level, "x": {"value": SERIES_WIDTH}, "text": {"field": "text"}},
        },
    ]


def _text_at(x: int, field: str) -> Spec:
    return {"x": {"value": x}, "text": {"field": field}}


def _dated(point: Point) -> Spec:
    return {"on": point.on.isoformat() if point.on else None, "value": _number(point.value), "text": point.text}


def _number(value: Decimal | None) -> float | None:
    """Only to place a mark on the paper: the figure that is read comes as a text."""
    return None if value is None else float(value)


def _svg(spec: Spec, title: str, description: str) -> str:
    drawn = _draw(json.dumps(spec, sort_keys=True, ensure_ascii=False), locale().language)
    label = f"{title}. {description}" if description else title
    return drawn.replace(
        "<svg ",
        f'<svg class="chart" role="img" aria-label="{escape(label)}" ',
        1,
    ).replace(">", f"><title>{escape(title)}</title>", 1)


@lru_cache(maxsize=512)
def _draw(spec: str, language: str) -> str:
    _register_fonts()
    text = {"font": FONT, "labelFontSize": 15, "labelColor": INK, "gridColor": GRID, "domainColor": MUTED}
    config = {
        "background": None,
        "font": FONT,
        "axis": {"labelFont": FONT, **text},
        "text": {"font": FONT, "color": INK},
        "view": {"stroke": None},
        "padding": 6,
    }
    svg = vl_convert.vegalite_to_svg(
        json.loads(spec), vl_version=VEGA_LITE, config=config, format_locale=_figures(language)
    )
    bare = NOISE.sub("", svg)
    size = re.compile(r'^(<svg [^>]*?) width="[^"]*" height="[^"]*"')
    return size.sub(r'\1 width="100%"', bare, count=1)


def _figures(language: str) -> dict[str, Any]:
    group, decimal = (",", ".") if language == "en" else ("\u202f", ",")
    return {"decimal": decimal, "thousands": group, "grouping": [3], "currency": ["", "\u00a0€"]}


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(settings.BASE_DIR / "static" / "vendor" / "source-sans-3"))
