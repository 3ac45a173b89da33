"""Claire, a citizen, asks for the weekly mail, confirms it from her mailbox, and leaves at one click."""

import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection

from commitments.models import Subscription
from commitments.services import tell_subscribers
from commitments.tasks import ask_again_to_confirm, ask_to_confirm
from roadmap_portal import schedule
from roadmap_portal.celery import app
from tests.factories import make_actor, make_axis, make_commitment, make_milestone, make_update

pytestmark = pytest.mark.django_db
CLAIRE = "claire@example.org"
THURSDAY, MONDAY = datetime(2026, 11, 26, 9, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC)


@pytest.fixture
def posted(monkeypatch):
    """Sends the form, and lets the worker do at once what it was asked for."""
    monkeypatch.setattr(ask_to_confirm, "delay_on_commit", ask_to_confirm)

    def post(client, language="", **fields):
        return client.post(
            f"{language}/abonnement/", {"email": CLAIRE, "axis": "", "actor": "", "website": ""} | fields
        )

    return post


def link_of(message, part):
    return re.search(rf"https?://[^/\s]+((?:/en)?/abonnement/{part}/\S+)", message.body)[1]


def confirmed(**fields):
    return Subscription.objects.create(email=CLAIRE, confirmed_at=THURSDAY, **fields)


@pytest.fixture
def published(region, rachel):
    commitment = make_commitment(code="eng-1", title="Former", main_axis=make_axis("training"), lead=region)
    make_milestone(commitment, title="Bilan d’étape", due_on=date(2026, 12, 10))
    make_update(commitment, rachel, publish=True, at=THURSDAY, text_public="Deux cursus ouverts.")
    secret = make_commitment(code="eng-2", title="Secret", visibility="internal", lead=region)
    make_update(secret, rachel, publish=True, at=THURSDAY, text_public="Rien à voir.")
    return commitment


def test_two_steps_in_and_one_step_out(client, posted, published):
    assert "un message vient de lui être envoyé" in posted(client, axis="training").content.decode()
    (asked,) = mail.outbox
    assert (asked.to, tell_subscribers(MONDAY)) == ([CLAIRE], 0)
    address = link_of(asked, "confirmer")
    client.get(address)  # a mail scanner
    assert Subscription.objects.get().confirmed_at is None
    assert "C’est noté" in client.post(address).content.decode()
    assert tell_subscribers(MONDAY) == 1
    told = mail.outbox[1]
    assert "Deux cursus ouverts." in told.body
    assert "10 décembre 2026\u00a0: Bilan d’étape" in told.body
    assert "Secret" not in told.body + told.alternatives[0].content
    leaving = told.extra_headers["List-Unsubscribe"]
    assert told.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.sub(r"^<https?://[^/]+|>$", "", leaving)
    client.get(path)
    assert Subscription.objects.exists()
    assert "l’adresse est effacée" in client.post(path, {"List-Unsubscribe": "One-Click"}).content.decode()
    assert not Subscription.objects.exists()
    assert client.post(path).status_code == 200  # an old mail, clicked again


def test_no_cookie_is_set_and_the_answer_does_not_tell_who_is_subscribed(client, posted):
    new = posted(client)
    Subscription.objects.update(confirmed_at=THURSDAY)
    known = posted(client)
    assert new.content == known.content
    assert len(mail.outbox) == 1
    assert not client.cookies


def test_an_address_typed_again_and_again_gets_one_mail_an_hour(client, posted):
    for minutes in (0, 10, 59, 61):
        with time_machine.travel(THURSDAY + timedelta(minutes=minutes), tick=False):
            posted(client, email=CLAIRE.upper())
    assert len(mail.outbox) == 2
    assert Subscription.objects.count() == 1


def test_a_program_that_fills_in_every_field_is_answered_and_forgotten(client, posted):
    assert posted(client, website="https://spam.example").status_code == 200
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "claire"}, "adresse"),
        ({"axis": "rien"}, "Sélectionnez un choix valide"),
        ({"axis": "training", "actor": "region"}, "Choisissez un axe ou un acteur"),
    ],
)
def test_a_wrong_form_says_which_field(client, posted, fields, told):
    make_axis("training")
    make_actor("region")
    refused = posted(client, **fields)
    assert told in refused.content.decode()
    assert not Subscription.objects.exists()


def test_links_that_are_old_or_broken_say_so(client, posted):
    with time_machine.travel(THURSDAY, tick=False):
        posted(client)
    address = link_of(mail.outbox[0], "confirmer")
    with time_machine.travel(THURSDAY + timedelta(days=8), tick=False):
        assert client.get(address).status_code == 410
    assert client.get("/abonnement/confirmer/rien/").status_code == 404
    assert client.get("/abonnement/quitter/rien/").status_code == 404


