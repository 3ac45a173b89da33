"""What the table of accounts/permissions.py does not say: dates, disabled accounts, the rescue account."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import permissions
from accounts.models import Membership, User
from commitments.models import Commitment
from commitments.queries import commitments_for, writable_commitments
from tests.factories import make_actor, make_commitment, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role


def test_an_administrator_of_another_actor_reads_and_asks_for_its_report_alone():
    pole = make_actor("pole")
    user = make_user("someone", Role.ADMINISTRATOR, pole)
    hidden = make_commitment(visibility=Commitment.Visibility.INTERNAL, lead=pole)
    assert list(commitments_for(user)) == [hidden]
    assert not writable_commitments(user).exists()
    assert not (permissions.can_publish(user))
    assert not (permissions.can_steer(user))
    assert not permissions.visa_sides(user)
    assert not (permissions.is_administrator(user))
    assert not (permissions.can_manage_reports(user))
    assert not user.is_staff
    assert not user.has_perm("accounts.change_user")
    assert not user.has_module_perms("accounts")
    assert permissions.administered_actors(user) == [pole]
    assert permissions.can_request_reports(user)
    assert permissions.can_request_report(user, "actor=pole")
    assert not permissions.can_request_report(user, "")
    assert not permissions.can_request_report(user, "actor=pole&late=1")


def test_an_actor_s_administrator_keeps_the_other_roles_they_hold():
    pole = make_actor("pole")
    user = make_user("someone", Role.ADMINISTRATOR, pole)
    Membership.objects.create(user=user, actor=pole, role=Role.CONTRIBUTOR, starts_on=date(2020, 1, 1))
    assert permissions.roles_of(user) == {Role.READER, Role.CONTRIBUTOR}
    make_commitment(lead=pole)
    assert writable_commitments(user).count() == 1


@pytest.mark.parametrize("side", ["state", "region"])
def test_the_portal_is_administered_for_those_who_own_the_roadmap(side):
    user = make_user("someone", Role.ADMINISTRATOR, make_actor("proprietaire", side=side))
    assert permissions.is_administrator(user)
    assert user.is_staff
    assert permissions.administered_actors(user) == []


def test_the_public_reads_what_is_public():
    hidden, shown = make_commitment(visibility=Commitment.Visibility.INTERNAL), make_commitment()
    assert list(commitments_for(AnonymousUser())) == [shown]
    assert not writable_commitments(AnonymousUser()).exists()
    assert hidden.visibility == "internal"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "works"),
    [
        (date(2020, 1, 1), None, True),
        (date(2020, 1, 1), date(2020, 2, 1), False),
        (date(2999, 1, 1), None, False),
    ],
)
def test_a_membership_gives_rights_between_its_dates(starts_on, ends_on, works, region):
    user = make_user("someone")
    Membership.objects.create(user=user, actor=region, role=Role.ADMINISTRATOR, starts_on=starts_on, ends_on=ends_on)
    assert permissions.is_administrator(user) == works


def test_a_disabled_account_has_no_right(region):
    user = make_user("someone", Role.ADMINISTRATOR, region, is_active=False)
    assert not permissions.is_administrator(user)
    assert not user.is_staff


def test_the_rescue_account_administers_without_membership():
    user = User.objects.create_superuser("Secours@Example.org", "un mot de passe assez long", name="Secours")
    assert user.email == "secours@example.org"
    assert permissions.is_administrator(user)
    assert permissions.can_request_report(user, "")
    assert user.has_perm("anything")


@pytest.mark.parametrize("role", ["lead", "co_lead", "operator", "partner", "funder", "beneficiary"])
def test_leads_and_operators_write(role, region, paula):
    commitment = make_commitment()
    commitment.participations.create(actor=region, role=role)
    assert writable_commitments(paula).exists() == (role in permissions.WRITING_PARTICIPATIONS)
