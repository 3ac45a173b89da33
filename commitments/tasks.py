"""What the calendar runs every day, and what the board asks for: each finds, calls, stops. Run twice, each does its
work once."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from commitments import services, transitions
from commitments.transitions import subscriptions
from roadmap_portal.history.recording import ResentTask
from roadmap_portal.schedule import RESEND_SECONDS

# The job of the evening starts a little before the day it closes is over.
BEFORE_MIDNIGHT = timedelta(minutes=30)


@shared_task
def send_reminders() -> None:
    services.send_reminders(timezone.localdate(), at=timezone.now())


@shared_task(base=ResentTask)
def remind(request_id: int) -> None:
    """« Relancer », asked for on the board: a slow mail server is not waited for in a request."""
    services.answer(request_id, on=timezone.localdate(), at=timezone.now())


@shared_task
def remind_again() -> None:
    """Every few minutes: those asked for whose message was lost."""
    for pk in services.unanswered_requests(timezone.now()):
        remind.apply_async((pk,), expires=RESEND_SECONDS)


@shared_task(base=ResentTask)
def ask_to_confirm(subscription_id: int) -> None:
    services.ask_to_confirm(subscription_id, at=timezone.now())


@shared_task
def ask_again_to_confirm() -> None:
    """Every few minutes: those whose mail was lost with its message, or kept waiting by a mail server that was away."""
    for pk in subscriptions.never_asked(timezone.now()):
        ask_to_confirm.apply_async((pk,), expires=RESEND_SECONDS)


@shared_task
def scan_waiting_files() -> None:
    services.scan_waiting()


@shared_task
def tell_subscribers() -> None:
    services.tell_subscribers(timezone.now())


@shared_task
def check_links() -> None:
    services.check_links(timezone.now())


@shared_task
def give_tacit_visas() -> None:
    """For the last day that is over, or about to be: run late, after midnight, it takes no day away from anyone."""
    at = timezone.now()
    over_on = timezone.localdate(at + BEFORE_MIDNIGHT) - timedelta(days=1)
    transitions.give_tacit_visas(over_on, at=at)


@shared_task
def delete_old_sheets() -> None:
    services.delete_old_sheets(timezone.now())
