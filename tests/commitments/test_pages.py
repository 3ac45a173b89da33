"""The public pages, through the client: what stands there, how many queries it costs, what a wrong address says."""

from datetime import date
from html import unescape

import pytest
from django.utils.timezone import localdate

from actors.models import Source
from commitments.models import Commitment, Indicator, Measurement, Status
from tests.factories import make_actor, make_axis, make_campaign, make_commitment, make_milestone, make_update

pytestmark = pytest.mark.django_db
ADJACENT = Commitment.Provenance.ADJACENT


def text_of(response):
    return unescape(response.content.decode())


@pytest.fixture
def portfolio(region):
    research, training = make_axis("research"), make_axis("training")
    make_commitment(code="eng-miai", title="Soutenir MIAI", main_axis=research, status=Status.IN_PROGRESS)
    make_commitment(code="eng-former", title="Former", main_axis=training)
    make_commitment(code="eng-tout", title="Articuler", lead=region)
    make_commitment(code="eng-voisin", title="Voisine", main_axis=research, provenance=ADJACENT)


def codes_shown(client, query=""):
    response = client.get(f"/engagements/{query}")
    assert response.status_code == 200
    return [line.code for group in response.context["shown"].values() for line in group]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["eng-former", "eng-miai", "eng-tout", "eng-voisin"]),
        ("?axis=research", ["eng-miai", "eng-voisin"]),
        ("?axis=transversal", ["eng-tout"]),
        ("?axis=research&status=in_progress&q=MIAI", ["eng-miai"]),
        ("?q=soutenir miai", ["eng-miai"]),
        ("?q=région", ["eng-tout"]),
        ("?provenance=adjacent", ["eng-voisin"]),
        ("?status=not_provided&ordering=title", ["eng-tout", "eng-former", "eng-voisin"]),
        ("?actor=region", ["eng-tout"]),
        ("?actor=region&role=lead", ["eng-tout"]),
        ("?actor=region&role=partner", []),
        ("?side=region", ["eng-tout"]),
        ("?side=state", []),
        ("?side=region&axis=research", []),
        ("?late=1", []),
        ("?late=0", ["eng-former", "eng-miai", "eng-tout", "eng-voisin"]),
        ("?page=99", ["eng-former", "eng-miai", "eng-tout", "eng-voisin"]),
    ],
)
def test_the_list_narrows(client, portfolio, query, codes):
    assert codes_shown(client, query) == codes


def test_a_side_is_a_list_of_the_form_and_a_badge_to_remove(client, portfolio):
    response = client.get("/engagements/?side=region&q=articuler")
    assert [(badge["label"], badge["value"]) for badge in response.context["chosen"]] == [
        ("Mots", "articuler"),
        ("Côté", "Région"),
    ]
    assert '<select class="form-select" id="f-side" name="side">' in response.text
    assert '<option value="region" selected>' in response.text


def test_a_side_answers_for_what_an_actor_of_it_leads_or_operates(client, portfolio):
    """The side a participation names comes before the actor's own; partners answer for nothing."""
    commitment, pole = make_commitment(code="eng-pole"), make_actor("pole")
    taking_part = commitment.participations.create(actor=pole, role="operator")
    assert codes_shown(client, "?side=state") == []
    commitment.participations.update(side="state")
    assert codes_shown(client, "?side=state") == ["eng-pole"]
    commitment.participations.filter(pk=taking_part.pk).update(role="partner")
    assert codes_shown(client, "?side=state") == []


def test_counted_and_adjacent_are_told_apart(client, portfolio):
    response = client.get("/engagements/")
    assert (response.context["counts"].counted, response.context["counts"].adjacent) == (3, 1)
    assert "Actions voisines" in text_of(response)
    page = text_of(client.get("/engagements/eng-voisin/"))
    assert "action voisine, non rattachée à la feuille de route par sa source" in page


@pytest.mark.parametrize(
    "name", ["status", "axis", "weather", "late", "actor", "role", "side", "department", "provenance", "ordering"]
)
def test_an_unknown_value_says_so_and_shows_nothing(client, portfolio, name):
    response = client.get(f"/engagements/?{name}=inconnu")
    assert response.status_code == 200
    message = dict(response.context["errors"])[name]
    assert "inconnu" in message
    assert "Attendu" in message or "n’existe pas" in message
    assert "Ce filtre n’a pas été compris" in text_of(response)
    assert response.context["page"].paginator.count == 0


@pytest.mark.parametrize("query", ["?q=%00", "?q=" + "a" * 500, "?page=zzz", "?page=-1", "?axis=%FF", "?q=%25_'\"--"])
def test_odd_input_is_never_a_500(client, portfolio, query):
    assert client.get(f"/engagements/{query}").status_code == 200


def test_a_badge_removes_its_filter_and_keeps_the_others(client, portfolio):
    page = client.get("/engagements/?axis=research&status=in_progress&page=1").content.decode()
    assert 'href="?axis=research"' in page
    assert 'href="?status=in_progress"' in page


