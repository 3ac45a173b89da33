"""What keeps the calendar from going on, told to administrators: one mail a day at most, as long as it does."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.services.letters import letter
from commitments.models import Campaign, Delivery
from commitments.queries import is_a_demonstration
from commitments.queries.calendar import Hindrance, hindrances
from commitments.queries.people import administrators
from commitments.services.deliveries import claim, deliver


def tell_administrators(on: date, *, at: datetime, added: Campaign | None = None) -> None:
    """`added`: a campaign that nobody had planned."""
    found = hindrances(on)
    if not found and added is None:
        return
    for user in administrators(on):
        claimed = claim(user, Delivery.Kind.CALENDAR, [on.isoformat()], at=at)
        if claimed:
            with override(user.language):
                message = _written(user, found, added)
            deliver(message, claimed, at=at)


def _written(user: User, found: Sequence[Hindrance], added: Campaign | None) -> EmailMultiAlternatives:
    subject = _("Calendrier des campagnes : une décision vous attend")
    context = {"user": user, "hindrances": found, "added": added}
    return letter(user.email, subject, "mail/calendar.html", context, is_demonstration=is_a_demonstration())
