"""The roadmap and what follows it up, one subject a module."""

from commitments.models.campaign import Campaign, MilestoneClaim, ProgressUpdate
from commitments.models.commitment import (
    ADJACENT_LAST,
    STATUS_MEANINGS,
    WEATHER_MEANINGS,
    Commitment,
    Participation,
    Status,
    Weather,
)
from commitments.models.event import Event
from commitments.models.indicator import Indicator, IndicatorTarget, Measurement
from commitments.models.milestone import Milestone, Postponement
from commitments.models.roadmap import Axis, Roadmap

__all__ = [
    "ADJACENT_LAST",
    "STATUS_MEANINGS",
    "WEATHER_MEANINGS",
    "Axis",
    "Campaign",
    "Commitment",
    "Event",
    "Indicator",
    "IndicatorTarget",
    "Measurement",
    "Milestone",
    "MilestoneClaim",
    "Participation",
    "Postponement",
    "ProgressUpdate",
    "Roadmap",
    "Status",
    "Weather",
]
