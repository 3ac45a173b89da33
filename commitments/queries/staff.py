"""What staff have to do this quarter."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from accounts.permissions import Someone
from commitments.models import Campaign, Commitment, Milestone, ProgressUpdate
from commitments.queries.commitment import PUBLISHED, commitments_for, writable_commitments


def current_campaign() -> Campaign | None:
    return Campaign.objects.filter(state=Campaign.State.OPEN).first()


@dataclass(frozen=True)
class Duty:
    """A line of « my quarter »."""

    commitment: Commitment
    answered: ProgressUpdate | None  # published in this campaign
    waiting: ProgressUpdate | None  # draft or submitted
    is_stale: bool
    next_due_on: date | None


def my_quarter(user: Someone, campaign: Campaign | None, on: date) -> list[Duty]:
    """The commitments the user may write on: unanswered first, then by what is due next."""
    States = ProgressUpdate.State
    open_updates = ProgressUpdate.objects.filter(
        Q(state__in=[States.DRAFT, States.SUBMITTED]) | Q(campaign=campaign, state__in=[PUBLISHED, States.SUPERSEDED])
    ).order_by("-pk")
    pending = Milestone.objects.filter(status=Milestone.Status.PLANNED, origin=Milestone.Origin.PLAN).order_by("due_on")
    commitments = writable_commitments(user).prefetch_related(
        Prefetch("updates", open_updates, to_attr="open_updates"), Prefetch("milestones", pending, to_attr="pending")
    )
    duties = [_duty(commitment, campaign, on) for commitment in commitments]
    return sorted(duties, key=lambda d: (d.answered is not None, d.next_due_on or date.max, d.commitment.code))


def _duty(commitment: Commitment, campaign: Campaign | None, on: date) -> Duty:
    updates: list[ProgressUpdate] = commitment.open_updates  # type: ignore[attr-defined]
    pending: list[Milestone] = commitment.pending  # type: ignore[attr-defined]
    answers = [u for u in updates if campaign is not None and u.campaign_id == campaign.pk and u.published_at]
    waiting = [u for u in updates if u.published_at is None]
    due_dates = [day for day in [commitment.due_on, *(m.due_on for m in pending)] if day is not None]
    is_stale = commitment.published_at is None or commitment.published_at.date() < on - timedelta(
        days=settings.STALE_AFTER_DAYS
    )
    return Duty(
        commitment, next(iter(answers), None), next(iter(waiting), None), is_stale, min(due_dates, default=None)
    )


def submitted_updates(user: Someone) -> QuerySet[ProgressUpdate]:
    """Waiting for someone to publish them."""
    return (
        ProgressUpdate.objects.filter(state=ProgressUpdate.State.SUBMITTED, commitment__in=commitments_for(user))
        .select_related("commitment", "author")
        .order_by("submitted_at")
    )
