"""A forgotten password: who is written to, what the link does and how long, and what nobody learns from it."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Identity, SecurityEvent, Session
from accounts.tasks import send_password_link
from roadmap_portal import rates
from roadmap_portal.rates import Rate

pytestmark = pytest.mark.django_db
OLD, NEW = "une phrase de passe", "une tout autre phrase"
DAY = timedelta(days=1)


@pytest.fixture
def paula(paula):
    paula.set_password(OLD)
    paula.save()
    return paula


@pytest.fixture
def forget(client, monkeypatch):
    """Sends the form, and lets the worker do at once what it was asked for."""
    monkeypatch.setattr(send_password_link, "delay_on_commit", send_password_link)

    def post(email, language=""):
        return client.post(f"{language}/connexion/oubli/", {"email": email})

    return post


def path_in(letter):
    return urlsplit(next(line for line in letter.body.splitlines() if line.startswith("http"))).path


def choose(client, path, password=NEW):
    """Follows the link and fills in the form it leads to."""
    form = client.get(path, follow=True).redirect_chain[-1][0]
    return client.post(form, {"new_password1": password, "new_password2": password}, follow=True)


def log_in(client, user, password=NEW):
    return client.post(reverse("accounts:login"), {"username": user.email, "password": password})


def told(kind):
    return [(event.user, event.details) for event in SecurityEvent.objects.filter(kind=kind).order_by("pk")]


def test_the_whole_way_back(client, paula, forget):
    elsewhere = Client()
    elsewhere.force_login(paula)
    assert reverse("accounts:forgotten") in client.get(reverse("accounts:login")).content.decode()
    forget(paula.email.upper())
    (letter,) = mail.outbox
    assert letter.to == [paula.email]
    assert "72 heures" in letter.body
    assert "sans doute vous" in letter.alternatives[0].content
    done = choose(client, path_in(letter))
    assert "Le mot de passe est enregistré" in done.content.decode()
    assert not Session.objects.filter(user=paula).exists()
    assert elsewhere.get(reverse("accounts:preferences")).status_code == 302
    assert log_in(client, paula, OLD).status_code == 200
    assert log_in(client, paula)["Location"] == reverse("commitments:my_quarter")
    assert told("password_forgotten") == [(paula, {})]
    assert told("password_changed") == [(paula, {"what": "forgotten"})]


def test_the_language_is_that_of_the_person_who_reads_the_mail(client, paula, forget):
    paula.language = "en"
    paula.save()
    forget(paula.email)
    path = path_in(mail.outbox[0])
    assert path.startswith("/en/")
    assert choose(client, path).redirect_chain[-1][0] == "/en/connexion/"


def test_an_address_without_an_account_is_answered_the_same(client, paula, forget):
    known, unknown = forget(paula.email), forget("personne@example.org")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert [letter.to for letter in mail.outbox] == [[paula.email]]
    assert told("password_forgotten") == [(paula, {}), (None, {})]


def disabled(paula):
    paula.is_active = False


def by_proconnect(paula):
    paula.set_unusable_password()
    Identity.objects.create(user=paula, issuer="https://proconnect.example", sub="1", siret="23690000000000")


@pytest.mark.parametrize("change", [disabled, by_proconnect])
def test_nobody_is_written_to_who_could_not_come_in_with_a_password(paula, forget, change):
    change(paula)
    paula.save()
    assert "C’est noté" in forget(paula.email).content.decode()
    assert mail.outbox == []
    assert told("password_forgotten") == [(paula, {})]


def test_a_link_serves_once(client, paula, forget):
    forget(paula.email)
    forget(paula.email)
    first, second = map(path_in, mail.outbox)
    choose(client, second)
    for path in (first, second):
        page = client.get(path, follow=True)
        assert "déjà servi" in page.content.decode()
        assert reverse("accounts:forgotten") in page.content.decode()


@pytest.mark.parametrize(("later", "is_good"), [(DAY * 3 - timedelta(minutes=1), True), (DAY * 3.1, False)])
def test_a_link_lasts_as_long_as_it_says(client, paula, forget, later, is_good):
    forget(paula.email)
    with time_machine.travel(timezone.now() + later):
        page = client.get(path_in(mail.outbox[0]), follow=True)
    assert ("new_password1" in page.content.decode()) == is_good


def test_the_mail_says_another_length_where_it_is_another(paula, forget, settings):
    settings.PASSWORD_RESET_TIMEOUT = 2 * 3600
    forget(paula.email)
    assert "vaut 2 heures" in mail.outbox[0].body


def test_a_disabled_account_comes_in_by_no_link_of_before(client, paula, forget):
    forget(paula.email)
    disabled(paula)
    paula.save()
    choose(client, path_in(mail.outbox[0]))
    assert log_in(client, paula).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_second_factor_is_asked_all_the_same(client, paula, forget):
    TOTPDevice.objects.create(user=paula, name="application", confirmed=True)
    forget(paula.email)
    choose(client, path_in(mail.outbox[0]))
    assert log_in(client, paula)["Location"] == reverse("accounts:login_code")
    assert client.get(reverse("commitments:my_quarter")).status_code == 302


def test_whoever_was_locked_out_comes_in_at_once(client, paula, forget):
    assert [log_in(client, paula, "faux").status_code for _ in range(5)][-1] == 429
    forget(paula.email)
    choose(client, path_in(mail.outbox[0]))
    assert log_in(client, paula).status_code == 302


def test_the_one_who_is_logged_in_here_logs_in_again(client, paula, forget):
    client.force_login(paula)
    forget(paula.email)
    done = choose(client, path_in(mail.outbox[0]))
    assert done.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_weak_password_leaves_everything_as_it_was(client, paula, forget):
    forget(paula.email)
    refused = choose(client, path_in(mail.outbox[0]), "court").content.decode()
    assert "14 caractères" in refused.replace("\xa0", " ")
    assert log_in(client, paula, OLD).status_code == 302


def test_the_token_is_shown_to_nobody(client, paula, forget):
    forget(paula.email)
    path = path_in(mail.outbox[0])
    token = path.rstrip("/").rsplit("/", 1)[1]
    answers = [client.get(path), client.get(path, follow=True)]
    assert answers[0].status_code == 302
    assert token not in answers[0]["Location"] + answers[1].content.decode()
    for answer in answers:
        assert answer["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]


def test_where_there_are_no_local_accounts_there_is_no_such_page(client, paula, forget, settings):
    settings.LOCAL_ACCOUNTS, settings.PROCONNECT_URL = False, "https://proconnect.example/api/v2"
    assert forget(paula.email).status_code == 404
    assert client.get(reverse("accounts:forgotten")).status_code == 404
    assert client.get(reverse("accounts:choose_password", args=["x", "y"])).status_code == 404
    assert reverse("accounts:forgotten") not in client.get(reverse("accounts:login")).content.decode()
    assert (mail.outbox, told("password_forgotten")) == ([], [])


def test_a_mailbox_is_not_filled_and_nobody_asks_without_end(client, paula, forget, monkeypatch, settings, request):
    own = settings.CACHES["shared"] | {"KEY_PREFIX": f"test-{request.node.name}-{timezone.now().timestamp()}"}
    settings.CACHES = settings.CACHES | {"shared": own}
    ages = 10**9
    few = {"password_mail": Rate(2, ages), "form": Rate(4, ages)}
    monkeypatch.setattr(rates, "RATES", rates.RATES | few)
    assert [forget(paula.email).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert len(mail.outbox) == 2
