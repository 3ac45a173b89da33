"""Du 1er au 20 août, par … : whose rights a deputy holds, on which days, and what is refused."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.utils import IntegrityError
from django.urls import reverse

from accounts import permissions
from accounts.models import Membership, SecurityEvent, User
from accounts.services import RightsRefused
from accounts.services.delegations import delegate, delegations_of, end_delegation
from commitments.models import Roadmap, Visa
from commitments.queries.people import in_charge
from commitments.transitions import give_visa
from tests.factories import make_actor, make_roadmap, make_update, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
BEFORE, FIRST, LAST = date(2026, 7, 20), date(2026, 8, 1), date(2026, 8, 20)


def at(day):
    return time_machine.travel(f"{day}T12:00:00+02:00", tick=False)


@pytest.fixture
def denis(region):
    """Reads for the Region, and stands in for others."""
    return make_user("denis", Role.READER, region)


def fresh(user):
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("day", "writes"),
    [(FIRST - timedelta(1), False), (FIRST, True), (LAST, True), (LAST + timedelta(1), False)],
)
def test_rights_and_reminders_go_to_the_deputy_from_the_first_day_to_the_last(paula, denis, commitment, day, writes):
    delegate(paula, denis, FIRST, LAST, today=BEFORE)
    with at(day):
        assert bool(permissions.contributing_actor_ids(fresh(denis))) == writes
        assert (denis in in_charge([commitment.pk], day)[commitment.pk]) == writes
        assert permissions.contributing_actor_ids(fresh(paula))


def test_it_ends_with_the_right_it_comes_from(paula, denis):
    delegate(paula, denis, FIRST, LAST, today=BEFORE)
    own = paula.memberships.get()
    with at(date(2026, 8, 10)):
        User.objects.filter(pk=paula.pk).update(is_active=False)
        assert not permissions.contributing_actor_ids(fresh(denis))
        User.objects.filter(pk=paula.pk).update(is_active=True)
        Membership.objects.filter(pk=own.pk).update(ends_on=date(2026, 8, 9))
        assert not permissions.contributing_actor_ids(fresh(denis))


def test_stopped_it_ends_today_and_what_lasted_stays_in_the_past(paula, denis, client):
    delegate(paula, denis, FIRST, LAST, today=BEFORE)
    with at(date(2026, 8, 10)):
        client.force_login(paula)
        answer = client.post(reverse("accounts:end_delegation", args=[denis.pk]))
        assert answer.status_code == 302
        assert not permissions.contributing_actor_ids(fresh(denis))
    assert Membership.objects.get(delegated_from__isnull=False).ends_on == date(2026, 8, 9)
    assert end_delegation(paula, denis, today=date(2026, 8, 11)) == 0


def test_a_visa_by_delegation_says_so(rachel, denis, paula, commitment, client):
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    delegate(rachel, denis, FIRST, LAST, today=BEFORE)
    with at(FIRST):
        update = make_update(commitment, paula, submitted=True)
        give_visa(update, side="region", decision="approved", by=fresh(denis), seen_hash=update.text_hash)
    visa = Visa.objects.get()
    assert (visa.by, visa.by_delegation_of) == (denis, rachel)
    client.force_login(rachel)
    page = client.get(reverse("commitments:visa_detail", args=[update.pk])).content.decode()
    assert "Denis, par délégation de Rachel" in page


def test_an_own_visa_is_not_by_delegation(rachel, region, paula, commitment):
    romain = make_user("romain", Role.VALIDATOR, region)
    own = romain.memberships.get()
    Membership.objects.filter(pk=own.pk).update(ends_on=LAST - timedelta(5))
    delegate(rachel, romain, FIRST, LAST, today=BEFORE)
    with at(FIRST):
        assert permissions.visa_given_for(fresh(romain), "region") is None
    with at(LAST):
        assert permissions.visa_given_for(fresh(romain), "region") == rachel


def test_what_is_refused_names_the_field_and_writes_nothing(paula, denis, stephane, louis):
    for deputy, first, last, field, words in [
        (denis, BEFORE - timedelta(1), LAST, "starts_on", "passé"),
        (denis, LAST, FIRST, "ends_on", "précède"),
        (denis, FIRST, FIRST + timedelta(92), "ends_on", "92"),
        (paula, FIRST, LAST, "deputy", "autre compte"),
        (louis, FIRST, LAST, "deputy", "même côté"),
    ]:
        with pytest.raises(RightsRefused, match=words) as refused:
            delegate(paula, deputy, first, last, today=BEFORE)
        assert refused.value.field == field
    assert not Membership.objects.filter(delegated_from__isnull=False).exists()
    delegate(paula, denis, FIRST, LAST, today=BEFORE)
    with pytest.raises(RightsRefused, match="Denis couvre déjà"):
        delegate(paula, denis, LAST, LAST, today=BEFORE)


def test_of_another_actor_only_with_those_of_that_actor(denis):
    pole, lab = make_actor("pole"), make_actor("labo")
    aline = make_user("aline", Role.CONTRIBUTOR, pole)
    with pytest.raises(RightsRefused, match="ni pour le même acteur"):
        delegate(aline, make_user("lea", Role.CONTRIBUTOR, lab), FIRST, LAST, today=BEFORE)
    delegate(aline, make_user("alix", Role.READER, pole), FIRST, LAST, today=BEFORE)


def test_a_deputy_takes_what_they_may_hold_and_another_the_rest(paula, denis, client):
    pole = make_actor("pole")
    Membership.objects.create(user=paula, actor=pole, role=Role.READER, starts_on=date(2020, 1, 1))
    made = delegate(paula, denis, FIRST, LAST, today=BEFORE)
    assert [m.actor.slug for m in made.memberships] == ["region"]
    assert [m.actor for m in made.left_out] == [pole]
    other = make_user("alix", Role.CONTRIBUTOR, pole)
    made = delegate(paula, other, FIRST, LAST, today=BEFORE)
    assert [(m.actor, m.role) for m in made.memberships] == [(pole, Role.READER)]


def test_the_database_refuses_to_pass_on_what_one_holds_by_delegation(paula, denis, region):
    (given,) = delegate(paula, denis, FIRST, LAST, today=BEFORE).memberships
    other = make_user("other", Role.READER, region)
    for wrong in [
        {"delegated_from": given},
        {"delegated_from": paula.memberships.get(), "role": Role.ADMINISTRATOR},
        {"delegated_from": paula.memberships.get(), "user": paula},
        {"delegated_from": paula.memberships.get(), "ends_on": None},
    ]:
        row = {"user": other, "actor": region, "role": Role.CONTRIBUTOR, "starts_on": FIRST, "ends_on": LAST} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(**row)


def test_the_page_shows_gives_and_says_what_is_wrong(paula, denis, client):
    client.force_login(paula)
    page = reverse("accounts:delegations")
    with at(BEFORE):
        refused = client.post(page, {"deputy": denis.pk, "starts_on": LAST, "ends_on": FIRST})
        assert "La fin précède le début." in refused.content.decode()
        given = client.post(page, {"deputy": denis.pk, "starts_on": FIRST, "ends_on": LAST})
        assert given.status_code == 302
        assert "Paula, du 1" in client.get(page).content.decode()
        (shown,) = delegations_of(denis, BEFORE)
    assert (shown.absent, shown.deputy) == (paula, denis)
    assert SecurityEvent.objects.get(kind="delegated").details["absent"] == paula.pk


def test_the_history_says_for_whom(paula, denis, commitment, client):
    delegate(paula, denis, FIRST, LAST, today=BEFORE)
    with at(FIRST):
        client.force_login(denis)
        client.post(reverse("accounts:preferences"), {"language": "en"})
        change = denis.pgh_event_model.objects.filter(pgh_obj=denis.pk).latest("pgh_id")
    assert change.pgh_context["stands_in_for"] == [paula.pk]
