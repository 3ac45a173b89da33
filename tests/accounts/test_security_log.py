"""The security log: what is told of an event, whose address is believed, and that it only grows."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import SecurityEvent
from accounts.models.security import LEAST_DAYS_KEPT
from accounts.security_log import Kind, address_of, record

pytestmark = pytest.mark.django_db


def request_of(user=None, **headers):
    request = RequestFactory().get("/", **headers)
    request.user = user
    return request


def test_an_event_is_a_row_and_a_line(paula, caplog):
    caplog.set_level("INFO", "roadmap_portal.security")
    record(Kind.LOGIN, request_of(paula, REMOTE_ADDR="192.0.2.7"), way="password")
    event = SecurityEvent.objects.get()
    assert (event.user, event.address, event.details) == (paula, "192.0.2.7", {"way": "password"})
    line = json.loads(caplog.messages[-1])
    assert (line["kind"], line["user"], line["address"], line["way"]) == ("login", paula.pk, "192.0.2.7", "password")


def test_who_did_it_stands_beside_whom_it_is_about(paula, amina):
    record(Kind.ACCOUNT_DISABLED, request_of(amina), user=paula)
    event = SecurityEvent.objects.get()
    assert (event.user, event.details) == (paula, {"by": amina.pk})


def test_nothing_is_changed_nor_removed_before_its_time(paula):
    record(Kind.LOGIN, user=paula)
    for attempt in (lambda: SecurityEvent.objects.update(kind="logout"), lambda: SecurityEvent.objects.all().delete()):
        with pytest.raises(IntegrityError, match="journal de sécurité"), transaction.atomic():
            attempt()
    assert SecurityEvent.objects.get().kind == "login"


def test_what_is_old_enough_may_go():
    SecurityEvent.objects.create(kind=Kind.LOGIN, happened_at=timezone.now() - timedelta(days=LEAST_DAYS_KEPT + 1))
    SecurityEvent.objects.all().delete()
    assert not SecurityEvent.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),  # nobody of ours wrote it
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first part is what the caller made up
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "", "192.0.2.1"),
    ],
)
def test_an_address_is_believed_from_our_proxies_alone(settings, proxies, forwarded, expected):
    settings.PROXIES = proxies
    assert address_of(request_of(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)) == expected
