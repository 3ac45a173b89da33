"""Charts: rows in, accessible SVG out. Knows no model; the table of the same figures stands beside it (requirement A7).

Vega-Lite draws, without a script in the page. The SVG obeys the content policy (no style element or attribute),
follows the width of its box, says what it shows (role, title, label), and reads in black and white: figures are written
on the bars. Rendering costs some 40 ms, so the same rows are drawn once.
"""

from roadmap_portal.charts.amounts import Amount, amounts_chart
from roadmap_portal.charts.bars import Bar, ProgressBar, expected_progress_chart, status_bar_chart
from roadmap_portal.charts.series import Point, series_chart
from roadmap_portal.charts.timeline import Moment, timeline_chart

__all__ = [
    "Amount",
    "Bar",
    "Moment",
    "Point",
    "ProgressBar",
    "amounts_chart",
    "expected_progress_chart",
    "series_chart",
    "status_bar_chart",
    "timeline_chart",
]
