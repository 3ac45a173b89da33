"""Bars: how many, and how far."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from textwrap import shorten

from roadmap_portal.charts.drawing import GRID, INK, LATE, PRIMARY, draw, number, text_at

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
BAR_LENGTH = 390
LABEL_LENGTH = 76


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
    return draw(spec, title, description)


def expected_progress_chart(rows: Sequence[ProgressBar], *, title: str, description: str = "") -> str:
    """One bar a group: how far it is, and a black line where it should be."""
    values = [
        {
            "label": shorten(row.label, LABEL_LENGTH, placeholder="…"),
            "text": row.text,
            "progress": number(row.progress),
            "expected": number(row.expected),
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
            {"mark": {**words, "dy": -17}, "encoding": text_at(0, "label")},
            {"mark": {**words, "dy": 4, "fontWeight": "bold"}, "encoding": text_at(BAR_LENGTH + 10, "text")},
        ],
    }
    return draw(spec, title, description)
