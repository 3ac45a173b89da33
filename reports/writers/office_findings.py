"""What a summary picks out of the rows of a report: what is late, what asks for help, what comes next.

The rows may be read from a file as they are iterated: only what is shown of them is kept.
"""

from dataclasses import dataclass

from reports.dataset import Dataset, Json

REACHES = ("regional", "national", "european")
CLOSED = ("completed", "abandoned")
NEEDING = ("compromised", "support_needed")
LATE_KEYS = ("code", "title", "axis", "axis_title", "late_since", "late_reasons", "progress", "expected")
NEEDING_KEYS = ("code", "title", "weather", "weather_reason", "leads")


@dataclass(frozen=True, order=True)
class NextDate:
    """`milestone`: empty for the due date of the commitment itself."""

    on: str
    title: str
    milestone: str
    precision: str


@dataclass(frozen=True)
class NextSteps:
    title: str
    text: str
    is_cut: bool


def late(dataset: Dataset) -> list[Json]:
    """Late for the longest first."""
    found = [_part(row, LATE_KEYS) for row in dataset["commitments"] if row["is_late"]]
    return sorted(found, key=lambda row: (row["late_since"] or "", row["code"]))


def needing(dataset: Dataset) -> list[Json]:
    """Open commitments whose weather asks for a decision, compromised objectives first."""
    found = [
        _part(row, NEEDING_KEYS)
        for row in dataset["commitments"]
        if row["weather"] in NEEDING and row["status"] not in CLOSED
    ]
    return sorted(found, key=lambda row: NEEDING.index(row["weather"]))


def next_dates(dataset: Dataset) -> list[NextDate]:
    """Due dates and milestones after the reference date, the nearest first."""
    on = dataset["quarter"]["reference_on"]
    found = []
    for row in dataset["commitments"]:
        if row["status"] in CLOSED:
            continue
        if row["due_on"] is not None and row["due_on"] > on:
            found.append(NextDate(row["due_on"], row["title"], "", row["date_precision"]))
        found += [
            NextDate(m["due_on"], row["title"], m["title"], m["date_precision"])
            for m in row["milestones"]
            if m["is_tracked"] and m["status"] == "planned" and m["due_on"] is not None and m["due_on"] > on
        ]
    return sorted(found)


def next_steps(dataset: Dataset) -> dict[str | None, list[NextSteps]]:
    """By axis, the first paragraph of what each open commitment announced."""
    found: dict[str | None, list[NextSteps]] = {}
    for row in dataset["commitments"]:
        first, _, rest = row["next_steps"].strip().partition("\n")
        if first and row["status"] not in CLOSED:
            found.setdefault(row["axis"], []).append(NextSteps(row["title"], first.strip(), bool(rest.strip())))
    return found


def open_decisions(dataset: Dataset) -> list[Json]:
    """Still to carry out, the nearest due date first."""
    found = [row for row in dataset["decisions"] if row["state"] == "open"]
    return sorted(found, key=lambda row: (row["due_on"] or "9999", row["meeting_on"], row["number"]))


def titles_of_decisions(dataset: Dataset) -> dict[str, str]:
    wanted = {code for row in open_decisions(dataset) for code in row["commitments"]}
    if not wanted:
        return {}
    rows = (row for table in ("commitments", "adjacent") for row in dataset[table])
    return {row["code"]: row["title"] for row in rows if row["code"] in wanted}


def envelopes(dataset: Dataset, reach: str) -> list[Json]:
    """Of one reach: first those that the commitments draw on, then the widest."""
    used = {line["envelope"] for line in dataset["funding_lines"]}
    found = [row for row in dataset["envelopes"] if row["reach"] == reach]
    return sorted(found, key=lambda row: (row["code"] not in used, row["level"], -float(row["amount"] or 0)))


def _part(row: Json, keys: tuple[str, ...]) -> Json:
    return {key: row[key] for key in keys}
