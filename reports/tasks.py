"""What workers and the calendar run: each finds, calls, stops."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from django.utils.timezone import localdate

from commitments.services import tell_administrators
from commitments.transitions import follow_dates, give_tacit_visas, plan_forgotten_quarter
from reports import services, transitions


@shared_task
def build_report(report_id: int) -> None:
    report = transitions.start(report_id)
    if report is None:
        return
    try:
        services.produce(report)
    except Exception as error:
        transitions.fail(report, services.reason_of_failure(report, error))
        raise


@shared_task
def follow_calendar() -> None:
    """What the dates of the campaigns ask for, every hour: after midnight it is all done, after a night without a
    calendar it is made up for, and the rest of the day there is nothing to do."""
    at = timezone.now()
    on = localdate(at)
    # A side has until the evening to speak: where that evening's job was missed, its silence counts before the quarter
    # is closed or sealed.
    give_tacit_visas(on - timedelta(days=1), at=at)
    added = plan_forgotten_quarter(on)
    follow_dates(on)
    for report in transitions.follow_dates(on, at=at):
        build_report.delay_on_commit(report.pk)  # type: ignore[attr-defined]
    tell_administrators(on, at=at, added=added)
