"""Reminders by mail: one a week and person at most, listing all that is owed; urgent visas apart.

Answers are reminded of at the stages of the campaign. Texts sent back and visas have no due date of their own: those
who owe some are written to on Mondays, unless the week has a stage that says it all at once.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import is_administrator
from commitments.models import Campaign, Commitment, Delivery, ReminderRequest
from commitments.queries import current_campaign
from commitments.queries.owed import Owed, OwedVisa, owed_on, snoozed
from commitments.services import mail
from commitments.services.deliveries import claim, deliver, refuse
from commitments.stages import GRACE, has_stage, monday_of, stage_on, week_of
from commitments.transitions import TransitionRefused
from commitments.transitions.locks import require
from commitments.working_days import add_working_days
from roadmap_portal.schedule import LOST_AFTER, LOST_UNTIL

logger = logging.getLogger(__name__)
Kind = Delivery.Kind
URGENT_WORKING_DAYS = 2


class Outcome(StrEnum):
    SENT = "sent"
    ALREADY = "already"  # this week, or by another run
    SNOOZED = "snoozed"
    FAILED = "failed"


@dataclass(frozen=True)
class Reminded:
    sent: Sequence[User] = ()
    already: Sequence[User] = ()
    snoozed: Sequence[User] = ()
    failed: Sequence[User] = ()


@dataclass(frozen=True)
class Plan:
    """Who is due to get what on a day, before anything leaves."""

    weekly: Mapping[Outcome, Sequence[Owed]]  # SENT: to be sent
    urgent: Sequence[Owed]


@dataclass(frozen=True)
class DailyRun:
    weekly: Reminded
    urgent: Reminded


def plan_reminders(on: date) -> Plan:
    everyone = owed_on(current_campaign(), on)
    at_rest, told = snoozed(on), _told(on)
    weekly = defaultdict[Outcome, list[Owed]](list)
    for owed in everyone:
        since = due_since(owed, on)
        if since is None:
            continue
        if told.get(owed.user.pk, date.min) >= since:
            weekly[Outcome.ALREADY].append(owed)
        else:
            weekly[Outcome.SNOOZED if owed.user.pk in at_rest else Outcome.SENT].append(owed)
    return Plan(weekly, _urgent(everyone, on))


def due_since(owed: Owed, on: date) -> date | None:
    """The day of the mail this person should have by now, None when none is due."""
    if owed.unanswered and owed.campaign is not None:
        stage = stage_on(on, owed.campaign.due_on)
        if stage is not None or has_stage(monday_of(on), owed.campaign.due_on):
            return stage
    monday = monday_of(on)
    return monday if (owed.corrections or owed.visas) and on - monday <= GRACE else None


def send_reminders(on: date, *, at: datetime | None = None) -> DailyRun:
    """What the calendar does every day. Run twice, or twice at once, it sends once."""
    at = at or timezone.now()
    plan = plan_reminders(on)
    weekly = [(_send_weekly(owed, on, at), owed.user) for owed in plan.weekly.get(Outcome.SENT, ())]
    for outcome in (Outcome.ALREADY, Outcome.SNOOZED):
        weekly += [(outcome, owed.user) for owed in plan.weekly.get(outcome, ())]
    return DailyRun(_reminded(weekly), _reminded((_send_urgent(owed, on, at), owed.user) for owed in plan.urgent))


def remind(
    campaign: Campaign,
    *,
    by: User,
    on: date,
    commitments: Iterable[Commitment] | None = None,
    at: datetime | None = None,
) -> Reminded:
    """« Relancer »: writes now to those in charge of the unanswered lines, of all or of the given commitments, outside
    the stages but never twice in a week. The mail lists all that the person owes.

    Raises TransitionRefused to one who does not administer, and when the campaign is not open.
    """
    require(is_administrator(by), _("Seule l’administration relance ceux qui n’ont pas répondu."))
    if campaign.state != Campaign.State.OPEN:
        raise TransitionRefused(_("La campagne n’est pas ouverte."))
    wanted = None if commitments is None else {commitment.pk for commitment in commitments}
    at, at_rest = at or timezone.now(), snoozed(on)
    return _reminded(
        (Outcome.SNOOZED if owed.user.pk in at_rest else _send_weekly(owed, on, at, again=True), owed.user)
        for owed in owed_on(campaign, on)
        if (owed.unanswered if wanted is None else owed.unanswered & wanted)
    )


def request_reminder(campaign: Campaign, code: str, *, by: User) -> ReminderRequest:
    """`code`: of one commitment; "" for all that await an answer. To be answered by a worker (`answer`)."""
    commitment = Commitment.objects.get(code=code) if code else None
    return ReminderRequest.objects.create(campaign=campaign, commitment=commitment, asked_by=by)


def answer(pk: int, *, on: date, at: datetime) -> None:
    """What was asked for on the board, once or more: who has had the mail of the week is not written to again."""
    waiting = ReminderRequest.objects.filter(done_at=None).select_related("campaign", "commitment", "asked_by")
    asked = waiting.filter(pk=pk).first()
    if asked is None:
        return
    chosen = None if asked.commitment is None else [asked.commitment]
    try:
        remind(asked.campaign, by=asked.asked_by, on=on, commitments=chosen, at=at)
    except TransitionRefused as refusal:  # closed meanwhile, or asked by one who has left
        logger.warning("Nobody is reminded: %s", refusal)
    ReminderRequest.objects.filter(pk=pk).update(done_at=at)


def unanswered_requests(at: datetime) -> list[int]:
    """Those whose message is lost. After a day, the board says who has had no mail."""
    lost = ReminderRequest.objects.filter(done_at=None, asked_at__gt=at - LOST_UNTIL, asked_at__lte=at - LOST_AFTER)
    return list(lost.order_by("pk").values_list("pk", flat=True))


def _told(on: date) -> dict[int, date]:
    """By user, the latest day of a weekly reminder; that of this week counts for the whole of it."""
    recent = Q(key=week_of(on)) | Q(created_at__date__gte=on - GRACE)
    rows = Delivery.objects.filter(recent, kind=Kind.WEEKLY, error="").order_by("created_at")
    return {
        user: on if key == week_of(on) else timezone.localdate(created_at)
        for user, key, created_at in rows.values_list("user", "key", "created_at")
    }


def _urgent(everyone: Iterable[Owed], on: date) -> list[Owed]:
    """Visas that silence or the end of the campaign will overtake, those already announced left out."""
    limit = add_working_days(on, URGENT_WORKING_DAYS)
    pressing = [
        (owed, [visa for visa in owed.visas if visa.until_on is not None and visa.until_on <= limit])
        for owed in everyone
    ]
    keys = {_key(visa) for _owed, visas in pressing for visa in visas}
    announced = set(Delivery.objects.filter(kind=Kind.URGENT, key__in=keys, error="").values_list("user", "key"))
    left = (
        replace(owed, answers=(), corrections=(), visas=[v for v in visas if (owed.user.pk, _key(v)) not in announced])
        for owed, visas in pressing
    )
    return [owed for owed in left if owed.visas]


def _key(visa: OwedVisa) -> str:
    return f"{visa.update.pk}-{visa.update.round}"


def _send_weekly(owed: Owed, on: date, at: datetime, *, again: bool = False) -> Outcome:
    return _send(owed, claim(owed.user, Kind.WEEKLY, [week_of(on)], at=at, again=again), on, at)


def _send_urgent(owed: Owed, on: date, at: datetime) -> Outcome:
    """One mail for all that became urgent that day; a row for each text, so that none is announced twice."""
    deliveries = claim(owed.user, Kind.URGENT, map(_key, owed.visas), at=at)
    ours = {delivery.key for delivery in deliveries}
    return _send(replace(owed, visas=[visa for visa in owed.visas if _key(visa) in ours]), deliveries, on, at)


def _send(owed: Owed, deliveries: Sequence[Delivery], on: date, at: datetime) -> Outcome:
    if not deliveries:
        return Outcome.ALREADY
    try:
        message = mail.reminder(owed, Kind(deliveries[0].kind), on=on)
        message.message()  # what cannot be put into a mail fails here, where nothing has left
    except Exception as failure:  # one person's failure is not the others'
        refuse(deliveries, failure)
        return Outcome.FAILED
    return Outcome.SENT if deliver(message, deliveries, at=at) else Outcome.FAILED


def _reminded(outcomes: Iterable[tuple[Outcome, User]]) -> Reminded:
    found = defaultdict[Outcome, list[User]](list)
    for outcome, user in outcomes:
        found[outcome].append(user)
    return Reminded(**{str(outcome): users for outcome, users in found.items()})
