"""Rates: counted in a real Redis, together; refused with a page; nobody counted without it."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SecurityEvent
from roadmap_portal import rates
from roadmap_portal.rates import Rate

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch, settings):
    """Three searches, two logins, in windows too long to end meanwhile, and under names of this test's own."""
    own = settings.CACHES["shared"] | {"KEY_PREFIX": f"test-{uuid.uuid4()}"}
    settings.CACHES = settings.CACHES | {"shared": own}
    ages = 10**9
    monkeypatch.setattr(rates, "RATES", rates.RATES | {"search": Rate(3, ages, ("GET",)), "login": Rate(2, ages)})


def search(client, **extra):
    return client.get(reverse("search"), {"q": "IA"}, **extra)


def test_beyond_the_rate_a_page_says_when_to_come_back(client, few, roadmap):
    assert [search(client).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = search(client)
    assert int(refused["Retry-After"]) > 0
    assert "Trop de demandes" in refused.content.decode()
    assert "no-store" in refused["Cache-Control"]
    assert SecurityEvent.objects.get(kind="rate_exceeded").details == {"what": "search"}


def test_each_address_and_each_person_has_their_own(client, few, roadmap, paula):
    for _ in range(4):
        search(client)
    assert search(client, REMOTE_ADDR="192.0.2.9").status_code == 200
    client.force_login(paula)
    assert search(client).status_code == 200


def test_only_what_costs_is_counted(client, few, roadmap):
    page = reverse("accounts:login")
    assert {client.get(page).status_code for _ in range(5)} == {200}
    assert [client.post(page, {}).status_code for _ in range(3)] == [200, 200, 429]


def test_without_redis_nobody_is_refused(client, few, roadmap, settings):
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = settings.CACHES | {"shared": away}
    assert {search(client).status_code for _ in range(5)} == {200}
    assert {client.get("/api/v1/axes/").status_code for _ in range(2)} == {200}


def test_a_form_without_its_token_is_answered_in_french(few):
    answer = Client(enforce_csrf_checks=True).post(reverse("accounts:login"), {"username": "a"})
    assert (answer.status_code, "Formulaire périmé" in answer.content.decode()) == (403, True)


def test_a_host_that_is_not_ours_is_answered_without_asking_the_database(client):
    answer = client.get("/", HTTP_HOST="ailleurs.example")
    assert (answer.status_code, "Demande incomprise" in answer.content.decode()) == (400, True)
