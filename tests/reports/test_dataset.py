"""What a report says: as of the quarter, public only, the same for ever."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from commitments.models import Campaign, Commitment, Participation
from reports.dataset import ScopeNotUnderstood, build_dataset, canonical_json, sha256_of
from reports.models import Report
from tests.factories import (
    make_actor,
    make_axis,
    make_campaign,
    make_commitment,
    make_milestone,
    make_roadmap,
    make_user,
)
from tests.reports.situations import ADJACENT, at, draw_quarter, make_report, make_source, postpone_then, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def quarter(db):
    return make_campaign(2026, 3, state=Campaign.State.REVIEW)


def rows(dataset):
    return {row["code"]: row for row in dataset["commitments"]}


def build(campaign, scope=""):
    return build_dataset(Report(campaign=campaign, scope=scope, started_at=at(2026, 10, 1)))


def counts(items):
    return {item["code"]: item["count"] for item in items if item["count"]}


def test_headline_figures_leave_adjacent_actions_out_and_abandoned_ones_apart():
    summary = build(draw_quarter())["summary"]
    assert summary["counted"] == 5
    assert summary["adjacent"] == 1
    assert summary["abandoned"] == 1
    assert counts(summary["by_status"]) == {"in_progress": 2, "completed": 1, "abandoned": 1, "not_provided": 1}
    assert counts(summary["by_weather"]) == {"compromised": 1, "secured": 1, "reachable": 1, "not_provided": 2}
    # One milestone of three, two of two, 37.5 declared, one not measured: the abandoned one is in neither.
    assert summary["progress"] == "56.94"
    assert (summary["measured"], summary["measurable"], summary["is_partial"]) == (3, 4, False)
    assert summary["not_answered"] == 1


def test_a_mean_on_too_few_commitments_says_that_it_is_partial(quarter):
    make_commitment("x.")
    make_commitment()
    make_commitment()
    summary = build(quarter)["summary"]
    assert (summary["coverage"], summary["is_partial"]) == ("33.33", True)


def test_axes_count_each_commitment_once_with_those_of_all_axes_last():
    axes = build(draw_quarter())["axes"]
    assert [(axis["code"], axis["counted"]) for axis in axes] == [("research", 2), ("training", 2), (None, 1)]


def test_it_tells_the_quarter_and_not_what_was_published_later(quarter):
    commitment = make_commitment(code="eng-1")
    next_quarter = make_campaign(2026, 4)
    publish(commitment, quarter, "in_progress", at(2026, 9, 20), progress=Decimal(40), text_public="En septembre.")
    publish(commitment, next_quarter, "completed", at(2026, 11, 5), text_public="En novembre.")
    row = rows(build(quarter))["eng-1"]
    assert (row["status"], row["progress"], row["text"]) == ("in_progress", "40.00", "En septembre.")
    row = rows(build(next_quarter))["eng-1"]
    assert (row["status"], row["progress"], row["text"]) == ("completed", "100.00", "En novembre.")


def test_a_commitment_that_first_spoke_later_is_not_provided_in_the_quarter(quarter):
    commitment = make_commitment(code="eng-1")
    publish(commitment, make_campaign(2026, 4), "in_progress", at(2026, 11, 5), progress=Decimal(40))
    row = rows(build(quarter))["eng-1"]
    assert (row["status"], row["weather"], row["progress"], row["text"]) == ("not_provided", "not_provided", None, "")


def test_an_update_of_an_earlier_quarter_still_holds_but_is_no_answer(quarter):
    commitment = make_commitment(code="eng-1")
    publish(commitment, make_campaign(2026, 2, state="review"), "suspended", at(2026, 6, 20))
    dataset = build(quarter)
    assert rows(dataset)["eng-1"]["status"] == "suspended"
    assert rows(dataset)["eng-1"]["answer"] == "not_answered"
    assert dataset["summary"]["not_answered"] == 1


def test_milestones_achieved_after_the_quarter_were_still_to_come(quarter):
    commitment = make_commitment("x", code="eng-1")
    make_milestone(commitment, "x", due_on=date(2026, 11, 1), title="Novembre")
    row = rows(build(quarter))["eng-1"]
    assert row["progress"] == "50.00"
    assert [m["status"] for m in row["milestones"]] == ["achieved", "planned"]
    assert [m["achieved_on"] for m in row["milestones"]] == ["2026-01-31", None]


def test_a_postponement_made_later_is_undone_and_one_of_the_quarter_is_listed(quarter):
    by = make_user("agent", Membership.Role.CONTRIBUTOR, make_actor("region", name="Région", side="region"))
    commitment = make_commitment(code="eng-1", initial_due_on=date(2026, 6, 30), due_on=date(2027, 6, 30))
    postpone_then(commitment, None, date(2026, 6, 30), date(2026, 12, 31), at(2026, 7, 2), by)
    postpone_then(commitment, None, date(2026, 12, 31), date(2027, 6, 30), at(2026, 10, 2), by)
    dataset = build(quarter)
    row = rows(dataset)["eng-1"]
    assert (row["initial_due_on"], row["due_on"], row["slippage_days"]) == ("2026-06-30", "2026-12-31", 184)
    assert row["postponement_count"] == 1
    (listed,) = dataset["postponements"]
    assert (listed["to_on"], listed["side"], listed["actor"]) == ("2026-12-31", "Région", "Région")


def test_lateness_is_told_on_the_initial_plan_and_apart_on_the_revised_one(quarter):
    make_commitment(code="eng-1", initial_due_on=date(2026, 6, 30), due_on=date(2026, 12, 31))
    dataset = build(quarter)
    row = rows(dataset)["eng-1"]
    assert (row["is_late"], row["late_since"], row["is_late_revised"]) == (True, "2026-07-01", False)
    assert [reason["label"] for reason in row["late_reasons"]] == ["échéance dépassée, depuis le 1er juillet 2026"]
    assert (dataset["summary"]["late"], dataset["summary"]["late_revised"]) == (1, 0)


def test_it_holds_no_internal_commitment_no_internal_note_and_no_name(quarter):
    author = make_user("veronique", Membership.Role.CONTRIBUTOR, make_actor("region", name="Région", side="region"))
    commitment = make_commitment(code="eng-1")
    make_commitment(code="eng-interne", visibility="internal", title="Caché")
    publish(commitment, quarter, "in_progress", at(2026, 9, 1), author=author, text_internal="Entre nous.")
    commitment.refresh_from_db()
    postpone_then(commitment, None, date(2026, 6, 30), date(2026, 12, 31), at(2026, 7, 2), author)
    text = canonical_json(build(quarter)).decode()
    for hidden in ("Caché", "eng-interne", "Entre nous.", "Veronique", "veronique@example.org"):
        assert hidden not in text


def test_a_scope_keeps_what_it_says_in_words():
    dataset = build(draw_quarter(), "axis=research&provenance=named")
    assert [row["code"] for row in dataset["commitments"]] == ["eng-realise", "eng-retard"]
    assert dataset["adjacent"] == []
    assert dataset["scope"]["label"].startswith("Axe\u00a0: Axe research\u202f; Provenance\u00a0: nommé")


@pytest.mark.parametrize(
    ("scope", "codes"),
    [("status=in_progress", ["eng-1"]), ("status=completed", []), ("weather=secured", []), ("late=0", ["eng-1"])],
)
def test_a_scope_on_the_status_asks_for_that_of_the_quarter(quarter, scope, codes):
    commitment = make_commitment(code="eng-1")
    publish(commitment, quarter, "in_progress", at(2026, 9, 20))
    publish(commitment, make_campaign(2026, 4), "completed", at(2026, 11, 5), weather="secured")
    assert [row["code"] for row in build(quarter, scope)["commitments"]] == codes


def test_a_scope_with_an_unknown_value_is_refused_and_not_read_as_everything(quarter):
    with pytest.raises(ScopeNotUnderstood, match="status"):
        build(quarter, "status=nimporte")


def test_an_empty_scope_gives_zeros_and_missing_values(quarter):
    dataset = build(quarter)
    assert (dataset["summary"]["counted"], dataset["summary"]["progress"]) == (0, None)
    assert (dataset["commitments"], dataset["axes"], dataset["adjacent"]) == ([], [], [])


def test_the_same_facts_give_the_same_bytes(quarter):
    report = make_report(draw_other_facts(quarter))
    first, second = build_dataset(report), build_dataset(report)
    assert canonical_json(first) == canonical_json(second)
    report.content = canonical_json(first).decode()
    report.save()
    assert sha256_of(Report.objects.get(pk=report.pk).dataset) == sha256_of(first)


def draw_other_facts(quarter):
    make_commitment("x.", code="eng-1", main_axis=make_axis())
    return quarter


def test_a_demonstration_says_so(quarter):
    assert build(quarter)["demonstration_notice"] == ""
    roadmap = make_roadmap()
    roadmap.is_demonstration = True
    roadmap.save()
    quarter.refresh_from_db()
    assert build(quarter)["demonstration_notice"] == "Activité de démonstration, fictive"


def draw_many(number, quarter):
    actor, source = make_actor("region"), make_source(f"source-{number}")
    made = Commitment.objects.bulk_create(
        Commitment(
            roadmap=make_roadmap(),
            code=f"gros-{number}-{n:04}",
            title=f"Engagement {n}",
            provenance=ADJACENT if n % 5 == 0 else "named",
            confidence="sourced",
            initial_due_on=date(2026, 6, 30),
            due_on=date(2026, 6, 30),
        )
        for n in range(number)
    )
    Participation.objects.bulk_create(Participation(commitment=c, actor=actor, role="partner") for c in made)
    Commitment.sources.through.objects.bulk_create(
        Commitment.sources.through(commitment=c, source=source) for c in made
    )
    for commitment in made[:5]:
        make_milestone(commitment, "x")
        publish(commitment, quarter, "in_progress", at(2026, 9, 20))


@pytest.mark.parametrize("more", [360, 3960])
def test_a_large_report_costs_no_more_queries_than_a_small_one(quarter, more):
    draw_quarter_around(quarter)
    report = make_report(quarter)
    with CaptureQueriesContext(
        connection,
    ) as small:
        assert len(build_dataset(report)["commitments"]) == 32
    draw_many(more, quarter)
    with CaptureQueriesContext(connection) as large:
        dataset = build_dataset(report)
    assert len(dataset["commitments"]) + len(dataset["adjacent"]) == 40 + more
    assert len(large) == len(small)


def draw_quarter_around(quarter):
    """40 commitments with what each prefetch reads."""
    draw_many(40, quarter)
    commitment = Commitment.objects.first()
    by = make_user("agent", Membership.Role.CONTRIBUTOR)
    postpone_then(commitment, None, date(2026, 6, 30), date(2026, 12, 31), at(2026, 7, 2), by)
