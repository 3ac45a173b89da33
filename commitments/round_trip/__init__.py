"""A spreadsheet of updates that is exported, edited elsewhere and read again. Pure: no query, no write.

Only a cell whose author changed what the export had put there says something: a program that rewrites line ends, a
column left out or a row deleted change nothing.
"""

from commitments.round_trip.cells import Unreadable, as_form_text, text_of
from commitments.round_trip.columns import (
    KEY_COLUMNS,
    MILESTONES,
    REMARKS,
    STATED_COLUMNS,
    STATEMENTS,
    claim_columns,
    label_of,
    statement_columns,
)
from commitments.round_trip.frozen import digest, freeze, shown, thaw
from commitments.round_trip.packed import pack, unpack
from commitments.round_trip.reading import CellFault, Edit, NotOurs, Reading, key_in, read_back

__all__ = [
    "KEY_COLUMNS",
    "MILESTONES",
    "REMARKS",
    "STATED_COLUMNS",
    "STATEMENTS",
    "CellFault",
    "Edit",
    "NotOurs",
    "Reading",
    "Unreadable",
    "as_form_text",
    "claim_columns",
    "digest",
    "freeze",
    "key_in",
    "label_of",
    "pack",
    "read_back",
    "shown",
    "statement_columns",
    "text_of",
    "thaw",
    "unpack",
]
