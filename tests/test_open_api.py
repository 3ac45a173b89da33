"""The API as a whole: described, true to its description, open to scripts, and not to be taken down by calls."""

import uuid

import pytest
import schemathesis
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given
from hypothesis import settings as drawing
from rest_framework.throttling import AnonRateThrottle
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS as KNOWN_CHECKS
from schemathesis.checks import load_all_checks

from commitments.models import Measurement
from roadmap_portal.wsgi import application
from tests.factories import (
    make_actor,
    make_axis,
    make_campaign,
    make_commitment,
    make_indicator,
    make_update,
)
from tests.reports.situations import make_envelope, make_line

pytestmark = pytest.mark.django_db
CALLS = 2000
LISTS = ["actors", "axes", "commitments", "envelopes", "funding-lines", "indicators", "milestones", "reports"]


@pytest.fixture
def portfolio(region, rachel):
    axis, campaign = make_axis("research", description="Chercher"), make_campaign()
    commitment = make_commitment("x.", code="eng-1", main_axis=axis, lead=region)
    make_commitment(code="eng-2", visibility="internal", lead=region)
    campaign.lines.get_or_create(commitment=commitment)
    make_update(commitment, rachel, publish=True)
    make_actor("pole", parent=region, department_code="38")
    make_line(commitment, make_envelope("plan"), 1000, funder="region")
    make_line(make_commitment(code="eng-3", visibility="internal"), make_envelope("secret"), 5)
    indicator = make_indicator(commitment=commitment)
    Measurement.objects.create(indicator=indicator, reference_on="2026-06-30", value=150)
    make_indicator("interne", commitment=commitment)
    return commitment


def drawn_many(examples):
    return drawing(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def read(client, name):
    return client.get(f"/api/v1/{name}/").json()


def test_every_resource_is_described_and_every_example_has_the_fields_of_its_rows(client, portfolio):
    told = client.get(reverse("api:schema")).json()
    assert told["openapi"].startswith("3.1")
    assert {path.split("/")[3] for path in told["paths"]} == set(LISTS)
    for path, methods in told["paths"].items():
        answer = methods["get"]["responses"]["200"]["content"]["application/json"]
        name = answer["schema"]["$ref"].rpartition("/")[2]
        rows = answer["example"].get("results", [answer["example"]])
        if "results" in answer["example"]:
            items = told["components"]["schemas"][name]["properties"]["results"]["items"]
            name = items["$ref"].rpartition("/")[2]
        for row in rows:
            assert set(row) == set(told["components"]["schemas"][name]["properties"]), path


def test_the_rows_of_each_resource_are_those_one_may_see(client, portfolio, louis):
    assert {row["slug"] for row in read(client, "actors")["results"]} >= {"pole", "region"}
    assert {row["commitment"] for row in read(client, "funding-lines")["results"]} == {"eng-1"}
    assert read(client, "funding-lines")["results"][0]["amounts"]["planned"] == 1000
    assert read(client, "axes")["results"][0]["standing"]["commitments"] == 1
    reading = read(client, "indicators")["results"]
    assert {row["commitment"] for row in reading} == {"eng-1"}
    client.force_login(louis)
    assert {row["commitment"] for row in read(client, "funding-lines")["results"]} == {"eng-1", "eng-3"}


@pytest.mark.parametrize("name", LISTS)
def test_each_resource_costs_the_same_queries_whatever_its_length(client, portfolio, region, name,
                                                                  django_assert_max_num_queries,
                                                                  django_assert_num_queries):  # fmt: skip
    with django_assert_max_num_queries(10) as few:
        assert client.get(f"/api/v1/{name}/").status_code == 200
    for n in range(5):
        axis = make_axis(f"axe-{n}")
        commitment = make_commitment("..", code=f"plus-{n}", main_axis=axis, lead=make_actor(f"acteur-{n}"))
        make_line(commitment, make_envelope(f"env-{n}"), 10, funder="region")
        make_indicator(f"ind-{n}", commitment=commitment)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(f"/api/v1/{name}/")


@pytest.mark.parametrize("name", LISTS)
def test_a_parameter_nobody_reads_is_refused(client, portfolio, name):
    answer = client.get(f"/api/v1/{name}/?axe=research")
    assert (answer.status_code, list(answer.json())) == (400, ["axe"])


def test_scripts_of_other_sites_may_read_and_ask_whether_it_is_still_good(client, portfolio):
    answer = client.get("/api/v1/axes/")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert client.get("/api/v1/axes/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    asked = client.options("/api/v1/axes/", headers={"Access-Control-Request-Headers": "if-none-match"})
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]


def test_who_calls_without_end_is_told_when_to_come_back(client, portfolio, monkeypatch, settings):
    own = settings.CACHES["shared"] | {"KEY_PREFIX": f"test-{uuid.uuid4()}"}
    settings.CACHES = settings.CACHES | {"shared": own}
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    assert [client.get("/api/v1/axes/").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get("/api/v1/axes/")
    assert 0 < int(refused["Retry-After"]) <= 60


def test_people_try_each_resource_on_a_page_without_a_script(client, portfolio):
    page = client.get(reverse("api_docs")).content.decode()
    for name in LISTS:
        assert f'action="/api/v1/{name}/"' in page
    assert "<script" not in page
    with override("en"):
        assert "Funding lines" in client.get(reverse("api_docs")).content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_thousand_drawn_calls_find_no_fault_of_ours_and_no_breach_of_the_description(portfolio, settings):
    """Values within the description, and beyond it."""
    settings.ALLOWED_HOSTS = ["*"]
    load_all_checks()
    names = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
    checks = [KNOWN_CHECKS.get_one(name) for name in names]
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    operations = [found.ok() for found in described.get_all_operations()]
    # A code in the address may be any text: nothing is beyond the description of an operation without parameters.
    modes = [(each, mode) for each in operations for mode in GenerationMode if each.query or mode.is_positive]
    drawn = 0
    for operation, mode in modes:

        @drawn_many(CALLS // len(modes) + 1)
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case):
            nonlocal drawn
            drawn += 1
            # The client of this test does not unpack.
            case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

        call()
    assert drawn >= CALLS
