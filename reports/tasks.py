"""What workers and the calendar run: each finds, calls, stops."""

from celery import shared_task
from django.utils.timezone import localdate

from commitments.transitions import campaign_ended_before
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
    campaign = campaign_ended_before(localdate())
    if campaign is not None and not queries.is_drafted(campaign):
        build_report.delay_on_commit(transitions.request_draft(campaign).pk)  # type: ignore[attr-defined]
