"""Pages of indicators: the definition, the course and its table, the list and its filters, the form of a reading."""

from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.management import call_command
from django.utils.timezone import localdate
from lxml import html

from accounts.models import Membership
from commitments.models import Indicator, Measurement
from commitments.transitions import Origin, record_measurement
from tests.factories import make_actor, make_axis, make_commitment, make_indicator, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
PUBLIC, FORM = "/indicateurs/pme-accompagnees/", "/espace/indicateurs/pme-accompagnees/mesure/"


def plain(text):
    return " ".join(unescape(text).split())


def page_of(client, address):
    return html.fromstring(client.get(address).content.decode())


def text_of(element):
    return plain(element.text_content())


def facts(page):
    """The definition sheet: heading → text."""
    names = [text_of(dt) for dt in page.xpath("//dl[@class='facts']/dt")]
    return dict(zip(names, map(text_of, page.xpath("//dl[@class='facts']/dd")), strict=True))


def sent(**fields):
    sent = {
        "form_key": "7a1a9c50-53a5-4e0c-9a4e-0a6a8cf6c001",
        "reference_on": "2026-06-30",
        "precision": "day",
        "value": "120",
        "quality": "final",
        "source_url": "https://www.exemple.fr/bilan",
        "source_publisher": "Région",
    }
    return sent | fields


@pytest.fixture
def indicator(region):
    return make_indicator(commitment=make_commitment(code="eng-pme", lead=region))


# --- Definition ------------------------------------------------------------------------------------


def test_the_sheet_says_what_is_known_and_names_what_is_not(client, indicator):
    sheet = facts(page_of(client, PUBLIC))
    assert sheet["Méthode de calcul"] == sheet["Producteur"] == sheet["Limites"] == "non renseigné"
    assert sheet["Périodicité"] == "chaque trimestre"
    assert sheet["Délai de disponibilité"] == "20 jours après la fin de la période"
    assert sheet["Sens attendu"] == "à la hausse"
    assert "100 (1er janvier 2026)" in sheet["Valeur initiale"]
    assert "200 (31 décembre 2027)" in sheet["Cible"]
    assert sheet["Cibles intermédiaires"] == "non renseignée"
    assert "Soutenir la recherche" in sheet["Engagement mesuré"]
    assert "poids dans l’avancement : 1" in sheet["Engagement mesuré"]
    late = (localdate() - date(2026, 7, 20)).days
    assert sheet["Prochain chiffre"] == f"attendu le 20 juillet 2026, en retard de {late} jours"


def test_an_indicator_without_a_rhythm_owes_nothing(client, roadmap):
    make_indicator(periodicity="occasional")
    assert facts(page_of(client, PUBLIC))["Prochain chiffre"] == "non renseigné"


def test_the_public_does_not_learn_of_an_internal_commitment(client, indicator, louis):
    indicator.commitment.visibility = "internal"
    indicator.commitment.save()
    assert facts(page_of(client, PUBLIC))["Engagement mesuré"] == "non renseigné"
    client.force_login(louis)
    assert "Soutenir la recherche" in facts(page_of(client, PUBLIC))["Engagement mesuré"]


def test_a_revision_is_shown_with_what_replaced_it_and_why(client, indicator, rachel):
    origin = Origin("https://www.exemple.fr/", "Région")
    wrong = indicator.measurements.get()
    record_measurement(
        indicator,
        by=rachel,
        reference_on=wrong.reference_on,
        value=Decimal(115),
        supersedes=wrong,
        comment="Cinq oublis.",
        origin=origin,
    )
    page = page_of(client, PUBLIC)
    assert [text_of(s) for s in page.xpath("//section[@aria-labelledby='mesures']//td/s")] == ["110"]
    told = text_of(page.xpath("//section[@aria-labelledby='mesures']//tbody/tr[1]")[0])
    assert "par 115 (31 mars 2026)" in told
    assert "Cinq oublis." in told
    course = text_of(page.xpath("//section[@aria-labelledby='course']")[0])
    assert "115" in course
    assert "110" not in course
    assert "rachel" not in text_of(page).lower()


# --- Course ----------------------------------------------------------------------------------------


def figures_of(section):
    """Drawn, and in the table: both as read."""
    drawn = [plain(text) for text in section.xpath(".//*[local-name()='svg']//text()[normalize-space()]")]
    return drawn, [text_of(cell).split()[-1] for cell in section.xpath(".//tbody//td[contains(@class,'num')]")]


def test_the_drawing_the_table_and_the_sentence_say_the_same(client, indicator):
    section = page_of(client, PUBLIC).xpath("//section[@aria-labelledby='course']")[0]
    drawn, tabled = figures_of(section)
    assert tabled == ["100", "110", "200"]
    assert set(tabled) <= set(drawn)
    told = text_of(section)
    assert "En hausse : de 100 (1er janvier 2026) à 110 (31 mars 2026) ; cible : 200 (31 décembre 2027)." in told
    # 89 days of 729: 112 expected, to the unit.
    assert "Au dernier relevé (31 mars 2026), 110 pour 112 attendus : 2 de retard." in told
    (svg,) = section.xpath(".//*[local-name()='svg']")
    assert "PME accompagnées. En hausse : de 100" in plain(svg.get("aria-label"))
    assert svg.xpath(".//*[@stroke-dasharray]")


