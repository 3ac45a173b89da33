"""A part of a sealed quarter says what was sealed, whatever happened since, and never poses as the whole."""

import json
from datetime import date
from itertools import pairwise

import pytest

from actors.models import Actor
from commitments.models import Campaign, Commitment, Decision, Milestone, Participation, SteeringMeeting
from commitments.transitions import TransitionRefused
from reports import queries, services, transitions
from reports.dataset import NotDivisible, canonical_json, extract, readable
from reports.dataset.figures import tally
from reports.models import Report, ReportFile
from tests.factories import make_actor, make_campaign, make_commitment, make_roadmap
from tests.reports.situations import LATE, at, draw_quarter, postpone_then, publish

pytestmark = pytest.mark.django_db
NOON = at(2026, 10, 20)
Period = Report.Period


@pytest.fixture
def quarter(db, amina):
    """With a date moved in each quarter of the year, and one the year before."""
    quarter = draw_quarter()
    late = Commitment.objects.get(code="eng-retard")
    first, *_others = late.milestones.order_by("due_on")
    days = [date(2026, month, 1) for month in (1, 2, 3, 4, 5)]
    made = [at(2025, 12, 1), at(2026, 2, 1), at(2026, 5, 1), at(2026, 8, 1)]
    for (from_on, to_on), made_at in zip(pairwise(days), made, strict=True):
        postpone_then(late, first, from_on, to_on, made_at, amina)
    return quarter


@pytest.fixture
def sealed(quarter, amina, files):
    return transitions.seal(quarter, by=amina, at=NOON)


def everything_changes(quarter):
    """Names, statuses, dates, participations: nothing is as it was when the quarter was sealed."""
    Actor.objects.update(name="Un autre nom")
    Participation.objects.all().delete()
    Milestone.objects.update(weight=7)
    Commitment.objects.update(title="Autre titre", weather="secured", visibility="internal")
    make_commitment(code="eng-nouveau", lead=make_actor("region"))


def sealed_rows(sealed):
    data = json.loads(sealed.content)
    return {row["code"]: row for row in [*data["commitments"], *data["adjacent"]]}


def extract_of(sealed, scope="", period=Period.QUARTER):
    return extract(sealed, Report(campaign=sealed.campaign, scope=scope, period=period))


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        ("actor=region", {"eng-retard"}),
        ("axis=research&provenance=named", {"eng-retard", "eng-realise"}),
        ("status=abandoned", {"eng-abandonne"}),
        ("axis=research", {"eng-retard", "eng-realise", "act-voisine"}),
    ],
)
@pytest.mark.parametrize("period", Period)
def test_its_rows_and_figures_are_those_that_were_sealed(sealed, scope, codes, period):
    before = extract_of(sealed, scope, period)
    everything_changes(sealed.campaign)
    data = extract_of(sealed, scope, period)
    assert data == before
    rows = [*data["commitments"], *data["adjacent"]]
    assert {row["code"]: row for row in rows} == {code: sealed_rows(sealed)[code] for code in codes}
    figures = {key: value for key, value in data["summary"].items() if key != "adjacent"}
    assert figures == tally([sealed_rows(sealed)[row["code"]] for row in data["commitments"]])


def test_a_worker_builds_it_from_the_seal(sealed, amina):
    everything_changes(sealed.campaign)
    report = transitions.request_report(sealed.campaign, "actor=region", by=amina, at=NOON)
    services.produce(transitions.start(report.pk))
    report.refresh_from_db()
    assert report.dataset == json.loads(canonical_json(extract(sealed, report)))
    assert report.dataset["commitments"][0]["title"] == LATE


def test_it_says_that_it_is_an_extract_in_its_names_its_cover_and_its_page(sealed, amina, client):
    report = transitions.request_report(sealed.campaign, "actor=region", by=amina, at=NOON)
    services.produce(transitions.start(report.pk))
    report.refresh_from_db()
    data = readable(report.dataset)
    assert data["scope"]["label"] == "Acteur\u00a0: Région – extrait du rapport scellé n°\u00a01"
    assert data["extract"] == {"number": 1, "version": 1, "sha256": sealed.sha256}
    assert data["seal"] == json.loads(sealed.content)["seal"]
    assert report.dataset_sha256 != sealed.sha256
    names = set(ReportFile.objects.values_list("name", flat=True))
    assert names
    assert all(name.startswith("feuille-route-ia_extrait_2026-T3_actor-region_v1") for name in names)
    client.force_login(amina)
    assert "extrait du rapport scellé n°\u00a01" in client.get(report.get_absolute_url()).text


def test_the_sealed_report_itself_is_no_extract(sealed, amina):
    assert readable(json.loads(sealed.content))["extract"] is None
    assert queries.report_for(amina, sealed.layout.pk).extract is None


def moved(data):
    return [row["made_on"] for row in data["postponements"]]


