"""Subscribing in two steps, so that nobody is subscribed by somebody else; leaving in one."""

from datetime import date, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from actors.models import Actor
from commitments.models import Axis, Subscription
from roadmap_portal.schedule import LOST_AFTER, LOST_UNTIL

CONFIRM, LEAVE = "commitments.subscription.confirm", "commitments.subscription.leave"
# For as long an unconfirmed address is kept.
CONFIRMATION_LIVES = timedelta(days=7)
# Whoever types somebody's address again and again fills no mailbox.
BETWEEN_MAILS = timedelta(hours=1)


@transaction.atomic
def ask(email: str, *, axis: Axis | None, actor: Actor | None, language: str, at: datetime) -> Subscription | None:
    """The one to be confirmed by mail; None when there is nothing to send: already confirmed, or just asked for."""
    subscription, is_new = Subscription.objects.select_for_update().get_or_create(
        email=email.lower(), axis=axis, actor=actor, defaults={"language": language, "asked_at": at}
    )
    if subscription.confirmed_at is not None or (not is_new and at - subscription.asked_at < BETWEEN_MAILS):
        return None
    subscription.language, subscription.asked_at, subscription.confirmation_sent_at = language, at, None
    subscription.save(update_fields=["language", "asked_at", "confirmation_sent_at"])
    return subscription


def _to_ask() -> QuerySet[Subscription]:
    return Subscription.objects.filter(confirmed_at__isnull=True, confirmation_sent_at__isnull=True)


def never_asked(at: datetime) -> list[int]:
    """Those whose mail should have left and has not: its message is lost, or the mail server was away. Who has waited
    longer than a day asks again."""
    lost = _to_ask().filter(asked_at__gt=at - LOST_UNTIL, asked_at__lte=at - LOST_AFTER)
    return list(lost.order_by("asked_at", "pk").values_list("pk", flat=True))


def claim_confirmation(pk: int, *, at: datetime) -> Subscription | None:
    """For one worker alone, there for all to see at once; None when another has it, or nothing is left to ask."""
    claimed = _to_ask().filter(pk=pk).update(confirmation_sent_at=at)
    return Subscription.objects.filter(pk=pk).first() if claimed else None


def give_back_confirmation(subscription: Subscription) -> None:
    """Nothing has left."""
    claim = Subscription.objects.filter(pk=subscription.pk, confirmation_sent_at=subscription.confirmation_sent_at)
    claim.update(confirmation_sent_at=None)


def confirmation_token(subscription: Subscription) -> str:
    return signing.dumps(subscription.pk, salt=CONFIRM)


def leaving_token(subscription: Subscription) -> str:
    return signing.dumps(subscription.pk, salt=LEAVE)


def subscription_to_confirm(token: str) -> Subscription:
    """Raises signing.SignatureExpired after a week, signing.BadSignature for what is no such link or has gone."""
    subscription = Subscription.objects.filter(
        pk=signing.loads(token, salt=CONFIRM, max_age=CONFIRMATION_LIVES)
    ).first()
    if subscription is None:
        raise signing.BadSignature
    return subscription


def confirm(subscription: Subscription, *, at: datetime) -> None:
    """Confirmed twice, it keeps its first day."""
    Subscription.objects.filter(pk=subscription.pk, confirmed_at__isnull=True).update(confirmed_at=at)


def check_leaving(token: str) -> int:
    """The key of the subscription. A link of an old mail works for ever; raises signing.BadSignature for any other."""
    return int(signing.loads(token, salt=LEAVE))


def leave(token: str) -> None:
    """The address is forgotten. Left twice, it is left once."""
    Subscription.objects.filter(pk=check_leaving(token)).delete()


def forget_unconfirmed(at: datetime) -> int:
    """How many."""
    return Subscription.objects.filter(confirmed_at__isnull=True, asked_at__lt=at - CONFIRMATION_LIVES).delete()[0]


@transaction.atomic
def claim_week(pk: int, monday: date) -> Subscription | None:
    """For one run alone; None when another has it, when the week was told, or when the person has left."""
    due = Subscription.objects.exclude(told_week_of__gte=monday).filter(confirmed_at__isnull=False)
    # `exclude` leaves out no row whose week is null.
    subscription = due.select_related("axis", "actor").select_for_update(of=("self",), skip_locked=True)
    found = subscription.filter(pk=pk).first()
    if found is not None:
        Subscription.objects.filter(pk=pk).update(told_week_of=monday)
    return found
