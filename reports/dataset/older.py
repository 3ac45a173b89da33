"""Datasets frozen before today's form still have to be read. What is stored never changes, its fingerprint neither."""

from reports.dataset.values import Json

UNKNOWN_ANSWER = {"answer": None, "answer_label": "", "confirmed_on": None}


def readable(dataset: Json) -> Json:
    """With all that today's page reads. What an older dataset cannot tell is None, and nothing is made up."""
    if dataset["schema"] != "1":
        return dataset
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
