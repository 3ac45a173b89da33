"""A part of a dataset: which commitments, in the words of the list's filters, asked of the dataset itself.

Of a sealed quarter as of one in progress a part says what the whole says: it is taken from it, and its figures are
counted again from its rows.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from accounts.permissions import WRITING_PARTICIPATIONS
from actors.models import Actor
from commitments.filters import TRANSVERSAL, CommitmentFilter, chosen, in_scope
from commitments.models import Axis, Commitment
from reports.dataset.figures import by_axis, tally
from reports.dataset.money import totals
from reports.dataset.values import Json
from roadmap_portal.templatetags.portal import NBSP

Test = Callable[[Json, str], bool]
WHOLE: Json = {"query": "", "filters": [], "label": "Toute la feuille de route"}


class ScopeNotUnderstood(ValueError):
    """The scope names a filter or a value that does not exist; the message is for the reader."""


class NotDivisible(ScopeNotUnderstood):
    """The dataset is of an earlier form, of which no part can be taken; the message is for the reader."""

    def __init__(self) -> None:
        told = _(
            "Le rapport scellé de ce trimestre est d’un format ancien, qui ne dit pas qui participe à chaque "
            "engagement : on n’en tire pas d’extrait. Consultez le rapport entier."
        )
        super().__init__(told)


def understood(scope: str, on: date) -> CommitmentFilter:
    """The filters of a scope. Raises ScopeNotUnderstood when one has a value that does not exist."""
    filters = in_scope(scope, Commitment.objects.all(), on=on)
    if not filters.form.is_valid():
        faults = [f"{name} : {' '.join(errors)}" for name, errors in filters.form.errors.items()]
        raise ScopeNotUnderstood(_("Périmètre illisible. %(faults)s") % {"faults": " ".join(faults)})
    return filters


# --- In words -------------------------------------------------------------------------------------


def described(scope: str, whole: Json, on: date) -> Json:
    """As a dataset tells it, with the names it gives itself: an actor may have another one since."""
    if not scope:
        return WHOLE
    filters = [
        {"label": b.label, "value": _named(b.name, b.value, scope, whole)} for b in chosen(understood(scope, on))
    ]
    return {"query": scope, "filters": filters, "label": in_a_line(filters)}


def in_a_line(filters: Iterable[Mapping[str, str]]) -> str:
    return "\u202f; ".join(f"{item['label']}{NBSP}: {item['value']}" for item in filters)


def _named(name: str, value: str, scope: str, whole: Json) -> str:
    code = dict(parse_qsl(scope))[name]
    if name == "actor" and code in whole["actors"]:
        return str(whole["actors"][code]["name"])
    titles = {axis["code"]: str(axis["title"]) for axis in whole["axes"]}
    return titles.get(code, value) if name == "axis" else value


def scopes_in_words(scopes: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Label and value of each filter of each scope, for a list: two queries whatever its length. What no longer exists
    is told by its code."""
    asked = {scope: parse_qsl(scope) for scope in scopes}
    pairs = [pair for found in asked.values() for pair in found]
    known = {
        "actor": dict(Actor.objects.filter(slug__in={v for k, v in pairs if k == "actor"}).values_list("slug", "name")),
        "axis": dict(Axis.objects.filter(code__in={v for k, v in pairs if k == "axis"}).values_list("code", "title")),
    }
    known["axis"][TRANSVERSAL] = str(CommitmentFilter.base_filters["axis"].extra["null_label"])
    return {scope: [_in_words(name, value, known) for name, value in found] for scope, found in asked.items()}


def _in_words(name: str, value: str, known: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    filter_ = CommitmentFilter.base_filters.get(name)
    if filter_ is None:
        return {"label": name, "value": value}
    values = known.get(name) or dict(filter_.extra.get("choices", ()))
    return {"label": str(filter_.label), "value": str(values.get(value, value))}


# --- The part -------------------------------------------------------------------------------------


def narrowed(whole: Json, query: str, on: date) -> Json:
    """The part of a whole dataset that a canonical scope asks for; all of it when it asks for nothing."""
    if not query:
        return whole
    asked = dict(parse_qsl(query))
    commitments = [row for row in whole["commitments"] if _is_asked(row, asked, whole["actors"])]
    adjacent = [row for row in whole["adjacent"] if _is_asked(row, asked, whole["actors"])]
    rows = [*commitments, *adjacent]
    kept = {row["code"] for row in rows}
    lines = [line for line in whole["funding_lines"] if line["commitment"] in kept]
    axes = {axis for row in rows for axis in row["axes"]}
    taking_part = {p["actor"] for row in rows for p in row["participations"]}
    return {
        **whole,
        "scope": described(query, whole, on),
        "summary": {**tally(commitments), "adjacent": len(adjacent)},
        "axes": by_axis(commitments, {row["code"]: _title(row) for row in whole["axes"] if row["code"]}),
        "commitments": commitments,
        "adjacent": adjacent,
        "funding_lines": lines,
        **({} if whole["schema"] == "3" else {"money": totals(lines, commitments)}),
        "envelopes": _envelopes(whole["envelopes"], {line["envelope"] for line in lines}),
        "indicators": [i for i in whole["indicators"] if i["commitment"] in kept or axes & {*i["axis_codes"]}],
        "decisions": [d for d in whole["decisions"] if kept & {*d["commitments"]}],
        **{
            name: [row for row in whole[name] if row["commitment"] in kept]
            for name in ("postponements", "evidence", "unapproved")
        },
        "merged": [row for row in whole["merged"] if row["into"] in kept],
        "actors": {slug: actor for slug, actor in whole["actors"].items() if slug in taking_part},
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
    return row["axis"] is None if value == TRANSVERSAL else value in row["axes"]


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
    text = _upper(" ".join([row["title"], row["official_text"], row["summary"], row["code"], *names]))
    return all(_upper(word) in text for word in words.split())


def _upper(text: str) -> str:
    """As PostgreSQL does for the list (icontains), one character for one: ß stays as it is, É and é are the same."""
    return "".join(upper if len(upper := character.upper()) == 1 else character for character in text)
