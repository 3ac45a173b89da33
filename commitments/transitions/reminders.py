"""A week without reminders, at the person's own asking: through the signed link of a mail, or logged in."""

from datetime import date, timedelta

from django.core import signing

from accounts.models import User
from commitments.models import Snooze

SALT = "commitments.snooze"
LINK_LIVES = timedelta(days=30)
REST = timedelta(days=7)


def snooze_token(user: User) -> str:
    return signing.dumps(user.pk, salt=SALT)


def holder_of(token: str) -> User:
    """Who a link was written to. Raises signing.SignatureExpired after thirty days, signing.BadSignature for anything
    that is not such a link or whose account is closed."""
    pk = signing.loads(token, salt=SALT, max_age=LINK_LIVES)
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None:
        raise signing.BadSignature
    return user


def snooze(user: User, *, on: date) -> Snooze:
    """Asked twice on a day, it is asked once."""
    return Snooze.objects.update_or_create(user=user, defaults={"until_on": on + REST})[0]


def end_snooze(user: User) -> None:
    Snooze.objects.filter(user=user).delete()
