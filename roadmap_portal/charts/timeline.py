"""Dates on one line each: promised at first, as they stand now, reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from roadmap_portal.charts.drawing import INK, LATE, MUTED, PRIMARY, draw

LABEL_LENGTH = 70


@dataclass(frozen=True)
class Moment:
    """`initial_on`: what was promised; `due_on`: the date now, or the day it was reached."""

    label: str
    initial_on: date
    due_on: date
    is_achieved: bool


def timeline_chart(moments: Sequence[Moment], today: date, *, title: str, description: str = "") -> str:
    """A circle where it was promised, a diamond where it is now, a line between the two when it moved, a filled square
    once it is reached; an upright line for today. Told apart by their shapes: colour adds nothing."""
    values = [
        {
            "row": f"{n:03}",
            "label": shorten(moment.label, LABEL_LENGTH, placeholder="…"),
            "initial": moment.initial_on.isoformat(),
            "due": moment.due_on.isoformat(),
            "shape": "square" if moment.is_achieved else "diamond",
            "colour": LATE if moment.due_on > moment.initial_on else PRIMARY,
        }
        for n, moment in enumerate(moments)
    ]
    dates = [day for moment in moments for day in (moment.initial_on, moment.due_on)] + [today]
    scale = {"domain": [min(dates).isoformat(), max(dates).isoformat()], "range": [8, 560]}
    x = {"type": "temporal", "scale": scale, "axis": {"title": None, "format": "%m/%Y", "tickCount": 6, "grid": True}}
    y = {"field": "row", "type": "nominal", "sort": None, "axis": None}
    words = {"type": "text", "align": "left", "fontSize": 14, "dy": -15}
    mark = {"type": "point", "size": 90, "opacity": 1, "yOffset": 5}
    spec = {
        "width": 580,
        "height": {"step": 46},
        "data": {"values": values},
        "layer": [
            {
                "data": {"values": [{"today": today.isoformat()}]},
                "mark": {"type": "rule", "color": MUTED, "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "today", **x}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "yOffset": 5},
                "encoding": {
                    "y": y,
                    "x": {"field": "initial", **x},
                    "x2": {"field": "due"},
                    "color": {"field": "colour", "type": "nominal", "scale": None},
                },
            },
            {
                "mark": {**mark, "shape": "circle", "filled": False, "stroke": INK, "strokeWidth": 2},
                "encoding": {"y": y, "x": {"field": "initial", **x}},
            },
            {
                "mark": {**mark, "filled": True},
                "encoding": {
                    "y": y,
                    "x": {"field": "due", **x},
                    "shape": {"field": "shape", "type": "nominal", "scale": None},
                    "color": {"field": "colour", "type": "nominal", "scale": None},
                },
            },
            {"mark": words, "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "label"}}},
        ],
    }
    return draw(spec, title, description)
