"""The administrators' space: rights given and ended, and how someone leaves."""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils.timezone import localdate
from lxml import html

from accounts import permissions
from accounts.models import Membership, SecurityEvent, User
from accounts.services import RightsRefused, rights
from commitments.models import Roadmap
from tests.factories import make_actor, make_commitment, make_roadmap, make_update, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def administering(client, amina):
    client.force_login(amina)
    return client


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_a_right_is_given_and_ended_and_the_log_says_by_whom(administering, amina, louis, state):
    page = reverse("accounts:person", args=[louis.pk])
    given = {"actor": state.pk, "role": "validator", "starts_on": localdate(), "ends_on": ""}
    assert administering.post(page, given).status_code == 302
    assert permissions.visa_sides(fresh(louis)) == {"state"}
    again = administering.post(page, given).content.decode()
    assert "Cette habilitation existe déjà." in again
    row = louis.memberships.get(role="validator")
    for _ in range(2):
        administering.post(reverse("accounts:end_membership", args=[louis.pk, row.pk]))
    assert permissions.visa_sides(fresh(louis)) == set()
    told = SecurityEvent.objects.filter(kind="rights_changed", user=louis).order_by("pk")
    assert [event.details["by"] for event in told] == [amina.pk, amina.pk]
    assert ["given" in event.details for event in told] == [True, False]


def test_the_last_administrator_stays(administering, amina, region):
    only = amina.memberships.get()
    page = administering.post(reverse("accounts:end_membership", args=[amina.pk, only.pk]), follow=True)
    assert "aucun administrateur" in page.content.decode()
    with pytest.raises(RightsRefused, match="qui reprend"):
        rights.leave(amina, {only.pk: amina}, today=localdate())
    make_user("adele", Role.ADMINISTRATOR, region)
    rights.end(only, today=localdate())
    assert not permissions.is_administrator(fresh(amina))


def test_who_leaves_hands_over_what_waits(administering, paula, rachel, region, stephane, client):
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    make_commitment(title="Former 10 000 personnes", code="eng-1", lead=region)
    update = make_update(make_commitment(title="Ouvrir un centre", code="eng-2", lead=region), paula, submitted=True)
    page = administering.get(reverse("accounts:departure", args=[paula.pk])).content.decode()
    assert "Former 10 000 personnes" in page
    assert "2 engagements en cours" in page
    of_rachel = administering.get(reverse("accounts:departure", args=[rachel.pk])).content.decode()
    assert reverse("commitments:visa_detail", args=[update.pk]) in of_rachel
    refused = administering.post(reverse("accounts:departure", args=[paula.pk]))
    assert "Le départ n’est pas enregistré." in refused.content.decode()
    assert fresh(paula).is_active
    (left,) = rights.unattended(paula, localdate())
    done = administering.post(reverse("accounts:departure", args=[paula.pk]), {f"taker_{left.pk}": rachel.pk})
    assert done.status_code == 302
    assert (fresh(paula).is_active, fresh(paula).current_memberships) == (False, [])
    assert permissions.contributing_actor_ids(fresh(rachel)) == [region.pk]
    assert SecurityEvent.objects.get(kind="account_disabled").user == paula


def test_what_colleagues_hold_too_needs_no_taker(administering, paula, region):
    make_user("pierre", Role.CONTRIBUTOR, region)
    assert rights.unattended(paula, localdate()) == []
    page = reverse("accounts:departure", args=[paula.pk])
    assert administering.post(page).status_code == 302
    assert not fresh(paula).is_active
    again = administering.post(page, follow=True)
    assert "Ce compte est déjà désactivé." in again.content.decode()


def test_a_right_held_by_delegation_does_not_stand_for_one(paula, region):
    deputy = make_user("denis", Role.READER, region)
    own = paula.memberships.get()
    Membership.objects.create(
        user=deputy, actor=region, role=own.role, starts_on=localdate(), ends_on=date(2099, 1, 1), delegated_from=own
    )
    assert rights.unattended(paula, localdate()) == [own]


def test_a_disabled_person_is_out_at_once(client, paula, region):
    make_user("pierre", Role.CONTRIBUTOR, region)
    client.force_login(paula)
    assert client.get(reverse("commitments:my_quarter")).status_code == 200
    rights.leave(paula, {}, today=localdate())
    assert Session.objects.count() == 0
    assert client.get(reverse("commitments:my_quarter")).status_code == 302


def test_a_reopened_account_has_no_right_left(administering, paula, region):
    make_user("pierre", Role.CONTRIBUTOR, region)
    to_come = localdate() + timedelta(days=30)
    Membership.objects.create(user=paula, actor=region, role=Role.VALIDATOR, starts_on=to_come)
    rights.leave(paula, {}, today=localdate())
    administering.post(reverse("accounts:enable", args=[paula.pk]))
    assert fresh(paula).is_active
    assert not paula.memberships.not_over(localdate()).exists()
    assert permissions.roles_of(fresh(paula)) == set()


def test_people_are_found_in_as_many_queries_whatever_their_number(
    administering, region, django_assert_num_queries, django_assert_max_num_queries
):
    page = reverse("accounts:people")
    with django_assert_max_num_queries(12) as few:
        administering.get(page)
    for n in range(20):
        make_user(f"agent-{n}", Role.READER, region)
    with django_assert_num_queries(len(few)):
        found = administering.get(page, {"q": "agent-7"})
    assert ("Agent-7" in found.content.decode(), "Agent-8" in found.content.decode()) == (True, False)


