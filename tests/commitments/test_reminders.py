"""One mail a week and person at most, that says all; never twice, whatever stops, restarts or runs at once."""

import re
import threading
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from commitments.models import Campaign, Delivery, ProgressUpdate, Roadmap, Visa
from commitments.queries import owed_on
from commitments.services import remind, send_reminders, stage_on, week_of
from commitments.transitions import TransitionRefused, add_missing_lines, give_visa, snooze
from tests.factories import make_actor, make_campaign, make_commitment, make_roadmap, make_update, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
Policy = Roadmap.VisaPolicy
# Of the campaign that the factory makes: answers for Friday 15 January 2027, closed on Wednesday 20.
J30, J7, J1 = date(2026, 12, 16), date(2027, 1, 8), date(2027, 1, 14)
LINK = re.compile(r"http://127\.0\.0\.1:8000(/\S*)")


def at(*moment):
    """In Paris."""
    return datetime(*moment, tzinfo=timezone.get_default_timezone())


def morning(day):
    return at(day.year, day.month, day.day, 7, 30)


def run(day):
    return send_reminders(day, at=morning(day))


def run_every_day(first, last):
    """Addresses written to, by day."""
    written = {}
    for n in range((last - first).days + 1):
        day, before = first + timedelta(days=n), len(mail.outbox)
        run(day)
        if addresses := [message.to[0] for message in mail.outbox[before:]]:
            written[day] = addresses
    return written


def recipients():
    return [message.to for message in mail.outbox]


def html_of(message):
    [(content, kind)] = message.alternatives
    assert kind == "text/html"
    return content


# --- When ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "due_on", "stage"),
    [
        (date(2026, 12, 15), date(2027, 1, 15), None),
        (J30, date(2027, 1, 15), J30),
        (date(2026, 12, 19), date(2027, 1, 15), J30),  # a calendar that was down for three days
        (date(2026, 12, 20), date(2027, 1, 15), None),
        (J7, date(2027, 1, 15), J7),
        (date(2027, 1, 12), date(2027, 1, 15), None),
        (J1, date(2027, 1, 15), J1),
        (date(2027, 1, 15), date(2027, 1, 15), J1),
        (date(2027, 1, 18), date(2027, 1, 15), None),
        (date(2027, 1, 21), date(2027, 1, 15), date(2027, 1, 21)),
        (date(2027, 2, 5), date(2027, 1, 15), date(2027, 2, 4)),
        (date(2028, 1, 6), date(2027, 1, 15), date(2028, 1, 6)),
        (date(2026, 3, 29), date(2026, 3, 30), date(2026, 3, 29)),
        (date(2028, 2, 29), date(2028, 3, 1), date(2028, 2, 29)),
    ],
)
def test_the_stages_are_thirty_seven_and_one_days_before_then_every_week(day, due_on, stage):
    assert stage_on(day, due_on) == stage


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 11, 22), "2026-W47"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_a_week_is_that_of_the_calendar(day, week):
    assert week_of(day) == week


def test_a_season_of_reminders_across_the_end_of_the_quarter(commitment, paula):
    make_campaign()
    days = run_every_day(date(2026, 12, 1), date(2027, 2, 6))
    assert list(days) == [J30, J7, J1, date(2027, 1, 21), date(2027, 1, 28), date(2027, 2, 4)]
    assert set(map(tuple, days.values())) == {("paula@example.org",)}
    assert list(Delivery.objects.order_by("pk").values_list("key", flat=True)) == [
        "2026-W51", "2027-W01", "2027-W02", "2027-W03", "2027-W04", "2027-W05",
    ]  # fmt: skip


def test_a_week_that_holds_two_stages_has_one_mail_and_the_other_leaves_on_the_monday(commitment, paula):
    """Due on a Monday: seven days before is a Monday, one day before the Sunday of the same week."""
    make_campaign()
    Campaign.objects.update(due_on=date(2027, 1, 18))
    days = list(run_every_day(date(2027, 1, 4), date(2027, 1, 31)))
    assert days == [date(2027, 1, 11), date(2027, 1, 18), date(2027, 1, 25)]


