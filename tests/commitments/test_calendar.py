"""The quarter that conducts itself: each act on its day, once, in nobody's name; and what it leaves to Amina."""

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments import tasks
from commitments.models import Campaign, ProgressUpdate, Roadmap
from commitments.queries import campaign_calendar
from commitments.stages import sending_days
from commitments.transitions import move_campaign, plan_campaign, reschedule_campaign
from reports.models import Report, SealedReport
from reports.queries import drafted_on
from reports.tasks import follow_calendar
from tests.factories import make_actor, make_campaign, make_commitment, make_roadmap, make_update, make_user

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
State = Campaign.State


def paris(day, hour=0, minute=5):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


def run(moment):
    with time_machine.travel(moment, tick=False):
        follow_calendar()


def live(first, last, seen):
    """Day after day, the three jobs at their hours; `seen` is asked each morning."""
    day, found = first, []
    while day <= last:
        run(paris(day))
        with time_machine.travel(paris(day, 7, 30), tick=False):
            tasks.send_reminders()
        found.append((day, seen()))
        with time_machine.travel(paris(day, 23, 45), tick=False):
            tasks.give_tacit_visas()
        day += DAY
    return found


def changes(found):
    """What was seen, at the days it changed."""
    return [pair for before, pair in zip([(None, None), *found], found, strict=False) if before[1] != pair[1]]


def state_of(campaign):
    return Campaign.objects.get(pk=campaign.pk).state


@pytest.fixture
def planned(amina, commitment):
    """T4 2026, which Amina has planned to its end."""
    roadmap = make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    Roadmap.objects.update(tacit_delay_days=2)
    return plan_campaign(roadmap, year=2026, quarter=4, opens_on=date(2026, 12, 1), due_on=date(2027, 1, 9),
                         closes_on=date(2027, 1, 14), seals_on=date(2027, 1, 20), by=amina)  # fmt: skip


# --- By itself -----------------------------------------------------------------------------------


def test_a_quarter_goes_from_planned_to_sealed_by_its_dates_alone(planned, commitment, paula):
    def seen():
        return state_of(planned), Report.objects.filter(sealed=None).count(), SealedReport.objects.count()

    before = live(date(2026, 11, 28), date(2027, 1, 11), seen)
    # Nobody answers Paula: two working days later, on the last evening, silence is approval.
    update = make_update(commitment, paula, submitted=True, at=paris(date(2027, 1, 12), 9), campaign=planned)
    after = live(date(2027, 1, 12), date(2027, 1, 25), seen)
    assert changes(before + after) == [
        (date(2026, 11, 28), (State.PLANNED, 0, 0)),
        (date(2026, 12, 1), (State.OPEN, 0, 0)),
        (date(2027, 1, 15), (State.REVIEW, 1, 0)),
        (date(2027, 1, 20), (State.SEALED, 1, 1)),
    ]
    update.refresh_from_db()
    assert (update.state, update.published_at) == (ProgressUpdate.State.PUBLISHED, paris(date(2027, 1, 14), 23, 45))
    sealed = SealedReport.objects.get()
    assert (sealed.sealed_by, sealed.sealed_at) == (None, paris(date(2027, 1, 20)))
    assert sealed.published_at is not None
    (row,) = sealed.layout.dataset["commitments"]
    assert row["answer"] == "approved"
    draft = Report.objects.get(sealed=None)
    assert (draft.requested_by, draft.scope, draft.campaign) == (None, "", planned)
    assert Roadmap.objects.get().in_force_since == date(2026, 12, 1)
    assert [message.to for message in mail.outbox] == [["paula@example.org"]] * 3  # her reminders, and no alarm


@pytest.mark.parametrize("closes_on", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 31), date(2028, 2, 29)])
def test_answers_are_closed_at_the_end_of_the_last_day_in_paris(closes_on, roadmap):
    """The clocks change in the nights of 28 March and 24 October."""
    campaign = make_campaign()
    Campaign.objects.update(opens_on=closes_on - 40 * DAY, due_on=closes_on, closes_on=closes_on)
    run(paris(closes_on, 23, 55))
    assert state_of(campaign) == State.OPEN
    run(paris(closes_on + DAY, 0, 5))
    assert state_of(campaign) == State.REVIEW


