"""Euros, from what was planned to what was paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, repeat

from roadmap_portal.charts.drawing import draw, number, text_at

LENGTH = 240
# From light to dark, as far as the money has gone: told apart in black and white too.
SHADES = ("#9db3c0", "#6f93a3", "#3d7484", "#0b4450")


@dataclass(frozen=True)
class Amount:
    """`value` in euros; None draws nothing. `text`: the figure in words, « non renseigné » included."""

    label: str
    value: Decimal | None
    text: str


def amounts_chart(rows: Sequence[Amount], *, title: str, description: str = "") -> str:
    """One bar an amount, its name above it and its figure after it, on one scale: the stages, or the shares."""
    values = [
        {"label": row.label, "text": row.text, "value": number(row.value), "colour": shade}
        for row, shade in zip(rows, chain(SHADES, repeat(SHADES[-1])), strict=False)
    ]
    most = max([row.value for row in rows if row.value is not None], default=Decimal(0)) or 1
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, float(most)], "range": [0, LENGTH]},
    }
    words = {"type": "text", "align": "left", "fontSize": 16}
    spec = {
        "width": 400,
        "height": {"step": 52},
        "data": {"values": values},
        "encoding": {"y": {"field": "label", "type": "nominal", "sort": None, "axis": None}},
        "layer": [
            {
                "mark": {"type": "bar", "height": 16, "yOffset": 4},
                "encoding": {"x": x, "color": {"field": "colour", "type": "nominal", "scale": None}},
            },
            {"mark": {**words, "dy": -17}, "encoding": text_at(0, "label")},
            {
                "mark": {**words, "dy": 4, "dx": 8, "fontWeight": "bold"},
                "encoding": {"x": {**x, "field": "end"}, "text": {"field": "text"}},
                "transform": [{"calculate": "datum.value === null ? 0 : datum.value", "as": "end"}],
            },
        ],
    }
    return draw(spec, title, description)
