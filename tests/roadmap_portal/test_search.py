"""People find what they look for, as they write it."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitments.models import Commitment
from roadmap_portal.search.results import search
from tests.factories import make_actor, make_commitment, make_update
from tests.reports.proven import draw_proven_quarter, seal_proven_quarter

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture
def portfolio(region, rachel):
    schools = make_commitment(code="eng-ecoles", title="Former dans les écoles d’ingénieurs", lead=region)
    make_commitment(code="eng-pme", title="Diffuser l’intelligence artificielle", summary="Pour les PME de l’Isère.")
    make_commitment(code="eng-secret", title="Écoles secrètes", visibility=Commitment.Visibility.INTERNAL)
    make_actor("minalogic", name="Minalogic", description="Pôle de compétitivité & numérique.", city="Grenoble")
    text = "Deux écoles ont ouvert un cursus ; l’entreprise Alma les soutient."
    make_update(schools, rachel, publish=True, text_public=text)
    make_update(schools, rachel, text_public="Brouillon sur les écoles doctorales.")


def shown(client, query):
    """(addresses of the results, text of the page)"""
    page = client.get(f"/recherche/?{query}").content.decode()
    found = re.findall(r'<h2 class="title"[^>]*><a href="([^"]+)"', page)
    return found, " ".join(unescape(re.sub(r"</?(?!mark)[a-z][^>]*>", " ", page)).split())


@pytest.mark.parametrize("typed", ["ecole", "Écoles", "ÉCOLE ingénieur", '"écoles d’ingénieurs"', "école -secret"])
def test_accents_endings_and_case_do_not_count(client, portfolio, typed):
    found, _text = shown(client, f"q={typed}")
    assert found[0] == "/engagements/eng-ecoles/"
    assert "/engagements/eng-secret/" not in found


def test_a_title_counts_more_than_a_text_and_each_kind_is_told(client, portfolio):
    found, text = shown(client, "q=écoles")
    assert found == ["/engagements/eng-ecoles/", "/engagements/eng-ecoles/#journal"]
    assert "Tout (2) Engagements (1) Points publiés (1)" in text
    assert shown(client, "q=écoles&kind=point")[0] == ["/engagements/eng-ecoles/#journal"]
    assert shown(client, "q=Grenoble")[0] == ["/acteurs/minalogic/"]


@pytest.mark.parametrize(("typed", "meant"), [("inteligence", "intelligence"), ("Minalogique", "minalogic")])
def test_a_mistyped_word_is_answered_by_the_closest_one_and_the_page_says_so(client, portfolio, typed, meant):
    found, text = shown(client, f"q={typed}")
    assert len(found) == 1
    assert f"Rien pour « {typed} ». Voici ce qui répond à « {meant} »" in text


def test_the_words_found_are_marked_and_what_people_wrote_stays_text(client, portfolio):
    page = client.get("/recherche/?q=numerique").content.decode()
    assert "compétitivité &amp; <mark>numérique</mark>" in page


def test_staff_find_what_is_internal_and_nobody_finds_a_draft(client, portfolio, louis):
    client.force_login(louis)
    assert "/engagements/eng-secret/" in shown(client, "q=secrètes")[0]
    assert shown(client, "q=doctorales")[0] == []


def test_nothing_found_leads_on(client, portfolio):
    found, text = shown(client, "q=zzzzzz")
    assert (found, "Rien ne répond à" in text, "Parcourir" in text) == ([], True, True)
    assert "n’est pas une sorte de résultat connue" in shown(client, "q=écoles&kind=chose")[1]
    assert "Parcourir" in shown(client, "")[1]


def test_a_quarter_is_found_as_people_write_it(client, amina, files):
    sealed = seal_proven_quarter(draw_proven_quarter(), amina)
    for typed in ("rapport T3 2026", "trimestre 3", "scellé"):
        assert shown(client, f"q={typed}")[0] == [sealed.get_absolute_url()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.text(max_size=60)
    | st.sampled_from(["&", "!!", "' OR 1=1 --", "(", '"', "<->", "a:*b", "\\", "%", "é" * 300])
)
def test_whatever_is_typed_is_answered(portfolio, typed):
    assert search(VISITOR, typed).hits is not None


def test_a_search_costs_the_same_queries_whatever_it_finds(
    client, portfolio, region, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as few:
        client.get("/recherche/?q=écoles&kind=engagement")
    for n in range(30):
        make_commitment(code=f"eng-{n}", title=f"Ouvrir des écoles {n}")
    with django_assert_num_queries(len(few.captured_queries)):
        assert "page=2" in client.get("/recherche/?q=écoles&kind=engagement").content.decode()
