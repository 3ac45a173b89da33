"""What the calendar runs about people, and what they ask for."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.services import passwords
from commitments.queries import is_a_demonstration
from roadmap_portal.persons.pseudonyms import forgettable, pseudonymise
from roadmap_portal.persons.purge import purge


@shared_task
def forget() -> None:
    """Every night: what is past its term goes, and who left long ago loses their name."""
    purge(timezone.now())
    for user in forgettable(timezone.localdate(), settings.PSEUDONYM_AFTER_DAYS):
        pseudonymise(user)


@shared_task
def send_password_link(user_id: int | None) -> None:
    """None: of an address that nobody has."""
    user = User.objects.filter(pk=user_id).first() if user_id is not None else None
    if user is not None:
        passwords.send_link(user, is_demonstration=is_a_demonstration())
