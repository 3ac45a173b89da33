"""The words for the codes of a dataset, in both languages, frozen with it: a label changed later changes no report."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Choices
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from actors.models import Confidence, DatePrecision, Side
from commitments.models import (
    STATUS_MEANINGS,
    WEATHER_MEANINGS,
    Commitment,
    Decision,
    Evidence,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    Participation,
    Postponement,
    Status,
    Visa,
    Weather,
)
from funding.models import Envelope, FundingEvent, FundingLine
from reports.dataset.answers import LABELS as ANSWERS
from reports.dataset.values import Json

GROUPS: dict[str, Iterable[tuple[Any, Any]] | type[Choices]] = {
    "status": Status,
    "status_meaning": STATUS_MEANINGS.items(),
    "weather": Weather,
    "weather_meaning": WEATHER_MEANINGS.items(),
    "answer": ANSWERS.items(),
    "provenance": Commitment.Provenance,
    "confidence": Confidence,
    "progress_method": Commitment.ProgressMethod,
    "date_precision": DatePrecision,
    "participation": Participation.Role,
    "side": Side,
    "role": Membership.Role,
    "visa": Visa.Decision,
    "evidence": Evidence.Kind,
    "milestone_status": Milestone.Status,
    "milestone_origin": Milestone.Origin,
    "postponement_reason": Postponement.Reason,
    "decision": Decision.State,
    "reach": Envelope.Reach,
    "funding_event": FundingEvent.Kind,
    "amount_basis": Envelope.AmountBasis,
    "authorisation": FundingLine.AuthorisationKind,
    "unit": Indicator.Unit,
    "direction": Indicator.Direction,
    "quality": Measurement.Quality,
    "target": IndicatorTarget.Kind,
    "transversal": [("", _("tous les axes")), ("long", _("Engagements transversaux (tous les axes)"))],
}


def labels() -> Json:
    """{language: {group: {code: label}}}"""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = {name: _labels(choices) for name, choices in GROUPS.items()}
    return found


def codes(group: str) -> list[str]:
    """What a value of the group may be."""
    choices = GROUPS[group]
    return [str(code) for code, _label in (choices.choices if isinstance(choices, type) else choices) if code]


def _labels(choices: Iterable[tuple[Any, Any]] | type[Choices]) -> dict[str, str]:
    pairs = choices.choices if isinstance(choices, type) else choices
    return {str(code): str(label) for code, label in pairs if code is not None}
