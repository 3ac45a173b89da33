"""The mails of the subscriptions: the one that asks to confirm, and the one of the week."""

import logging
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.services.letters import letter
from commitments.models import Subscription
from commitments.queries import is_a_demonstration
from commitments.queries.subscriptions import digest
from commitments.services.deliveries import NotSent, hand_over
from commitments.stages import monday_of
from commitments.transitions.subscriptions import (
    claim_confirmation,
    claim_week,
    confirmation_token,
    forget_unconfirmed,
    give_back_confirmation,
    leaving_token,
)

logger = logging.getLogger(__name__)


def ask_to_confirm(pk: int, *, at: datetime) -> None:
    """Once for each time it was asked for, however often this is called. A mail that may have left is not sent again,
    nor one that the server does not want: whoever misses it asks again."""
    subscription = claim_confirmation(pk, at=at)
    if subscription is None:
        return
    with translation.override(subscription.language):
        address = settings.PUBLIC_URL + reverse(
            "commitments:subscription_confirm", args=[confirmation_token(subscription)]
        )
        context = {"subscription": subscription, "confirm": address}
        subject = _("Confirmez votre abonnement")
        message = letter(
            subscription.email, subject, "mail/subscription.html", context, is_demonstration=is_a_demonstration()
        )
    try:
        hand_over(message)
    except NotSent as failure:
        logger.warning("The mail that asks to confirm subscription %s has not left.", pk)
        if not failure.is_refused:
            give_back_confirmation(subscription)
    except OSError:
        logger.warning("The mail that asks to confirm subscription %s may have left, and is not sent again.", pk)


def tell_subscribers(at: datetime) -> int:
    """Once a week each; how many mails left. An address that fails stops nobody and is tried again by the next run."""
    forget_unconfirmed(at)
    monday = monday_of(timezone.localdate(at))
    due = Subscription.objects.filter(confirmed_at__isnull=False).exclude(told_week_of__gte=monday)
    return sum(_tell(pk, at) for pk in due.values_list("pk", flat=True))


def _tell(pk: int, at: datetime) -> bool:
    monday = monday_of(timezone.localdate(at))
    subscription = claim_week(pk, monday)
    if subscription is None:
        return False
    told = digest(subscription, monday)
    if told.is_empty:
        return False
    with translation.override(subscription.language):
        subject = _("La semaine de la feuille de route")
        leave = settings.PUBLIC_URL + reverse("commitments:unsubscribe", args=[leaving_token(subscription)])
        context = {"subscription": subscription, "digest": told, "leave": leave}
        message = letter(
            subscription.email,
            subject,
            "mail/digest.html",
            context,
            is_demonstration=is_a_demonstration(),
            leave=leave,
        )
    try:
        hand_over(message)
    except NotSent:
        # What the mail server says may hold the address: the number is enough to find it.
        logger.warning("The weekly mail of subscription %s has not left.", pk)
        Subscription.objects.filter(pk=pk).update(told_week_of=subscription.told_week_of)
        return False
    except OSError:
        logger.warning("The weekly mail of subscription %s may have left, and is not sent again.", pk)
        return False
    return True