def test_a_stage_missed_by_a_calendar_that_was_down_leaves_later_and_once(commitment, paula):
    """The stage is on Thursday 31 December, in week 53; what leaves on the 3rd is still of that week."""
    make_campaign()
    Campaign.objects.update(due_on=date(2027, 1, 1), reference_on=date(2026, 12, 31))
    assert list(run_every_day(date(2027, 1, 3), date(2027, 1, 6))) == [date(2027, 1, 3)]
    assert Delivery.objects.get().key == "2026-W53"


def test_a_stage_already_announced_is_not_announced_again_in_the_next_week(commitment, paula):
    """On Sunday; Monday is another week, and the same stage."""
    make_campaign()
    Campaign.objects.update(due_on=date(2027, 1, 18))
    assert list(run_every_day(date(2027, 1, 17), date(2027, 1, 20))) == [date(2027, 1, 17)]


def test_reminders_stop_when_the_campaign_leaves_open(commitment, paula):
    make_campaign(state=Campaign.State.REVIEW)
    assert run_every_day(J1, J1) == {}


@pytest.mark.parametrize("answer", ["submitted", "confirmed"])
def test_an_answer_ends_them(answer, commitment, paula):
    campaign = make_campaign()
    if answer == "submitted":
        make_update(commitment, paula, submitted=True)
        ProgressUpdate.objects.update(campaign=campaign)
    else:
        campaign.lines.update(confirmed_by=paula, confirmed_at=at(2026, 12, 1, 9))
    assert run_every_day(J7, J7) == {}


# --- To whom, and what ---------------------------------------------------------------------------


def test_someone_who_owes_seven_things_gets_one_mail_with_seven_links(region, paula):
    commitments = [make_commitment(lead=region, title=f"Thème n° {n} & suite") for n in range(7)]
    make_campaign()
    make_update(commitments[0], paula)
    ProgressUpdate.objects.update(campaign=Campaign.objects.get())
    run(J7)
    [message] = mail.outbox
    assert message.to == ["paula@example.org"]
    assert message.subject == "7 réponses attendues pour le 15 janvier 2027"
    expected = {f"/espace/engagements/{c.code}/point/" for c in commitments}
    assert {a for a in LINK.findall(message.body) if "/point/" in a} == expected
    html = html_of(message)
    assert {a for a in re.findall(r'href="http://127\.0\.0\.1:8000([^"]*)"', html) if "/point/" in a} == expected
    for n in range(7):
        assert f"- Thème n° {n} & suite" in message.body
        assert f"Thème n° {n} &amp; suite" in html
    assert message.body.count("brouillon commencé") == html.count("brouillon commencé") == 1


def test_every_link_of_the_mail_opens(client, commitment, paula):
    make_campaign()
    run(J7)
    client.force_login(paula)
    addresses = LINK.findall(mail.outbox[0].body)
    assert len(addresses) == 3
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]


def test_who_has_nothing_to_answer_gets_nothing(commitment, paula, rachel, stephane, louis, amina):
    make_campaign()
    run(J7)
    assert recipients() == [["paula@example.org"]]


def test_where_nobody_is_in_charge_the_administrators_of_the_actor_are_written_to(commitment, amina):
    make_user("zoe", Role.ADMINISTRATOR, make_actor("autre", side="state"))
    make_campaign()
    run(J7)
    assert recipients() == [["amina@example.org"]]


def test_where_the_actor_has_nobody_all_administrators_are(amina):
    make_commitment(lead=make_actor("sans-personne"))
    make_user("zoe", Role.ADMINISTRATOR, make_actor("autre", side="state"))
    make_campaign()
    run(J7)
    assert recipients() == [["amina@example.org"], ["zoe@example.org"]]


def test_after_the_due_date_the_mail_says_since_when(commitment, paula):
    make_campaign()
    run(date(2027, 1, 21))
    assert mail.outbox[0].subject == "1 réponse attendue depuis le 15 janvier 2027"
    assert "Réponses attendues depuis le 15 janvier 2027" in mail.outbox[0].body


