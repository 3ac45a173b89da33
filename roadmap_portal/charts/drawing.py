"""From a specification to an SVG that the content policy lets in."""

import json
import re
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

import vl_convert
from django.conf import settings

from roadmap_portal.templatetags.portal import locale

INK = "#16324f"
PRIMARY = "#0b5563"
LATE = "#b4540a"
MUTED = "#5b6b78"
GRID = "#dde4e8"
# Quoted: a name with a digit alone is not valid CSS, and would be ignored.
FONT = "'Source Sans 3', sans-serif"
VEGA_LITE = "v6.4"
# Attributes Vega writes for scripts and for a tree of roles: under role="img" they say nothing to anybody.
NOISE = re.compile(r' (?:class|pointer-events|role|aria-[a-z]+)="[^"]*"')

Spec = dict[str, Any]


def text_at(x: int, field: str) -> Spec:
    return {"x": {"value": x}, "text": {"field": field}}


def number(value: Decimal | None) -> float | None:
    """Only to place a mark on the paper: the figure that is read comes as a text."""
    return None if value is None else float(value)


def draw(spec: Spec, title: str, description: str) -> str:
    drawn = _draw(json.dumps(spec, sort_keys=True, ensure_ascii=False), locale().language)
    label = f"{title}. {description}" if description else title
    return drawn.replace(
        "<svg ",
        f'<svg class="chart" role="img" aria-label="{escape(label)}" ',
        1,
    ).replace(">", f"><title>{escape(title)}</title>", 1)


@lru_cache(maxsize=512)
def _draw(spec: str, language: str) -> str:
    register_fonts()
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
def register_fonts() -> None:
    vl_convert.register_font_directory(str(settings.BASE_DIR / "static" / "vendor" / "source-sans-3"))