def test_a_reading_without_a_page_names_its_document(client, indicator, rachel):
    reading = {"reference_on": date(2026, 6, 30), "value": Decimal(120), "comment": "Tableau du 3 juillet 2026."}
    record_measurement(indicator, by=rachel, **reading)
    section = page_of(client, PUBLIC).xpath("//section[@aria-labelledby='course']")[0]
    assert "Tableau du 3 juillet 2026." in text_of(section.xpath(".//table")[0])


def test_a_course_that_starts_at_its_only_reading_says_nothing_of_it(client, roadmap):
    make_indicator(baseline=110, baseline_on=date(2026, 3, 31))
    assert "Au dernier relevé" not in text_of(page_of(client, PUBLIC))


def test_a_series_that_is_to_fall_is_ahead_when_it_is_under_its_course(client, roadmap):
    make_indicator(direction="down", baseline=150, target=50)
    assert "28 d’avance" in text_of(page_of(client, PUBLIC))


@pytest.fixture
def real_facts():
    call_command("load_roadmap", verbosity=0)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ind-entreprises-ia", "En hausse : d’au moins 200 (15 octobre 2020) à plus de 300 (30 août 2022) ; aucune"
                               " cible publiée."),
        ("ind-f2030-montant", "En hausse : de 5 600 000 000 € (novembre 2023) à 6 350 000 000 € (21 mars 2025) ;"),
        ("ind-f2030-reg-projets", "En hausse : de 120 (21 mars 2025) à 206 (2025) ; aucune cible publiée."),
        ("ind-f2030-laureats", "Une seule mesure : 1 250 (21 mars 2025) ; aucune cible publiée."),
    ],
)  # fmt: skip
def test_the_real_series_are_drawn_with_their_sources(client, real_facts, code, sentence):
    readings = Measurement.objects.filter(indicator__code=code).select_related("source")
    assert readings
    section = page_of(client, f"/indicateurs/{code}/").xpath("//section[@aria-labelledby='course']")[0]
    assert sentence in text_of(section)
    assert {a.get("href") for a in section.xpath(".//tbody//a")} == {m.source.url for m in readings}
    assert len(section.xpath(".//*[local-name()='svg']")) == (1 if len(readings) > 1 else 0)
    listed = page_of(client, "/indicateurs/").xpath(f"//article[@aria-labelledby='i-{code}']")
    assert len(listed) == (1 if len(readings) > 1 else 0)
    for article in listed:
        drawn, _tabled = figures_of(article)
        for cell in article.xpath(".//tbody//td[contains(@class,'num')]"):
            assert any(text_of(cell).endswith(text) for text in drawn)


# --- List ------------------------------------------------------------------------------------------


@pytest.fixture
def three(roadmap):
    """Late, awaited, and without a rhythm."""
    research = make_axis("research")
    late, awaited, silent = make_indicator("tard"), make_indicator("temps"), make_indicator("muet")
    Indicator.objects.filter(pk=awaited.pk).update(availability_delay_days=30000, title="À venir")
    Indicator.objects.filter(pk=silent.pk).update(periodicity="occasional", title="Aucun rythme")
    late.axes.add(research)
    return late, awaited, silent


def codes(client, query=""):
    response = client.get(f"/indicateurs/{query}")
    return [line.indicator.code for line in response.context["lines"]]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["tard", "temps", "muet"]),
        ("?state=late", ["tard"]),
        ("?state=awaited", ["temps"]),
        ("?state=none", ["muet"]),
        ("?axis=research", ["tard"]),
        ("?axis=research&state=none", []),
    ],
)
def test_the_list_starts_with_what_is_late_and_filters(client, three, query, shown):
    assert codes(client, query) == shown


@pytest.mark.parametrize("query", ["?state=rien", "?axis=rien"])
def test_an_unknown_filter_says_so_and_shows_nothing(client, three, query):
    assert codes(client, query) == []
    assert "Lu : rien. Attendu" in text_of(page_of(client, f"/indicateurs/{query}"))


@pytest.mark.parametrize("address", ["/indicateurs/", PUBLIC, "/espace/indicateurs/", "/espace/", FORM])
def test_the_queries_do_not_grow(client, paula, rachel, indicator, django_assert_max_num_queries, address):
    client.force_login(rachel)

    def enlarge(start, stop):
        for n in range(start, stop):
            row = make_indicator(f"i-{n}", producer=make_actor(f"acteur-{n}"))
            row.axes.add(make_axis(f"axe-{n}"))
            Measurement.objects.create(indicator=indicator, reference_on=date(2026, 4, 1) + timedelta(days=n), value=n)

    enlarge(0, 3)
    client.get(address)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    enlarge(3, 12)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert client.get(address).status_code == 200