def test_late_means_late_today(client):
    make_commitment(code="eng-tard", initial_due_on=date(2026, 1, 31), due_on=date(2026, 1, 31))
    make_commitment(code="eng-temps", initial_due_on=date(2999, 1, 31), due_on=date(2999, 1, 31))
    assert codes_shown(client, "?late=1") == ["eng-tard"]
    assert client.get("/").context["overview"].whole.late == 1


def test_internal_commitments_are_for_staff(client, louis):
    make_commitment(code="eng-interne", visibility=Commitment.Visibility.INTERNAL)
    assert client.get("/engagements/eng-interne/").status_code == 404
    assert codes_shown(client) == []
    client.force_login(louis)
    assert client.get("/engagements/eng-interne/").status_code == 200


def test_the_page_shows_a_published_text_but_not_the_internal_note(client, commitment, rachel, louis):
    publish(commitment, rachel, text_internal="Négociation en cours")
    page = text_of(client.get("/engagements/eng-recherche/"))
    assert "La convention est signée" in page
    assert "Négociation" not in page
    assert rachel.name not in page  # the public sees sides and roles, never agents' names (requirement P5)
    client.force_login(louis)
    assert "Négociation" in text_of(client.get("/engagements/eng-recherche/"))


def test_a_suggested_lead_is_never_public(client, louis, commitment):
    commitment.suggested_lead = make_actor("suggere", name="Acteur suggéré")
    commitment.save()
    assert "Acteur suggéré" not in text_of(client.get(commitment.get_absolute_url()))
    client.force_login(louis)
    assert "Acteur suggéré" in text_of(client.get(commitment.get_absolute_url()))


def publish(commitment, by, **fields):
    return make_update(commitment, by, publish=True, **fields)


ADDRESSES = [
    "/",
    "/engagements/",
    "/axes/",
    "/axes/research/",
    "/indicateurs/",
    "/calendrier/",
    "/acteurs/",
    "/financements/",
    "/rapports/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_opens_on_an_empty_portal(client, db, address):
    assert client.get(address).status_code == (404 if "research" in address else 200)


@pytest.mark.parametrize("address", [*ADDRESSES, "/engagements/eng-miai/", "/acteurs/region/"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_opens_in_both_languages_and_sets_no_cookie(client, portfolio, address, language):
    response = client.get(language + address)
    assert response.status_code == 200
    assert not response.cookies
    assert f'<html lang="{"en" if language else "fr"}"' in response.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/engagements/rien/", "/axes/rien/", "/acteurs/rien/", "/indicateurs/rien/", "/rapports/2026-T9/", "/rien/"],
)
def test_what_is_not_there_answers_404(client, db, address):
    assert client.get(address).status_code == 404


def enlarge(number, user):
    """Commitments with all that a page shows of them."""
    axis, source = make_axis("research"), Source.objects.get_or_create(code="s", url="https://s.example/")[0]
    for n in range(number):
        actor = make_actor(f"acteur-{n % 7}")
        c = make_commitment("x..", main_axis=axis, lead=actor, initial_due_on=date(2026, 2, 1), due_on=date(2026, 2, 1))
        c.sources.add(source)
        make_milestone(c, due_on=date(2999, 1, 1), title="Plus tard")
        if n % 4 == 0:
            publish(c, user)


@pytest.mark.parametrize("address", ["/", "/engagements/", "/axes/", "/axes/research/", "/calendrier/", "/acteurs/"])
def test_queries_do_not_grow_with_the_data(client, rachel, django_assert_max_num_queries, address):
    enlarge(6, rachel)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    enlarge(30, rachel)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address)


def test_a_list_of_4000_costs_the_queries_of_40(client, django_assert_num_queries, django_assert_max_num_queries):
    roadmap = make_commitment(code="eng-0").roadmap

    def more(first, last):
        Commitment.objects.bulk_create(
            Commitment(
                roadmap=roadmap, code=f"eng-{n}", title=f"Engagement {n}", provenance="named", confidence="sourced"
            )
            for n in range(first, last)
        )

    more(1, 40)
    with django_assert_max_num_queries(12) as few:
        client.get("/engagements/")
    more(40, 4000)
    with django_assert_num_queries(len(few.captured_queries)):
        response = client.get("/engagements/")
    assert response.context["counts"].counted == 4000


def test_an_indicator_is_drawn_with_its_table(client, roadmap):
    indicator = Indicator.objects.create(roadmap=roadmap, code="pme", title="PME", unit="percent", confidence="sourced")
    for day, value in [(date(2023, 12, 31), 6), (date(2024, 12, 31), 10)]:
        Measurement.objects.create(indicator=indicator, reference_on=day, precision="year", value=value)
    page = text_of(client.get("/indicateurs/pme/"))
    assert "<svg" in page
    assert "10\u00a0%" in page
    assert "style=" not in page


def test_my_quarter_lists_what_paula_owes(client, paula, commitment):
    make_campaign()
    client.force_login(paula)
    response = client.get("/espace/")
    assert [duty.commitment.code for duty in response.context["duties"]] == ["eng-recherche"]
    assert "à répondre" in text_of(response)
    assert localdate() == response.context["today"]
