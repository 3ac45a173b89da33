"""The lines of a campaign: where each commitment stands in it, read from its updates."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from accounts.permissions import Someone
from commitments.models import Campaign, CampaignLine, Commitment, Milestone, ProgressUpdate, Status
from commitments.queries.commitment import writable_commitments
from commitments.queries.line_states import with_states

LineState = CampaignLine.State
States = ProgressUpdate.State
PENDING = Milestone.objects.filter(status=Milestone.Status.PLANNED, origin=Milestone.Origin.PLAN).order_by("due_on")


def published_after(campaign: Campaign) -> QuerySet[ProgressUpdate]:
    """Texts that speak of a later quarter, or of a later day where they answer none."""
    later = Q(campaign__reference_on__gt=campaign.reference_on) | Q(
        campaign=None, published_at__date__gt=campaign.reference_on
    )
    return ProgressUpdate.objects.filter(later, published_at__isnull=False)


def current_campaign() -> Campaign | None:
    return Campaign.objects.filter(state=Campaign.State.OPEN).first()


@dataclass(frozen=True)
class Duty:
    """A line of « my quarter ». `state`: of the line, empty outside a campaign."""

    commitment: Commitment
    state: str
    update: ProgressUpdate | None  # the open one
    is_stale: bool
    next_due_on: date | None

    @property
    def is_expected(self) -> bool:
        return self.state not in {"", LineState.NOTHING_DUE}

    @property
    def is_answered(self) -> bool:
        return self.state in {LineState.SUBMITTED, LineState.APPROVED, LineState.CONFIRMED}

    @property
    def is_returned(self) -> bool:
        return self.update is not None and self.update.state == States.RETURNED

    @property
    def can_confirm(self) -> bool:
        """« Sans changement » has a sense: something was published, and nobody is writing."""
        return (
            self.state in {LineState.TO_ANSWER, LineState.IN_PROGRESS}
            and self.update is None
            and self.commitment.published_at is not None
        )


def my_quarter(user: Someone, campaign: Campaign | None, on: date) -> list[Duty]:
    """The commitments the user may write on: what is to correct, then to answer, then by what is due next."""
    open_updates = ProgressUpdate.objects.filter(state__in=ProgressUpdate.OPEN_STATES)
    commitments = writable_commitments(user).prefetch_related(
        Prefetch("updates", open_updates, to_attr="open_updates"), Prefetch("milestones", PENDING, to_attr="pending")
    )
    states = _states(campaign)
    duties = [_duty(commitment, states.get(commitment.pk, ""), on) for commitment in commitments]
    return sorted(duties, key=_urgency)


def _states(campaign: Campaign | None) -> dict[int, str]:
    lines = CampaignLine.objects.filter(campaign=campaign)
    return dict(with_states(lines).values_list("commitment", "state"))


def _urgency(duty: Duty) -> tuple[bool, bool, bool, date, str]:
    due_on = duty.next_due_on or date.max
    return not duty.is_returned, duty.is_answered, not duty.is_expected, due_on, duty.commitment.code


def _duty(commitment: Commitment, state: str, on: date) -> Duty:
    updates: list[ProgressUpdate] = commitment.open_updates  # type: ignore[attr-defined]
    pending: list[Milestone] = commitment.pending  # type: ignore[attr-defined]
    is_over = commitment.status in {Status.COMPLETED, Status.ABANDONED}
    due_dates = [] if is_over else [day for day in [commitment.due_on, *(m.due_on for m in pending)] if day is not None]
    return Duty(
        commitment,
        state,
        next(iter(updates), None),
        is_stale(commitment, on),
        min(due_dates, default=None),
    )


def is_stale(commitment: Commitment, on: date) -> bool:
    """Neither a text nor a confirmation for longer than STALE_AFTER_DAYS."""
    heard = commitment.heard_at
    return heard is None or localdate(heard) < on - timedelta(days=settings.STALE_AFTER_DAYS)


IN_A_ROW = 3


def confirmed_again_and_again() -> list[Commitment]:
    """Confirmed unchanged in at least three campaigns running since their last text: a validator is asked to look."""
    lines = CampaignLine.objects.filter(
        campaign__state__in=[Campaign.State.OPEN, Campaign.State.REVIEW, Campaign.State.SEALED]
    )
    lines = lines.select_related("campaign").order_by("-campaign__reference_on")
    commitments = (
        Commitment.objects.followed()
        .filter(confirmed_at__isnull=False)
        .prefetch_related(Prefetch("campaign_lines", lines, to_attr="past_lines"))
        .order_by("code")
    )
    return [commitment for commitment in commitments if confirmations_in_a_row(commitment) >= IN_A_ROW]


def confirmations_in_a_row(commitment: Commitment) -> int:
    """Counted from the latest campaign back, until a text or a silence. Not answered yet in the open one: not counted,
    and no silence either."""
    lines: list[CampaignLine] = commitment.past_lines  # type: ignore[attr-defined]
    in_a_row = 0
    for line in lines:
        said = line.confirmed_at
        if said is not None and (commitment.published_at is None or said > commitment.published_at):
            in_a_row += 1
        elif not (in_a_row == 0 and line.campaign.state == Campaign.State.OPEN):
            break
    return in_a_row
