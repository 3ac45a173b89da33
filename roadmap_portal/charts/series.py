"""The course of a figure in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from roadmap_portal.charts.drawing import LATE, PRIMARY, Spec, draw, number

# More would write over one another, on a telephone first.
VALUES_LABELLED = 4
WIDTH = 400
MOST_ON_AXIS = 10**7


@dataclass(frozen=True)
class Point:
    """`on` is None for a target without a date."""

    on: date | None
    value: Decimal
    text: str


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
        {"value": number(t.value), "text": _("Cible : %(value)s") % {"value": t.text}} for t in targets if t.on is None
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
    spec = {"width": WIDTH, "height": 190, "encoding": _time_axes([*readings, *dated, *course]), "layer": layers}
    if undated:
        spec["layer"] = [*layers, *_lines_all_along(undated)]
    return draw(spec, title, description)


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
            "encoding": {**level, "x": {"value": WIDTH}, "text": {"field": "text"}},
        },
    ]


def _dated(point: Point) -> Spec:
    return {"on": point.on.isoformat() if point.on else None, "value": number(point.value), "text": point.text}