def test_the_silence_of_the_last_evening_counts_even_when_its_job_was_missed(planned, commitment, paula):
    Campaign.objects.update(state=State.OPEN, seals_on=date(2027, 1, 15))
    make_update(commitment, paula, submitted=True, at=paris(date(2027, 1, 12), 9), campaign=planned)
    run(paris(date(2027, 1, 15)))
    (row,) = SealedReport.objects.get().layout.dataset["commitments"]
    assert row["answer"] == "approved"
    assert mail.outbox == []


def test_without_a_day_for_it_a_quarter_waits_for_a_person(planned):
    Campaign.objects.update(seals_on=None)
    assert changes(live(date(2027, 1, 13), date(2027, 2, 20), lambda: state_of(planned)))[-1][1] == State.REVIEW
    assert not SealedReport.objects.exists()


def test_what_a_person_does_first_is_not_done_again(planned, amina):
    with time_machine.travel(paris(date(2026, 11, 25), 15), tick=False):
        move_campaign(planned, State.OPEN, by=amina)
        move_campaign(planned, State.REVIEW, by=amina)
    for hour in (16, 17):
        run(paris(date(2026, 11, 25), hour))
    assert state_of(planned) == State.REVIEW
    assert Report.objects.count() == 1  # closed by Amina, drafted within the hour


# --- When it did not run -------------------------------------------------------------------------


def test_a_week_without_a_calendar_is_made_up_for(planned):
    run(paris(date(2026, 11, 30)))
    run(paris(date(2026, 12, 8), 14))
    assert state_of(planned) == State.OPEN
    # Down from the closing to after the sealing: both are done, and a draft has no sense any more.
    run(paris(date(2027, 1, 24), 9))
    assert state_of(planned) == State.SEALED
    assert Report.objects.filter(sealed=None).count() == 0


def test_a_campaign_whose_last_day_is_past_is_not_opened(planned, mailoutbox):
    """Nobody would have had the time to answer: silence would be recorded as silence."""
    run(paris(date(2027, 1, 15)))
    assert state_of(planned) == State.PLANNED
    (message,) = mailoutbox
    assert message.to == ["amina@example.org"]
    assert "n’a pas été ouverte" in message.body
    assert "/espace/campagnes/2026-T4/dates/" in message.body


@pytest.mark.django_db(transaction=True)
def test_four_runs_at_once_do_each_thing_once():
    make_user("amina", "administrator", make_actor("region", side="region"))
    make_commitment()
    ended, running, coming = (make_campaign(2026, quarter, state) for quarter, state in
                              [(2, State.REVIEW), (3, State.OPEN), (4, State.PLANNED)])  # fmt: skip
    Campaign.objects.filter(pk=ended.pk).update(seals_on=date(2026, 11, 2))
    start, failures = threading.Barrier(4), []

    def attempt():
        try:
            start.wait()
            follow_calendar()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    with time_machine.travel(paris(date(2026, 11, 2)), tick=True):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert [state_of(campaign) for campaign in (ended, running, coming)] == [State.SEALED, State.REVIEW, State.OPEN]
    assert SealedReport.objects.count() == 1
    assert [report.campaign for report in Report.objects.filter(sealed=None)] == [running]
    assert coming.lines.count() == 1
    assert mail.outbox == []


# --- What it leaves to people --------------------------------------------------------------------


