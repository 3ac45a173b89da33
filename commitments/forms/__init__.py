"""Shapes of what staff type. A form never decides who or when; the rules are the transitions'."""

from commitments.forms.campaigns import CampaignForm, RescheduleForm
from commitments.forms.evidence import EvidenceForm
from commitments.forms.grid import GridForm
from commitments.forms.indicators import IndicatorFilterForm, MeasurementForm, starting_from
from commitments.forms.mergers import MergerForm
from commitments.forms.round_trip import Preview, SheetFileForm, preview_of
from commitments.forms.steering import ClosingForm, DecisionForm, MeetingForm
from commitments.forms.updates import PostponementForm, UpdateForm, chosen

__all__ = [
    "CampaignForm",
    "ClosingForm",
    "DecisionForm",
    "EvidenceForm",
    "GridForm",
    "IndicatorFilterForm",
    "MeasurementForm",
    "MeetingForm",
    "MergerForm",
    "PostponementForm",
    "Preview",
    "RescheduleForm",
    "SheetFileForm",
    "UpdateForm",
    "chosen",
    "preview_of",
    "starting_from",
]
