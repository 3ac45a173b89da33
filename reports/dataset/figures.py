"""Headline figures: of the whole scope and axis by axis. Adjacent actions never enter one of them."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from commitments.models import Status, Weather
from commitments.progress import weighted_mean
from reports.dataset.answers import counted as counted_answers
from reports.dataset.as_of import Entry
from reports.dataset.values import Json, two_places


def tally(entries: Sequence[Entry]) -> Json:
    """Figures of counted commitments. Abandoned ones are counted apart and left out of the means."""
    followed = [entry for entry in entries if entry.status != Status.ABANDONED]
    progress = weighted_mean((e.standing.progress, e.commitment.weight) for e in followed)
    # Beside the mean progress, the expected mean of the same commitments: the two can be compared.
    expected = weighted_mean((e.standing.expected, e.commitment.weight) for e in followed if _is_measured(e))
    return {
        "counted": len(entries),
        "by_status": _counts(Status, [entry.status for entry in entries]),
        "by_weather": _counts(Weather, [entry.weather for entry in entries]),
        "late": sum(entry.is_late for entry in entries),
        "late_revised": sum(entry.is_late_revised for entry in entries),
        "abandoned": len(entries) - len(followed),
        "progress": two_places(progress.value),
        "expected": two_places(expected.value),
        "measured": progress.measured,
        "measurable": progress.total,
        "coverage": two_places(progress.coverage),
        "is_partial": progress.is_partial,
        "answers": counted_answers(entry.answer for entry in entries),
        "not_answered": sum(entry.answer.is_missing for entry in entries),
    }


def _is_measured(entry: Entry) -> bool:
    return entry.standing.progress is not None


def _counts(choices: type[Status] | type[Weather], values: Iterable[str]) -> list[Json]:
    found = list(values)
    return [{"code": str(c), "label": str(c.label), "count": found.count(str(c))} for c in choices]


def axes(entries: Sequence[Entry]) -> list[Json]:
    """By main axis, so that a commitment is counted once; entries come sorted by axis, those of all axes last."""
    rows = []
    for axis, group in groupby(entries, key=lambda entry: entry.axis):
        rows.append(
            {
                "code": None if axis is None else axis.code,
                "title": "Engagements transversaux (tous les axes)" if axis is None else axis.title,
                "description": "" if axis is None else axis.description,
                **tally(list(group)),
            }
        )
    return rows


def split(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """(counted commitments, adjacent actions)"""
    everything = list(entries)
    counted = [entry for entry in everything if not entry.commitment.is_adjacent]
    return counted, [entry for entry in everything if entry.commitment.is_adjacent]
