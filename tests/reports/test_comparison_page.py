"""The comparison of two sealed quarters as everyone reads it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments.models import Campaign
from reports import transitions
from reports.models import SealedReport
from tests.factories import make_campaign, make_commitment
from tests.reports.situations import at
from tests.reports.test_pages import text_of

pytestmark = pytest.mark.django_db
ADDRESS = "/rapports/comparaison/"


def test_the_page_says_it_to_everyone_without_a_cookie(client, two_quarters):
    response = client.get(ADDRESS, {"de": "2026-T2", "a": "2026-T3"})
    page = text_of(response)
    assert response.status_code == 200
    assert "23 comparables · 2 entrants · 1 fusionné" in page
    assert "0 sorti" not in page
    for name in ("Nouveau eng-24", "Nouveau eng-25", "Engagement 23", "Même convention."):
        assert name in page
    assert 'href="/engagements/eng-23/"' in response.content.decode()
    assert "Paula" not in page
    assert "Rachel" not in page
    assert not response.cookies


def test_the_page_gives_the_means_in_points(client, two_quarters):
    page = text_of(client.get(ADDRESS, {"de": "2026-T2", "a": "2026-T3"}))
    assert "20,00 % 32,50 % +12,50 points 55,00 % 32,50 % -22,50 points" in page
    assert "Avancement moyen +12,50 points 0,00 point -35,00 points -22,50 points" in page


def test_the_page_tells_old_new_author_and_reason_of_each(client, two_quarters):
    page = text_of(client.get(ADDRESS, {"de": "2026-T2", "a": "2026-T3"}))
    said = "Région, côté Région, contribution, 20/09/2026 Marché sans suite."
    assert f"Statut en cours → devient suspendu {said}" in page
    assert "31 mars 2027 → devient 30 septembre 2027" in page
    assert "non renseigné → devient 250 000 € non précisé non précisé" in page
    assert "2 engagements comparables ont changé. 21 sont inchangés." in page


def test_formulas_that_changed_between_the_two_are_told_first(client, two_quarters, settings, amina):
    settings.LATE_MILESTONE_GRACE_DAYS += 10
    transitions.seal(make_campaign(2026, 4, state=Campaign.State.REVIEW), by=amina, at=at(2027, 1, 20))
    page = text_of(client.get(ADDRESS, {"de": "2026-T3", "a": "2026-T4"}))
    assert "Les formules ont changé" in page
    assert "Jours de tolérance" in page
    assert "Les formules ont changé" not in text_of(client.get(ADDRESS, {"de": "2026-T2", "a": "2026-T3"}))


def test_the_page_costs_the_same_queries_whatever_the_number_of_reports_and_commitments(client, two_quarters, amina):
    costs = []
    for round_ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS, {"de": "2026-T2", "a": "2026-T3"})
        costs.append(len(captured))
        if round_ == 0:
            for n in range(5):
                make_commitment(code=f"eng-plus-{n}")
            transitions.seal(make_campaign(2026, 4, state=Campaign.State.REVIEW), by=amina, at=at(2027, 1, 20))
    assert costs[0] == costs[1]


def test_in_reverse_order_they_are_swapped_and_it_is_said(client, two_quarters):
    page = text_of(client.get(ADDRESS, {"de": "2026-T3", "a": "2026-T2"}))
    assert "ils ont été remis dans l’ordre" in page
    assert "De T2 2026 à T3 2026" in page


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"de": "2026-T9", "a": "2026-T3"}, "« 2026-T9 » : ce n’est pas un rapport scellé et publié."),
        ({"de": "<b>", "a": "2026-T3"}, "« <b> » : ce n’est pas un rapport scellé et publié."),
        ({"de": "2026-T2"}, "Choisissez deux rapports."),
        ({"de": "2026-T3", "a": "2026-T3-v1"}, "C’est deux fois le même rapport"),
    ],
)
def test_a_value_that_is_not_known_is_told(client, two_quarters, asked, told):
    response = client.get(ADDRESS, asked)
    assert response.status_code == 200
    assert told in text_of(response)
    assert response.context["comparison"] is None


def test_without_a_choice_the_last_two_are_proposed(client, two_quarters):
    response = client.get(ADDRESS)
    assert response.context["asked"] == {"de": "2026-T2", "a": "2026-T3"}
    assert "23 comparables" not in text_of(response)


def test_what_is_sealed_and_not_published_is_not_for_the_public(client, two_quarters, amina):
    campaign = make_campaign(2026, 4, state=Campaign.State.REVIEW)
    transitions.seal(campaign, by=amina, publish_it=False, at=at(2027, 1, 20))
    asked = {"de": "2026-T3", "a": "2026-T4"}
    assert "« 2026-T4 » : ce n’est pas un rapport scellé et publié. Attendu" in text_of(client.get(ADDRESS, asked))
    client.force_login(amina)
    assert "25 comparables" in text_of(client.get(ADDRESS, asked))


def test_the_page_speaks_english_with_the_words_frozen_in_the_reports(client, two_quarters):
    page = text_of(client.get(f"/en{ADDRESS}", {"de": "2026-T2", "a": "2026-T3"}))
    frozen = json.loads(two_quarters[1].content)["labels"]["en"]["status"]["suspended"]
    assert f"→ devient {frozen}" in page or f"→ becomes {frozen}" in page


def test_damaged_data_are_not_compared_and_take_no_page_down(client, two_quarters, amina):
    """One sign changed with the triggers off: verify_reports names it, the pages around stay."""
    first = SealedReport.objects.get(number=2)
    transitions.rectify(first, reason="Un chiffre était faux.", by=amina)
    damaged = "content = overlay(content placing '}' from 9 for 1)"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_sealedreport DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE reports_sealedreport SET {damaged} WHERE number = 2")  # noqa: S608 - ours
        cursor.execute("ALTER TABLE reports_sealedreport ENABLE TRIGGER USER")
    page = text_of(client.get(ADDRESS, {"de": "2026-T2", "a": "2026-T3-v1"}))
    assert "Les données de l’un des deux ne sont plus celles de son empreinte" in page
    assert client.get("/rapports/2026-T3/").status_code == 200
