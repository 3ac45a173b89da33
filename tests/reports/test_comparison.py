"""Two sealed quarters at constant perimeter: who is comparable, what moved, who said so and why (N2)."""

import json
import time
from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.models import Campaign, Commitment, Participation
from commitments.transitions import undo_merger
from reports import transitions
from reports.dataset import Dataset, canonical_json
from reports.dataset.comparison import SumsDoNotCheckOut, compare
from reports.dataset.figures import by_axis, tally
from reports.views.comparison import rectification
from tests.factories import make_user
from tests.reports.situations import at, publish
from tests.reports.test_pages import text_of

ADDRESS = "/rapports/comparaison/"


def compared(before, after):
    return compare(Dataset.read(before.content), Dataset.read(after.content))


def change(comparison, code, name):
    (found,) = [c for m in comparison.moved if m.code == code for c in m.changes if c.name == name]
    return found


def codes(members):
    return [member.code for member in members]


# --- The perimeter --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_entered_and_what_was_merged_is_named(two_quarters):
    found = compared(*two_quarters)
    assert (found.counted.before, found.counted.after) == (24, 25)
    assert codes(found.counted.comparable) == [f"eng-{n:02}" for n in [*range(0, 23, 2), *range(1, 23, 2)]]
    assert codes(found.counted.entered) == ["eng-24", "eng-25"]
    assert found.counted.left == ()
    (merged,) = found.counted.merged
    assert (merged.code, merged.merged["into"], merged.merged["reason"]) == ("eng-23", "eng-00", "Même convention.")
    assert codes(found.adjacent.comparable) == ["act-voisine"]
    assert (len(found.moved), found.unchanged) == (2, 21)


@pytest.mark.django_db
def test_means_are_told_at_both_perimeters_and_their_parts_add_up(two_quarters):
    """T2: (20 + 90) ÷ 2 = 55, T3: 32,5 alone is measured. Constant: 20 then 32,5."""
    progress = compared(*two_quarters).whole.progress
    assert (progress.before, progress.after) == (Decimal("55.00"), Decimal("32.50"))
    assert (progress.constant_before, progress.constant_after) == (Decimal("20.00"), Decimal("32.50"))
    assert (progress.change, progress.from_comparable) == (Decimal("-22.50"), Decimal("12.50"))
    assert (progress.from_entered, progress.from_left) == (Decimal("0.00"), Decimal("-35.00"))


# --- What moved -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_change_is_traced_to_the_organisation_and_the_reason(two_quarters):
    found = compared(*two_quarters)
    status = change(found, "eng-00", "status")
    assert (status.old, status.new) == ("in_progress", "suspended")
    (cause,) = status.causes
    assert (cause.actor, cause.side, cause.role, cause.on, cause.reason) == (
        "Région", "region", "contributor", "2026-09-20", "Marché sans suite.",
    )  # fmt: skip
    weather = change(found, "eng-00", "weather")
    assert (weather.old, weather.new, weather.causes[0].reason) == (
        "secured", "compromised", "Le marché est infructueux.",
    )  # fmt: skip
    progress = change(found, "eng-00", "progress")
    assert (progress.old, progress.new, progress.causes[0].reason) == ("20.00", "32.50", "")
    money = change(found, "eng-00", "planned_regional")
    assert (money.old, money.new, money.causes) == (None, "250000.00", ())


@pytest.mark.django_db
def test_a_due_date_is_traced_to_its_postponement(two_quarters):
    found = compared(*two_quarters)
    due = change(found, "eng-00", "due_on")
    assert (due.old, due.new) == ("2027-03-31", "2027-09-30")
    (cause,) = due.causes
    assert (cause.actor, cause.side, cause.reason_kind, cause.reason) == (
        "Région",
        "region",
        "budget",
        "Crédits gelés.",
    )
    milestone = change(found, "eng-01", "milestone_moved")
    assert (milestone.about, milestone.old, milestone.new) == ("Ouverture", "2026-12-31", "2027-01-31")
    assert milestone.causes[0].reason == "Crédits gelés."
    assert [p["commitment"] for p in found.postponements] == ["eng-00", "eng-01"]


def altered(content, change):
    """A dataset as another day would have frozen it."""
    data = json.loads(content)
    change(data)
    return Dataset.of(data)


def row_of(data, code):
    return next(row for row in data["commitments"] if row["code"] == code)


