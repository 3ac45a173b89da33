"""Money: envelopes, lines and their ledger, financing plans, grants and awards; one subject a module."""

from funding.models.award import Award, AwardImport
from funding.models.envelope import Envelope
from funding.models.event import FundingEvent
from funding.models.grant import MONTHS_TO_PUBLISH, Grant, GrantBeneficiary
from funding.models.line import FundingLine
from funding.models.plan import FinancingPlan, PlanShare

__all__ = [
    "MONTHS_TO_PUBLISH",
    "Award",
    "AwardImport",
    "Envelope",
    "FinancingPlan",
    "FundingEvent",
    "FundingLine",
    "Grant",
    "GrantBeneficiary",
    "PlanShare",
]