def test_the_first_of_the_month_is_written_as_text_in_a_text(commitment, paula):
    make_campaign()
    Campaign.objects.update(due_on=date(2027, 1, 1))
    run(date(2026, 12, 31))
    assert "1er janvier 2027" in mail.outbox[0].subject
    assert "<" not in mail.outbox[0].body


def test_one_who_reads_english_gets_english_links(commitment, paula):
    make_campaign()
    paula.language = "en"
    paula.save()
    run(J7)
    [message] = mail.outbox
    addresses = LINK.findall(message.body)
    assert addresses
    assert all(address.startswith("/en/") for address in addresses)
    assert "15 January 2027" in message.subject
    assert '<html lang="en">' in html_of(message)
    assert '<a href="http://127.0.0.1:8000/en/espace/engagements/eng-recherche/point/" lang="fr">' in html_of(message)
    assert message.extra_headers["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/en/rappels/pause/")


def test_the_language_of_one_is_not_that_of_the_next(region, commitment, paula):
    make_user("alan", Role.CONTRIBUTOR, region, language="en")
    make_campaign()
    run(J7)
    assert [("15 January" in m.subject, "15 janvier" in m.subject) for m in mail.outbox] == [
        (True, False),
        (False, True),
    ]


def test_a_demonstration_says_so(commitment, paula):
    make_campaign()
    run(J7)
    assert "Démonstration" not in mail.outbox[0].subject + mail.outbox[0].body + html_of(mail.outbox[0])
    Roadmap.objects.update(is_demonstration=True)
    run(J1)
    message = mail.outbox[1]
    assert message.subject.startswith("[Démonstration] ")
    assert "activité fictive" in message.body
    assert "activité fictive" in html_of(message)


def test_a_mail_asks_for_no_answer_and_loads_nothing(commitment, paula):
    make_campaign()
    run(J7)
    [message] = mail.outbox
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert address in message.body
    assert f'href="{address}"' in html_of(message)
    assert not re.search(r"<img|<link|<script|style=|src=", html_of(message))


def test_a_name_cannot_bring_tags_into_a_mail(commitment, paula):
    make_campaign()
    paula.name = "<b>Paula</b>"
    paula.save()
    run(J7)
    assert "Bonjour <b>Paula</b>," in mail.outbox[0].body
    assert "<b>" not in html_of(mail.outbox[0])


# --- What was sent back, and visas ---------------------------------------------------------------


@pytest.fixture
def both(db):
    return make_roadmap(visa_policy=Policy.BOTH)


def send_back(update, by, side="region"):
    return give_visa(
        update, side=side, decision=Visa.Decision.CHANGES_REQUESTED, by=by, seen_hash=update.text_hash, comment="Non."
    )


def test_a_text_sent_back_is_listed_once_to_author_and_those_in_charge(both, commitment, paula, rachel, stephane):
    campaign = make_campaign()
    update = make_update(commitment, stephane, submitted=True)
    ProgressUpdate.objects.update(campaign=campaign)
    send_back(update, rachel)
    run(J7)
    assert recipients() == [["paula@example.org"], ["stephane@example.org"]]
    for message in mail.outbox:
        assert message.subject == "1 texte à corriger d’ici le 20 janvier 2027"
        assert message.body.count("/espace/engagements/eng-recherche/point/") == 1
        assert html_of(message).count("/espace/engagements/eng-recherche/point/") == 1


def test_an_author_who_may_no_longer_write_is_left_in_peace(both, commitment, paula, rachel, stephane):
    send_back(make_update(commitment, stephane, submitted=True), rachel)
    stephane.memberships.update(ends_on=date(2026, 11, 1))
    assert [owed.user for owed in owed_on(None, J7)] == [paula]


