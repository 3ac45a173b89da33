"""Reading money, one subject a module. Which amounts may be added is said in `lines`, and nowhere else."""

from funding.queries.lines import (
    EnvelopeAtLevel,
    Planned,
    amounts_of_line,
    envelope_tree,
    envelopes_of,
    funding_lines,
    lines_for,
    parents_of_envelopes,
    planned,
    to_add,
    with_amounts,
)
from funding.queries.of_commitment import CommitmentMoney, FundedLine, money_of
from funding.queries.totals import Cell, Counted, by_reach, counted, counted_of, silent_commitments, totals

__all__ = [
    "Cell",
    "CommitmentMoney",
    "Counted",
    "EnvelopeAtLevel",
    "FundedLine",
    "Planned",
    "amounts_of_line",
    "by_reach",
    "counted",
    "counted_of",
    "envelope_tree",
    "envelopes_of",
    "funding_lines",
    "lines_for",
    "money_of",
    "parents_of_envelopes",
    "planned",
    "silent_commitments",
    "to_add",
    "totals",
    "with_amounts",
]
