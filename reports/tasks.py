"""What workers and the calendar run: each finds, calls, stops."""

from datetime import timedelta

from celery import shared_task
from django.utils.timezone import localdate

from reports import queries, services, transitions


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
def draft_quarter_just_ended() -> None:
    today = localdate()
    first_day_of_quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    campaign = queries.campaign_without_draft(ended_on=first_day_of_quarter - timedelta(days=1))
    if campaign is not None:
        build_report.delay_on_commit(transitions.request_draft(campaign).pk)  # type: ignore[attr-defined]