def test_a_visa_is_owed_by_those_of_a_missing_side_who_did_not_write(both, commitment, paula, stephane, rachel, amina):
    update = make_update(commitment, rachel, submitted=True)
    rita = make_user("rita", Role.VALIDATOR, make_actor("region"))
    assert [(owed.user, owed.visas[0].side) for owed in owed_on(None, J7)] == [(rita, "region"), (stephane, "state")]
    give_visa(update, side="region", decision=Visa.Decision.APPROVED, by=rita, seen_hash=update.text_hash)
    assert [owed.user for owed in owed_on(None, J7)] == [stephane]


def test_who_owes_only_visas_is_written_to_on_mondays(both, commitment, paula, stephane):
    make_update(commitment, paula, submitted=True, at=at(2026, 11, 5, 9))
    days = run_every_day(date(2026, 11, 6), date(2026, 11, 29))
    assert list(days) == [date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23)]
    assert mail.outbox[0].subject == "1 visa attendu"
    update = ProgressUpdate.objects.get()
    assert f"http://127.0.0.1:8000/espace/visas/{update.pk}/" in mail.outbox[0].body
    assert f'href="http://127.0.0.1:8000/espace/visas/{update.pk}/"' in html_of(mail.outbox[0])


def test_a_week_with_a_stage_waits_for_it_and_says_visas_there(both, state, commitment, paula, stephane):
    """Friday 8 January; the Monday before says nothing to one who also owes an answer."""
    make_commitment(lead=state, code="eng-etat")
    Membership.objects.create(user=stephane, actor=state, role=Role.CONTRIBUTOR, starts_on=date(2020, 1, 1))
    make_update(commitment, paula, submitted=True, at=at(2026, 12, 31, 9))
    make_campaign()
    ProgressUpdate.objects.update(campaign=Campaign.objects.get())
    days = run_every_day(date(2027, 1, 4), date(2027, 1, 10))
    assert days == {J7: ["stephane@example.org"]}
    assert mail.outbox[0].subject == (
        "1 réponse attendue pour le 15 janvier 2027 · 1 visa attendu d’ici le 20 janvier 2027"
    )


def test_a_visa_says_when_silence_becomes_approval(both, commitment, paula, stephane):
    Roadmap.objects.update(tacit_delay_days=10)
    make_update(commitment, paula, submitted=True, at=at(2026, 11, 19, 9))
    run(date(2026, 11, 23))
    [message] = mail.outbox
    assert message.subject == "1 visa attendu d’ici le 3 décembre 2026"
    for content in (message.body, html_of(message)):
        assert "Sans réponse, l’accord est réputé donné le 3 décembre 2026 au soir." in content


def test_no_visa_is_reminded_of_where_none_is_asked(commitment, paula, stephane):
    make_update(commitment, paula, submitted=True)
    run(date(2026, 11, 23))
    assert mail.outbox == []


# --- Urgent --------------------------------------------------------------------------------------


def test_a_visa_two_working_days_from_silence_is_announced_apart_and_once(both, commitment, paula, stephane):
    """Silence on Tuesday 17: two working days before is Friday 13."""
    Roadmap.objects.update(tacit_delay_days=7)
    update = make_update(commitment, paula, submitted=True, at=at(2026, 11, 5, 9))
    days = run_every_day(date(2026, 11, 6), date(2026, 11, 17))
    assert list(days) == [date(2026, 11, 9), date(2026, 11, 13), date(2026, 11, 16)]
    urgent = mail.outbox[1]
    assert urgent.subject == "1 visa urgent d’ici le 17 novembre 2026"
    assert "List-Unsubscribe" not in urgent.extra_headers
    assert "/rappels/pause/" not in urgent.body + html_of(urgent)
    assert Delivery.objects.get(kind=Delivery.Kind.URGENT).key == f"{update.pk}-1"


def test_a_campaign_about_to_close_makes_a_visa_urgent(both, commitment, paula, stephane):
    campaign = make_campaign()
    make_update(commitment, paula, submitted=True, at=at(2027, 1, 15, 9))
    ProgressUpdate.objects.update(campaign=campaign)
    # It closes on Wednesday 20: urgent from Monday on, the day of the weekly mail too.
    run_every_day(date(2027, 1, 16), date(2027, 1, 20))
    assert [message.subject for message in mail.outbox] == [
        "1 visa attendu d’ici le 20 janvier 2027",
        "1 visa urgent d’ici le 20 janvier 2027",
    ]
    assert "La campagne se clôt le 20 janvier 2027." in mail.outbox[1].body


