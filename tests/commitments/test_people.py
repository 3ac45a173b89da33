"""Someone is always in charge: a reminder that reaches nobody is how a commitment is forgotten."""

from datetime import date

import pytest

from accounts.models import Membership
from commitments.queries import in_charge
from tests.factories import TODAY, make_actor, make_commitment, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role


def test_those_who_contribute_for_an_actor_that_leads(commitment, paula, rachel, amina):
    assert in_charge([commitment.pk], TODAY) == {commitment.pk: [paula]}


def test_the_administrators_of_the_actor_where_nobody_contributes(commitment, amina):
    make_user("zoe", Role.ADMINISTRATOR, make_actor("autre", side="state"))
    assert in_charge([commitment.pk], TODAY) == {commitment.pk: [amina]}


def test_all_administrators_where_the_actor_has_nobody(amina):
    orphan = make_commitment(lead=make_actor("sans-personne"))
    unled = make_commitment()
    assert in_charge([orphan.pk, unled.pk], TODAY) == {orphan.pk: [amina], unled.pk: [amina]}


def test_an_actor_s_administrator_writes_nothing_and_is_in_charge_of_nothing(amina):
    cluster = make_actor("pole")
    make_user("zoe", Role.ADMINISTRATOR, cluster)
    led = make_commitment(lead=cluster)
    assert in_charge([led.pk], TODAY) == {led.pk: [amina]}


def test_someone_who_has_left_is_in_charge_of_nothing(commitment, paula, amina):
    paula.memberships.update(ends_on=date(2026, 1, 1))
    assert in_charge([commitment.pk], TODAY) == {commitment.pk: [amina]}
    amina.is_active = False
    amina.save()
    assert in_charge([commitment.pk], TODAY) == {commitment.pk: []}


def test_two_queries_whatever_the_number(django_assert_num_queries, region, paula):
    commitments = [make_commitment(lead=region) for _ in range(5)]
    with django_assert_num_queries(2):
        assert set(in_charge([c.pk for c in commitments], TODAY)) == {c.pk for c in commitments}
