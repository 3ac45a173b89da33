"""The map says where people are at work, and each of its numbers is that of the list it leads to."""

import re
from datetime import date

import pytest

from commitments.models import Commitment, Participation
from tests.factories import make_actor, make_commitment

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio():
    grenoble, lyon = make_actor("grenoble", department_code="38"), make_actor("lyon", department_code="69")
    paris, nowhere = make_actor("paris", department_code="75"), make_actor("nulle-part")
    late = {"status": "in_progress", "initial_due_on": date(2026, 1, 1), "due_on": date(2026, 1, 1)}
    both = make_commitment(code="eng-1", lead=grenoble, **late)
    for actor in (grenoble, lyon):
        Participation.objects.create(commitment=both, actor=actor, role="partner")
    make_commitment(code="eng-2", lead=grenoble)
    make_commitment(code="eng-3", lead=grenoble, visibility=Commitment.Visibility.INTERNAL)
    make_commitment(code="eng-4", lead=grenoble, provenance=Commitment.Provenance.ADJACENT)
    make_commitment(code="eng-5", lead=paris)
    make_commitment(code="eng-6", lead=nowhere)


def rows(page):
    text = re.sub(r"<[^>]+>", " ", page[page.index("<tbody>") :])
    found = re.findall(r"(\w[\w-]*)\s+\((\w+)\)\s+(\d+)\s+(\d+)\s+(\d+)", text)
    return {code: (int(n), int(late), int(actors)) for _name, code, n, late, actors in found}


def test_a_commitment_counts_once_in_each_department_where_somebody_takes_part(client, portfolio):
    page = client.get("/carte/").content.decode()
    found = rows(page)
    assert (found["38"], found["69"], found["01"]) == ((2, 1, 1), (1, 1, 1), (0, 0, 0))
    assert "Hors région (75)" in page
    assert "Sans département renseigné" in page
    assert page.count("<path class=") == 12
    assert re.search(r'<a href="/engagements/\?department=38" aria-label="Isère\W+2 engagements, 1 acteur"', page)


def test_each_number_is_that_of_the_list_it_leads_to(client, portfolio):
    found = rows(client.get("/carte/").content.decode())
    assert len(found) == 13
    for code, (number, _late, _actors) in found.items():
        if code != "75":
            shown = client.get(f"/engagements/?department={code}").context["shown"]["counted"]
            assert len(shown) == number, code


def test_actors_are_shown_for_the_asking_and_what_is_unknown_is_said(client, portfolio):
    assert 'aria-current="true">Acteurs' in client.get("/carte/?show=actors").content.decode()
    assert "ne se dessine pas" in client.get("/carte/?show=rien").content.decode()
    assert client.get("/en/carte/").status_code == 200


def test_an_empty_map_is_a_map(client, roadmap):
    assert client.get("/carte/").content.decode().count('class="shade-0" d=') == 12


def test_it_costs_the_same_queries_whatever_it_counts(
    client, portfolio, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6) as few:
        client.get("/carte/")
    for n in range(10):
        make_commitment(code=f"plus-{n}", lead=make_actor(f"acteur-{n}", department_code="73"))
    with django_assert_num_queries(len(few.captured_queries)):
        client.get("/carte/")
