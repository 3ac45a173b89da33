"""ProConnect: who comes in, and all that is refused, against a provider that answers over HTTP."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Identity, Invitation, Membership, SecurityEvent, User
from accounts.services.identities import unbind
from roadmap_portal.identity import identity_from
from tests.factories import make_user
from tests.openid_provider import PERSON, environed, running_provider, use

pytestmark = pytest.mark.django_db
SIRET = PERSON["siret"]
THEIRS = "https://proconnect.example/api/v2"


@pytest.fixture(scope="module")
def server():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(server, settings):
    server.person, server.twists, server.left = dict(PERSON), {}, []
    use(server, settings)
    return server


@pytest.fixture
def claire(region, amina):
    user = User.objects.create_user("claire.martin@region.example", name="Claire Martin")
    Membership.objects.create(user=user, actor=region, role="contributor")
    Invitation.objects.create(user=user, siret=SIRET, invited_by=amina, expires_on=localdate())
    return user


def come_back(client):
    """From our page of login to the provider, and back with its code."""
    begun = client.get(reverse("proconnect:begin"))
    at_theirs = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    assert at_theirs.status_code == 302, at_theirs.text
    return client.get(at_theirs.headers["Location"].partition("testserver")[2])


def refused(client):
    people = User.objects.count()
    page = come_back(client)
    assert page.status_code == 403
    assert (User.objects.count(), Identity.objects.count()) == (people, 0)
    assert "_auth_user_id" not in client.session
    return page.content.decode(), SecurityEvent.objects.get(kind="login_refused").details["reason"]


def test_only_what_proconnect_knows_is_asked_for(client, provider):
    asked = parse_qs(urlsplit(client.get(reverse("proconnect:begin"))["Location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == ["http://testserver/connexion/proconnect/retour/"]
    assert asked["code_challenge_method"] == ["S256"]
    assert '"essential": true' in asked["claims"][0]
    assert len(asked["state"][0]) >= 32


def test_who_was_invited_is_bound_and_afterwards_known_by_its_identity_alone(client, provider, claire):
    assert come_back(client)["Location"] == reverse("commitments:my_quarter")
    identity = Identity.objects.get()
    assert (identity.user, identity.siret, identity.idp_id) == (claire, SIRET, "idp-region")
    provider.person["email"] = "autre@region.example"
    client.logout()
    come_back(client)
    assert client.session["_auth_user_id"] == str(claire.pk)
    kinds = list(SecurityEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["identity_bound", "login", "login"]


@pytest.mark.parametrize(
    "twists",
    [
        {"id_token": {"aud": "autre-service"}},
        {"id_token": {"iss": "https://ailleurs.example/api/v2"}},
        {"id_token": {"nonce": "a" * 43}},
        {"id_token": {"nonce": None}},
        {"id_token": {"exp": 1_700_000_000}},
        {"id_token": {"exp": None}},
        {"id_token": {"sub": "quelquun-d-autre"}},
        {"userinfo": {"aud": "autre-service"}},
        {"userinfo": {"iss": "https://ailleurs.example/api/v2"}},
        {"userinfo": {"sub": None}},
        {"alg": "HS256"},
        {"alg": "forged"},
        {"unsigned": True},
    ],
    ids=str,
)
def test_what_was_not_said_for_us_by_proconnect_is_refused(client, provider, claire, twists):
    provider.twists = twists
    page, reason = refused(client)
    assert reason == "protocol"
    assert "n’a pas pu être vérifiée" in page


@pytest.mark.parametrize(("acr", "comes_in"), [("eidas1", False), (None, False), ("eidas2", True)])
def test_a_second_factor_is_asked_for_and_checked(client, provider, claire, acr, comes_in):
    provider.twists = {"id_token": {"acr": acr}}
    if comes_in:
        assert come_back(client).status_code == 302
    else:
        assert refused(client)[1] == "second_factor"


def test_who_was_not_invited_is_told_whom_to_ask(client, provider, settings):
    page, reason = refused(client)
    assert reason == "unknown"
    assert "Aucune invitation" in page
    assert settings.LEGAL.contact_email in page


def test_another_organisation_an_old_invitation_or_a_disabled_account_is_refused(client, provider, claire):
    provider.person["siret"] = "20005376700022"
    assert refused(client)[1] == "organisation"
    provider.person["siret"] = SIRET
    Invitation.objects.update(expires_on=localdate() - timedelta(days=1))
    come_back(client)
    Invitation.objects.update(expires_on=localdate())
    User.objects.filter(pk=claire.pk).update(is_active=False)
    come_back(client)
    reasons = (
        SecurityEvent.objects.filter(kind="login_refused").order_by("pk").values_list("details__reason", flat=True)
    )
    assert list(reasons) == ["organisation", "expired", "disabled"]


def test_an_invitation_that_is_over_is_renewed_from_the_page_of_the_person(client, provider, claire, amina, mailoutbox):
    Invitation.objects.update(expires_on=localdate() - timedelta(days=1), siret="20005376700022")
    assert refused(client)[1] == "organisation"
    client.force_login(amina)
    again = reverse("accounts:invite_again", args=[claire.pk])
    assert again in client.get(reverse("accounts:person", args=[claire.pk])).content.decode()
    wrong = client.post(again, {"siret": "2000537"})
    assert "clé de contrôle juste" in wrong.content.decode()
    assert Invitation.objects.get().siret == "20005376700022"
    assert client.post(again, {"siret": f"{SIRET[:9]} {SIRET[9:]}"}).status_code == 302
    assert [letter.to for letter in mailoutbox] == [[claire.email]]
    client.logout()
    assert come_back(client).status_code == 302
    client.force_login(amina)
    assert again not in client.get(reverse("accounts:person", args=[claire.pk])).content.decode()


def test_a_role_is_asked_for_where_the_setting_says_so(client, provider, claire, settings):
    settings.PROCONNECT_ROLES = ["agent_public_territorial"]
    assert refused(client)[1] == "role"
    provider.person["roles"] = []
    settings.PROCONNECT_ROLES = []
    assert come_back(client).status_code == 302


def test_a_code_serves_once_and_an_answer_to_nothing_is_refused(client, provider, claire):
    begun = client.get(reverse("proconnect:begin"))
    back = requests.get(begun["Location"], allow_redirects=False, timeout=5).headers["Location"]
    back = back.partition("testserver")[2]
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 403
    begun = client.get(reverse("proconnect:begin"))
    state = parse_qs(urlsplit(begun["Location"]).query)["state"][0]
    old_code = parse_qs(urlsplit(back).query)["code"][0]
    assert client.get(f"{reverse('proconnect:callback')}?code={old_code}&state={state}").status_code == 403
    assert SecurityEvent.objects.filter(kind="login_refused").count() == 2


def test_who_changed_of_provider_is_bound_anew_once_untied(client, provider, claire):
    come_back(client)
    client.logout()
    provider.person["sub"] = "autre-fournisseur"
    assert come_back(client).status_code == 403
    unbind(claire)
    assert come_back(client).status_code == 302
    assert Identity.objects.get().sub == "autre-fournisseur"


def test_logging_out_ends_both_sessions_by_a_page_with_a_link(client, provider, claire):
    come_back(client)
    page = client.post(reverse("accounts:logout"))
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session
    address = page.context["address"]
    assert "Fermer la session ProConnect" in page.content.decode()
    at_theirs = requests.get(address, allow_redirects=False, timeout=5)
    back = at_theirs.headers["Location"].partition("testserver")[2]
    assert client.get(back)["Location"] == reverse("home")
    assert "sessionid" not in client.cookies or client.cookies["sessionid"].value == ""
    assert jwt_subject(provider.left[0]["id_token_hint"]) == PERSON["sub"]


def jwt_subject(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]


def test_without_proconnect_its_pages_are_missing(client, db):
    for name in ("begin", "callback", "left"):
        assert client.get(reverse(f"proconnect:{name}")).status_code == 404


def test_with_proconnect_passwords_are_off_unless_asked_for(client, provider, region):
    make_user("paula", "contributor", region)
    page = client.get(reverse("accounts:login")).content.decode()
    assert "S’identifier avec ProConnect" in page
    assert 'name="password"' not in page
    assert client.post(reverse("accounts:login"), {"username": "a@b.example", "password": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"PROCONNECT_URL": "http://proconnect.example/api/v2"}, "PROCONNECT_URL"),
        ({"PROCONNECT_URL": "https://proconnect.example/api/v2"}, "PROCONNECT_CLIENT_ID"),
        (
            {"PROCONNECT_URL": "https://proconnect.example/api/v2", "PROCONNECT_CLIENT_ID": "x"},
            "PROCONNECT_CLIENT_SECRET",
        ),
        ({"LOCAL_ACCOUNTS": "0"}, "LOCAL_ACCOUNTS"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(given, named):
    with pytest.raises(ImproperlyConfigured, match=named):
        identity_from(environed(given), debug=False)