@pytest.mark.django_db
def test_milestones_actors_and_texts_are_compared_one_by_one(two_quarters):
    after = two_quarters[1].content

    def differently(data):
        row = row_of(data, "eng-01")
        (opening,) = row["milestones"]
        row["milestones"] = [
            {**opening, "status": "achieved", "achieved_on": "2026-10-02"},
            {**opening, "title": "Bilan", "status": "planned"},
        ]
        row["participations"].append({"actor": "region", "role": "operator", "side": "region"})
        row |= {"official_text": "Autre texte.", "text": "Neuf.", "updated_on": "2026-10-03", "weight": 3}
        data["actors"]["region"]["name"] = "Région renommée"

    found = compare(Dataset.read(after), altered(after, differently))
    (moved,) = found.moved
    told = {(c.name, c.about): (c.old, c.new) for c in moved.changes}
    assert told == {
        ("official_text", ""): ("", "Autre texte."),
        ("weight", ""): (1, 3),
        ("text", ""): (None, "2026-10-03"),
        ("milestone_achieved", "Ouverture"): (None, "2026-10-02"),
        ("milestone_added", "Bilan"): (None, "2027-01-31"),
        ("actors", "operator"): ((), ("Région renommée",)),
    }


@pytest.mark.django_db
def test_why_one_left_is_told_as_far_as_the_data_can_tell(two_quarters):
    before = two_quarters[0].content

    def differently(data):
        rows = data["commitments"]
        rows.remove(row_of(data, "eng-02"))
        neighbour = row_of(data, "eng-03")
        rows.remove(neighbour)
        data["adjacent"].append({**neighbour, "is_adjacent": True})
        data["summary"]["counted"] -= 2

    found = compare(Dataset.read(before), altered(before, differently))
    assert [(m.code, m.why) for m in found.counted.left] == [("eng-02", "gone"), ("eng-03", "now_adjacent")]
    assert [(m.code, m.why) for m in found.adjacent.entered] == [("eng-03", "now_adjacent")]
    back = compare(found.after, found.before)
    assert [(m.code, m.why) for m in back.counted.entered] == [("eng-02", "new"), ("eng-03", "now_counted")]


@pytest.mark.django_db
def test_a_dataset_that_contradicts_itself_is_not_compared(two_quarters):
    before, after = (sealed.content for sealed in two_quarters)

    def lie(data):
        data["summary"]["counted"] += 1

    with pytest.raises(SumsDoNotCheckOut):
        compare(Dataset.read(before), altered(after, lie))


@pytest.mark.django_db
def test_what_an_older_dataset_could_not_tell_is_no_change(two_quarters):
    after = json.loads(two_quarters[1].content)
    older = deepcopy(after)
    older["schema"] = "2"
    older["meanings"] = {"status": {}, "weather": {}}
    older["definitions"] = []
    del older["quarter"]["year"], older["quarter"]["quarter"], older["labels"], older["actors"], older["merged"]
    for row in [*older["commitments"], *older["adjacent"]]:
        for name in ("axes", "weight", "participations", "visas", "answered_on", "answered_by"):
            del row[name]
    row_of(after, "eng-02")["weight"] = 5
    found = compare(Dataset.of(older), Dataset.of(after))
    assert (found.moved, found.unchanged) == ((), 25)
    assert "weight" in found.untold


# --- Rectification --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_rectification_is_compared_with_what_it_corrects(client, two_quarters, portfolio, paula, amina):
    first = two_quarters[1]
    text = {"text_public": "Juste.", "weather": "compromised", "weather_reason": "Le marché est infructueux."}
    publish(
        portfolio["eng-00"], first.campaign, "suspended", at(2026, 11, 1), author=paula, progress=Decimal(40), **text
    )
    undo = Commitment.objects.get(code="eng-23")
    Campaign.objects.update(state=Campaign.State.REVIEW)
    undo_merger(undo, by=amina)
    Campaign.objects.update(state=Campaign.State.SEALED)
    second = transitions.rectify(first, reason="Chiffre faux.", by=amina, at=at(2026, 11, 2))
    found = rectification(second)
    assert found.is_of_one_quarter
    assert rectification(first) is None
    assert change(found, "eng-00", "progress").new == "40.00"
    assert [(m.code, m.why) for m in found.counted.entered] == [("eng-23", "unmerged")]
    page = text_of(client.get(ADDRESS, {"de": "2026-T3-v1", "a": "2026-T3"}))
    assert "De T3 2026 à T3 2026, rectificatif n° 1" in page
    assert "une fusion a été annulée" in page
    assert "Motif du rectificatif : Chiffre faux." in page


# --- Sums -----------------------------------------------------------------------------------------