def test_the_admin_neither_closes_nor_deletes_an_account(administering, paula):
    page = reverse("admin:accounts_user_change", args=[paula.pk])
    assert 'name="is_active"' not in administering.get(page).content.decode()
    administering.post(page, {"email": paula.email, "name": "Paula", "language": "fr", "is_active": ""})
    assert fresh(paula).is_active
    assert (
        administering.post(reverse("admin:accounts_user_delete", args=[paula.pk]), {"post": "yes"}).status_code == 403
    )


def admin_page(client, user):
    """What the form of the admin sends when nothing is changed in it."""
    address = reverse("admin:accounts_user_change", args=[user.pk])
    [form] = [each for each in html.fromstring(client.get(address).content).forms if each.get("id") == "user_form"]
    # An empty box is sent too, which lxml leaves out.
    empty = {box.name: "" for box in form.inputs if box.name and box.get("type") == "text" and box.value is None}
    return address, {**empty, **dict(form.form_values())}


def told_of(user):
    return [event.details for event in SecurityEvent.objects.filter(kind="rights_changed", user=user).order_by("pk")]


@pytest.mark.parametrize(
    "lost",
    [
        {"memberships-0-DELETE": "on"},
        {"memberships-0-role": "reader"},
        {"memberships-0-ends_on": "2026-01-31"},
    ],
    ids=str,
)
def test_the_admin_keeps_an_administrator_too(administering, amina, region, lost):
    address, sent = admin_page(administering, amina)
    before = amina.memberships.get()
    refused = administering.post(address, sent | lost)
    assert "aucun administrateur" in refused.content.decode()
    assert (fresh(amina).memberships.get(), fresh(amina).is_staff) == (before, True)
    make_user("adele", Role.ADMINISTRATOR, region)
    assert administering.post(address, sent | lost).status_code == 302
    assert not fresh(amina).is_staff


def test_the_admin_takes_the_roadmap_from_none_of_its_owners(administering, amina, region):
    page = reverse("admin:actors_actor_change", args=[region.pk])
    [form] = [each for each in html.fromstring(administering.get(page).content).forms if each.get("id") == "actor_form"]
    assert "side" not in form.fields
    empty = {box.name: "" for box in form.inputs if box.name and box.get("type") == "text" and box.value is None}
    assert (
        administering.post(page, {**empty, **dict(form.form_values()), "side": "", "city": "Lyon"}).status_code == 302
    )
    region.refresh_from_db()
    assert (region.side, region.city) == ("region", "Lyon")
    assert fresh(amina).is_staff
    mistaken = reverse("admin:actors_actor_change", args=[make_actor("pole", side="state").pk])
    assert 'name="side"' in administering.get(mistaken).content.decode()


def test_what_the_admin_does_to_rights_is_told_as_elsewhere(administering, amina, paula, state):
    (row,) = paula.memberships.all()
    address, sent = admin_page(administering, paula)
    assert administering.post(address, sent).status_code == 302
    assert told_of(paula) == [], "nothing was changed"

    administering.post(address, sent | {"memberships-0-role": "administrator"})
    by = {"by": amina.pk, "actor": "region"}
    raised = {**by, "role": "administrator", "changed": {"role": ["contributor", "administrator"]}}
    assert told_of(paula) == [raised]

    address, sent = admin_page(administering, paula)
    added = {"memberships-1-actor": state.pk, "memberships-1-role": "reader", "memberships-1-starts_on": "2026-01-05"}
    administering.post(address, sent | added | {"memberships-TOTAL_FORMS": 2})
    given = {"by": amina.pk, "actor": "prefecture", "role": "reader", "given": "2026-01-05"}
    assert told_of(paula) == [raised, given]

    address, sent = admin_page(administering, paula)
    place = next(n for n in (0, 1) if sent[f"memberships-{n}-id"] == str(row.pk))
    administering.post(address, sent | {f"memberships-{place}-DELETE": "on"})
    assert told_of(paula)[2:] == [{**by, "role": "administrator", "ended": "2020-01-01"}]
    assert [right.role for right in paula.memberships.all()] == ["reader"]


def test_the_admin_tells_of_the_rescue_account_and_of_who_comes_in(administering, amina, paula):
    address, sent = admin_page(administering, paula)
    administering.post(address, sent | {"name": "Paula B."})
    assert told_of(paula) == []
    administering.post(address, sent | {"is_superuser": "on"})
    assert told_of(paula) == [{"by": amina.pk, "changed": ["is_superuser"], "is_superuser": True}]
    none = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    new = {"email": "neuf@example.org", "name": "Neuf", "language": "fr", "new_password": "une longue phrase 42 !"}
    administering.post(reverse("admin:accounts_user_add"), new | none)
    found = User.objects.get(email="neuf@example.org")
    assert told_of(found) == [{"by": amina.pk, "changed": ["created"], "is_superuser": False}]


def test_a_banner_stands_on_every_page_in_its_language(client, roadmap):
    Roadmap.objects.update(banner="Interruption samedi à 8 h.", banner_en="Down on Saturday at 8.")
    assert "Interruption samedi à 8 h." in client.get("/").content.decode()
    assert "Down on Saturday at 8." in client.get("/en/").content.decode()
    Roadmap.objects.update(banner="")
    assert 'class="banner"' not in client.get("/").content.decode()
