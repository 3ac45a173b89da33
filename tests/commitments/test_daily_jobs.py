"""The jobs of the calendar, at the hours of Paris, through the changes of the clock and when they run late."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery.schedules import maybe_schedule
from django.core import mail
from django.utils import timezone

from commitments import tasks
from commitments.models import Campaign, Delivery, ProgressUpdate, Roadmap, Visa
from roadmap_portal.celery import app
from tests.factories import make_campaign, make_roadmap, make_update

PARIS = ZoneInfo("Europe/Paris")


def paris(*moment):
    return datetime(*moment, tzinfo=PARIS)


def runs_of(name, start, days):
    """Moments, in Paris, at which a calendar that looks every quarter of an hour would start the job."""
    entry = app.conf.beat_schedule[name]
    schedule = maybe_schedule(entry["schedule"], app=app)
    moment, end, runs = start.astimezone(UTC), start + timedelta(days=days), []
    with time_machine.travel(moment, tick=False) as clock:
        last_run = schedule.now()
        while moment < end:
            clock.move_to(moment)
            if schedule.is_due(last_run).is_due:
                runs.append(moment.astimezone(PARIS))
                last_run = schedule.now()
            moment += timedelta(minutes=15)
    return runs


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize(("name", "hour", "minute"), [("reminders", 7, 30), ("tacit-visas", 23, 45)])
def test_each_runs_once_a_day_at_its_hour_in_paris(name, hour, minute, change):
    start = datetime(change.year, change.month, change.day, tzinfo=PARIS) - timedelta(days=1)
    expected = [datetime(d.year, d.month, d.day, hour, minute, tzinfo=PARIS) for d in
                (change - timedelta(days=1), change, change + timedelta(days=1))]  # fmt: skip
    assert runs_of(name, start, 3) == expected


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_campaigns_are_looked_at_every_hour_and_first_at_five_past_midnight(change):
    """The hour that comes twice in October counts once."""
    start = datetime(change.year, change.month, change.day, tzinfo=PARIS)
    moments = [moment.astimezone(UTC) for moment in runs_of("campaigns", start, 1)]
    gaps = [later - sooner for sooner, later in pairwise(moments)]
    assert len(moments) in {23, 24}
    assert [gap for gap in gaps if gap != timedelta(hours=1)] in ([], [timedelta(hours=2)])
    assert moments[0] == start.astimezone(UTC) + timedelta(minutes=15)  # the first look after five past midnight


@pytest.mark.parametrize("name", ["reminders", "tacit-visas", "campaigns"])
def test_the_calendar_names_a_task_that_exists(name):
    app.loader.import_default_modules()
    assert app.conf.beat_schedule[name]["task"] in app.tasks


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "due_on"),
    [
        (datetime(2026, 3, 29, 5, 30, tzinfo=UTC), date(2026, 3, 30)),  # 7.30 on the first day of summer time
        (datetime(2026, 10, 25, 6, 30, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 3, 28, 23, 15, tzinfo=UTC), date(2026, 3, 30)),  # late: 0.15 on the 29th in Paris
        (datetime(2026, 12, 31, 6, 30, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_reminders_leave_on_the_day_it_is_in_paris(moment, due_on, commitment, paula):
    make_campaign()
    Campaign.objects.update(opens_on=due_on - timedelta(days=40), due_on=due_on, closes_on=due_on)
    with time_machine.travel(moment, tick=False):
        tasks.send_reminders()
        tasks.send_reminders()
    assert [message.to for message in mail.outbox] == [["paula@example.org"]]
    assert Delivery.objects.get().sent_at == moment


def test_the_week_that_holds_the_new_year_is_one_week(commitment, paula):
    """Week 53: from Monday 28 December to Sunday 3 January."""
    make_campaign()
    Campaign.objects.update(due_on=date(2027, 1, 1))
    for day in range(6):
        with time_machine.travel(paris(2026, 12, 30, 7, 30) + timedelta(days=day), tick=False):
            tasks.send_reminders()
    assert [row.key for row in Delivery.objects.all()] == ["2026-W53"]


# --- Silence -------------------------------------------------------------------------------------


@pytest.fixture
def silent(commitment, paula):
    """Submitted by Paula at a moment; neither side answers."""

    def submit(at, days):
        make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
        Roadmap.objects.update(tacit_delay_days=days)
        return make_update(commitment, paula, submitted=True, at=at)

    return submit


def state_after(update, moment):
    with time_machine.travel(moment, tick=False):
        tasks.give_tacit_visas()
    update.refresh_from_db()
    return update.state


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("submitted_at", "days", "last_evening"),
    [
        # 1 May is a Friday: Thursday 30, then Monday 4.
        (paris(2026, 4, 29, 17), 2, paris(2026, 5, 4, 23, 45)),
        # 14 July is a Tuesday: Monday 13, then Wednesday 15.
        (paris(2026, 7, 10, 9), 2, paris(2026, 7, 15, 23, 45)),
        # The clocks change on Sunday 29 March and Sunday 25 October.
        (paris(2026, 3, 27, 18), 1, paris(2026, 3, 30, 23, 45)),
        (paris(2026, 10, 23, 18), 1, paris(2026, 10, 26, 23, 45)),
    ],
)
def test_silence_is_approval_on_the_evening_of_the_last_working_day(submitted_at, days, last_evening, silent):
    update = silent(submitted_at, days)
    moment = submitted_at.replace(hour=23, minute=45)
    while moment < last_evening:
        assert state_after(update, moment) == ProgressUpdate.State.SUBMITTED
        moment += timedelta(days=1)
    assert state_after(update, last_evening) == ProgressUpdate.State.PUBLISHED
    assert set(update.visas.values_list("decision", "given_at")) == {(Visa.Decision.TACIT, last_evening)}
    assert state_after(update, last_evening + timedelta(minutes=5)) == ProgressUpdate.State.PUBLISHED
    assert update.visas.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "state"),
    [
        # Yesterday's job, late: the last day has only begun, and is theirs until the evening.
        (paris(2026, 5, 4, 0, 20), ProgressUpdate.State.SUBMITTED),
        (paris(2026, 5, 4, 12, 0), ProgressUpdate.State.SUBMITTED),
        (paris(2026, 5, 4, 23, 45), ProgressUpdate.State.PUBLISHED),
        # The last day's own job, late.
        (paris(2026, 5, 5, 0, 20), ProgressUpdate.State.PUBLISHED),
        (paris(2026, 5, 5, 9, 0), ProgressUpdate.State.PUBLISHED),
    ],
)
def test_a_late_job_takes_no_day_away(moment, state, silent):
    update = silent(paris(2026, 4, 29, 17), 2)
    assert state_after(update, moment) == state


def test_paris_is_the_zone_of_the_portal():
    assert str(timezone.get_default_timezone()) == app.conf.timezone == "Europe/Paris"
