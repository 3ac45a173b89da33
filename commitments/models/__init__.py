"""The roadmap and what follows it up, one subject a module."""

from commitments.models.campaign import Campaign, CampaignLine
from commitments.models.commitment import (
    ADJACENT_LAST,
    PERCENT,
    STATUS_MEANINGS,
    WEATHER_MEANINGS,
    Commitment,
    Status,
    Weather,
    followed,
)
from commitments.models.event import Event
from commitments.models.evidence import Evidence
from commitments.models.indicator import Indicator, IndicatorTarget, Measurement
from commitments.models.milestone import Milestone, Postponement
from commitments.models.participation import Participation
from commitments.models.reminder import Delivery, ReminderRequest, Snooze
from commitments.models.roadmap import Axis, Roadmap
from commitments.models.round_trip import SheetExport, SheetImport
from commitments.models.steering import AgendaItem, Decision, SteeringMeeting
from commitments.models.subscription import Subscription
from commitments.models.update import MilestoneClaim, ProgressUpdate, Visa

__all__ = [
    "ADJACENT_LAST",
    "PERCENT",
    "STATUS_MEANINGS",
    "WEATHER_MEANINGS",
    "AgendaItem",
    "Axis",
    "Campaign",
    "CampaignLine",
    "Commitment",
    "Decision",
    "Delivery",
    "Event",
    "Evidence",
    "Indicator",
    "IndicatorTarget",
    "Measurement",
    "Milestone",
    "MilestoneClaim",
    "Participation",
    "Postponement",
    "ProgressUpdate",
    "ReminderRequest",
    "Roadmap",
    "SheetExport",
    "SheetImport",
    "Snooze",
    "Status",
    "SteeringMeeting",
    "Subscription",
    "Visa",
    "Weather",
    "followed",
]