def test_a_missing_visa_stops_the_sealing_and_is_told_once_a_day(planned, commitment, paula, mailoutbox):
    Roadmap.objects.update(tacit_delay_days=None)
    Campaign.objects.update(state=State.OPEN)
    update = make_update(commitment, paula, submitted=True, at=paris(date(2027, 1, 12), 9), campaign=planned)
    for hour in (0, 1, 12):
        run(paris(date(2027, 1, 20), hour))
    assert state_of(planned) == State.REVIEW
    (message,) = mailoutbox
    assert message.to == ["amina@example.org"]
    assert "il manque un visa à eng-recherche" in message.body
    assert "/espace/campagnes/2026-T4/" in message.body
    assert f"/espace/visas/{update.pk}/" in str(message.alternatives[0])
    run(paris(date(2027, 1, 21)))
    assert len(mailoutbox) == 2
    Roadmap.objects.update(visa_policy=Roadmap.VisaPolicy.NONE)
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state="published", publisher=paula, published_at=paris(date(2027, 1, 21), 10)
    )
    run(paris(date(2027, 1, 21), 11))
    assert (state_of(planned), len(mailoutbox)) == (State.SEALED, 2)


def test_a_campaign_waits_for_the_one_that_is_open_and_says_so(client, amina, region, mailoutbox):
    """T1 was opened early by hand, over T4."""
    waits, early = make_campaign(2026, 4, State.PLANNED), make_campaign(2027, 1, State.PLANNED)
    with time_machine.travel(paris(date(2026, 10, 20), 15), tick=False):
        move_campaign(early, State.OPEN, by=amina)
    for hour in (0, 1):
        run(paris(date(2026, 11, 2), hour))
    assert (state_of(waits), state_of(early)) == (State.PLANNED, State.OPEN)
    (message,) = mailoutbox
    assert "elle attend, car la campagne T1\xa02027 est encore ouverte" in message.body
    with time_machine.travel(paris(date(2026, 11, 2), 9), tick=False):
        client.force_login(amina)
        page = client.get("/espace/campagnes/calendrier/")
        assert "elle attend, car la campagne T1\xa02027 est encore ouverte" in page.text
        move_campaign(early, State.REVIEW, by=amina)
    run(paris(date(2026, 11, 2), 10))
    assert (state_of(waits), len(mailoutbox)) == (State.OPEN, 1)


def test_a_quarter_that_everybody_forgot_is_planned_a_week_ahead_and_told(amina, commitment, mailoutbox):
    Roadmap.objects.update(in_force_since=date(2026, 1, 15))
    run(paris(date(2026, 10, 1)))
    run(paris(date(2026, 10, 1), 1))
    campaign = Campaign.objects.get()
    assert (campaign.slug, campaign.state, campaign.opens_on) == ("2026-T3", State.PLANNED, date(2026, 10, 8))
    (message,) = mailoutbox
    assert "Personne n’avait prévu de campagne pour T3\xa02026" in message.body
    reschedule_campaign(campaign, opens_on=date(2026, 11, 1), due_on=date(2026, 11, 20), closes_on=date(2026, 11, 20),
                        seals_on=None, by=amina)  # fmt: skip
    run(paris(date(2026, 10, 8)))
    assert state_of(campaign) == State.PLANNED


# --- The page ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens_on", "due_on", "closes_on"),
    [
        (date(2026, 12, 1), date(2027, 1, 9), date(2027, 1, 14)),
        (date(2026, 12, 1), date(2026, 12, 28), date(2027, 1, 20)),  # on a Monday: 7 and 1 days before in one week
        (date(2026, 12, 1), date(2026, 12, 27), date(2027, 1, 31)),
        (date(2026, 12, 1), date(2026, 12, 30), date(2026, 12, 30)),
        (date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3)),
    ],
)
def test_the_reminders_shown_are_those_that_leave(opens_on, due_on, closes_on, commitment, paula, mailoutbox):
    make_campaign()
    Campaign.objects.update(opens_on=opens_on, due_on=due_on, closes_on=closes_on)
    left, day = [], opens_on
    while day <= closes_on:
        with time_machine.travel(paris(day, 7, 30), tick=False):
            tasks.send_reminders()
        left += [day] * len(mailoutbox)
        mailoutbox.clear()
        day += DAY
    assert list(sending_days(due_on, opens_on, closes_on)) == left
    assert left