# --- Entry -----------------------------------------------------------------------------------------


def test_paula_sees_what_she_measures_the_late_ones_first(client, paula, indicator, region):
    make_indicator("ailleurs", producer=make_actor("autre"))
    make_indicator("produit", producer=region, availability_delay_days=0, title="Produit")
    client.force_login(paula)
    response = client.get("/espace/indicateurs/")
    assert [line.indicator.code for line in response.context["lines"]] == ["produit", "pme-accompagnees"]
    assert client.get("/espace/indicateurs/ailleurs/mesure/").status_code == 404
    assert "Indicateurs attendus" in text_of(page_of(client, "/espace/"))


def test_a_reader_measures_nothing(client, louis, indicator):
    client.force_login(louis)
    for address in ("/espace/indicateurs/", FORM):
        assert client.get(address).status_code == 404
    assert client.post(FORM, sent()).status_code == 404
    assert indicator.measurements.count() == 1


@pytest.mark.parametrize(
    ("typed", "value"), [("1 250", 1250), ("1\u202f250,5", Decimal("1250.5")), ("1250.5", Decimal("1250.5"))]
)
def test_a_figure_is_read_as_french_writes_it(client, rachel, roadmap, typed, value):
    indicator = make_indicator(decimals=1, baseline=None, jump_percent=9999)
    client.force_login(rachel)
    assert client.post(FORM, sent(value=typed)).status_code == 302
    assert indicator.measurements.last().value == value


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"value": "douze"}, "Lu : douze. Attendu : un nombre"),
        ({"value": "nan"}, "Attendu : un nombre"),
        ({"value": ""}, "Attendu : un nombre"),
        ({"reference_on": "31/13/2026"}, "Une date est attendue"),
        ({"reference_on": "2999-01-01"}, "Attendu : une date passée"),
        ({"reference_on": "31/03/2026"}, "corrigez-la"),
        ({"source_url": "", "comment": ""}, "nommez le document"),
        ({"source_publisher": ""}, "qui publie"),
        ({"form_key": "x"}, ""),
    ],
)
def test_a_fault_is_shown_at_its_field_and_nothing_is_written(client, paula, indicator, fields, message):
    client.force_login(paula)
    response = client.post(FORM, sent(**fields))
    assert response.status_code == 200
    assert message in plain(response.content.decode())
    assert indicator.measurements.count() == 1


def test_an_odd_value_is_shown_again_with_what_was_read_then_confirmed(client, paula, indicator):
    client.force_login(paula)
    page = html.fromstring(client.post(FORM, sent(value="300")).content.decode())
    (box,) = page.xpath("//input[@name='confirmed']")
    told = text_of(page.xpath("//fieldset[contains(@class,'late')]")[0])
    assert "Lu : 300. Valeur précédente : 110 (31 mars 2026), soit une variation de +173 %" in told
    assert indicator.measurements.count() == 1
    confirmed = sent(value="300", confirmed=box.get("value"))
    page = html.fromstring(client.post(FORM, confirmed).content.decode())
    assert "Expliquez cette valeur" in text_of(page)
    assert page.xpath("//input[@name='confirmed']/@checked")
    assert indicator.measurements.count() == 1
    assert client.post(FORM, confirmed | {"comment": "Nouveau périmètre."}).status_code == 302
    assert indicator.measurements.last().value == 300
    assert "Nouveau périmètre." in text_of(page_of(client, PUBLIC))


def test_sent_twice_a_reading_is_one(client, paula, indicator):
    client.force_login(paula)
    for _ in range(2):
        assert client.post(FORM, sent()).status_code == 302
    assert indicator.measurements.count() == 2


def test_a_correction_starts_from_what_it_replaces(client, paula, indicator):
    wrong = indicator.measurements.get()
    address = f"{FORM}{wrong.pk}/corriger/"
    client.force_login(paula)
    form = client.get(address).context["form"]
    assert (form["value"].value(), form["reference_on"].value(), form["comment"].value()) == (
        "110",
        date(2026, 3, 31),
        None,
    )
    fields = sent(reference_on="2026-03-31", value="115")
    assert "Pourquoi la mesure est corrigée" in plain(client.post(address, fields).content.decode())
    assert indicator.measurements.count() == 1
    for _ in range(2):
        assert client.post(address, fields | {"comment": "Cinq oublis."}).status_code == 302
    assert indicator.measurements.get(supersedes=wrong).value == 115
    assert client.get(address).status_code == 302
    elsewhere = f"/espace/indicateurs/{make_indicator('autre').code}/mesure/{wrong.pk}/corriger/"
    client.force_login(make_user("amina", Role.ADMINISTRATOR, make_actor("region")))
    assert client.get(elsewhere).status_code == 404
