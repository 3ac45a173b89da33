"""The link of a mail that asks for a week of rest, and the page where one takes it back."""

from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils.timezone import localdate

from commitments.models import Snooze
from commitments.transitions import snooze, snooze_token
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def address(user):
    return f"/rappels/pause/{snooze_token(user)}/"


def page_of(response):
    return unescape(response.content.decode())


def test_opening_the_link_writes_nothing_and_the_button_does(client, roadmap, paula):
    opened = client.get(address(paula))
    assert opened.status_code == 200
    assert "Mettre en pause une semaine" in page_of(opened)
    assert client.head(address(paula)).status_code == 200
    assert not Snooze.objects.exists()
    done = client.post(address(paula))
    assert done.status_code == 200
    assert "pas de rappel avant le" in page_of(done)
    assert Snooze.objects.get(user=paula).until_on == localdate() + timedelta(days=7)


def test_a_mail_program_posts_in_one_click_without_a_cookie(roadmap, paula):
    program = Client(enforce_csrf_checks=True)
    response = program.post(
        address(paula), b"List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    assert Snooze.objects.get().user == paula


def test_two_clicks_are_one_week(client, roadmap, paula):
    client.post(address(paula))
    client.post(address(paula))
    assert Snooze.objects.get().until_on == localdate() + timedelta(days=7)


def test_asked_again_later_the_week_starts_again(paula):
    snooze(paula, on=date(2026, 11, 1))
    assert snooze(paula, on=date(2026, 11, 5)).until_on == date(2026, 11, 12)
    assert Snooze.objects.count() == 1


def test_who_is_logged_in_does_not_matter(client, roadmap, paula, rachel):
    client.force_login(rachel)
    client.post(address(paula))
    assert Snooze.objects.get().user == paula


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_of_more_than_thirty_days_says_so(client, roadmap, paula, method):
    with time_machine.travel("2026-11-01T08:00:00+01:00", tick=False):
        old = address(paula)
    with time_machine.travel("2026-12-01T07:00:00+01:00", tick=False):
        assert client.get(old).status_code == 200
    with time_machine.travel("2026-12-01T09:00:00+01:00", tick=False):
        response = getattr(client, method)(old)
    assert response.status_code == 410
    assert "trente jours" in page_of(response)
    assert not Snooze.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("fault", ["cut", "other pk", "other salt", "no longer open", "unknown", "nonsense"])
def test_a_link_that_is_not_one_is_told_clearly(client, roadmap, paula, method, fault):
    token = snooze_token(paula)
    tokens = {
        "cut": token[:-3],
        "other pk": signing.dumps(paula.pk + 1, salt="commitments.snooze").split(":")[0] + ":" + token.split(":", 1)[1],
        "other salt": signing.dumps(paula.pk),
        "no longer open": snooze_token(make_user("gone", is_active=False)),
        "unknown": signing.dumps(10**6, salt="commitments.snooze"),
        "nonsense": "é:1",
    }
    response = getattr(client, method)(f"/rappels/pause/{tokens[fault]}/")
    assert response.status_code == 404
    assert "Ce lien ne fonctionne plus" in page_of(response)
    assert not Snooze.objects.exists()


def test_the_page_exists_in_english(client, roadmap, paula):
    assert '<html lang="en">' in page_of(client.get(f"/en{address(paula)}"))


# --- Preferences ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["paula", "rachel", "stephane", "amina", "louis"])
def test_whoever_belongs_here_chooses_a_language(request, client, roadmap, name):
    user = request.getfixturevalue(name)
    client.force_login(user)
    assert 'href="/espace/preferences/"' in page_of(client.get("/espace/preferences/"))
    response = client.post("/espace/preferences/", {"language": "en"}, follow=True)
    assert "Préférences enregistrées" in page_of(response)
    user.refresh_from_db()
    assert user.language == "en"


def test_who_belongs_nowhere_has_no_such_page(client, roadmap):
    assert client.get("/espace/preferences/").status_code == 302
    client.force_login(make_user("nobody"))
    assert client.get("/espace/preferences/").status_code == 404
    assert client.post("/espace/preferences/", {"language": "en"}).status_code == 404
    assert client.post("/espace/preferences/rappels/").status_code == 404
    assert "/espace/preferences/" not in page_of(client.get("/"))


@pytest.mark.parametrize("language", ["", "de", "français"])
def test_a_language_we_do_not_write_is_refused_by_its_field(client, roadmap, paula, language):
    client.force_login(paula)
    response = client.post("/espace/preferences/", {"language": language})
    assert response.context["form"].errors["language"]
    paula.refresh_from_db()
    assert paula.language == "fr"


def test_only_the_language_is_written(client, roadmap, paula):
    client.force_login(paula)
    client.post("/espace/preferences/", {"language": "en", "email": "autre@example.org", "is_superuser": "1"})
    paula.refresh_from_db()
    assert (paula.email, paula.is_superuser) == ("paula@example.org", False)


def test_one_sees_the_rest_one_asked_for_and_ends_it(client, roadmap, paula, rachel):
    snooze(paula, on=localdate())
    snooze(rachel, on=localdate())
    client.force_login(paula)
    assert "En pause" in page_of(client.get("/espace/preferences/"))
    assert client.get("/espace/preferences/rappels/").status_code == 405
    response = client.post("/espace/preferences/rappels/", follow=True)
    assert "Les rappels reprennent" in page_of(response)
    assert "En pause" not in page_of(response)
    assert [row.user for row in Snooze.objects.all()] == [rachel]


def test_a_rest_that_is_over_is_not_shown(client, roadmap, paula):
    snooze(paula, on=localdate() - timedelta(days=7))
    client.force_login(paula)
    assert "En pause" not in page_of(client.get("/espace/preferences/"))
