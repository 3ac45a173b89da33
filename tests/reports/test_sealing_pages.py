"""The administration closes a quarter: told what will never change, asked for the name of the quarter, led to the one
report there is."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commitments.models import Campaign, Commitment
from reports import transitions
from reports.models import Report, SealedReport
from reports.tasks import build_report
from tests.factories import make_actor, make_campaign, make_commitment, make_roadmap, make_user
from tests.reports.situations import at, draw_quarter, publish
from tests.reports.test_sealing import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
SEAL, RECTIFY = "/espace/rapports/sceller/2026-T3/", "/espace/rapports/rectifier/2026-T3/"
TYPED = {"quarter": "T3 2026", "publish": "on"}


@pytest.fixture
def quarter(db):
    return draw_quarter()


@pytest.fixture
def sealed(quarter, amina):
    return transitions.seal(quarter, by=amina, at=at(2026, 10, 20))


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """Reports a worker was asked to build: the broker is outside."""
    found = []
    monkeypatch.setattr(build_report, "delay_on_commit", found.append)
    return found


@pytest.fixture
def nadia(region):
    return make_user("nadia", "administrator", region)


@pytest.fixture
def waiting(quarter, paula):
    """A text that neither side has approved."""
    make_roadmap("both")
    return submitted(make_commitment(code="eng-attend", title="Attendre"), quarter, paula)


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


# --- Sealing --------------------------------------------------------------------------------------


def test_amina_is_told_in_words_what_will_never_change(client, quarter, amina):
    client.force_login(amina)
    page = text_of(client.get(SEAL))
    assert "Sceller le trimestre T3 2026" in page
    assert "la situation au 30 septembre 2026" in page
    assert "5 engagements suivis" in page
    assert "Engagements par réponse du trimestre" in page
    assert "ne changera plus jamais" in page
    assert "Aucun : tous les textes du trimestre ont leurs visas." in page
    assert not SealedReport.objects.exists()


def test_she_types_the_quarter_and_it_is_sealed_published_and_built(client, quarter, amina, asked):
    client.force_login(amina)
    response = client.post(SEAL, TYPED)
    sealed = SealedReport.objects.get()
    assert response.url == sealed.layout.get_absolute_url()
    assert (sealed.sealed_by, sealed.published_at) == (amina, sealed.sealed_at)
    assert asked == [sealed.layout.pk]
    assert "est scellé" in text_of(client.get(response.url))


@pytest.mark.parametrize("typed", ["T3 2026", "t3 2026", "T3\u00a02026", "2026-T3", " 2026T3 ", "Q3 2026"])
def test_the_quarter_is_read_as_people_write_it(client, quarter, amina, typed):
    client.force_login(amina)
    client.post(SEAL, {"quarter": typed})
    assert SealedReport.objects.get().published_at is None


@pytest.mark.parametrize("typed", ["", "T4 2026", "T3 2025", "oui"])
def test_another_quarter_seals_nothing_and_loses_nothing(client, waiting, amina, typed):
    client.force_login(amina)
    response = client.post(SEAL, {"quarter": typed, "unapproved": ["eng-attend"]})
    assert set(response.context["form"].errors) == {"quarter"}
    page = response.content.decode()
    assert re.search(r'value="eng-attend"[^>]*checked', page)
    assert not re.search(r'name="publish"[^>]*checked', page)
    assert not SealedReport.objects.exists()


def test_a_text_that_misses_a_visa_stops_it_until_it_is_ticked(client, waiting, amina):
    client.force_login(amina)
    page = client.get(SEAL)
    assert "eng-attend Attendre lire le point : Attendre État, Région 10/10/2026" in text_of(page)
    assert not re.search(r'value="eng-attend"[^>]*checked', page.content.decode())
    refused = client.post(SEAL, TYPED)
    assert "Il manque un visa à ces points : eng-attend" in text_of(refused)
    assert 'value="T3 2026"' in refused.content.decode()
    assert not SealedReport.objects.exists()
    client.post(SEAL, {**TYPED, "unapproved": ["eng-attend"]})
    assert SealedReport.objects.get().layout.dataset["unapproved"][0]["commitment"] == "eng-attend"


def test_a_text_approved_while_the_page_was_open_is_no_fault(client, waiting, amina):
    client.force_login(amina)
    client.post(SEAL, {**TYPED, "unapproved": ["eng-attend", "eng-retard"]})
    assert SealedReport.objects.count() == 1


def test_a_double_click_makes_one_report(client, quarter, amina, asked):
    client.force_login(amina)
    assert client.post(SEAL, TYPED).url == client.post(SEAL, TYPED).url
    assert SealedReport.objects.count() == len(asked) == 1


def test_the_second_administrator_is_told_who_sealed_and_led_to_it(client, sealed, nadia):
    client.force_login(nadia)
    for response in (client.get(SEAL), client.post(SEAL, TYPED)):
        assert response.url == sealed.layout.get_absolute_url()
    assert "scellé par Amina le 20/10/2026" in text_of(client.get(response.url))


@pytest.mark.parametrize("state", [Campaign.State.PLANNED, Campaign.State.OPEN])
def test_a_quarter_that_still_takes_answers_says_why_it_waits(client, amina, state):
    make_campaign(2026, 3, state=state)
    client.force_login(amina)
    for response in (client.get(SEAL), client.post(SEAL, TYPED)):
        assert "les réponses ne sont pas closes" in text_of(response)
    assert not SealedReport.objects.exists()


def test_a_draft_is_offered_to_compare_with(client, quarter, amina):
    client.force_login(amina)
    assert "Aucun rapport provisoire" in text_of(client.get(SEAL))
    draft = transitions.request_report(quarter, by=amina)
    assert draft.get_absolute_url() in client.get(SEAL).content.decode()


def test_the_way_to_the_page_is_on_the_board_and_among_the_reports(client, quarter, amina, paula):
    client.force_login(amina)
    board = reverse("commitments:campaign_board", args=[quarter.slug])
    for address in (board, "/espace/rapports/"):
        assert SEAL in client.get(address).content.decode()
    client.force_login(paula)
    assert SEAL not in client.get(board).content.decode()


def test_once_sealed_the_board_leads_to_the_report(client, sealed, amina):
    client.force_login(amina)
    page = client.get(reverse("commitments:campaign_board", args=["2026-T3"])).content.decode()
    assert "/rapports/2026-T3/" in page
    assert SEAL not in page


@pytest.mark.parametrize("address", [SEAL, RECTIFY, "/espace/rapports/publier/2026-T3/v1/"])
@pytest.mark.parametrize("who", ["paula", "rachel", "louis"])
def test_to_everyone_else_the_pages_are_not_there(client, request, sealed, address, who):
    client.force_login(request.getfixturevalue(who))
    assert client.post(address, TYPED).status_code == 404


def test_the_page_costs_the_same_whatever_waits(client, waiting, paula, quarter, amina, django_assert_num_queries):
    client.force_login(amina)
    client.get(SEAL)
    with CaptureQueriesContext(connection) as one:
        client.get(SEAL)
    for index in range(3):
        submitted(make_commitment(code=f"eng-attend-{index}"), quarter, paula)
    with django_assert_num_queries(len(one)):
        client.get(SEAL)


# --- Rectification --------------------------------------------------------------------------------


def test_a_rectification_asks_what_was_wrong_and_is_built(client, sealed, amina, asked):
    make_commitment(code="eng-oublie")
    client.force_login(amina)
    assert "Rien : un rectificatif dirait la même chose" not in text_of(client.get(RECTIFY))
    refused = client.post(RECTIFY, {"reason": " ", "number": 1, "publish": "on"})
    assert set(refused.context["form"].errors) == {"reason"}
    response = client.post(RECTIFY, {"reason": "Un engagement manquait.", "number": 1, "publish": "on"})
    corrected = SealedReport.objects.get(version=2)
    assert response.url == corrected.layout.get_absolute_url()
    assert (corrected.reason, corrected.sealed_by) == ("Un engagement manquait.", amina)
    assert asked == [corrected.layout.pk]


def test_a_text_that_is_still_the_last_word_may_be_corrected_first(client, sealed, amina, paula):
    following = make_campaign(2026, 4, state=Campaign.State.OPEN)
    publish(Commitment.objects.get(code="eng-retard"), following, "in_progress", at(2026, 11, 5), author=paula)
    client.force_login(amina)
    page = client.get(RECTIFY).content.decode()
    assert "/espace/engagements/eng-declare/point/?campagne=2026-T3" in page
    assert "/espace/engagements/eng-retard/point/" not in page


def test_when_nothing_differs_the_page_says_so_and_leaves_the_choice(client, sealed, amina):
    """What was wrong may be how a file lays the same data out."""
    client.force_login(amina)
    assert "Rien : un rectificatif dirait la même chose" in text_of(client.get(RECTIFY))
    client.post(RECTIFY, {"reason": "Le PDF coupait un tableau.", "number": 1})
    assert SealedReport.objects.count() == 2


def test_rectified_meanwhile_the_second_is_led_to_what_the_first_wrote(client, sealed, amina, nadia):
    client.force_login(amina)
    client.post(RECTIFY, {"reason": "Faux.", "number": 1})
    client.force_login(nadia)
    response = client.post(RECTIFY, {"reason": "Faux aussi.", "number": 1})
    assert response.url == SealedReport.objects.get(version=2).layout.get_absolute_url()
    assert "scellé par Amina" in text_of(client.get(response.url))
    assert SealedReport.objects.count() == 2


def test_there_is_nothing_to_rectify_before_a_sealing(client, quarter, amina):
    client.force_login(amina)
    assert client.get(RECTIFY).status_code == 404


# --- Publication ----------------------------------------------------------------------------------


def test_sealed_and_unpublished_it_is_for_the_staff_until_it_is_published(client, quarter, amina, louis):
    sealed = transitions.seal(quarter, by=amina, publish_it=False, at=at(2026, 10, 20))
    addresses = ["/rapports/2026-T3/", "/rapports/2026-T3/v1/"]
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert "T3" not in text_of(client.get("/rapports/"))
    client.force_login(louis)
    page = text_of(client.get(addresses[1]))
    assert "pas encore publié : seuls les services le lisent" in page
    assert "Publier" not in page
    client.force_login(amina)
    publish_it = reverse("reports:publish", args=["2026-T3", 1])
    assert publish_it in client.get(addresses[0]).content.decode()
    assert client.post(publish_it).url == addresses[1]
    client.logout()
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    sealed.refresh_from_db()
    assert sealed.published_at is not None


def test_a_version_that_does_not_exist_is_not_published(client, sealed, amina):
    client.force_login(amina)
    assert client.post(reverse("reports:publish", args=["2026-T3", 2])).status_code == 404


# --- The administration's tables ------------------------------------------------------------------


def test_the_admin_looks_and_changes_nothing(client, sealed, amina):
    client.force_login(amina)
    for model in ("sealedreport", "report"):
        assert client.get(f"/admin/reports/{model}/").status_code == 200
    address = f"/admin/reports/sealedreport/{sealed.pk}/"
    page = client.get(f"{address}change/").content.decode()
    assert sealed.sha256 in page
    assert 'type="submit"' not in page.split("<main")[1].replace("theme", "")
    assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/reports/sealedreport/add/").status_code == 403
    assert Report.objects.count() == SealedReport.objects.count() == 1


def test_a_text_of_the_next_quarter_changes_nothing_in_what_is_rectified(client, quarter, amina, paula):
    make_actor()
    transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    following = make_campaign(2026, 4, state=Campaign.State.OPEN)
    publish(make_commitment(code="eng-nouveau"), following, "in_progress", at(2026, 11, 5), author=paula)
    client.force_login(amina)
    client.post(RECTIFY, {"reason": "Un engagement manquait.", "number": 1})
    rows = {row["code"]: row for row in SealedReport.objects.get(version=2).layout.dataset["commitments"]}
    assert rows["eng-nouveau"]["status"] == "not_provided"
