"""The facts file: YAML, then entries, then facts. All that is wrong with it is said at once."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from actors.models import Source
from roadmap_portal.facts import kinds
from roadmap_portal.facts.entry import Entry, Known, column, shown
from roadmap_portal.facts.shapes import EnvelopeFact, EventFact, Facts, SourceFact

REGION_CODE = "84"
DEPARTMENTS = (
    "Ain",
    "Allier",
    "Ardèche",
    "Cantal",
    "Drôme",
    "Haute-Loire",
    "Haute-Savoie",
    "Isère",
    "Loire",
    "Métropole de Lyon",
    "Puy-de-Dôme",
    "Rhône",
    "Savoie",
)
BUILDERS: dict[str, Callable[[Entry], Any]] = {
    "actor": kinds.actor,
    "funding_line": kinds.envelope,
    "commitment": kinds.commitment,
    "indicator": kinds.indicator,
    "event": kinds.event,
}
KINDS = ("axis", *BUILDERS)
LONGEST_CODE = 60


class FactsRefused(Exception):
    """The file cannot be loaded; `problems` says why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _UniqueKeys(yaml.CSafeLoader):
    """YAML would keep the last of two equal keys and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str | int) and key in seen:
                raise yaml.MarkedYAMLError(problem=f"clé en double : {key}", problem_mark=key_node.start_mark)
            seen.add(key if isinstance(key, str | int) else None)
        return super().construct_mapping(node, deep)


def read_facts(path: Path) -> Facts:
    """Raises FactsRefused with every error found."""
    return check(parse(path))


def parse(path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)  # noqa: S506 - a safe loader
    except OSError as error:
        raise FactsRefused([f"{path} : fichier introuvable ou illisible."]) from error
    except UnicodeDecodeError as error:
        raise FactsRefused([f"{path.name} : octet {error.start} illisible, attendu un texte en UTF-8."]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"ligne {mark.line + 1}, colonne {mark.column + 1} : " if mark else ""
        raise FactsRefused([f"{path.name}, {place}YAML mal formé ({error.problem or error.context})."]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise FactsRefused([f"{path.name} : YAML mal formé ({reason})."]) from error
    if not isinstance(document, dict):
        raise FactsRefused([f"{path.name} : lu {shown(document)}, attendu les clés « facts » et « sources »."])
    return document


def check(document: Mapping[str, Any]) -> Facts:
    problems: list[str] = []
    entries = _entries(document, problems)
    table = _table(document, problems)
    problems += _duplicates(entries)
    known = _known(entries, table)
    facts: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for data in entries:
        entry = Entry(data["id"], data, known, problems)
        entry.raw("id")
        kind = entry.raw("kind")
        facts[kind].append(kinds.axis(entry, len(facts[kind]) + 1) if kind == "axis" else BUILDERS[kind](entry))
        entry.finish()
    sources = tuple(_source(code, data, known, problems) for code, data in table.items())
    problems += _cycles(facts["funding_line"]) + _signature(facts["event"])
    if problems:
        raise FactsRefused(problems)
    return Facts(
        sources=sources,
        axes=tuple(facts["axis"]),
        actors=tuple(facts["actor"]),
        envelopes=tuple(facts["funding_line"]),
        commitments=tuple(facts["commitment"]),
        indicators=tuple(facts["indicator"]),
        events=tuple(facts["event"]),
    )


def _entries(document: Mapping[str, Any], problems: list[str]) -> list[Mapping[str, Any]]:
    """The entries that have an id and a kind; the others are named by their rank."""
    entries = document.get("facts")
    if not isinstance(entries, list):
        problems.append(f"facts : lu {shown(entries)}, attendu la liste des faits.")
        return []
    good: list[Mapping[str, Any]] = []
    for rank, data in enumerate(entries, start=1):
        if not isinstance(data, dict):
            problems.append(f"fait n° {rank} : lu {shown(data)}, attendu un bloc de champs.")
        elif not _is_code(data.get("id")):
            problems.append(
                f"fait n° {rank}, id : lu {shown(data.get('id'))},"
                f" attendu un code (lettres sans accent, chiffres, - et _) d’au plus {LONGEST_CODE} caractères."
            )
        elif not isinstance(data.get("kind"), str) or data["kind"] not in KINDS:
            problems.append(
                f"{data['id']}, kind : lu {shown(data.get('kind'))}, attendu l’une des valeurs {', '.join(KINDS)}."
            )
        else:
            good.append(data)
    return good


def _table(document: Mapping[str, Any], problems: list[str]) -> dict[str, Mapping[str, Any]]:
    table = document.get("sources")
    if not isinstance(table, dict):
        problems.append(f"sources : lu {shown(table)}, attendu la table des sources.")
        return {}
    good: dict[str, Mapping[str, Any]] = {}
    for code, data in table.items():
        if not _is_code(code):
            problems.append(f"sources : lu la clé {shown(code)}, attendu un code d’au plus {LONGEST_CODE} caractères.")
        elif not isinstance(data, dict):
            problems.append(f"sources, {code} : lu {shown(data)}, attendu un bloc de champs.")
        else:
            good[code] = data
    return good


def _is_code(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_CODE:
        return False
    try:
        validate_slug(value)
    except ValidationError:
        return False
    return True


def _duplicates(entries: list[Mapping[str, Any]]) -> list[str]:
    ids = Counter(data["id"] for data in entries)
    axes = [data for data in entries if data["kind"] == "axis"]
    codes = Counter(str(data.get("code") or data["id"]) for data in axes)
    return [f"{name}, id : lu {count} fois, attendu une fois." for name, count in ids.items() if count > 1] + [
        f"{data['id']}, code : lu {count} fois « {data.get('code')} », attendu une fois."
        for data in axes
        if (count := codes[str(data.get("code") or data["id"])]) > 1
    ]


def _known(entries: list[Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]) -> Known:
    def ids(kind: str) -> set[str]:
        return {data["id"] for data in entries if data["kind"] == kind}

    cities = {str(data.get("city")) for data in entries if data.get("region_code") == REGION_CODE and data.get("city")}
    return Known(
        sources=sources,
        axes={str(data.get("code") or data["id"]) for data in entries if data["kind"] == "axis"},
        actors=ids("actor"),
        envelopes=ids("funding_line"),
        places={"Auvergne-Rhône-Alpes", *DEPARTMENTS, *cities},
    )


def _source(code: str, data: Mapping[str, Any], known: Known, problems: list[str]) -> SourceFact:
    entry = Entry(f"sources, {code}", data, known, problems)
    fact = SourceFact(
        code=code,
        url=entry.text("url", column(Source, "url")),
        publisher=entry.text("publisher", column(Source, "publisher")),
        published=entry.day("published"),
    )
    entry.finish()
    return fact


def _cycles(envelopes: list[EnvelopeFact]) -> list[str]:
    parents = {envelope.code: envelope.parent for envelope in envelopes}
    problems = []
    for code in parents:
        chain = [code]
        while (parent := parents.get(chain[-1])) and parent not in chain:
            chain.append(parent)
        if parent == code:
            path = " → ".join([*chain, code])
            problems.append(f"{code}, parent : lu {path}, attendu une suite qui ne revient pas sur elle-même.")
    return problems


def _signature(events: list[EventFact]) -> list[str]:
    """The roadmap takes its date and its sources from the one event of its signature."""
    signatures = [event for event in events if event.kind == "signature"]
    if len(signatures) != 1:
        read = ", ".join(event.code for event in signatures) or "aucun"
        return [f"event_type signature : lu {read}, attendu un seul repère (la signature de la feuille de route)."]
    if signatures[0].starts is None:
        return [f"{signatures[0].code}, date : lu null, attendu la date de la signature."]
    return []
