"""A part of a dataset: which commitments, in the words of the list's filters, asked of the dataset itself.

Of a sealed quarter as of one in progress a part says what the whole says: it is taken from it, and its figures are
counted again from its rows.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from accounts.permissions import WRITING_PARTICIPATIONS
from commitments.filters import TRANSVERSAL, CommitmentFilter, chosen, in_scope
from commitments.models import Commitment
from reports.dataset.figures import by_axis, tally
from reports.dataset.values import Json

Test = Callable[[Json, str], bool]


class ScopeNotUnderstood(ValueError):
    """The scope names a filter or a value that does not exist; the message is for the reader."""


def understood(scope: str, on: date) -> CommitmentFilter:
    """The filters of a scope. Raises ScopeNotUnderstood when one has a value that does not exist."""
    filters = in_scope(scope, Commitment.objects.all(), on=on)
    if not filters.form.is_valid():
        faults = [f"{name} : {' '.join(errors)}" for name, errors in filters.form.errors.items()]
        raise ScopeNotUnderstood(_("Périmètre illisible. %(faults)s") % {"faults": " ".join(faults)})
    return filters


def scope_in_words(scope: str, on: date) -> list[dict[str, str]]:
    return [{"label": badge.label, "value": badge.value} for badge in chosen(understood(scope, on))]


def narrowed(whole: Json, query: str, described: Json) -> Json:
    """The part of a whole dataset that a canonical scope asks for. `described`: the scope, as the dataset tells it."""
    asked = dict(parse_qsl(query))
    commitments = [row for row in whole["commitments"] if _is_asked(row, asked, whole["actors"])]
    adjacent = [row for row in whole["adjacent"] if _is_asked(row, asked, whole["actors"])]
    kept = {row["code"] for row in [*commitments, *adjacent]}
    lines = [line for line in whole["funding_lines"] if line["commitment"] in kept]
    axes = {axis for row in [*commitments, *adjacent] for axis in row["axes"]}
    return {
        **whole,
        "scope": described,
        "summary": {**tally(commitments), "adjacent": len(adjacent)},
        "axes": by_axis(commitments, {row["code"]: _title(row) for row in whole["axes"] if row["code"]}),
        "commitments": commitments,
        "adjacent": adjacent,
        "funding_lines": lines,
        "envelopes": _envelopes(whole["envelopes"], {line["envelope"] for line in lines}),
        "indicators": [i for i in whole["indicators"] if i["commitment"] in kept or axes & {*i["axis_codes"]}],
        "decisions": [d for d in whole["decisions"] if kept & {*d["commitments"]}],
        **{
            name: [row for row in whole[name] if row["commitment"] in kept]
            for name in ("postponements", "evidence", "unapproved")
        },
        "merged": [row for row in whole["merged"] if row["into"] in kept],
    }


def _title(axis: Json) -> Json:
    return {"title": axis["title"], "description": axis["description"]}


def _envelopes(envelopes: list[Json], used: set[str]) -> list[Json]:
    """Those the scope draws on, with what they are part of."""
    parents = {envelope["code"]: envelope["parent"] for envelope in envelopes}
    kept = set[str]()
    for code in used:
        above: str | None = code
        while above is not None and above not in kept:
            kept.add(above)
            above = parents[above]
    return [envelope for envelope in envelopes if envelope["code"] in kept]


# --- One commitment ------------------------------------------------------------------------------


def _is_asked(row: Json, asked: Mapping[str, str], actors: Mapping[str, Json]) -> bool:
    return all(test(row, asked[name]) for name, test in TESTS.items() if name in asked) and (
        _takes_part(row, asked, actors) and _matches(row, asked.get("q", ""), actors)
    )


def _on_axis(row: Json, value: str) -> bool:
    return row["axis"] is None if value == TRANSVERSAL else value == row["axis"] or value in row["axes"]


def _is(key: str) -> Test:
    return lambda row, value: bool(row[key] == value)


def _on_side(row: Json, value: str) -> bool:
    """Those an actor of that side answers for."""
    return any(p["side"] == value and p["role"] in WRITING_PARTICIPATIONS for p in row["participations"])


TESTS: dict[str, Test] = {
    "axis": _on_axis,
    "status": _is("status"),
    "weather": _is("weather"),
    "provenance": _is("provenance"),
    "side": _on_side,
    "late": lambda row, value: bool(row["is_late"]) == (value == "1"),
}


def _takes_part(row: Json, asked: Mapping[str, str], actors: Mapping[str, Json]) -> bool:
    """Actor, role and department speak of one and the same participation, as in the list."""
    wanted = {name: asked[name] for name in ("actor", "role", "department") if name in asked}

    def fits(participation: Json) -> bool:
        held: dict[str, Any] = {**participation, "department": actors[participation["actor"]]["department"]}
        return all(held[name] == value for name, value in wanted.items())

    return not wanted or any(fits(participation) for participation in row["participations"])


def _matches(row: Json, words: str, actors: Mapping[str, Json]) -> bool:
    names = [actors[p["actor"]]["name"] for p in row["participations"]]
    text = " ".join([row["title"], row["official_text"], row["summary"], row["code"], *names]).casefold()
    return all(word.casefold() in text for word in words.split())
