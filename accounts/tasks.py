"""What the calendar runs about people."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from roadmap_portal.persons.pseudonyms import forgettable, pseudonymise
from roadmap_portal.persons.purge import purge


@shared_task
def forget() -> None:
    """Every night: what is past its term goes, and who left long ago loses their name."""
    purge(timezone.now())
    for user in forgettable(timezone.localdate(), settings.PSEUDONYM_AFTER_DAYS):
        pseudonymise(user)
