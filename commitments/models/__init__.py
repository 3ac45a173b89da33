"""The roadmap and what follows it up, one subject a module."""

from commitments.models.campaign import Campaign, MilestoneClaim, ProgressUpdate
from commitments.models.commitment import Commitment, Participation, Status, Weather
from commitments.models.event import Event
from commitments.models.indicator import Indicator, IndicatorTarget, Measurement
from commitments.models.milestone import Milestone, Postponement
from commitments.models.roadmap import Axis, Roadmap

__all__ = [
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
