"""What the dates of a campaign ask of its reports, in nobody's name: sealed on its day, or drafted once answers are
closed."""

import logging
from datetime import date, datetime

from django.db import transaction

from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports.models import Report
from reports.queries import drafted_by_the_calendar
from reports.transitions.requests import request_draft
from reports.transitions.sealing import seal

logger = logging.getLogger(__name__)


def follow_dates(on: date, *, at: datetime) -> list[Report]:
    """What is now to be laid out; the caller enqueues it. A quarter sealed on that day needs no draft any more."""
    in_review = Campaign.objects.filter(state=Campaign.State.REVIEW).order_by("reference_on")
    sealed = [_seal(campaign, at) for campaign in in_review if campaign.seals_itself(on)]
    drafted = [_draft_once(campaign, at) for campaign in in_review.all()]
    return [report for report in [*sealed, *drafted] if report is not None]


def _seal(campaign: Campaign, at: datetime) -> Report | None:
    try:
        return seal(campaign, by=None, at=at).layout
    except TransitionRefused:
        # Sealed by another run, or a visa is missing: administrators are told which.
        return None
    except Exception:  # one quarter's failure is not the others'
        logger.exception("The calendar could not seal %s", campaign)
        return None


@transaction.atomic
def _draft_once(campaign: Campaign, at: datetime) -> Report | None:
    campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    is_drafted = drafted_by_the_calendar().filter(campaign=campaign).exists()
    if campaign.state != Campaign.State.REVIEW or is_drafted:
        return None
    return request_draft(campaign, at=at)
