"""Reading money, one subject a module. Which amounts may be added is said in `lines`, and nowhere else."""

from funding.queries.lines import (
    EnvelopeAtLevel,
    LineRow,
    Planned,
    amounts_of_line,
    envelope_tree,
    envelopes_of,
    funding_lines,
    lines_for,
    lines_of,
    parents_of_envelopes,
    planned,
    to_add,
    with_amounts,
)
from funding.queries.totals import Cell, Counted, by_reach, counted, counted_of, totals

__all__ = [
    "Cell",
    "Counted",
    "EnvelopeAtLevel",
    "LineRow",
    "Planned",
    "amounts_of_line",
    "by_reach",
    "counted",
    "counted_of",
    "envelope_tree",
    "envelopes_of",
    "funding_lines",
    "lines_for",
    "lines_of",
    "parents_of_envelopes",
    "planned",
    "to_add",
    "totals",
    "with_amounts",
]
