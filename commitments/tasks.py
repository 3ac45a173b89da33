"""What the calendar runs every day: each finds, calls, stops. Run twice, each does its work once."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from commitments import services, transitions

# The job of the evening starts a little before the day it closes is over.
BEFORE_MIDNIGHT = timedelta(minutes=30)


@shared_task
def send_reminders() -> None:
    services.send_reminders(timezone.localdate(), at=timezone.now())


@shared_task
def give_tacit_visas() -> None:
    """For the last day that is over, or about to be: run late, after midnight, it takes no day away from anyone."""
    at = timezone.now()
    over_on = timezone.localdate(at + BEFORE_MIDNIGHT) - timedelta(days=1)
    transitions.give_tacit_visas(over_on, at=at)
