"""What each person owes on a day: answers to the open campaign, texts sent back, visas awaited."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q

from accounts.models import Membership, User
from accounts.permissions import can_publish
from commitments.models import Campaign, CampaignLine, Commitment, Delivery, ProgressUpdate, Snooze
from commitments.queries.line_states import with_states
from commitments.queries.people import in_charge
from commitments.queries.visas import all_submitted, stand_of, tacit_on

LineState = CampaignLine.State


@dataclass(frozen=True)
class OwedAnswer:
    commitment: Commitment
    is_begun: bool


@dataclass(frozen=True)
class OwedVisa:
    update: ProgressUpdate
    side: str
    tacit_on: date | None
    closes_on: date | None  # of its campaign, None once that day is past

    @property
    def until_on(self) -> date | None:
        """The last day on which the visa can be given before something happens without it."""
        return min((day for day in (self.tacit_on, self.closes_on) if day is not None), default=None)


@dataclass(frozen=True)
class Owed:
    user: User
    campaign: Campaign | None  # the open one, which the answers are for
    answers: Sequence[OwedAnswer] = ()
    corrections: Sequence[ProgressUpdate] = ()
    visas: Sequence[OwedVisa] = ()

    @property
    def unanswered(self) -> set[int]:
        """Commitments whose line in the campaign waits for this person, a text sent back included."""
        sent_back = {u.commitment_id for u in self.corrections if self.campaign and u.campaign_id == self.campaign.pk}
        return sent_back | {answer.commitment.pk for answer in self.answers}


def owed_on(campaign: Campaign | None, on: date) -> list[Owed]:
    """Those who owe something, in the order of their addresses. `campaign`: the open one. The same nine queries
    whatever the number of commitments and people."""
    returned = _returned()
    lines = _unanswered(campaign, returned)
    commitment_ids = [*(line.commitment_id for line in lines), *(update.commitment_id for update in returned)]
    responsible = in_charge(commitment_ids, on)
    publishers = {user.pk: user for user in _members(on) if can_publish(user)}
    people = publishers | {user.pk: user for users in responsible.values() for user in users}
    answers = defaultdict[int, list[OwedAnswer]](list)
    for line in lines:
        for user in responsible[line.commitment_id]:
            answers[user.pk].append(OwedAnswer(line.commitment, line.state == LineState.IN_PROGRESS))
    corrections = defaultdict[int, list[ProgressUpdate]](list)
    for update in returned:
        # An author who is not in charge writes as one who publishes, or no longer writes at all.
        authors = {update.author_id} & publishers.keys()
        for pk in {user.pk for user in responsible[update.commitment_id]} | authors:
            corrections[pk].append(update)
    visas = _visas(publishers.values(), on)
    owing = (user for user in people.values() if user.pk in answers.keys() | corrections.keys() | visas.keys())
    return [
        Owed(user, campaign, answers[user.pk], corrections[user.pk], visas.get(user.pk, ()))
        for user in sorted(owing, key=lambda user: user.email)
    ]


def to_remind(campaign: Campaign, on: date, code: str = "") -> list[User]:
    """Those in charge of the unanswered lines of the open campaign, or of the commitment of that code."""
    if campaign.state != Campaign.State.OPEN:
        return []
    wanted = set(Commitment.objects.filter(code=code).values_list("pk", flat=True))
    everyone = owed_on(campaign, on)
    return [owed.user for owed in everyone if (owed.unanswered & wanted if code else owed.unanswered)]


@dataclass(frozen=True)
class Reminders:
    sent: int
    refused: int  # by the mail server


def reminded_in(week: str) -> Reminders:
    """Of an ISO week, as in 2026-W47."""
    weekly = Delivery.objects.filter(kind=Delivery.Kind.WEEKLY, key=week)
    return Reminders(
        **weekly.aggregate(sent=Count("pk", filter=Q(sent_at__isnull=False)), refused=Count("pk", filter=~Q(error="")))
    )


def snoozed(on: date) -> set[int]:
    """Users who asked for no weekly reminder on that day."""
    return set(Snooze.objects.filter(until_on__gt=on).values_list("user", flat=True))


def snoozed_until(user: User, on: date) -> date | None:
    return Snooze.objects.filter(user=user, until_on__gt=on).values_list("until_on", flat=True).first()


def _unanswered(campaign: Campaign | None, returned: Iterable[ProgressUpdate]) -> list[Any]:
    """But for those whose text was sent back in this campaign: they are owed as corrections."""
    if campaign is None:
        return []
    to_correct = {update.commitment_id for update in returned if update.campaign_id == campaign.pk}
    lines = with_states(campaign.lines.all()).filter(state__in=[LineState.TO_ANSWER, LineState.IN_PROGRESS])
    return list(lines.exclude(commitment__in=to_correct).select_related("commitment").order_by("commitment__code"))


def _returned() -> list[ProgressUpdate]:
    updates = ProgressUpdate.objects.filter(state=ProgressUpdate.State.RETURNED)
    return list(updates.select_related("commitment").order_by("commitment__code"))


def _members(on: date) -> list[User]:
    in_force = Membership.objects.in_force(on)
    members = User.objects.filter(is_active=True, pk__in=in_force.values("user"))
    # Rights are read from this attribute, which each user would otherwise fill by a query of their own, for today.
    rights = Prefetch("memberships", in_force.select_related("actor"), to_attr="current_memberships")
    return list(members.prefetch_related(rights))  # type: ignore[no-redef]


def _visas(publishers: Iterable[User], on: date) -> dict[int, list[OwedVisa]]:
    """By user, the most pressing first."""
    found = defaultdict[int, list[OwedVisa]](list)
    users = list(publishers)
    for update in all_submitted():
        silence_on = tacit_on(update)
        closes_on = update.campaign.closes_on if update.campaign and update.campaign.closes_on >= on else None
        for user in users:
            if side := stand_of(user, update).side:
                found[user.pk].append(OwedVisa(update, side, silence_on, closes_on))
    return {pk: sorted(visas, key=lambda visa: visa.until_on or date.max) for pk, visas in found.items()}
