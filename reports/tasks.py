"""What workers and the calendar run: each finds, calls, stops."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from django.utils.timezone import localdate

from commitments.services import tell_administrators
from commitments.transitions import follow_dates, give_tacit_visas, plan_forgotten_quarter
from reports import queries, services, transitions
from roadmap_portal.history.recording import ResentTask
from roadmap_portal.schedule import RESUME_SECONDS


# Given to another at once when the process that has it is killed. It cannot go round for ever: a report that is held is
# left to the one that holds it.
@shared_task(base=ResentTask, reject_on_worker_lost=True)
def build_report(report_id: int) -> None:
    report = transitions.start(report_id)
    if report is None:
        return
    try:
        report = services.produce(report)
    except transitions.HoldLost:
        return
    if not report.is_running:
        tell_of_report.delay_on_commit(report.pk)


@shared_task(base=ResentTask)
def tell_of_report(report_id: int) -> None:
    services.tell_of_report(report_id, at=timezone.now())


@shared_task
def resume_reports() -> None:
    """Every few seconds: says again what a message may have been lost about."""
    at = timezone.now()
    for pk in queries.due_reports(at):
        build_report.apply_async((pk,), expires=RESUME_SECONDS)
    for pk in queries.untold_reports(at):
        tell_of_report.apply_async((pk,), expires=RESUME_SECONDS)


@shared_task
def delete_expired_drafts() -> None:
    """And what they, or workers that died, have left in the storage."""
    transitions.delete_expired(timezone.now())
    services.sweep()


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
        build_report.delay_on_commit(report.pk)
    tell_administrators(on, at=at, added=added)
