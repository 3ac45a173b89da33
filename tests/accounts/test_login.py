"""Passwords, codes, lock-out, sessions: the local accounts."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import SecurityEvent, Session, User
from tests.factories import make_user
from tests.web import free_port

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase de passe"


def log_in(client, user, password=PASSWORD, **extra):
    return client.post(reverse("accounts:login"), {"username": user.email, "password": password}, **extra)


def told(kind):
    return [event.details for event in SecurityEvent.objects.filter(kind=kind).order_by("pk")]


@pytest.fixture
def paula(paula):
    paula.set_password(PASSWORD)
    paula.save()
    return paula


@pytest.fixture
def device(paula):
    return TOTPDevice.objects.create(user=paula, name="application", confirmed=True)


def code_of(device):
    return f"{totp(device.bin_key):06d}"


def test_a_password_comes_in_and_is_told(client, paula):
    assert log_in(client, paula)["Location"] == reverse("commitments:my_quarter")
    assert told("login") == [{"way": "password"}]
    client.post(reverse("accounts:logout"))
    assert "_auth_user_id" not in client.session
    assert len(told("logout")) == 1


def test_after_five_tries_the_right_password_waits_too_but_only_from_there(client, paula):
    for email in (paula.email, paula.email.upper(), paula.email, paula.email):
        assert client.post(reverse("accounts:login"), {"username": email, "password": "faux"}).status_code == 200
    locked = log_in(client, paula, "faux")
    assert locked.status_code == 429
    assert "pendant 15 minutes" in locked.content.decode()
    assert (log_in(client, paula).status_code, locked["Retry-After"]) == (429, "900")
    assert log_in(client, paula, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert told("locked_out")
    client.post(reverse("accounts:logout"))
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert log_in(client, paula).status_code == 302


def test_with_a_second_factor_the_password_alone_opens_nothing(client, paula, device):
    assert log_in(client, paula)["Location"] == reverse("accounts:login_code")
    assert client.get(reverse("commitments:my_quarter")).status_code == 302
    page = reverse("accounts:login_code")
    assert "Code refusé" in client.post(page, {"code": "000000"}).content.decode()
    device.refresh_from_db()
    device.throttle_reset()
    assert client.post(page, {"code": code_of(device)}).status_code == 302
    assert client.get(reverse("commitments:my_quarter")).status_code == 200
    assert told("login")[-1] == {"way": "password and code"}


def test_a_code_serves_once(client, paula, device):
    code = code_of(device)
    log_in(client, paula)
    client.post(reverse("accounts:login_code"), {"code": code})
    client.post(reverse("accounts:logout"))
    log_in(client, paula)
    assert client.post(reverse("accounts:login_code"), {"code": code}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_second_step_does_not_wait_for_ever(client, paula, device):
    log_in(client, paula)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert client.get(reverse("accounts:login_code"))["Location"] == reverse("accounts:login")


def test_a_factor_is_enrolled_with_recovery_codes_and_removed_with_a_code(client, paula):
    client.force_login(paula)
    page = reverse("accounts:second_factor")
    shown = client.get(page)
    assert client.get(reverse("accounts:second_factor_picture"))["Content-Type"] == "image/svg+xml"
    assert "pas le bon" in client.post(page, {"code": "123"}).content.decode()
    device = TOTPDevice.objects.get(user=paula)
    assert (device.confirmed, len(shown.context["secret"])) == (False, 32)
    device.throttle_reset()
    codes = client.post(page, {"code": code_of(device)}).context["codes"]
    assert len(set(codes)) == 10
    assert client.get(reverse("accounts:second_factor_picture")).status_code == 404
    client.post(reverse("accounts:logout"))
    log_in(client, paula)
    assert client.post(reverse("accounts:login_code"), {"code": codes[0].upper()}).status_code == 302
    assert StaticToken.objects.count() == 9
    client.post(page, {"code": codes[1]})
    assert not TOTPDevice.objects.exists()
    assert told("second_factor_changed") == [{"what": "enrolled"}, {"what": "removed"}]


def test_where_a_factor_is_required_nothing_else_opens_before(client, paula, settings, device):
    settings.REQUIRE_SECOND_FACTOR = True
    client.force_login(paula)
    for page in ("commitments:my_quarter", "accounts:preferences", "home"):
        assert client.get(reverse(page))["Location"] == reverse("accounts:second_factor")
    assert client.get(reverse("accounts:second_factor")).status_code == 200
    client.logout()
    log_in(client, paula)
    client.post(reverse("accounts:login_code"), {"code": code_of(device)})
    assert client.get(reverse("commitments:my_quarter")).status_code == 200


def test_the_admin_has_no_door_of_its_own(client, amina, settings):
    page = client.get(reverse("admin:login"))
    assert page.status_code == 302
    assert page["Location"].startswith(reverse("accounts:login"))
    assert client.post(reverse("admin:login"), {"username": amina.email, "password": PASSWORD}).status_code in {
        302,
        405,
    }
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("steps", "goes_on"), [([29, 29], True), ([31], False), ([25] * 28, True), ([25] * 29, False)], ids=str
)
def test_a_session_ends_when_idle_and_in_any_case(client, paula, steps, goes_on):
    client.force_login(paula)
    now = timezone.now()
    for minutes in steps:
        now += timedelta(minutes=minutes)
        with time_machine.travel(now):
            status = client.get(reverse("accounts:preferences")).status_code
    assert (status == 200) == goes_on
    assert bool(told("session_ended")) != goes_on


def test_sessions_are_listed_and_ended_one_or_all(client, paula, client_again):
    log_in(client, paula, HTTP_USER_AGENT="Firefox")
    log_in(client_again, paula, HTTP_USER_AGENT="Telephone")
    page = client.get(reverse("accounts:sessions")).content.decode()
    assert ("Firefox" in page, "Telephone" in page) == (True, True)
    other = Session.objects.get(agent="Telephone")
    client.post(reverse("accounts:end_session"), {"session": other.session_key})
    assert client_again.get(reverse("accounts:preferences")).status_code == 302
    assert client.get(reverse("accounts:preferences")).status_code == 200
    log_in(client_again, paula)
    client.post(reverse("accounts:end_session"))
    assert Session.objects.filter(user=paula).count() == 1


@pytest.fixture
def client_again():
    return Client()


def test_nobody_ends_the_session_of_another(client, paula, louis, client_again):
    client_again.force_login(louis)
    client.force_login(paula)
    key = Session.objects.get(user=louis).session_key
    client.post(reverse("accounts:end_session"), {"session": key})
    assert client_again.get(reverse("accounts:preferences")).status_code == 200


def test_a_new_password_closes_the_other_sessions(client, paula, client_again):
    log_in(client, paula)
    log_in(client_again, paula)
    new = "une tout autre phrase"
    assert "&lt;li&gt;" not in client.get(reverse("accounts:password")).content.decode()
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("accounts:password"), form).status_code == 302
    assert client.get(reverse("accounts:preferences")).status_code == 200
    assert client_again.get(reverse("accounts:preferences")).status_code == 302
    short = {"old_password": new, "new_password1": "court", "new_password2": "court"}
    assert "14 caractères" in client.post(reverse("accounts:password"), short).content.decode().replace("\xa0", " ")


CLAIRE = {"name": "Claire", "email": "Claire@Region.example", "role": "reader"}


def test_an_invitation_leads_to_a_first_password(client, amina, region, client_again):
    client.force_login(amina)
    sent = CLAIRE | {"actor": region.pk}
    assert client.post(reverse("accounts:invite"), sent).status_code == 302
    assert "déjà un compte" in client.post(reverse("accounts:invite"), sent).content.decode()
    claire = User.objects.get(email="claire@region.example")
    assert not claire.has_usable_password()
    (letter,) = mail.outbox
    assert letter.to == ["claire@region.example"]
    path = path_in(letter)
    form = client_again.get(path, follow=True)
    assert form.status_code == 200
    new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    client_again.post(form.redirect_chain[-1][0], new)
    assert log_in(client_again, claire).status_code == 302
    assert "déjà servi" in client.get(path, follow=True).content.decode()
    page = client.get(reverse("accounts:person", args=[claire.pk])).content.decode()
    assert "Renvoyer l’invitation" not in page
    again = client.post(reverse("accounts:invite_again", args=[claire.pk]), follow=True)
    assert "déjà venue" in again.content.decode()
    assert len(mail.outbox) == 1


def path_in(letter):
    address = next(line for line in letter.body.splitlines() if line.startswith("http"))
    return "/" + address.split("/", 3)[3]


def test_an_invitation_that_did_not_leave_is_told_and_sent_again(client, amina, region, client_again, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    client.force_login(amina)
    page = client.post(reverse("accounts:invite"), CLAIRE | {"actor": region.pk}, follow=True)
    assert "n’est pas parti" in page.content.decode()
    claire = User.objects.get(email="claire@region.example")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    again = reverse("accounts:invite_again", args=[claire.pk])
    assert again in page.content.decode()
    assert "jamais connecté" in client.get(reverse("accounts:people"), {"q": "claire"}).content.decode()
    assert "est invité par courriel" in client.post(again, follow=True).content.decode()
    assert client_again.get(path_in(mail.outbox[0]), follow=True).status_code == 200
    assert len(told("invited")) == 2


def test_an_account_of_proconnect_has_no_password_page(client, region):
    user = make_user("claire", "reader", region)
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    for name in ("password", "second_factor", "second_factor_picture"):
        assert client.get(reverse(f"accounts:{name}")).status_code == 404


def test_a_lost_second_factor_is_taken_away_by_an_administrator(client, paula, device, amina, client_again):
    client_again.force_login(paula)
    client.force_login(amina)
    page = reverse("accounts:person", args=[paula.pk])
    assert "Retirer le second facteur" in client.get(page).content.decode()
    client.post(reverse("accounts:forget_second_factor", args=[paula.pk]))
    assert "Retirer le second facteur" not in client.get(page).content.decode()
    assert client_again.get(reverse("accounts:preferences")).status_code == 302
    assert told("second_factor_changed")[-1]["what"] == "lost"
    assert log_in(client_again, paula)["Location"] == reverse("commitments:my_quarter")


def test_an_account_disabled_by_sql_loses_its_sessions(client, paula):
    client.force_login(paula)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET is_active = false WHERE id = %s", [paula.pk])
    assert not Session.objects.exists()


def test_the_keys_of_second_factors_have_no_page_in_the_admin(client, amina, device):
    client.force_login(amina)
    assert "totpdevice" not in client.get(reverse("admin:index")).content.decode()
    assert client.get(reverse("admin:index") + f"otp_totp/totpdevice/{device.pk}/").status_code == 404
