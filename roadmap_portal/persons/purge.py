"""What is about people and has served: found by its term, counted, deleted. Commitments and reports are archives, and
never purged (code du patrimoine, article L212-2)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Invitation, SecurityEvent, Session
from accounts.models.security import LEAST_DAYS_KEPT
from accounts.security_log import Kind, record
from commitments.models import Delivery, Subscription

# Of an address nobody confirmed, of tries that no longer count, of an invitation nobody followed, of mails sent.
UNCONFIRMED, TRIES, INVITATIONS, DELIVERIES = (timedelta(days=days) for days in (7, 1, 30, 395))


def outdated(at: datetime) -> Mapping[str, QuerySet[Any]]:
    """By name of what it is."""
    log_until = at - timedelta(days=max(settings.SECURITY_LOG_DAYS, LEAST_DAYS_KEPT))
    unused = Invitation.objects.filter(user__identity__isnull=True)
    return {
        "security events": SecurityEvent.objects.filter(happened_at__lt=log_until),
        "sessions": Session.objects.filter(expire_date__lt=at),
        "login attempts": AccessAttempt.objects.filter(attempt_time__lt=at - TRIES),
        "invitations": unused.filter(expires_on__lt=(at - INVITATIONS).date()),
        "unconfirmed subscriptions": Subscription.objects.filter(
            confirmed_at__isnull=True, asked_at__lt=at - UNCONFIRMED
        ),
        "deliveries": Delivery.objects.filter(sent_at__lt=at - DELIVERIES),
    }


@transaction.atomic
def purge(at: datetime) -> dict[str, int]:
    """How many rows of each went; told to the security log when any did."""
    counts = {name: found.delete()[0] for name, found in outdated(at).items()}
    if any(counts.values()):
        record(Kind.PURGED, counts=counts)
    return counts
