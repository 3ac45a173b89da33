"""What the calendar runs: each finds, calls, stops."""

from celery import shared_task
from django.utils.timezone import now

from commitments.services import links


@shared_task
def check_links() -> None:
    links.check_links(now())