def test_all_that_becomes_urgent_on_a_day_is_one_mail(both, region, paula, stephane):
    Roadmap.objects.update(tacit_delay_days=2)
    for _ in range(3):
        make_update(make_commitment(lead=region), paula, submitted=True, at=at(2026, 11, 12, 9))
    run(date(2026, 11, 13))
    urgent = [message for message in mail.outbox if "urgent" in message.subject]
    assert [message.subject for message in urgent] == ["3 visas urgents, le premier d’ici le 16 novembre 2026"]
    assert urgent[0].body.count("/espace/visas/") == html_of(urgent[0]).count("/espace/visas/") == 3
    assert Delivery.objects.filter(kind=Delivery.Kind.URGENT).count() == 3


def test_a_text_corrected_and_sent_again_is_announced_again(both, commitment, paula, stephane, rachel):
    Roadmap.objects.update(tacit_delay_days=2)
    update = make_update(commitment, paula, submitted=True, at=at(2026, 11, 12, 9))
    run(date(2026, 11, 13))
    send_back(update, rachel)
    make_update(commitment, paula, submitted=True, at=at(2026, 11, 17, 9), text_public="Mieux dit.")
    run(date(2026, 11, 18))
    keys = Delivery.objects.filter(kind=Delivery.Kind.URGENT, user=stephane).order_by("pk")
    assert [row.key for row in keys] == [f"{update.pk}-1", f"{update.pk}-2"]


# --- Rest ----------------------------------------------------------------------------------------


def test_a_week_of_rest_is_a_week_and_urgent_visas_still_arrive(both, region, commitment, paula, stephane):
    Roadmap.objects.update(tacit_delay_days=4)
    make_update(commitment, paula, submitted=True, at=at(2026, 11, 10, 9))
    snooze(stephane, on=date(2026, 11, 10))
    days = run_every_day(date(2026, 11, 11), date(2026, 11, 17))
    assert list(days) == [date(2026, 11, 13), date(2026, 11, 17)]
    assert ["urgent" in message.subject for message in mail.outbox] == [True, False]


# --- Once ----------------------------------------------------------------------------------------


def test_a_calendar_restarted_sends_once(commitment, paula):
    make_campaign()
    assert run(J7).weekly.sent == [paula]
    second = run(J7)
    assert (second.weekly.sent, second.weekly.already) == ((), [paula])
    assert len(mail.outbox) == 1
    assert Delivery.objects.get().sent_at == morning(J7)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_once(region):
    make_roadmap(visa_policy=Policy.BOTH, tacit_delay_days=2)
    people = [make_user(f"p{n}", Role.CONTRIBUTOR, region) for n in range(5)]
    make_user("rachel", Role.VALIDATOR, region)
    make_commitment(lead=region)
    for _ in range(3):
        make_update(make_commitment(lead=region), people[0], submitted=True, at=at(2027, 1, 7, 9))
    campaign = make_campaign()
    ProgressUpdate.objects.update(campaign=campaign)
    barrier, faults, runs = threading.Barrier(2), [], []

    def once():
        barrier.wait(5)
        try:
            runs.append(run(J7))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=once) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert faults == []
    assert sorted(map(tuple, recipients())) == [
        ("p0@example.org",), ("p1@example.org",), ("p2@example.org",), ("p3@example.org",), ("p4@example.org",),
        ("rachel@example.org",),
    ]  # fmt: skip
    links = [address for message in mail.outbox if "urgent" in message.subject
             for address in LINK.findall(message.body) if "/visas/" in address]  # fmt: skip
    assert len(links) == len(set(links)) == 3
    assert not any(reminded.weekly.failed or reminded.urgent.failed for reminded in runs)


