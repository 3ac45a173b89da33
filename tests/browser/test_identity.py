"""ProConnect and the second factor in a browser: what the policy on forms and images lets through."""

import re
import time

import pytest
from django.utils.timezone import localdate
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from accounts.models import Identity, Invitation, Membership, Session, User
from actors.models import Actor
from tests.browser.driving import faults, fill_in_login, mail_to
from tests.openid_provider import PERSON, running_provider, use
from tests.worker import running_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def provider(settings):
    with running_provider() as provider:
        use(provider, settings)
        yield provider


def test_an_invited_agent_comes_in_and_goes_out_and_another_is_told_why(browser, portal, provider):
    claire = User.objects.create_user(PERSON["email"], name="Claire Martin")
    region = Actor.objects.filter(side="region").first()
    Membership.objects.create(user=claire, actor=region, role=Membership.Role.READER)
    Invitation.objects.create(user=claire, siret=PERSON["siret"], expires_on=localdate())
    page = browser.new_context().new_page()
    page.goto(f"{portal}/espace/alertes/")
    assert faults(page) == []
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    page.wait_for_url("**/espace/alertes/")
    expect(page.get_by_text("Claire Martin")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{portal}/")
    assert [set(asked) for asked in provider.left] == [{"id_token_hint", "state", "post_logout_redirect_uri"}]
    assert not Session.objects.filter(user=claire).exists()
    assert "sessionid" not in {cookie["name"] for cookie in page.context.cookies()}

    provider.person |= {"sub": "someone-else", "email": "inconnu@ailleurs.example"}
    page.goto(f"{portal}/connexion/")
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion refusée")
    expect(page.get_by_text("Aucune invitation")).to_be_visible()
    assert faults(page) == []
    assert Identity.objects.count() == 1


def test_a_second_factor_is_added_then_asked_for(browser, portal):
    page = browser.new_context().new_page()
    page.goto(f"{portal}/connexion/")
    fill_in_login(page, "contributeur")
    page.get_by_role("link", name="Préférences").click()
    page.get_by_role("link", name="Second facteur").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second facteur")
    assert page.locator("main img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert faults(page) == []
    key = TOTPDevice.objects.get().bin_key
    page.get_by_label("Code").fill(code_of(key, -1))
    page.get_by_role("button", name="Mettre en service").click()
    expect(page.locator("main li code")).to_have_count(10)
    assert faults(page) == []
    for where in ("espace/securite/sessions/", "espace/securite/mot-de-passe/", "espace/absences/"):
        page.goto(f"{portal}/{where}")
        assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert faults(page, in_the_dark=False) == []
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto(f"{portal}/connexion/")
    fill_in_login(page, "contributeur")
    assert faults(page) == []
    page.get_by_label("Code").fill(code_of(key))
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mon trimestre")


def test_a_forgotten_password_is_chosen_anew_from_the_mail(browser, portal, settings, tmp_path):
    """Over the real worker; the form is posted under the policy of referrers of that page."""
    settings.PUBLIC_URL = portal
    page = browser.new_context(viewport={"width": 360, "height": 700}).new_page()
    page.goto(f"{portal}/connexion/")
    with running_worker(EMAIL_URL=f"filemail:///{tmp_path}", PUBLIC_URL=portal):
        page.get_by_role("link", name="Mot de passe oublié").click()
        found = faults(page)
        page.get_by_label("Adresse électronique").fill("contributeur@demo.example")
        page.get_by_role("button", name="Envoyer le lien").click()
        expect(page.get_by_role("status")).to_contain_text("C’est noté")
        found += faults(page)
        link = re.search(rf"{portal}/\S+", mail_to("contributeur", tmp_path))[0]
    page.goto(link)
    found += faults(page)
    for field in page.locator("input[type=password]").all():
        field.fill("une tout autre phrase")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_contain_text("Le mot de passe est enregistré")
    found += faults(page)
    page.goto(link)
    expect(page.locator("main")).to_contain_text("déjà servi")
    assert found + faults(page) == []


def test_the_administrators_space_is_for_everybody_who_administers(browser, portal):
    page = browser.new_context().new_page()
    page.goto(f"{portal}/connexion/")
    fill_in_login(page, "administration")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    paula = User.objects.get(email="contributeur@demo.example")
    for where in ("", "personnes/", "personnes/inviter/", f"personnes/{paula.pk}/", f"personnes/{paula.pk}/depart/"):
        page.goto(f"{portal}/espace/administration/{where}")
        assert faults(page) == [], where
        page.set_viewport_size({"width": 360, "height": 700})
        assert faults(page, in_the_dark=False) == [], where
        page.set_viewport_size({"width": 1280, "height": 800})


def code_of(key, steps=0):
    totp = TOTP(key)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"
