"""State of a campaign line, read from the updates of its commitment."""

from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from commitments.models import Campaign, CampaignLine, ProgressUpdate

States = ProgressUpdate.State
State = CampaignLine.State
# What everyone may read of a line while answers are taken: the rest is work in progress, and no answer.
TOLD = (State.APPROVED, State.CONFIRMED, State.NOTHING_DUE)


def with_states(lines: QuerySet[CampaignLine]) -> QuerySet[Any, Any]:
    """Annotates `state`, a CampaignLine.State. Once the campaign no longer takes answers, a draft is not one."""
    updates = ProgressUpdate.objects.filter(campaign=OuterRef("campaign"), commitment=OuterRef("commitment"))
    is_open = Q(campaign__state=Campaign.State.OPEN)
    return lines.annotate(
        state=Case(
            When(Exists(updates.filter(state__in=[States.PUBLISHED, States.SUPERSEDED])), then=Value("approved")),
            When(Exists(updates.filter(state__in=[States.SUBMITTED, States.APPROVED])), then=Value("submitted")),
            When(confirmed_at__isnull=False, then=Value("confirmed")),
            When(Exists(updates.filter(state=States.RETURNED)), then=Value("in_progress")),
            When(is_open & Exists(updates.filter(state=States.DRAFT)), then=Value("in_progress")),
            When(was_finished=True, then=Value("nothing_due")),
            When(is_open | Q(campaign__state=Campaign.State.PLANNED), then=Value("to_answer")),
            default=Value("not_answered"),
            output_field=CharField(),
        )
    )


def told(state: str, campaign_state: str) -> str:
    """The state of a line as the public reads it. A text being written or approved is no answer: it is awaited while
    the campaign takes answers, and missing afterwards."""
    if state in TOLD:
        return state
    is_awaited = campaign_state in (Campaign.State.OPEN, Campaign.State.PLANNED)
    return State.TO_ANSWER if is_awaited else State.NOT_ANSWERED