@pytest.mark.django_db(transaction=True)
def test_a_run_killed_between_the_row_and_the_mail_sends_nothing_later(settings, commitment, paula):
    make_campaign()
    settings.EMAIL_BACKEND = "tests.mail.KillsTheWorker"
    with pytest.raises(SystemExit):
        run(J7)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert Delivery.objects.get().sent_at is None
    run_every_day(J7, J7 + timedelta(days=3))
    assert mail.outbox == []


def test_a_line_that_falls_while_a_mail_leaves_does_not_send_it_again(settings, commitment, paula):
    make_campaign()
    settings.EMAIL_BACKEND = "tests.mail.HangsUp"
    assert run(J7).weekly.failed == [paula]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    run_every_day(J7, J7 + timedelta(days=3))
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("server", ["RefusesPaula", "IsAway"])
def test_a_refusal_is_written_down_and_tried_again_the_next_day(settings, server, commitment, paula):
    make_campaign()
    settings.EMAIL_BACKEND = f"tests.mail.{server}"
    assert run(J7).weekly.failed == [paula]
    row = Delivery.objects.get()
    assert row.sent_at is None
    assert "refused" in row.error.lower()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run(J7).weekly.sent == ()
    next_day = J7 + timedelta(days=1)
    assert run(next_day).weekly.sent == [paula]
    row.refresh_from_db()
    assert (row.sent_at, row.error, len(mail.outbox)) == (morning(next_day), "", 1)


def test_the_failure_of_one_does_not_stop_the_others(settings, region, commitment, paula):
    make_user("zoe", Role.CONTRIBUTOR, region)
    make_campaign()
    settings.EMAIL_BACKEND = "tests.mail.RefusesPaula"
    assert [user.name for user in run(J7).weekly.sent] == ["Zoe"]
    assert recipients() == [["zoe@example.org"]]


def test_a_mail_that_cannot_be_written_stops_nobody_else(region, commitment, paula):
    make_user("zoe", Role.CONTRIBUTOR, region)
    make_campaign()
    paula.email = "paula@example.org\nbcc: tous@example.org"
    paula.save()
    reminded = run(J7).weekly
    assert ([user.name for user in reminded.sent], reminded.failed) == (["Zoe"], [paula])
    assert "newlines" in Delivery.objects.get(user=paula).error


def test_as_many_queries_for_one_commitment_as_for_many(
    django_assert_num_queries, both, region, paula, rachel, stephane
):
    def draw(n):
        for _ in range(n):
            make_commitment(lead=region)
            make_update(make_commitment(lead=region), rachel, submitted=True)
            send_back(make_update(make_commitment(lead=region), stephane, submitted=True), rachel)

    draw(1)
    campaign = make_campaign()
    with CaptureQueriesContext(connection) as few:
        assert len(owed_on(campaign, J7)) == 2
    draw(6)
    add_missing_lines(campaign)
    make_user("rita", Role.VALIDATOR, region)
    with django_assert_num_queries(len(few)):
        assert len(owed_on(campaign, J7)) == 3


# --- « Relancer » ---------------------------------------------------------------------------------


def test_the_administration_reminds_now_and_not_twice_in_a_week(commitment, paula, amina):
    campaign = make_campaign()
    tuesday = date(2026, 12, 1)
    assert remind(campaign, by=amina, on=tuesday, at=morning(tuesday)).sent == [paula]
    assert mail.outbox[0].subject == "1 réponse attendue pour le 15 janvier 2027"
    again = remind(campaign, by=amina, on=date(2026, 12, 6), at=morning(date(2026, 12, 6)))
    assert (again.sent, again.already) == ((), [paula])
    monday = date(2026, 12, 7)
    assert remind(campaign, by=amina, on=monday, at=morning(monday)).sent == [paula]


def test_the_stage_of_the_same_week_is_then_covered(commitment, paula, amina):
    campaign = make_campaign()
    tuesday = date(2026, 12, 15)
    remind(campaign, by=amina, on=tuesday, at=morning(tuesday))
    assert list(run_every_day(date(2026, 12, 16), date(2026, 12, 19))) == []