PERCENTAGES = st.none() | st.integers(0, 10000).map(lambda n: f"{Decimal(n) / 100:.2f}")
AXES = (None, "a", "b")
ROW = st.fixed_dictionaries(
    {
        "axis": st.sampled_from(AXES),
        "status": st.sampled_from(["in_progress", "completed", "abandoned", "not_provided"]),
        "progress": PERCENTAGES,
        "expected": PERCENTAGES,
        "weight": st.integers(1, 9),
        "is_late": st.booleans(),
        "place": st.sampled_from(["counted", "counted", "counted", "adjacent", "merged", "nowhere"]),
    }
)
SIDE = st.lists(ROW, min_size=12, max_size=12)
STILL = {
    "weather": "secured", "weather_reason": "", "status_reason": "", "answer": None, "is_late_revised": False,
    "late_since": None, "late_since_revised": None, "late_reasons": [], "due_on": None, "initial_due_on": None,
    "starts_on": None, "official_text": "", "summary": "", "axis_title": "", "provenance": "named",
    "progress_method": "declared", "planned_regional": None, "planned_national": None, "planned_european": None,
    "text": "", "next_steps": "", "updated_on": None, "milestones": [], "postponements": [], "participations": [],
    "answered_by": None, "date_precision": "day",
}  # fmt: skip


def dataset_of(drawn) -> Dataset:
    rows = [{**STILL, **row, "code": f"e{n}", "title": f"E{n}"} for n, row in enumerate(drawn)]
    rows = [{**row, "is_adjacent": row["place"] == "adjacent"} for row in rows]
    counted = [row for row in rows if row["place"] == "counted"]
    counted.sort(key=lambda row: (row["axis"] is None, row["axis"] or "", row["code"]))
    titles = {axis: {"title": axis, "description": ""} for axis in AXES if axis}
    merged = [
        {"code": row["code"], "title": row["title"], "into": "e0", "merged_on": "2026-08-03", "reason": "Même projet."}
        for row in rows
        if row["place"] == "merged"
    ]
    parts = {
        "schema": "4", "summary": tally(counted), "axes": by_axis(counted, titles), "commitments": counted,
        "adjacent": [row for row in rows if row["is_adjacent"]], "merged": merged, "actors": {}, "formulas": {},
        "quarter": {"slug": "2026-T3", "reference_on": "2026-09-30"}, "labels": {}, "seal": None,
    }  # fmt: skip
    return Dataset.read(canonical_json(parts).decode())


@given(SIDE, SIDE)
def test_whatever_the_two_sides_the_sums_check_out(one, other):
    found = compare(dataset_of(one), dataset_of(other))
    p = found.counted
    assert len(p.comparable) + len(p.left) + len(p.merged) == p.before
    assert len(p.comparable) + len(p.entered) == p.after
    sides = [{row["code"] for row in dataset["commitments"]} for dataset in (found.before, found.after)]
    assert {*codes(p.comparable), *codes(p.left), *codes(p.merged)} == sides[0]
    assert {*codes(p.comparable), *codes(p.entered)} == sides[1]
    assert len(found.moved) + found.unchanged == len(p.comparable)
    for means in (found.whole, *found.axes):
        for figure in (means.progress, means.expected, means.late, means.late_revised):
            parts = (figure.from_comparable, figure.from_entered, figure.from_left)
            if None not in parts:
                assert sum(parts) == figure.change == figure.after - figure.before
    assert sum(axis.late.change for axis in found.axes) == found.whole.late.change
    assert sum(axis.before["counted"] for axis in found.axes) == p.before


@given(SIDE)
def test_a_dataset_compared_with_itself_says_nothing_moved(drawn):
    found = compare(dataset_of(drawn), dataset_of(drawn))
    assert (found.moved, found.counted.entered, found.counted.left, found.counted.merged) == ((), (), (), ())
    assert found.whole.progress.change in (None, Decimal(0))


# --- Bounds ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_thousand_commitments_a_side_are_compared_in_under_a_second(two_quarters):
    before, after = (json.loads(sealed.content) for sealed in two_quarters)
    many = []
    for data in (before, after):
        rows = [{**deepcopy(row), "code": f"{row['code']}-{n}"} for row in data["commitments"] for n in range(42)]
        titles = {axis["code"]: axis for axis in data["axes"]}
        summary = {**data["summary"], **tally(rows)}
        many.append(Dataset.of({**data, "commitments": rows, "summary": summary, "axes": by_axis(rows, titles)}))
    started = time.process_time()
    found = compare(*many)
    assert time.process_time() - started < 1
    assert found.counted.before == 24 * 42


@pytest.mark.django_db
def test_no_name_of_a_person_is_in_a_comparison(two_quarters):
    make_user("absent")
    found = compared(*two_quarters)
    said = repr(found.moved) + repr(found.postponements) + repr(found.counted)
    assert Participation.objects.exists()
    for name in ("Paula", "Rachel", "Amina", "example.org"):
        assert name not in said
