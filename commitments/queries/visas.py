"""What waits for a visa, and where one who approves stands towards it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Someone, can_publish, visa_sides
from actors.models import Side
from commitments.models import Campaign, Commitment, ProgressUpdate, Roadmap, Visa
from commitments.queries.commitment import commitments_for
from commitments.working_days import add_working_days

SUBMITTED = ProgressUpdate.State.SUBMITTED
REQUIRED_SIDES: dict[str, tuple[Side, ...]] = {
    Roadmap.VisaPolicy.NONE: (),
    Roadmap.VisaPolicy.STATE: (Side.STATE,),
    Roadmap.VisaPolicy.REGION: (Side.REGION,),
    Roadmap.VisaPolicy.BOTH: (Side.STATE, Side.REGION),
}
APPROVALS = {Visa.Decision.APPROVED, Visa.Decision.TACIT}


@dataclass(frozen=True)
class Stand:
    """Where a user stands towards an update. `side`: the one they may decide for now, empty when none."""

    update: ProgressUpdate
    side: str
    approved: list[str]  # sides
    missing: list[str]
    is_own: bool
    can_withdraw: str  # side whose visa the user may take back
    tacit_on: date | None


@dataclass(frozen=True)
class Queue:
    mine: list[Stand]
    others: list[Stand]


def open_update(commitment: Commitment) -> ProgressUpdate | None:
    """The one being written or approved."""
    updates = ProgressUpdate.objects.filter(commitment=commitment, state__in=ProgressUpdate.OPEN_STATES)
    return updates.select_related("author").prefetch_related("claims__milestone").first()


def visas(update: ProgressUpdate) -> QuerySet[Visa]:
    return update.visas.select_related("by").order_by("-pk")


def visa_queue(user: Someone) -> Queue:
    """All that is submitted, oldest first: what waits for this user, then the rest."""
    stands = [stand_of(user, update) for update in submitted_updates(user)] if isinstance(user, User) else []
    return Queue([s for s in stands if s.side], [s for s in stands if not s.side])


def waiting_for_visa(user: Someone) -> int:
    return len(visa_queue(user).mine) if can_publish(user) else 0


def submitted_updates(user: Someone) -> QuerySet[ProgressUpdate]:
    return all_submitted().filter(commitment__in=commitments_for(user))


def all_submitted() -> QuerySet[ProgressUpdate]:
    given = Visa.objects.select_related("by").order_by("pk")
    return (
        ProgressUpdate.objects.filter(state=SUBMITTED)
        .select_related("commitment__roadmap", "author", "campaign")
        .prefetch_related("writers", Prefetch("visas", given))
        .order_by("submitted_at", "pk")
    )


@dataclass(frozen=True)
class AwaitedVisas:
    sides: list[str]
    by_on: date | None  # day at whose end silence becomes approval


def awaited_visas(campaign: Campaign) -> dict[int, AwaitedVisas]:
    """Of each submitted update of a campaign, by its key: the sides that have not approved it yet."""
    updates = ProgressUpdate.objects.filter(state=SUBMITTED, campaign=campaign)
    updates = updates.select_related("commitment__roadmap").prefetch_related("visas")
    return {update.pk: AwaitedVisas(missing_sides(update), tacit_on(update)) for update in updates}


def required_sides(update: ProgressUpdate) -> tuple[Side, ...]:
    return REQUIRED_SIDES[update.commitment.roadmap.visa_policy]


def approved_sides(update: ProgressUpdate) -> set[str]:
    """Sides whose last visa approves the text as it is now. Reads the visas: prefetch them for a list."""
    last = {visa.side: visa for visa in update.visas.all()}
    return {side for side, visa in last.items() if visa.decision in APPROVALS and visa.text_hash == update.text_hash}


def missing_sides(update: ProgressUpdate) -> list[str]:
    """Sides whose visa the roadmap asks for and has not."""
    approved = approved_sides(update)
    return [side for side in required_sides(update) if side not in approved]


def tacit_on(update: ProgressUpdate) -> date | None:
    """The working day at whose end silence becomes approval; None where the roadmap knows no tacit approval."""
    roadmap = update.commitment.roadmap
    if roadmap.tacit_delay_days is None or update.submitted_at is None or not required_sides(update):
        return None
    return add_working_days(localdate(update.submitted_at), roadmap.tacit_delay_days)


def stand_of(user: User, update: ProgressUpdate) -> Stand:
    """Reads the visas and the writers of the update: prefetch them for a list."""
    last = {visa.side: visa for visa in update.visas.all()}
    approved, missing = approved_sides(update), missing_sides(update)
    is_own = user.pk in {writer.pk for writer in update.writers.all()}
    own_sides = {visa.side for visa in update.visas.all() if visa.by_id == user.pk}
    waits = update.state == SUBMITTED
    may_decide = sorted(visa_sides(user).intersection(missing)) if waits else []
    may_decide = [side for side in may_decide if not own_sides or side in own_sides]
    may_withdraw = sorted(visa_sides(user) & approved & {*required_sides(update)}) if waits else []
    return Stand(
        update=update,
        side=next(iter(may_decide), "") if not is_own else "",
        approved=sorted(approved),
        missing=missing,
        is_own=is_own,
        can_withdraw=next((s for s in may_withdraw if last[s].by_id == user.pk), ""),
        tacit_on=tacit_on(update) if waits and missing else None,
    )