def test_only_those_in_charge_of_the_chosen_commitments_are_reminded(region, state, paula, amina):
    own, other = make_commitment(lead=region), make_commitment(lead=state)
    zoe = make_user("zoe", Role.CONTRIBUTOR, state)
    campaign = make_campaign()
    on = date(2026, 12, 1)
    assert remind(campaign, by=amina, on=on, commitments=[other]).sent == [zoe]
    assert remind(campaign, by=amina, on=on, commitments=[]).sent == ()
    both_of_them = remind(campaign, by=amina, on=on, commitments=[own, other])
    assert (both_of_them.sent, both_of_them.already) == ([paula], [zoe])


def test_one_at_rest_is_told_apart_and_one_who_answered_is_not_reminded(region, state, paula, amina):
    make_commitment(lead=region)
    answered = make_commitment(lead=state)
    zoe = make_user("zoe", Role.CONTRIBUTOR, state)
    campaign = make_campaign()
    campaign.lines.filter(commitment=answered).update(confirmed_by=zoe, confirmed_at=at(2026, 12, 1, 9))
    on = date(2026, 12, 1)
    snooze(paula, on=on)
    reminded = remind(campaign, by=amina, on=on)
    assert (reminded.sent, reminded.snoozed, mail.outbox) == ((), [paula], [])


def test_a_failure_can_be_tried_again_at_once_by_hand(settings, commitment, paula, amina):
    campaign = make_campaign()
    settings.EMAIL_BACKEND = "tests.mail.IsAway"
    assert remind(campaign, by=amina, on=J7, at=morning(J7)).failed == [paula]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert remind(campaign, by=amina, on=J7, at=morning(J7)).sent == [paula]


@pytest.mark.parametrize("name", ["paula", "rachel", "stephane", "louis"])
def test_only_the_administration_reminds(request, name, commitment, paula):
    campaign = make_campaign()
    with pytest.raises(TransitionRefused, match="administration"):
        remind(campaign, by=request.getfixturevalue(name), on=J7)
    assert mail.outbox == []


@pytest.mark.parametrize("state", [Campaign.State.PLANNED, Campaign.State.REVIEW, Campaign.State.SEALED])
def test_nobody_is_reminded_of_a_campaign_that_is_not_open(state, commitment, paula, amina):
    with pytest.raises(TransitionRefused, match="pas ouverte"):
        remind(make_campaign(state=state), by=amina, on=J7)


# --- The command ---------------------------------------------------------------------------------


def said(*arguments):
    out = StringIO()
    call_command("send_reminders", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_a_dry_run_says_who_would_get_what_and_sends_nothing(both, region, commitment, paula, stephane, rachel):
    Roadmap.objects.update(tacit_delay_days=1)
    make_update(make_commitment(lead=region), rachel, submitted=True, at=at(2027, 1, 8, 7))
    make_campaign()
    zoe = make_user("zoe", Role.CONTRIBUTOR, region)
    snooze(zoe, on=J7)
    lines = said("--on", "2027-01-08", "--dry-run")
    assert lines == [
        "weekly due      paula@example.org: 2 answers, 0 corrections, 0 visas",
        "weekly snoozed  zoe@example.org: 2 answers, 0 corrections, 0 visas",
        "urgent due      stephane@example.org: 0 answers, 0 corrections, 1 visas",
    ]
    assert (mail.outbox, Delivery.objects.count()) == ([], 0)


def test_the_command_sends_and_says_to_whom(commitment, paula):
    make_campaign()
    assert said("--on", "2027-01-08") == ["weekly sent     paula@example.org"]
    assert said("--on", "2027-01-08") == ["weekly already  paula@example.org"]
    assert len(mail.outbox) == 1


def test_a_day_that_is_none_is_refused_and_a_failure_ends_badly(settings, commitment, paula):
    with pytest.raises(CommandError, match=r"read '8/1', expected"):
        said("--on", "8/1")
    make_campaign()
    settings.EMAIL_BACKEND = "tests.mail.IsAway"
    with pytest.raises(CommandError, match="did not leave"):
        said("--on", "2027-01-08")
