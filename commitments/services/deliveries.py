"""At most once: the row of a mail is written, and there for all to see, before the mail leaves.

A mail that a server has refused may be tried again. One that may have left is never sent a second time: a person who
misses a reminder has the portal, one who gets two stops reading them.
"""

import logging
import smtplib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.models import User
from commitments.models import Delivery

logger = logging.getLogger(__name__)
# The server has answered, and the answer is no.
REFUSALS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


class NotSent(Exception):
    """Nothing has left, for certain: the server is away or, `is_refused`, does not want this mail."""

    def __init__(self, reason: Exception, *, is_refused: bool) -> None:
        super().__init__(reason)
        self.reason, self.is_refused = reason, is_refused


def hand_over(message: EmailMultiAlternatives) -> None:
    """Raises NotSent; after any other failure the mail may have left."""
    server = get_connection()
    try:
        server.open()
    except OSError as failure:  # those of smtplib are some
        raise NotSent(failure, is_refused=False) from failure
    try:
        server.send_messages([message])
    except REFUSALS as failure:
        raise NotSent(failure, is_refused=True) from failure
    finally:
        with suppress(OSError):
            server.close()


def claim(user: User, kind: Delivery.Kind, keys: Iterable[str], *, at: datetime, again: bool = False) -> list[Delivery]:
    """The rows this run may send, none when another has them. What failed is tried again from the next day on; with
    `again`, the same day: someone asks for it."""
    # Durable: a claim that could still be rolled back would be worth nothing.
    with transaction.atomic(durable=True):
        claims = (_claim(user, kind, key, at, again) for key in keys)
        return [delivery for delivery in claims if delivery is not None]


def _claim(user: User, kind: Delivery.Kind, key: str, at: datetime, again: bool) -> Delivery | None:
    delivery, is_new = Delivery.objects.get_or_create(user=user, kind=kind, key=key, defaults={"created_at": at})
    if is_new:
        return delivery
    failed = Delivery.objects.filter(pk=delivery.pk, sent_at=None).exclude(error="")
    if not again:
        failed = failed.filter(created_at__date__lt=localdate(at))
    return delivery if failed.update(error="", created_at=at) else None


def deliver(message: EmailMultiAlternatives, deliveries: Sequence[Delivery], *, at: datetime) -> bool:
    """Whether it has left for certain. A refusal is written in the rows, a line that falls is not: it may have left."""
    try:
        hand_over(message)
    except NotSent as failure:
        refuse(deliveries, failure.reason)
        return False
    except Exception:  # one person's failure is not the others'
        logger.exception("A mail may have left, and is not sent again: %s", deliveries)
        return False
    _rows(deliveries).update(sent_at=at)
    return True


def refuse(deliveries: Sequence[Delivery], failure: Exception) -> None:
    """Nothing has left."""
    logger.error("Mail not sent (%s): %r", deliveries, failure)
    _rows(deliveries).update(error=repr(failure))


def _rows(deliveries: Iterable[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