def test_the_calendar_says_what_was_done_by_whom_and_what_comes(client, amina, planned):
    with time_machine.travel(paris(date(2026, 12, 3), 9), tick=False):
        client.force_login(amina)
        client.post("/espace/campagnes/2026-T4/etat/", {"state": "open"})
        page = client.get("/espace/campagnes/calendrier/")
    (sheet,) = page.context["current"]
    told = [(step.act, step.on, step.stand) for step in sheet.steps]
    assert told == [
        ("opening", date(2026, 12, 1), "done"),
        ("reminder", date(2026, 12, 10), "to_come"),
        ("reminder", date(2027, 1, 2), "to_come"),
        ("reminder", date(2027, 1, 8), "to_come"),
        ("answer", date(2027, 1, 9), "to_come"),
        ("closing", date(2027, 1, 14), "to_come"),
        ("draft", date(2027, 1, 15), "to_come"),
        ("sealing", date(2027, 1, 20), "to_come"),
    ]
    assert sheet.steps[0].move.by == "Amina"
    assert [step.on for step in page.context["coming"]] == [date(2026, 12, 10), date(2027, 1, 2), date(2027, 1, 8)]
    assert "J−7" in page.text
    assert "les rappels de T4\xa02026 partent à ceux qui n’ont pas répondu." in page.text
    assert "Clore maintenant" in page.text


def test_a_sealed_quarter_is_folded_and_tells_that_the_calendar_did_it(client, amina, planned):
    live(date(2026, 12, 1), date(2027, 1, 20), lambda: None)
    with time_machine.travel(paris(date(2027, 1, 21), 9), tick=False):
        client.force_login(amina)
        page = client.get("/espace/campagnes/calendrier/")
        (sheet,) = page.context["past"]
    assert {step.stand for step in sheet.steps} == {"done"}
    assert [step.sent for step in sheet.steps if step.act == "reminder"] == [1, 1, 1]
    assert "<details><summary>T4\xa02026" in page.text
    assert "Changer les dates" not in page.text


def test_a_sealing_by_hand_is_left_to_a_person_and_a_late_one_says_why(planned, commitment, paula):
    Roadmap.objects.update(tacit_delay_days=None)
    Campaign.objects.update(state=State.REVIEW, seals_on=None)

    def sealing():
        (sheet,) = campaign_calendar(date(2027, 1, 22), drafted_on())
        return sheet.steps[-1]

    assert (sealing().stand, sealing().why) == ("by_hand", None)
    make_update(commitment, paula, submitted=True, at=paris(date(2027, 1, 12), 9), campaign=planned)
    Campaign.objects.update(seals_on=date(2027, 1, 20))
    assert (sealing().stand, sealing().why.codes) == ("late", ["eng-recherche"])


def test_the_page_costs_the_same_whatever_the_number_of_campaigns(client, amina, planned):
    client.force_login(amina)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/espace/campagnes/calendrier/").status_code == 200
        return len(asked)

    few = cost()
    for year in (2022, 2023, 2024):
        for quarter in (1, 2, 3, 4):
            make_campaign(year, quarter, State.SEALED)
    assert cost() == few


# --- The demonstration ---------------------------------------------------------------------------


@pytest.mark.parametrize("today", [date(2026, 11, 25), date(2026, 10, 1), date(2026, 12, 31)])
def test_on_the_day_of_the_demonstration_the_calendar_finds_nothing_to_do(today, settings, db, files, mailoutbox):
    settings.DEBUG = True
    with time_machine.travel(paris(today, 10), tick=False):
        call_command("load_roadmap", verbosity=0)
        call_command("seed_demo", "--today", today.isoformat(), "--report", verbosity=0)
        before = list(Campaign.objects.values_list("year", "quarter", "state", "row_version"))
        reports = Report.objects.count()
    for hour in (11, 23):
        run(paris(today, hour))
    run(paris(today + DAY))
    assert list(Campaign.objects.values_list("year", "quarter", "state", "row_version")) == before
    assert (Report.objects.count(), mailoutbox) == (reports, [])
