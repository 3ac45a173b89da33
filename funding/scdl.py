"""SCDL « subventions » 2.1.1: the fields, how a value is written, and what is wrong in a file. Pure.

One row a beneficiary, `montant` being that of the whole grant (requirement O3). A natural person is in no row: a grant
to one is left out of the file and counted apart, since grants to persons are published only without what names them
(CRPA L312-1-2), and a row without an identifier would not be valid.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError as NotASiret
from stdnum.fr import siret as siret_rules

from roadmap_portal.csv_lines import csv_lines

VERSION = "2.1.1"
URI = "https://schema.data.gouv.fr/schemas/scdl/subventions/2.1.1/schema.json"
NATURES = (
    "aide en numéraire",
    "aide en nature",
    "aide en numéraire;aide en nature",
    "aide en nature;aide en numéraire",
)
LONGEST = 256
SIRET, RNA = r"^\d{14}$", r"^W\d{9}$"
PERIOD = r"^[0-9]{4}\-[0-9]{2}\-[0-9]{2}(\/[0-9]{4}\-[0-9]{2}\-[0-9]{2})?$"
PERSON = "personne physique"
MOST_ROWS = 20_000
Row = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """`kind`: as Table Schema names it. `meaning`: French, for the dictionary and the schema."""

    name: str
    kind: str
    meaning: str
    required: bool = True
    pattern: str = ""
    longest: int = 0
    values: tuple[str, ...] = ()


FIELDS = (
    Field("nomAttribuant", "string", "Nom de l’autorité qui attribue l’aide."),
    Field("idAttribuant", "string", "SIRET de cette autorité.", pattern=SIRET),
    Field("dateConvention", "date", "Jour de signature de la convention, AAAA-MM-JJ."),
    Field("referenceDecision", "string", "Référence de la décision d’attribution.", required=False),
    Field("nomBeneficiaire", "string", "Nom du bénéficiaire."),
    Field("idBeneficiaire", "string", "SIRET du bénéficiaire ; lui ou le numéro RNA.", required=False, pattern=SIRET),
    Field("rnaBeneficiaire", "string", "Numéro RNA du bénéficiaire.", required=False, pattern=RNA),
    Field("objet", "string", "Ce que l’aide finance.", longest=LONGEST),
    Field("montant", "number", "Montant total de l’aide en euros, avant son partage entre bénéficiaires."),
    Field("nature", "string", "Aide en numéraire, en nature, ou les deux.", values=NATURES),
    Field("conditionsVersement", "string", "Unique, échelonné, ou en toutes lettres.", longest=LONGEST),
    Field("datesPeriodeVersement", "string", "Jour ou période (début/fin) des versements.", pattern=PERIOD),
    Field("idRAE", "string", "Numéro au répertoire des aides aux entreprises.", required=False, longest=5),
    Field("notificationUE", "boolean", "Aide notifiée à la Commission européenne : oui ou non."),
    Field("pourcentageSubvention", "number", "Part de ce bénéficiaire, de 0,01 à 1."),
    Field("dispositifAide", "string", "Dispositif d’aide.", required=False),
)
NAMES = tuple(field.name for field in FIELDS)
OF_AGREEMENT = ("idAttribuant", "referenceDecision", "dateConvention", "objet")


@dataclass(frozen=True)
class Fault:
    """`line`: as a spreadsheet numbers it, the header being line 1. `column`: "" for the file as a whole."""

    line: int
    column: str
    value: str
    reason: str


def table_schema() -> dict[str, Any]:
    """The fields as a Table Schema (frictionless): types and constraints of the official schema, our own words."""
    return {"name": "scdl-subventions", "version": VERSION, "uri": URI, "fields": [_described(f) for f in FIELDS]}


def _described(field: Field) -> dict[str, Any]:
    constraints: dict[str, object] = {"required": field.required}
    constraints |= {"pattern": field.pattern} if field.pattern else {}
    constraints |= {"maxLength": field.longest} if field.longest else {}
    constraints |= {"enum": list(field.values)} if field.values else {}
    constraints |= {"minimum": 0.01, "maximum": 1} if field.name == "pourcentageSubvention" else {}
    described: dict[str, Any] = {
        "name": field.name,
        "type": field.kind,
        "description": field.meaning,
        "constraints": constraints,
    }
    return described | ({"trueValues": ["oui"], "falseValues": ["non"]} if field.kind == "boolean" else {})


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    return csv_lines(NAMES, ([row[name] for name in NAMES] for row in rows))


@dataclass(frozen=True)
class Read:
    """`lines[n]`: the line of `rows[n]`. With faults of form, there are no rows to judge."""

    rows: Sequence[Row]
    lines: Sequence[int]
    faults: Sequence[Fault]


def read_csv(text: str) -> Read:
    """Rows by the names of the header. Blank lines are skipped, and counted as lines."""
    try:
        records = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    except csv.Error:
        return Read([], [], [Fault(1, "", "", _("un CSV lisible, sans cellule démesurée"))])
    header = records[0] if records else []
    if tuple(header) != NAMES:
        reason = _("Les colonnes attendues sont, dans cet ordre : %(names)s.") % {"names": ", ".join(NAMES)}
        first = next((name for name, read in zip_longest(NAMES, header) if name != read), None)
        return Read([], [], [Fault(1, first or "", ",".join(header)[:LONGEST], reason)])
    if len(records) > MOST_ROWS:
        return Read([], [], [Fault(1, "", str(len(records)), _("%(n)s lignes au plus") % {"n": MOST_ROWS})])
    known = [(line, cells) for line, cells in enumerate(records[1:], start=2) if cells]
    width = _("%(n)s cellules") % {"n": len(NAMES)}
    uneven = [Fault(line, "", str(len(cells)), width) for line, cells in known if len(cells) != len(NAMES)]
    rows = [] if uneven else [dict(zip(NAMES, cells, strict=True)) for _line, cells in known]
    return Read(rows, [line for line, _cells in known], uneven)


def faults(rows: Sequence[Row], lines: Sequence[int] = ()) -> list[Fault]:
    """Everything that is wrong, in the order of the lines. `lines`: those of the rows, which follow the header if not
    given."""
    lines = lines or range(2, len(rows) + 2)
    found = [fault for line, row in zip(lines, rows, strict=False) for fault in _of_row(line, row)]
    return sorted([*found, *_of_shares(rows, lines)], key=lambda fault: fault.line)


def _of_row(line: int, row: Row) -> Iterable[Fault]:
    for field in FIELDS:
        if reason := _of_value(field, row[field.name]):
            yield Fault(line, field.name, row[field.name], reason)
    if not row["idBeneficiaire"] and not row["rnaBeneficiaire"]:
        is_person = PERSON in row["nomBeneficiaire"].lower()
        column = "nomBeneficiaire" if is_person else "idBeneficiaire"
        reason = _("une personne physique ne figure pas dans ce fichier") if is_person else _no_identifier()
        yield Fault(line, column, row[column], reason)
    if re.match(PERIOD, row["datesPeriodeVersement"]) and not _is_in_order(row["datesPeriodeVersement"]):
        reason = _("deux dates qui existent, la fin n’étant pas avant le début")
        yield Fault(line, "datesPeriodeVersement", row["datesPeriodeVersement"], reason)


def _no_identifier() -> str:
    return _("un SIRET ou un numéro RNA : sans l’un des deux, le bénéficiaire est peut-être une personne physique")


def _of_value(field: Field, value: str) -> str:
    """What was expected, or "" when the value is right."""
    if not value:
        return _("une valeur") if field.required else ""
    if field.values and value not in field.values:
        return _("une de ces valeurs : %(values)s") % {"values": ", ".join(field.values)}
    if field.longest and len(value) > field.longest:
        return _("%(n)s caractères au plus") % {"n": field.longest}
    if field.pattern == SIRET:
        return "" if _is_siret(value) else _("un SIRET : 14 chiffres avec une clé de contrôle juste")
    if field.pattern and not re.match(field.pattern, value):
        return _("la forme %(pattern)s") % {"pattern": field.pattern}
    return _of_kind(field, value)


def _of_kind(field: Field, value: str) -> str:
    if field.kind == "date" and not _is_day(value):
        return _("une date, AAAA-MM-JJ")
    if field.kind == "boolean" and value not in {"oui", "non"}:
        return _("oui ou non")
    if field.kind != "number":
        return ""
    number = _number(value)
    if number is None:
        return _("un nombre, avec un point décimal")
    if field.name == "pourcentageSubvention" and not Decimal("0.01") <= number <= 1:
        return _("de 0.01 à 1")
    return ""


def _of_shares(rows: Sequence[Row], on: Sequence[int]) -> Iterable[Fault]:
    """F3.11: over the rows of one agreement, the shares make 1.00."""
    groups = defaultdict[tuple[str, ...], list[int]](list)
    for index, row in enumerate(rows):
        groups[tuple(row[name] for name in OF_AGREEMENT)].append(index)
    for members in groups.values():
        shares = [_number(rows[index]["pourcentageSubvention"]) for index in members]
        total = sum((share for share in shares if share is not None), Decimal(0))
        if None not in shares and total != 1:
            lines = ", ".join(str(on[index]) for index in members)
            reason = _("des parts qui font 1,00 sur les lignes %(lines)s : elles font %(total)s")
            yield Fault(on[members[0]], "pourcentageSubvention", str(total), reason % {"lines": lines, "total": total})


def _is_siret(value: str) -> bool:
    try:
        siret_rules.validate(value)
    except NotASiret:
        return False
    return bool(re.match(SIRET, value))


def _is_day(value: str) -> bool:
    try:
        return len(value) == len("2026-01-01") and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_in_order(period: str) -> bool:
    days = period.split("/")
    return all(_is_day(day) for day in days) and days[0] <= days[-1]


def _number(value: str) -> Decimal | None:
    return Decimal(value) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) else None
