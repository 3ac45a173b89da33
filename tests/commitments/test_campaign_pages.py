"""Amina plans, opens, watches and closes a quarter; the others watch."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from commitments.models import Campaign, CampaignLine, ReminderRequest, Roadmap
from commitments.queries import board_rows, lines_of
from commitments.services import unanswered_requests
from commitments.tasks import remind
from commitments.transitions import (
    TransitionRefused,
    confirm_unchanged,
    move_campaign,
    plan_campaign,
    plan_forgotten_quarter,
    reschedule_campaign,
)
from tests.factories import make_axis, make_campaign, make_commitment, make_roadmap, make_update, make_user

pytestmark = pytest.mark.django_db
PLANNED = {"quarter": "2026-T4", "opens_on": "2026-12-01", "due_on": "2027-01-09", "closes_on": "2027-01-14"}
States = CampaignLine.State


@pytest.fixture(autouse=True)
def _in_november():
    """The quarters on offer depend on the day."""
    with time_machine.travel(date(2026, 11, 22), tick=False):
        yield


def board(client, campaign, query=""):
    return client.get(f"/espace/campagnes/{campaign.slug}/{query}")


# --- Planning and opening ------------------------------------------------------------------------


def test_amina_plans_a_quarter_and_opens_it(client, amina, commitment):
    client.force_login(amina)
    response = client.post("/espace/campagnes/nouvelle/", PLANNED)
    campaign = Campaign.objects.get()
    assert response.url == f"/espace/campagnes/{campaign.slug}/"
    assert (campaign.state, campaign.reference_on) == (Campaign.State.PLANNED, date(2026, 12, 31))
    assert "Ouvrir la campagne" in board(client, campaign).text
    client.post(f"/espace/campagnes/{campaign.slug}/etat/", {"state": "open"})
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.OPEN
    assert [row.state for row in board_rows(lines_of(campaign))] == [States.TO_ANSWER]
    assert Roadmap.objects.get().in_force_since == date(2026, 11, 22)


def test_opening_twice_changes_nothing_and_says_so(client, amina, commitment):
    campaign = make_campaign(state=Campaign.State.PLANNED)
    client.force_login(amina)
    for _ in range(2):
        response = client.post(f"/espace/campagnes/{campaign.slug}/etat/", {"state": "open"}, follow=True)
    assert "ce changement n’est pas permis" in response.text
    assert CampaignLine.objects.count() == 1


def test_a_second_quarter_does_not_open_beside_the_first(client, amina):
    make_campaign(2026, 3)
    campaign = make_campaign(2026, 4, state=Campaign.State.PLANNED)
    client.force_login(amina)
    response = client.post(f"/espace/campagnes/{campaign.slug}/etat/", {"state": "open"}, follow=True)
    assert "La campagne T3 2026 est encore ouverte." in response.text
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.PLANNED


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"quarter": "2026-T3"}, "quarter", "Ce trimestre a déjà sa campagne."),
        ({"opens_on": "2026-09-30"}, "opens_on", "de la campagne T3 2026, du 01/08/2026 au 20/10/2026"),
        ({"due_on": "2026-11-30"}, "due_on", "à l’ouverture de la campagne, ou après"),
        ({"closes_on": "2027-01-08"}, "closes_on", "le jour où la réponse est attendue, ou après"),
        ({"due_on": "demain"}, "due_on", "Une date est attendue"),
        ({"closes_on": ""}, "closes_on", "obligatoire"),
        ({"quarter": "2026-T5"}, "quarter", "2026-T5"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(client, amina, changed, field, said):
    make_campaign(2026, 3, state=Campaign.State.REVIEW)
    client.force_login(amina)
    response = client.post("/espace/campagnes/nouvelle/", PLANNED | changed)
    assert response.status_code == 200
    assert said in "".join(response.context["form"].errors[field])
    assert Campaign.objects.count() == 1


def test_all_that_is_wrong_is_said_at_once(client, amina):
    make_campaign(2026, 3, state=Campaign.State.REVIEW)
    client.force_login(amina)
    sent = {"quarter": "2026-T3", "opens_on": "2026-09-30", "due_on": "2026-09-29", "closes_on": "2026-09-28",
            "seals_on": "2026-09-28"}  # fmt: skip
    errors = client.post("/espace/campagnes/nouvelle/", sent).context["form"].errors
    assert set(errors) == {"quarter", "opens_on", "due_on", "closes_on", "seals_on"}
    # A date that cannot be read does not hide what is wrong with the others.
    errors = client.post("/espace/campagnes/nouvelle/", sent | {"due_on": "bientôt"}).context["form"].errors
    assert set(errors) == {"quarter", "opens_on", "due_on", "seals_on"}


def test_the_day_of_sealing_is_planned_or_left_to_a_person(client, amina, roadmap):
    client.force_login(amina)
    client.post("/espace/campagnes/nouvelle/", PLANNED | {"seals_on": "2027-01-20"})
    campaign = Campaign.objects.get()
    assert campaign.seals_on == date(2027, 1, 20)
    client.post(f"/espace/campagnes/{campaign.slug}/dates/", PLANNED | {"seals_on": ""})
    campaign.refresh_from_db()
    assert campaign.seals_on is None


def test_dates_move_while_they_are_to_come(amina):
    campaign = make_campaign()
    dates = {"opens_on": date(2026, 1, 1), "due_on": date(2027, 1, 20), "closes_on": date(2027, 1, 25)}
    moved = reschedule_campaign(campaign, by=amina, seals_on=None, **dates)
    assert (moved.opens_on, moved.due_on) == (campaign.opens_on, date(2027, 1, 20))
    move_campaign(campaign, Campaign.State.REVIEW, by=amina)
    later = dict.fromkeys(dates, date(2027, 3, 1))
    moved = reschedule_campaign(campaign, by=amina, seals_on=date(2027, 2, 1), **later)
    assert (moved.due_on, moved.closes_on, moved.seals_on) == (date(2027, 1, 20), date(2027, 1, 25), date(2027, 2, 1))
    with pytest.raises(TransitionRefused, match="suit la clôture") as refused:
        reschedule_campaign(campaign, by=amina, seals_on=date(2027, 1, 25), **later)
    assert refused.value.field == "seals_on"
    Campaign.objects.update(state=Campaign.State.SEALED)
    with pytest.raises(TransitionRefused, match="scellée"):
        reschedule_campaign(campaign, by=amina, seals_on=None, **dates)


def test_in_review_the_form_changes_the_sealing_alone(client, amina):
    campaign = make_campaign(state=Campaign.State.REVIEW)
    client.force_login(amina)
    sent = {"opens_on": "2020-01-01", "due_on": "2020-01-01", "closes_on": "2020-01-01", "seals_on": "2027-02-01"}
    assert client.post(f"/espace/campagnes/{campaign.slug}/dates/", sent).status_code == 302
    before, campaign = campaign, Campaign.objects.get()
    assert campaign.seals_on == date(2027, 2, 1)
    assert (campaign.opens_on, campaign.closes_on) == (before.opens_on, before.closes_on)


def test_new_dates_do_not_run_into_another_campaign(client, amina):
    make_campaign(2026, 3, state=Campaign.State.REVIEW)
    campaign = make_campaign(2026, 4, state=Campaign.State.PLANNED)
    client.force_login(amina)
    sent = {"opens_on": "2026-10-20", "due_on": "2027-01-10", "closes_on": "2027-01-12"}
    response = client.post(f"/espace/campagnes/{campaign.slug}/dates/", sent)
    assert "chevauchent celles de la campagne T3 2026" in "".join(response.context["form"].errors["opens_on"])


def test_dates_that_a_colleague_has_just_moved_are_shown_first(client, amina, region):
    """Sent again, the form writes over them knowingly."""
    campaign = make_campaign()
    client.force_login(amina)
    address = f"/espace/campagnes/{campaign.slug}/dates/"
    seen = client.get(address).context["form"]["seen"].value()
    zoe = make_user("zoe", Membership.Role.ADMINISTRATOR, region)
    dates = {"opens_on": campaign.opens_on, "due_on": date(2027, 1, 18), "closes_on": date(2027, 1, 22)}
    reschedule_campaign(campaign, by=zoe, seals_on=None, **dates)
    sent = {"due_on": "2027-01-12", "closes_on": "2027-01-22", "seen": seen}
    page = client.post(address, sent)
    assert "18/01/2027" in page.text
    campaign.refresh_from_db()
    assert campaign.due_on == date(2027, 1, 18)
    client.post(address, sent | {"seen": page.context["form"]["seen"].value()})
    campaign.refresh_from_db()
    assert campaign.due_on == date(2027, 1, 12)


@pytest.mark.parametrize("who", ["paula", "stephane", "rachel", "louis"])
def test_only_an_administrator_conducts_a_campaign(client, request, commitment, who):
    user = request.getfixturevalue(who)
    campaign = make_campaign(state=Campaign.State.PLANNED)
    client.force_login(user)
    assert client.get("/espace/campagnes/nouvelle/").status_code == 404
    assert client.post("/espace/campagnes/nouvelle/", PLANNED).status_code == 404
    assert client.get(f"/espace/campagnes/{campaign.slug}/dates/").status_code == 404
    assert client.post(f"/espace/campagnes/{campaign.slug}/etat/", {"state": "open"}).status_code == 404
    assert "Conduire la campagne" not in board(client, campaign).text
    with pytest.raises(TransitionRefused, match="administration"):
        plan_campaign(make_roadmap(), year=2027, quarter=1, by=user, **{name: date(2027, 4, 1) for name in
                      ("opens_on", "due_on", "closes_on")})  # fmt: skip
    with pytest.raises(TransitionRefused, match="administration"):
        move_campaign(campaign, Campaign.State.OPEN, by=user)


def test_the_campaign_nobody_planned_leaves_a_week_and_waits_for_a_free_fortnight(roadmap):
    Roadmap.objects.update(in_force_since=date(2026, 1, 15))
    late = make_campaign(2026, 2)
    Campaign.objects.filter(pk=late.pk).update(
        opens_on=date(2026, 6, 1), due_on=date(2026, 10, 11), closes_on=date(2026, 10, 11)
    )
    made = plan_forgotten_quarter(date(2026, 10, 1))
    assert (made.slug, made.reference_on, made.state) == ("2026-T3", date(2026, 9, 30), Campaign.State.PLANNED)
    assert (made.opens_on, made.due_on, made.closes_on) == (date(2026, 10, 12), date(2026, 10, 27), date(2026, 10, 27))
    assert plan_forgotten_quarter(date(2026, 10, 2)) is None


@pytest.mark.parametrize("since", [None, date(2026, 10, 1)])
def test_no_campaign_is_made_for_a_roadmap_that_was_not_in_force(roadmap, since):
    Roadmap.objects.update(in_force_since=since)
    assert plan_forgotten_quarter(date(2026, 10, 1)) is None


# --- The board -----------------------------------------------------------------------------------


@pytest.fixture
def quarter(region, state, paula, stephane, amina):
    """Four commitments, in four states."""
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    research, training = make_axis("research", title="Recherche"), make_axis("training", title="Formation")
    made = [
        make_commitment(code="eng-1", title="Silencieux", lead=region, main_axis=research),
        make_commitment(code="eng-2", title="Soumis", lead=region, main_axis=research),
        make_commitment(code="eng-3", title="Brouillon", lead=state, main_axis=training),
        make_commitment(code="eng-4", title="Orphelin"),
    ]
    campaign = make_campaign()
    make_update(made[1], paula, submitted=True, campaign=campaign)
    make_update(made[2], stephane, campaign=campaign)
    return campaign


def test_the_board_says_who_must_do_what_by_when(client, louis, quarter):
    client.force_login(louis)
    page = board(client, quarter)
    assert [(group.name, group.tally.answered, group.tally.expected) for group in page.context["groups"]] == [
        ("Formation", 0, 1), ("Recherche", 1, 2), ("Tous les axes", 0, 1),
    ]  # fmt: skip
    assert "1 réponse sur 4." in page.text
    assert "personne de désigné" in page.text
    assert "visa attendu" in page.text
    assert f"réponse attendue le {quarter.due_on:%d/%m/%Y}" in page.text


def test_lines_are_arranged_by_side_and_by_actor(client, louis, quarter):
    client.force_login(louis)
    by_side = board(client, quarter, "?par=cote").context["groups"]
    assert [group.name for group in by_side] == ["État", "Région", "Sans acteur désigné"]
    by_actor = board(client, quarter, "?par=acteur").context["groups"]
    assert [group.name for group in by_actor] == ["Préfecture de région", "Région", "Sans acteur désigné"]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("?state=submitted", ["eng-2"]),
        ("?side=state", ["eng-3"]),
        ("?actor=region&par=acteur", ["eng-1", "eng-2"]),
        ("?axis=research&state=to_answer", ["eng-1"]),
        ("?state=confirmed", []),
    ],
)
def test_filters_choose_lines(client, louis, quarter, query, codes):
    client.force_login(louis)
    groups = board(client, quarter, query).context["groups"]
    assert [row.code for group in groups for row in group.rows] == codes


@pytest.mark.parametrize("query", ["?state=rien", "?axis=nulle-part", "?actor=%00", "?par=couleur", "?side=north"])
def test_an_unknown_filter_is_told_and_shows_nothing(client, louis, quarter, query):
    client.force_login(louis)
    page = board(client, quarter, query)
    assert page.status_code == 200
    assert page.context["errors"]
    assert page.context["groups"] == []


@pytest.mark.parametrize("slug", ["2026-T9", "2025-T1", "bonjour", "2026-T44"])
def test_an_unknown_quarter_is_not_found(client, louis, quarter, slug):
    client.force_login(louis)
    assert client.get(f"/espace/campagnes/{slug}/").status_code == 404


def test_a_visitor_sees_no_board(client, quarter):
    assert board(client, quarter).url.startswith("/connexion/")


def test_silence_is_told_from_a_confirmation_once_the_campaign_is_closed(client, amina, paula, region):
    said, silent = make_commitment(code="eng-dit", lead=region), make_commitment(code="eng-tu", lead=region)
    for commitment in (said, silent):
        make_update(commitment, amina, publish=True)
    campaign = make_campaign()
    confirm_unchanged(said, campaign, by=paula)
    move_campaign(campaign, Campaign.State.REVIEW, by=amina)
    states = {row.code: row.state for row in board_rows(lines_of(campaign))}
    assert states == {"eng-dit": States.CONFIRMED, "eng-tu": States.NOT_ANSWERED}
    client.force_login(amina)
    assert "sans réponse à la clôture" in board(client, campaign).text


def test_the_board_costs_the_same_whatever_the_number_of_lines(client, louis, quarter, region, paula):
    client.force_login(louis)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert board(client, quarter, "?par=acteur").status_code == 200
        return len(asked)

    few = cost()
    for number in range(10):
        added = make_commitment(code=f"eng-n{number}", lead=region)
        CampaignLine.objects.create(campaign=quarter, commitment=added)
        make_update(added, paula, submitted=True, campaign=quarter)
    assert cost() == few


# --- Reminding -----------------------------------------------------------------------------------


def test_one_click_reminds_those_who_have_not_answered(client, amina, quarter, mailoutbox):
    """The job itself; a worker of its own runs it in the browser test."""
    client.force_login(amina)
    page = client.post(f"/espace/campagnes/{quarter.slug}/relancer/", follow=True)
    assert "2 rappels partent" in page.text
    asked = ReminderRequest.objects.get()
    for _ in range(2):
        remind(asked.pk)
    assert sorted(mail.to[0] for mail in mailoutbox) == ["amina@example.org", "paula@example.org"]
    assert "Cette semaine, 2 sont déjà partis." in board(client, quarter).text


def test_one_line_reminds_those_in_charge_of_it(client, amina, quarter, mailoutbox):
    client.force_login(amina)
    page = client.post(f"/espace/campagnes/{quarter.slug}/relancer/", {"code": "eng-1"}, follow=True)
    assert "1 rappel part" in page.text
    remind(ReminderRequest.objects.get().pk)
    assert [mail.to for mail in mailoutbox] == [["paula@example.org"]]


def test_a_reminder_whose_message_was_lost_is_sent_after_five_minutes_and_once(client, amina, quarter, mailoutbox):
    client.force_login(amina)
    client.post(f"/espace/campagnes/{quarter.slug}/relancer/", {"code": "eng-1"})
    asked = ReminderRequest.objects.get()
    assert unanswered_requests(asked.asked_at + timedelta(minutes=4)) == []
    later = asked.asked_at + timedelta(minutes=5)
    assert unanswered_requests(later) == [asked.pk]
    remind(asked.pk)
    assert [mail.to for mail in mailoutbox] == [["paula@example.org"]]
    assert unanswered_requests(later) == []


def test_a_reminder_of_a_campaign_closed_meanwhile_writes_to_nobody(client, amina, quarter, mailoutbox, caplog):
    client.force_login(amina)
    client.post(f"/espace/campagnes/{quarter.slug}/relancer/")
    Campaign.objects.update(state=Campaign.State.REVIEW)
    asked = ReminderRequest.objects.get()
    remind(asked.pk)
    assert mailoutbox == []
    assert "Nobody is reminded" in caplog.text
    asked.refresh_from_db()
    assert asked.done_at is not None


@pytest.mark.parametrize("code", ["eng-2", "eng-rien", "%"])
def test_a_line_that_is_answered_or_unknown_reminds_nobody(client, amina, quarter, code):
    client.force_login(amina)
    page = client.post(f"/espace/campagnes/{quarter.slug}/relancer/", {"code": code}, follow=True)
    assert "Personne n’est à relancer" in page.text


def test_only_an_administrator_reminds(client, paula, quarter):
    client.force_login(paula)
    assert client.post(f"/espace/campagnes/{quarter.slug}/relancer/").status_code == 404
    assert "Relancer" not in board(client, quarter).text