def test_a_longer_period_tells_the_movements_the_rows_hold_and_no_other_state(sealed, amina):
    late = Commitment.objects.get(code="eng-retard")
    moved_later = late.milestones.order_by("due_on").first()
    postpone_then(late, moved_later, date(2026, 5, 1), date(2027, 6, 30), at(2026, 11, 1), amina)
    quarter, year, beginning = (extract_of(sealed, "actor=region", period) for period in Period)
    assert moved(quarter) == ["2026-08-01"]
    assert moved(year) == ["2026-02-01", "2026-05-01", "2026-08-01"]
    assert moved(beginning) == moved(quarter)  # of a roadmap whose signature is not dated
    assert year["commitments"] == quarter["commitments"] == beginning["commitments"]
    assert year["summary"] == quarter["summary"] == beginning["summary"]
    assert year["period"] == {"kind": "year", "starts_on": "2026-01-01", "ends_on": "2026-09-30"}
    assert "sans les décisions prises et closes avant le trimestre" in year["scope"]["label"]
    assert "sans les décisions" not in quarter["scope"]["label"]


def test_since_the_beginning_means_since_the_signature(quarter, amina):
    roadmap = make_roadmap()
    roadmap.signed_on = date(2022, 8, 30)
    roadmap.save()
    quarter.roadmap.refresh_from_db()
    data = extract_of(transitions.seal(quarter, by=amina, at=NOON), "", Period.BEGINNING)
    assert moved(data) == ["2025-12-01", "2026-02-01", "2026-05-01", "2026-08-01"]
    assert data["scope"]["label"].startswith("Toute la feuille de route – extrait")


def test_decisions_are_those_the_sealed_report_tells(quarter, amina, region):
    def decided(held_on, number, **closed):
        meeting = SteeringMeeting.objects.create(
            roadmap=make_roadmap(), held_on=held_on, state="held", frozen_on=held_on
        )
        fields = {"text": "Décidé.", "owner": region, "due_on": date(2026, 12, 1)} | closed
        return Decision.objects.create(meeting=meeting, number=number, **fields)

    closed = {"state": "done", "outcome": "Fait.", "closed_on": date(2026, 5, 1)}
    decided(date(2026, 2, 1), 1)
    decided(date(2026, 2, 2), 1, **closed)
    decided(date(2026, 8, 1), 1)
    sealed = transitions.seal(quarter, by=amina, at=NOON)
    told = [row["meeting_on"] for row in extract_of(sealed, "", Period.YEAR)["decisions"]]
    assert told == ["2026-02-01", "2026-08-01"]


# --- What is refused ------------------------------------------------------------------------------


def test_the_whole_of_a_sealed_quarter_is_the_sealed_report(sealed, amina, client):
    with pytest.raises(transitions.AlreadySealed) as refusal:
        transitions.request_report(sealed.campaign, by=amina)
    assert refusal.value.sealed == sealed
    client.force_login(amina)
    response = client.post("/espace/rapports/", {"campaign": sealed.campaign_id, "period": "quarter"})
    assert "campaign" in response.context["form"].errors
    assert f'<a href="{sealed.layout.get_absolute_url()}">Rapport scellé T3 2026</a>' in response.text
    assert Report.objects.count() == 1


@pytest.mark.parametrize(("scope", "period"), [("side=region", "quarter"), ("", "year"), ("", "beginning")])
def test_a_part_or_a_longer_period_may_be_asked_for(sealed, amina, scope, period):
    assert transitions.request_report(sealed.campaign, scope, period=period, by=amina).state == "queued"


def test_the_corrected_version_is_the_one_extracts_come_from(sealed, amina):
    corrected = transitions.rectify(sealed, reason="Montant faux.", by=amina, at=at(2026, 11, 2))
    with pytest.raises(transitions.AlreadySealed) as refusal:
        transitions.request_report(sealed.campaign, by=amina)
    assert refusal.value.sealed == corrected
    report = transitions.request_report(sealed.campaign, "actor=region", by=amina, at=at(2026, 11, 3))
    ready = services.produce(transitions.start(report.pk))
    assert ready.dataset["extract"]["number"] == 2


@pytest.mark.parametrize("schema", ["1", "2"])
def test_an_old_form_has_no_part_and_says_so_instead_of_being_empty(sealed, schema):
    sealed.content = json.dumps(json.loads(sealed.content) | {"schema": schema})
    with pytest.raises(NotDivisible, match="format ancien"):
        extract_of(sealed, "actor=region")


def test_a_draft_asked_before_the_sealing_and_built_after_it_says_what_was_sealed(quarter, amina, files):
    report = transitions.request_report(quarter, by=amina, at=at(2026, 10, 1))
    sealed = transitions.seal(quarter, by=amina, at=NOON)
    everything_changes(quarter)
    ready = services.produce(transitions.start(report.pk))
    assert ready.dataset["commitments"] == json.loads(sealed.content)["commitments"]
    assert "extrait du rapport scellé" in ready.dataset["scope"]["label"]
    with pytest.raises(TransitionRefused, match="scellé"):
        transitions.put_online(ready, by=amina)


def test_a_quarter_in_progress_has_parts_but_no_extract(amina, files):
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    publish(make_commitment(code="eng-1"), quarter, "in_progress", at(2026, 9, 20))
    report = transitions.request_report(quarter, "provenance=named", period="year", by=amina, at=NOON)
    ready = services.produce(transitions.start(report.pk))
    assert ready.dataset["extract"] is None
    assert all("_rapport_2026-T3_annee_provenance-named_provisoire" in file.name for file in ready.files.all())
