"""Headline figures of rows of a report: whoever holds the rows finds them again, to the last digit.

They are computed from what the rows show, of any part of them, of any quarter. Adjacent actions never enter one.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from commitments.formulas import weighted_mean
from commitments.models import Status, Weather
from reports.dataset.answers import SILENT
from reports.dataset.answers import counted as counted_answers
from reports.dataset.values import Json, two_places


def tally(rows: Sequence[Json]) -> Json:
    """Figures of counted commitments. Abandoned ones are counted apart and left out of the means."""
    followed = [row for row in rows if row["status"] != Status.ABANDONED]
    progress = weighted_mean((_percent(row["progress"]), row["weight"]) for row in followed)
    # Beside the mean progress, the expected mean of the same commitments: the two can be compared.
    expected = weighted_mean((_percent(r["expected"]), r["weight"]) for r in followed if r["progress"] is not None)
    return {
        "counted": len(rows),
        "by_status": _counts(Status, [row["status"] for row in rows]),
        "by_weather": _counts(Weather, [row["weather"] for row in rows]),
        "late": sum(row["is_late"] for row in rows),
        "late_revised": sum(row["is_late_revised"] for row in rows),
        "abandoned": len(rows) - len(followed),
        "progress": two_places(progress.value),
        "expected": two_places(expected.value),
        "measured": progress.measured,
        "measurable": progress.total,
        "coverage": two_places(progress.coverage),
        "is_partial": progress.is_partial,
        "answers": counted_answers(row["answer"] for row in rows),
        "not_answered": sum(row["answer"] in SILENT for row in rows),
    }


def _percent(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _counts(choices: type[Status] | type[Weather], values: Iterable[str]) -> list[Json]:
    found = list(values)
    return [{"code": str(c), "label": str(c.label), "count": found.count(str(c))} for c in choices]


def by_axis(rows: Sequence[Json], titles: dict[str, Json]) -> list[Json]:
    """By main axis, so that a commitment is counted once; rows come sorted by axis, those of all axes last.

    `titles`: title and description of each axis by code.
    """
    found = []
    for axis, group in groupby(rows, key=lambda row: row["axis"]):
        found.append({"code": axis, **(titles[axis] if axis is not None else TRANSVERSAL), **tally(list(group))})
    return found


TRANSVERSAL = {"title": "Engagements transversaux (tous les axes)", "description": ""}
