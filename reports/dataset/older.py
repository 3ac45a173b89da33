"""Datasets frozen before today's form still have to be read. What is stored never changes, its fingerprint neither."""

from funding.ledger import KINDS
from reports.dataset.labels import labels
from reports.dataset.values import Json

UNKNOWN_ANSWER = {"answer": None, "answer_label": "", "confirmed_on": None}
# What form 3 added to a commitment, where an older one cannot tell.
UNKNOWN_ROW: Json = {
    "axes": [],
    "weight": 1,
    "participations": [],
    "visas": [],
    "answered_on": None,
    "answered_by": None,
}
UNKNOWN_LEDGER: Json = {
    "axis": None,
    "axis_title": "",
    **dict.fromkeys((*(kind for kind in KINDS if kind != "planned"), "net_contracted", "net_paid")),
    "added": [],
    "events": [],
}
EMPTY_TABLES: Json = {"evidence": [], "decisions": [], "unapproved": [], "merged": [], "actors": {}}


def is_older(dataset: Json) -> bool:
    return dataset["schema"] in ("1", "2", "3")


def readable(dataset: Json) -> Json:
    """With all that today's writers read. What an older dataset cannot tell is None or empty: nothing is made up."""
    if dataset["schema"] == "1":
        dataset = _with_answers(dataset)
    if dataset["schema"] in ("1", "2"):
        dataset = _with_proofs(dataset)
    if is_older(dataset):
        dataset = _with_ledger(dataset)
    return dataset


def _with_ledger(dataset: Json) -> Json:
    """Form 3 to form 4: only the planned amount was known, and no total was given."""
    return {**dataset, "money": None, "funding_lines": [row | UNKNOWN_LEDGER for row in dataset["funding_lines"]]}


def _with_answers(dataset: Json) -> Json:
    """Form 1 to form 2, which knows what each commitment answered."""
    return {
        **dataset,
        "summary": {**dataset["summary"], "answers": []},
        "axes": [{**axis, "answers": []} for axis in dataset["axes"]],
        "commitments": [_row(row) for row in dataset["commitments"]],
        "adjacent": [_row(row) for row in dataset["adjacent"]],
        "postponements": [_without_decision(row) for row in dataset["postponements"]],
    }


def _row(row: Json) -> Json:
    """Form 1 knew whether a text was published in the quarter, not what its absence meant."""
    answer = {**UNKNOWN_ANSWER, "answer": "approved", "answer_label": "point publié"}
    moved = [p["milestone"] for p in row["postponements"]]  # empty: the commitment itself
    return {
        **row,
        **(answer if row["has_answered"] else UNKNOWN_ANSWER),
        "postponement_count": moved.count(""),
        "milestone_postponement_count": len(moved) - moved.count(""),
        "milestones": [{**m, "postponement_count": moved.count(m["title"])} for m in row["milestones"]],
        "postponements": [_without_decision(p) for p in row["postponements"]],
    }


def _without_decision(postponement: Json) -> Json:
    return {**postponement, "decision_number": None, "decision_meeting_on": None}


def _with_proofs(dataset: Json) -> Json:
    """Form 2 to form 3, which adds proofs, weights and both languages."""
    year, quarter = dataset["quarter"]["slug"].split("-T")
    period = {"starts_on": dataset["quarter"]["starts_on"], "ends_on": dataset["quarter"]["reference_on"]}
    return {
        **dataset,
        **EMPTY_TABLES,
        "seal": None,
        "extract": None,
        "quarter": {**dataset["quarter"], "year": int(year), "quarter": int(quarter)},
        "period": {"kind": "quarter", **period},
        "commitments": [_with_codes(row) for row in dataset["commitments"]],
        "adjacent": [_with_codes(row) for row in dataset["adjacent"]],
        "postponements": [{**row, "side_code": ""} for row in dataset["postponements"]],
        "envelopes": [{**row, "parent": None, "amount_basis": "", "confidence": ""} for row in dataset["envelopes"]],
        "funding_lines": [{**row, "authorisation": ""} for row in dataset["funding_lines"]],
        "indicators": [_indicator(row) for row in dataset["indicators"]],
        "definitions": {"fr": dataset["definitions"], "en": dataset["definitions"]},
        "labels": _with_its_meanings(dataset["meanings"]),
    }


def _with_its_meanings(meanings: Json) -> Json:
    """Today's labels, and the French meanings the report was frozen with."""
    found = labels()
    for group in ("status", "weather"):
        found["fr"][f"{group}_meaning"] |= meanings[group]
    return found


def _with_codes(row: Json) -> Json:
    milestones = [{**milestone, "origin": ""} for milestone in row["milestones"]]
    postponements = [{**postponement, "side_code": ""} for postponement in row["postponements"]]
    return {**row, **UNKNOWN_ROW, "milestones": milestones, "postponements": postponements}


def _indicator(row: Json) -> Json:
    return {
        **row,
        "direction": "",
        "confidence": "",
        "axis_codes": [],
        "readings": [{**reading, "quality": ""} for reading in row["readings"]],
        "targets": [{**target, "kind": ""} for target in row["targets"]],
    }