def test_a_week_is_told_once_and_an_empty_one_not_at_all(published):
    confirmed(axis=published.main_axis)
    confirmed(actor=make_actor("ailleurs"))
    assert (tell_subscribers(MONDAY), tell_subscribers(MONDAY + timedelta(hours=3))) == (1, 0)
    assert tell_subscribers(MONDAY + timedelta(days=7)) == 0  # nothing happened since
    assert len(mail.outbox) == 1


def test_a_mail_server_that_refuses_one_stops_nobody_and_is_asked_again(published, settings):
    confirmed()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert tell_subscribers(MONDAY) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert tell_subscribers(MONDAY + timedelta(hours=24)) == 1


@pytest.mark.parametrize("server", ["IsAway", "HangsUp"])
def test_a_week_that_may_have_left_is_not_told_again(published, settings, server):
    confirmed()
    settings.EMAIL_BACKEND = f"tests.mail.{server}"
    assert tell_subscribers(MONDAY) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert tell_subscribers(MONDAY + timedelta(hours=24)) == (1 if server == "IsAway" else 0)
    assert len(mail.outbox) == 1


# --- The mail that asks to confirm, lost -----------------------------------------------------------


@pytest.fixture
def resent(monkeypatch):
    """What the calendar does at a moment, and the worker at once after it; how many mails have left by then."""
    monkeypatch.setattr(ask_to_confirm, "apply_async", lambda args, **options: ask_to_confirm(*args))

    def run(at):
        with time_machine.travel(at, tick=False):
            ask_again_to_confirm()
        return len(mail.outbox)

    return run


def asked(**fields):
    return Subscription.objects.create(**{"email": CLAIRE, "asked_at": THURSDAY} | fields)


def test_a_request_whose_message_was_lost_is_answered_some_minutes_later_and_once(client, resent):
    with time_machine.travel(THURSDAY, tick=False):
        client.post("/abonnement/", {"email": CLAIRE, "axis": "", "actor": "", "website": ""})
    assert (len(mail.outbox), Subscription.objects.get().confirmation_sent_at) == (0, None)
    moments = [THURSDAY + timedelta(minutes=minutes) for minutes in (4, 5, 10, 600)]
    assert [resent(moment) for moment in moments] == [0, 1, 1, 1]
    assert Subscription.objects.get().confirmation_sent_at == moments[1]
    assert "C’est noté" in client.post(link_of(mail.outbox[0], "confirmer")).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"asked_at": THURSDAY - timedelta(hours=25)},
        {"confirmed_at": THURSDAY},
        {"confirmation_sent_at": THURSDAY},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_who_waits_no_longer_is_not_written_to(resent, fields):
    asked(**fields)
    assert resent(THURSDAY + timedelta(minutes=10)) == 0


def test_a_mail_server_that_was_away_is_asked_again(settings, resent):
    asked()
    settings.EMAIL_BACKEND = "tests.mail.IsAway"
    assert resent(THURSDAY + timedelta(minutes=10)) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert resent(THURSDAY + timedelta(minutes=15)) == 1


@pytest.mark.parametrize(("server", "sent"), [("RefusesPaula", 0), ("HangsUp", 1)])
def test_what_was_refused_or_may_have_left_waits_for_the_person_to_ask_again(client, settings, posted, server, sent):
    paula = "paula@example.org"
    settings.EMAIL_BACKEND = f"tests.mail.{server}"
    with time_machine.travel(THURSDAY, tick=False):
        posted(client, email=paula)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(THURSDAY + timedelta(minutes=10), tick=False):
        ask_to_confirm(Subscription.objects.get().pk)
    assert len(mail.outbox) == sent
    with time_machine.travel(THURSDAY + timedelta(minutes=61), tick=False):
        posted(client, email=paula)
    assert len(mail.outbox) == sent + 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail():
    pk = asked().pk
    barrier, faults = threading.Barrier(2), []

    def work():
        barrier.wait(5)
        try:
            ask_to_confirm(pk)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert (faults, len(mail.outbox)) == ([], 1)


def test_the_calendar_looks_every_few_minutes():
    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["confirmations"]
    assert (entry["task"], entry["schedule"]) == (ask_again_to_confirm.name, schedule.RESEND_SECONDS)


def test_who_does_not_confirm_is_forgotten_after_a_week(db):
    Subscription.objects.create(email=CLAIRE, asked_at=MONDAY - timedelta(days=8))
    Subscription.objects.create(email="paul@example.org", asked_at=MONDAY - timedelta(days=6))
    tell_subscribers(MONDAY)
    assert [row.email for row in Subscription.objects.all()] == ["paul@example.org"]


def test_who_reads_english_is_written_to_in_english(client, posted, published):
    posted(client, language="/en")
    assert Subscription.objects.get().language == "en"
    assert "/en/abonnement/confirmer/" in mail.outbox[0].body
