"""The catalogue: DCAT-AP, as our shapes and the harvester of data.gouv.fr want it."""

from datetime import date
from pathlib import Path

import pytest
import time_machine
from pyshacl import validate
from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef
from rdflib.compare import isomorphic

from reports import transitions
from reports.open_data import DATA_SETS
from tests.factories import make_commitment
from tests.reports.situations import at, draw_quarter, make_grant

pytestmark = pytest.mark.django_db
SHAPES = Graph().parse(Path(__file__).parent / "dcat-ap.shacl.ttl")
SYNTAXES = {"ttl": ("turtle", "text/turtle; charset=utf-8"), "jsonld": ("json-ld", "application/ld+json"),
            "rdf": ("xml", "application/rdf+xml")}  # fmt: skip


def read(client, ending="ttl"):
    return Graph().parse(data=client.get(f"/catalogue.{ending}").content, format=SYNTAXES[ending][0])


def complaints(graph):
    conforms, _results, text = validate(graph, shacl_graph=SHAPES)
    return "" if conforms else text


@pytest.fixture
def sealed(amina, region):
    found = transitions.seal(draw_quarter(), by=amina, at=at(2026, 10, 20))
    found.roadmap.signed_on = date(2022, 8, 30)
    found.roadmap.save()
    found.roadmap.signatories.add(region)
    make_grant(region, published_on=date(2026, 5, 1))
    return found


@pytest.fixture
def graph(client, sealed):
    return read(client)


def test_the_catalogue_conforms(graph):
    assert complaints(graph) == ""


def test_it_conforms_before_anything_is_sealed_or_even_loaded(client):
    assert complaints(read(client)) == ""
    make_commitment()
    assert complaints(read(client)) == ""


@pytest.mark.parametrize("link", [DCTERMS.title, DCTERMS.identifier, DCTERMS.license, DCAT.distribution])
def test_a_catalogue_in_which_something_is_missing_does_not(graph, link):
    jalons = next(node for node in graph.subjects(RDF.type, DCAT.Dataset) if "jalons" in node)
    graph.remove((jalons, link, None))
    assert "jalons" in complaints(graph)


@pytest.mark.parametrize("link", [DCTERMS.identifier, DCAT.downloadURL])
def test_a_key_that_two_nodes_share_is_seen(graph, link):
    one, other, *_more = sorted(graph.subjects(link, None))
    graph.set((one, link, graph.value(other, link)))
    assert "maxCount" in complaints(graph).replace("Less than or equal to 1", "maxCount").replace(
        "MaxCount", "maxCount"
    )


# Of the parser of rdflib itself.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_three_syntaxes_say_the_same(client, graph):
    for ending, (_syntax, content_type) in SYNTAXES.items():
        assert isomorphic(read(client, ending), graph)
        head = client.head(f"/catalogue.{ending}")
        assert (head.status_code, head["Content-Type"]) == (200, content_type)


def test_each_data_set_has_its_files_of_the_day_and_of_the_quarter(client, graph):
    found = {str(graph.value(node, DCTERMS.identifier)): node for node in graph.subjects(RDF.type, DCAT.Dataset)}
    assert set(found) == {f"feuille-route-ia-{slug}" for slug in DATA_SETS}
    for slug, data_set in DATA_SETS.items():
        node = found[f"feuille-route-ia-{slug}"]
        files = {str(graph.value(file, DCAT.downloadURL)) for file in graph.objects(node, DCAT.distribution)}
        folders = ["", "2026-T3/"] if data_set.frozen else [""]
        names = {f"{folder}{slug}.{kind}" for folder in folders for kind in ("csv", "json")}
        assert files == {f"http://127.0.0.1:8000/donnees/{name}" for name in names}
        for address in files:
            assert client.head(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
        assert {title.language for title in graph.objects(node, DCTERMS.title)} == {"fr", "en"}
        assert str(graph.value(node, DCTERMS.accrualPeriodicity)).endswith("/frequency/QUARTERLY")
        assert graph.value(node, DCTERMS.license) == URIRef("https://www.etalab.gouv.fr/licence-ouverte-open-licence")
    assert "scdl/subventions/2.1.1" in str(graph.value(found["feuille-route-ia-subventions"], DCTERMS.conformsTo))


def test_nothing_is_dated_of_a_day_to_come(client, sealed):
    with time_machine.travel(at(2026, 10, 1), tick=False):
        days = [
            day.toPython() for link in (DCTERMS.issued, DCTERMS.modified) for day in read(client).objects(None, link)
        ]
    assert all(day <= date(2026, 10, 1) for day in days)
