"""Calendars, feed readers and the page of milestones: the same milestones, the public ones alone."""

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime

import icalendar
import pytest

from actors.models import DatePrecision
from commitments.models import Commitment, Milestone
from commitments.transitions import postpone
from tests.factories import make_actor, make_axis, make_commitment, make_milestone, make_update

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def portfolio(region, rachel):
    research = make_commitment(code="eng-recherche", title="Soutenir", main_axis=make_axis("research"), lead=region)
    make_milestone(research, title="Ouvrir, puis évaluer", due_on=date(2026, 12, 15))
    make_milestone(research, "x", title="Convention signée", due_on=date(2026, 3, 1))
    other = make_commitment(code="eng-autre", lead=make_actor("pole"))
    make_milestone(other, title="Bilan", due_on=date(2027, 6, 30), date_precision=DatePrecision.MONTH)
    secret = make_commitment(code="eng-secret", visibility=Commitment.Visibility.INTERNAL, lead=region)
    make_milestone(secret, title="Jalon secret", due_on=date(2027, 1, 1))
    make_update(research, rachel, publish=True, text_public="Le marché est notifié & publié.")
    make_update(secret, rachel, publish=True, text_public="Texte interne.")
    return research


def events(client, query=""):
    response = client.get(f"/jalons.ics{query}")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(response.content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_a_calendar_program_reads_the_public_milestones(client, portfolio, amina):
    client.force_login(amina)  # who may see what is internal: the feed is everybody's all the same
    found = events(client)
    assert set(found) == {"Ouvrir, puis évaluer", "Convention signée", "Bilan"}
    opening = found["Ouvrir, puis évaluer"]
    assert (opening["dtstart"].dt, opening["dtend"].dt) == (date(2026, 12, 15), date(2026, 12, 16))
    assert opening["url"].endswith("/engagements/eng-recherche/#jalons")
    assert "date annoncée\u00a0: juin 2027" in found["Bilan"]["description"]
    assert found["Convention signée"]["dtstart"].dt == date(2026, 3, 1)


def test_a_milestone_that_moves_keeps_its_identity_and_says_that_it_changed(client, portfolio, rachel):
    before = events(client)["Ouvrir, puis évaluer"]
    milestone = Milestone.objects.get(title="Ouvrir, puis évaluer")
    postpone(portfolio, milestone=milestone, to_on=date(2027, 2, 1), reason_kind="budget", reason="Crédits.", by=rachel)
    after = events(client)["Ouvrir, puis évaluer"]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["dtstart"].dt == date(2027, 2, 1)
    assert "initialement prévu\u00a0: 15 décembre 2026" in after["description"]
    assert events(client)["Ouvrir, puis évaluer"].to_ical() == after.to_ical()  # nothing moves by itself


def test_feeds_narrow_by_axis_and_by_actor_and_refuse_what_does_not_exist(client, portfolio):
    assert set(events(client, "?axis=research")) == {"Ouvrir, puis évaluer", "Convention signée"}
    assert set(events(client, "?actor=pole")) == {"Bilan"}
    for address in ("/jalons.ics", "/actualites.atom"):
        refused = client.get(f"{address}?axis=rien")
        assert (refused.status_code, "axis" in refused.content.decode()) == (400, True)


def test_a_feed_reader_reads_what_was_published_newest_first(client, portfolio, rachel):
    make_update(portfolio, rachel, publish=True, at=datetime(2026, 11, 20, tzinfo=UTC), text_public="Plus tôt.")
    response = client.get("/actualites.atom?axis=research")
    feed = ET.fromstring(response.content)  # noqa: S314 - our own
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert all(feed.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated"))
    assert feed.find(f"{ATOM}link[@rel='self']").get("href").endswith("/actualites.atom?axis=research")
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}summary").text for entry in entries] == ["Le marché est notifié & publié.", "Plus tôt."]
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(set(ids)) == 2
    assert all(each.startswith("tag:") for each in ids)
    assert "interne" not in client.get("/actualites.atom").content.decode()


def test_the_calendar_page_draws_and_lists_the_milestones_one_asks_for(client, portfolio):
    page = client.get("/calendrier/?axis=research").content.decode()
    assert 'role="img"' in page
    assert "Ouvrir, puis évaluer" in page
    assert "Bilan" not in page
    assert "/jalons.ics?axis=research" in page
    wrong = client.get("/calendrier/?axis=rien").content.decode()
    assert "ce code n’existe pas" in wrong
    assert "Ouvrir, puis évaluer" not in wrong


@pytest.mark.parametrize("address", ["/calendrier/", "/jalons.ics", "/actualites.atom"])
def test_each_costs_the_same_queries_whatever_its_length(
    client, portfolio, rachel, django_assert_num_queries, django_assert_max_num_queries, address
):
    with django_assert_max_num_queries(16) as few:
        client.get(address)
    for n in range(6):
        commitment = make_commitment("x..", code=f"plus-{n}", main_axis=make_axis("research"))
        make_update(commitment, rachel, publish=True)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(address)
