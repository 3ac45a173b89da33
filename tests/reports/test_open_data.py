"""Open data: valid by its own schema, the same for everyone, of a sealed quarter as it was sealed, naming nobody."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal

import frictionless
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from commitments.models import Commitment, Indicator, Participation
from commitments.transitions import postpone
from funding.models import FundingLine
from reports import transitions
from reports.dataset import canonical_json
from reports.dataset.older import UNKNOWN_LEDGER
from reports.open_data import DATA_SETS
from tests.factories import (
    make_actor,
    make_axis,
    make_campaign,
    make_commitment,
    make_indicator,
    make_milestone,
    make_update,
)
from tests.reports.situations import (
    FORTY_LINES,
    HOSTILE,
    at,
    draw_quarter,
    make_envelope,
    make_event,
    make_grant,
    make_line,
    publish,
)
from tests.reports.test_ledger import as_in_form_1

pytestmark = pytest.mark.django_db
FROZEN = [slug for slug, data_set in DATA_SETS.items() if data_set.frozen is not None]
SIRET = "20005376700014"
PERSON, INTERNAL = "Marie Curie", "Engagement interne, Grenoble"
AWKWARD = 'Ouvrir «\u00a0l’École\u00a0», dès l’été, à "tous"\r\net toutes\n=1+1'


@pytest.fixture
def portfolio(paula, rachel, amina, region):
    """The quarter of the reports, with texts that a file must keep as they are, and all that must never be in one."""
    region.siret = SIRET
    region.save()
    campaign = draw_quarter()
    told = make_commitment("..", code="eng-accents", title=AWKWARD[:300], lead=region, main_axis=make_axis("training"))
    internal = make_commitment(".", code="eng-interne", title=INTERNAL, lead=region, visibility="internal")
    for commitment in (told, internal):
        text = {"text_public": f"{AWKWARD} {commitment.title}", "text_internal": "Note pour le cabinet."}
        publish(commitment, campaign, "in_progress", at(2026, 9, 24), author=paula, progress=Decimal("12.50"), **text)
        line = make_line(commitment, make_envelope(f"env-{commitment.code}"), Decimal("1000000000.01"), "region")
        FundingLine.objects.filter(pk=line.pk).update(authorisation_kind="AP")
        make_event(line, "authorised", Decimal("500.10"))
        make_event(line, "contracted", Decimal("400.10"))
    make_indicator("ind-interne", commitment=internal)
    Indicator.objects.create(roadmap=campaign.roadmap, code="ind-vide", title="À mesurer", unit="count")
    postpone(told, milestone=told.milestones.first(), to_on=date(2027, 1, 31), reason_kind="budget", reason="Gel.",
             by=rachel, at=at(2026, 9, 1))  # fmt: skip
    make_grant(region, published_on=date(2026, 5, 1))
    make_grant(region, [("person", PERSON, "", "1")], published_on=date(2026, 5, 2))
    make_update(Commitment.objects.get(code="eng-muet"), rachel, text_public="Brouillon secret.")
    return campaign


@pytest.fixture
def sealed(portfolio, amina):
    return transitions.seal(portfolio, by=amina, at=at(2026, 10, 20))


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()


def tables():
    """(address without its ending, slug) of every table there is."""
    yield from ((f"/donnees/{slug}", slug) for slug in DATA_SETS)
    yield from ((f"/donnees/2026-T3/{slug}", slug) for slug in FROZEN)


def rows_of(client, address):
    return list(csv.DictReader(io.StringIO(read(client, address), newline="")))


# --- The files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["/donnees/", "/donnees/2026-T3/"])
def test_a_package_downloaded_with_its_files_is_valid(client, sealed, tmp_path, folder):
    descriptor = json.loads(read(client, f"{folder}datapackage.json"))
    slugs = [resource["name"] for resource in descriptor["resources"]]
    assert slugs == (list(DATA_SETS) if folder == "/donnees/" else FROZEN)
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor))
    for slug in slugs:
        (tmp_path / f"{slug}.csv").write_bytes(read(client, f"{folder}{slug}.csv").encode())
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])
    assert all(task.stats["rows"] for task in report.tasks)


def test_the_schema_names_the_columns_and_explains_each(client, sealed):
    for slug in DATA_SETS:
        schema = json.loads(read(client, f"/donnees/{slug}.schema.json"))
        assert frictionless.Schema.from_descriptor(schema)
        header = read(client, f"/donnees/{slug}.csv").split("\r\n")[0].split(",")
        assert header == [field["name"] for field in schema["fields"]]
        assert len(set(header)) == len(header)
        assert all(field["description"] for field in schema["fields"])


def test_a_value_that_breaks_its_schema_is_seen(client, sealed, tmp_path):
    schema = json.loads(read(client, "/donnees/engagements.schema.json"))
    text = read(client, "/donnees/engagements.csv").replace(",in_progress,", ",en_route,", 1)
    (tmp_path / "faux.csv").write_bytes(text.encode())
    resource = frictionless.Resource(path="faux.csv", basepath=str(tmp_path), schema=frictionless.Schema(schema))
    assert not frictionless.validate(resource).valid


@pytest.mark.parametrize("folder", ["/donnees/", "/donnees/2026-T3/"])
def test_a_csv_is_plain_and_nothing_in_it_is_altered(client, sealed, folder):
    text = read(client, f"{folder}engagements.csv")
    assert not text.startswith("\ufeff")
    assert text.endswith("\r\n")
    found = {row["code"]: row for row in rows_of(client, f"{folder}engagements.csv")}
    assert found["eng-retard"]["official_text"] == HOSTILE
    assert found["eng-declare"]["official_text"] == FORTY_LINES
    assert found["eng-accents"]["title"] == AWKWARD
    assert found["eng-accents"]["text"].startswith(AWKWARD)
    assert found["eng-accents"]["progress"] == "0.00"
    assert found["eng-muet"]["progress"] == ""
    assert found["eng-muet"]["phase_statut"] == ""
    late = found["eng-retard"]
    assert (late["is_late"], late["phase_statut"], late["status_label"]) == ("true", "En retard", "en cours")
    assert (found["eng-realise"]["phase_statut"], found["eng-abandonne"]["phase_statut"]) == ("Terminé", "Abandonné")
    assert (late["leads"], late["source_urls"]) == ("Région", "https://exemple.fr/communique")


def test_the_json_says_what_the_csv_says(client, sealed):
    for address, slug in tables():
        told = json.loads(read(client, f"{address}.json"), parse_float=Decimal)
        assert set(told) == {"title", "licence", "updated", "schema", "rows"}
        assert told["licence"]["title"] == "Licence Ouverte 2.0"
        types = {field.name: field.type for field in DATA_SETS[slug].fields}
        for row, typed in zip(rows_of(client, f"{address}.csv"), told["rows"], strict=True):
            assert [name for name, value in typed.items() if not means(types[name], value, row[name])] == []


def means(type_, value, text):
    """The value of the JSON is what the CSV writes."""
    if value is None:
        return text == ""
    if type_ in ("integer", "number"):
        return Decimal(text) == value
    return value is (text in ("true", "oui")) if type_ == "boolean" else value == text


def test_a_large_amount_keeps_its_cents(client, sealed):
    assert '"planned": 1000000000.01' in read(client, "/donnees/lignes-de-financement.json")


def test_each_published_text_has_its_row_and_a_quarter_the_one_in_force(client, sealed, paula):
    told = Commitment.objects.get(code="eng-accents")
    publish(told, make_campaign(2026, 4), "suspended", at(2026, 11, 2), author=paula, text_public="Tout attend.")
    found = [row for row in rows_of(client, "/donnees/points-d-avancement.csv") if row["commitment"] == told.code]
    assert [(row["quarter"], row["is_in_force"], row["status"]) for row in found] == [
        ("2026-T3", "false", "in_progress"), ("2026-T4", "true", "suspended")]  # fmt: skip
    frozen = rows_of(client, "/donnees/2026-T3/points-d-avancement.csv")
    assert [row["quarter"] for row in frozen if row["commitment"] == told.code] == ["2026-T3"]


def test_an_indicator_has_a_row_a_figure(client, sealed):
    found = [(row["code"], row["figure"], row["value"]) for row in rows_of(client, "/donnees/indicateurs.csv")]
    assert ("ind-chaires", "baseline", "20") in found
    assert ("ind-chaires", "reading", "35") in found
    assert ("ind-chaires", "target", "50") in found
    assert all(row["commitment"] != "eng-interne" for row in rows_of(client, "/donnees/indicateurs.csv"))


def test_the_milestones_tell_their_first_date(client, sealed):
    found = [row for row in rows_of(client, "/donnees/jalons.csv") if row["commitment"] == "eng-accents"]
    assert found[-1]["due_on"] == "2027-01-31"
    assert int(found[-1]["slippage_days"]) > 300
    assert found[-1]["postponement_count"] == "1"


def test_the_same_data_make_the_same_bytes(client, sealed):
    for address, _slug in tables():
        assert read(client, f"{address}.csv") == read(client, f"{address}.csv?status=rien")


# --- A sealed quarter -----------------------------------------------------------------------------


def test_a_quarter_never_moves_whatever_becomes_of_what_it_tells(client, sealed, paula):
    before = {slug: read(client, f"/donnees/2026-T3/{slug}.csv") for slug in FROZEN}
    told = Commitment.objects.get(code="eng-accents")
    Commitment.objects.filter(pk=told.pk).update(title="Autre titre")
    Participation.objects.all().delete()
    make_milestone(told, title="Jalon ajouté")
    make_indicator("ind-nouvel")
    publish(told, make_campaign(2026, 4), "suspended", at(2026, 12, 5), author=paula)
    assert {slug: read(client, f"/donnees/2026-T3/{slug}.csv") for slug in FROZEN} == before
    assert "Autre titre" in read(client, "/donnees/engagements.csv")


def test_a_quarter_is_there_once_it_is_published(client, portfolio, amina):
    found = transitions.seal(portfolio, by=amina, publish_it=False, at=at(2026, 10, 20))
    client.force_login(amina)
    assert client.get("/donnees/2026-T3/engagements.csv").status_code == 404
    transitions.publish(found, by=amina, at=at(2026, 10, 21))
    assert client.get("/donnees/2026-T3/engagements.csv").status_code == 200


def as_in_form(number, dataset):
    if number == 1:
        return as_in_form_1(dataset)
    if number == 2:
        words = {"status": {}, "weather": {}}
        return {**dataset, "schema": "2", "meanings": words, "definitions": dataset["definitions"]["fr"]}
    lines = [{k: v for k, v in line.items() if k not in UNKNOWN_LEDGER} for line in dataset["funding_lines"]]
    return {**dataset, "schema": "3", "funding_lines": lines}


def test_a_rectification_takes_the_address_of_what_it_corrects(client, sealed, amina):
    Commitment.objects.filter(code="eng-muet").update(title="Intitulé rectifié")
    assert "Intitulé rectifié" not in read(client, "/donnees/2026-T3/engagements.csv")
    transitions.rectify(sealed, reason="L’intitulé était faux.", by=amina, at=at(2026, 11, 3))
    assert "Intitulé rectifié" in read(client, "/donnees/2026-T3/engagements.csv")
    assert json.loads(read(client, "/donnees/2026-T3/jalons.json"))["updated"] == "2026-11-03"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_quarter_frozen_in_an_older_form_is_read_too(client, sealed, number):
    content = canonical_json(as_in_form(number, json.loads(sealed.content))).decode()
    before = len(rows_of(client, "/donnees/2026-T3/jalons.csv"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_sealedreport DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_sealedreport SET content = %s", [content])
    assert len(rows_of(client, "/donnees/2026-T3/jalons.csv")) == before
    for slug in FROZEN:
        assert rows_of(client, f"/donnees/2026-T3/{slug}.csv")
    amounts = rows_of(client, "/donnees/2026-T3/lignes-de-financement.csv")
    assert {row["net_paid"] for row in amounts} == {""}, "what was not frozen is not made up"


# --- Addresses --------------------------------------------------------------------------------------


def test_what_does_not_exist_is_not_found(client, sealed):
    unknown = ["rien.csv", "rien.json", "rien.schema.json", "rien/", "2026-T1/jalons.csv", "2026-T3/rien.csv"]
    unknown += ["2026-T3/subventions.csv", "2026-T3/subventions.json", "x/datapackage.json"]
    for address in (*(f"/donnees/{name}" for name in unknown), "/catalogue.doc"):
        assert client.get(address).status_code == 404, address


def test_head_tells_the_type_without_the_data(client, sealed):
    for address, _slug in tables():
        response = client.head(f"{address}.csv")
        assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
        assert b"".join(response.streaming_content) == b""
        assert client.head(f"{address}.json")["Content-Type"] == "application/json"


def test_the_pages_lead_to_every_file(client, sealed):
    page = read(client, "/donnees/")
    linked = set(re.findall(r'href="(/[^"]*)"', page))
    for slug in DATA_SETS:
        assert {f"/donnees/{slug}/", f"/donnees/{slug}.csv", f"/donnees/{slug}.json"} <= linked
        assert f"<code>{DATA_SETS[slug].fields[0].name}</code>" in read(client, f"/donnees/{slug}/")
    assert {f"/donnees/2026-T3/{slug}.csv" for slug in FROZEN} <= linked
    for address in linked:
        if address.startswith(("/donnees", "/catalogue")):
            assert client.get(address).status_code == 200
    assert 'href="/donnees/engagements.csv"' in read(client, "/en/donnees/"), "files have one address"
    assert 'href="/donnees/"' in read(client, "/"), "the footer of every page leads there"


# --- Who sees what ----------------------------------------------------------------------------------


def addresses():
    yield from (f"{address}{ending}" for address, _slug in tables() for ending in (".csv", ".json"))
    yield from (f"/donnees/{slug}{ending}" for slug in DATA_SETS for ending in (".schema.json", "/"))
    yield from ("/donnees/", "/donnees/datapackage.json", "/donnees/2026-T3/datapackage.json")
    yield from (f"/catalogue.{ending}" for ending in ("ttl", "jsonld", "rdf"))


@pytest.mark.parametrize("who", ["visitor", "amina"])
def test_no_person_nothing_internal_nothing_unpublished_is_in_any_output(client, sealed, amina, who):
    secrets = [PERSON, INTERNAL, "eng-interne", "Note pour le cabinet", "Brouillon secret", "@example.org"]
    secrets += [name for name in User.objects.values_list("name", flat=True) if len(name) > 3]
    if who == "amina":
        client.force_login(amina)
        secrets.remove(amina.name)  # every page greets who is logged in
    for address in addresses():
        text = read(client, address)
        assert [secret for secret in secrets if secret in text] == [], address


# --- Cost -------------------------------------------------------------------------------------------


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        read(client, address)
    return len(captured)


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(client, sealed, paula, region):
    asked = [address for address in addresses() if ".schema" not in address]
    for address in asked:
        read(client, address)  # what is prepared once a process
    few = {address: queries_of(client, address) for address in asked}
    envelope, later = make_envelope("autre"), make_campaign(2027, 1)
    for n in range(8):
        more = make_commitment("x..", code=f"eng-plus-{n}", lead=region, main_axis=make_axis("research"))
        publish(more, later, "in_progress", at(2026, 11, 1), author=paula)
        make_line(more, envelope, Decimal(10), "region")
        make_indicator(f"ind-plus-{n}", commitment=more)
        make_grant(make_actor("region"), published_on=date(2026, 6, n + 1), purpose=f"Objet {n}")
    assert {address: queries_of(client, address) for address in asked} == few
