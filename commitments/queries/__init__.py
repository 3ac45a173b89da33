"""What the pages read, each in a constant number of queries. Visibility is applied here."""

from commitments.queries.commitment import (
    Counts,
    commitment_for,
    commitment_rows,
    commitments_for,
    counts,
    journal,
    most_late,
    participants,
    participations_of,
    writable_commitment,
    writable_commitments,
)
from commitments.queries.overview import AxisTally, Overview, Tally, listed_by_axis, overview
from commitments.queries.staff import Duty, current_campaign, my_quarter, submitted_updates
from commitments.queries.surroundings import (
    axis_for,
    events,
    indicator_for,
    indicators,
    latest_updates,
    milestones_for,
    next_milestones,
)

__all__ = [
    "AxisTally",
    "Counts",
    "Duty",
    "Overview",
    "Tally",
    "axis_for",
    "commitment_for",
    "commitment_rows",
    "commitments_for",
    "counts",
    "current_campaign",
    "events",
    "indicator_for",
    "indicators",
    "journal",
    "latest_updates",
    "listed_by_axis",
    "milestones_for",
    "most_late",
    "my_quarter",
    "next_milestones",
    "overview",
    "participants",
    "participations_of",
    "submitted_updates",
    "writable_commitment",
    "writable_commitments",
]
