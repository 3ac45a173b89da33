"""The admin reads money and offers nothing that the database refuses."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Membership
from tests.factories import make_commitment, make_user
from tests.reports.situations import make_envelope, make_event, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_user("amina", Membership.Role.ADMINISTRATOR))
    return client


def page(client, line):
    return client.get(reverse("admin:funding_fundingline_change", args=[line.pk])).content.decode()


def test_a_line_with_events_keeps_whose_money_it_is(admin):
    line = make_line(make_commitment(), make_envelope("a"))
    assert 'name="envelope"' in page(admin, line)
    make_event(line, "planned", Decimal(5))
    assert 'name="envelope"' not in page(admin, line)
    assert 'name="note"' in page(admin, line)


@pytest.mark.parametrize("model", ["fundingevent", "financingplan", "grant", "award"])
def test_what_has_its_own_pages_is_read_and_not_written(admin, model):
    assert admin.get(reverse(f"admin:funding_{model}_changelist")).status_code == 200
    assert admin.get(reverse(f"admin:funding_{model}_add")).status_code == 403
