"""Rows of the France 2030 extract read as awards, and what is wrong in which cell. Pure.

Columns and their order: schema « france2030-beneficiaires ». A header row is looked for by its names; without one, the
sheet of the State's workbook is read in its published order, below its three rows of headings.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError as NotASiret
from stdnum.fr import siret as siret_rules

from commitments.spreadsheets import Cell, Fault, Table, plain
from funding.award_rows.cells import LONGEST, Cells
from roadmap_portal.templatetags.portal import euros

COLUMNS = (
    "date_dpm",
    "operateur",
    "procedure",
    "nom_projet",
    "nom_beneficiaire",
    "siret",
    "typologie",
    "regions",
    "localisation_geo",
    "acteur_emergent",
    "nom_strategie",
    "code_nomenclature",
    "nomenclature",
    "montant_subvention",
    "montant_avance_remboursable",
    "montant_aide",
)
COMPULSORY = {"nom_beneficiaire", "montant_aide"}
SHEET_OF_THE_STATE = "Liste des projets et bénef"
HEADINGS = 3
HEADER_WITHIN = 12
REGION = "auvergne-rhone-alpes"
DEPARTMENTS = {"01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"}
YES, NO = {"oui", "o", "1", "vrai", "true", "x"}, {"non", "n", "0", "faux", "false"}


@dataclass(frozen=True)
class AwardRow:
    """Fields as those of the model. Amounts in euros."""

    row: int
    decided_on: date | None
    operator: str
    procedure: str
    project: str
    beneficiary: str
    is_person: bool
    siret: str
    typology: str
    regions: str
    department_code: str
    is_emerging: bool | None
    strategy: str
    nomenclature_code: str
    nomenclature: str
    subsidy: Decimal
    repayable_advance: Decimal
    aid: Decimal

    @property
    def key(self) -> str:
        """What tells two awards apart: not their amounts, which may be corrected."""
        told = (
            self.decided_on.isoformat() if self.decided_on else "",
            self.operator,
            self.procedure,
            self.project,
            self.beneficiary,
            self.siret,
            self.strategy,
            self.nomenclature_code,
        )
        return hashlib.sha256("\x1f".join(plain(text) for text in told).encode()).hexdigest()

    @property
    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "row"}


@dataclass(frozen=True)
class Reading:
    """`outside`: rows of other regions; `nowhere`: of no region. Neither is kept, and both are counted."""

    awards: Sequence[AwardRow]
    faults: Sequence[Fault]
    outside: int
    nowhere: int

    @property
    def aid(self) -> Decimal:
        return sum((award.aid for award in self.awards), Decimal(0))


class NoAwards(Exception):
    """The file has no table of awards; the message says what was looked for."""


def read_awards(tables: Sequence[Table], *, all_regional: bool) -> Reading:
    """`all_regional`: the whole file is about the region, whether its rows say so or not. Raises NoAwards."""
    table, first, places = _layout(tables)
    found, faults, outside, nowhere = list[AwardRow](), list[Fault](), 0, 0
    seen: dict[str, int] = {}
    for number, cells in enumerate(table.rows[first:], start=first + 1):
        row = Cells(number, {name: cells[place] for name, place in places.items() if place < len(cells)})
        if row.is_empty:
            continue
        where = True if all_regional else _is_regional(row)
        if not where:
            outside, nowhere = outside + (where is False), nowhere + (where is None)
            continue
        award = _award(row)
        if not row.faults and award.key in seen:
            row.fault("nom_beneficiaire", _("une ligne qui n’est pas déjà la ligne %(row)s") % {"row": seen[award.key]})
        seen.setdefault(award.key, number)
        faults += row.faults
        found += [] if row.faults else [award]
    return Reading(found, faults, outside, nowhere)


def _layout(tables: Sequence[Table]) -> tuple[Table, int, dict[str, int]]:
    """The table of awards, the index of its first row, and where each column stands."""
    for table in tables:
        for index, cells in enumerate(table.rows[:HEADER_WITHIN]):
            names = {_column_name(cell): place for place, cell in enumerate(cells)}
            if names.keys() >= COMPULSORY:
                return table, index + 1, {name: names[name] for name in COLUMNS if name in names}
    for table in tables:
        if plain(table.sheet) == plain(SHEET_OF_THE_STATE):
            return table, HEADINGS, {name: place for place, name in enumerate(COLUMNS)}
    raise NoAwards(
        _("Aucune ligne de titres n’a été trouvée. Attendu : au moins les colonnes %(columns)s.")
        % {"columns": ", ".join(sorted(COMPULSORY))}
    )


def _column_name(cell: Cell) -> str:
    return re.sub(r"[\s\-]+", "_", plain(str(cell)))


def _is_regional(row: Cells) -> bool | None:
    """None where the row says neither region nor department."""
    regions, department = plain(row.text("regions", checked=False)), _department(row)
    if not regions and not department:
        return None
    return REGION in regions.replace(" ", "-") or (not regions and department in DEPARTMENTS)


def _department(row: Cells) -> str:
    """« 1 » is how a spreadsheet keeps « 01 »."""
    text = row.text("localisation_geo", checked=False)
    return text.zfill(2) if text.isdigit() else text


def _siret(row: Cells) -> str:
    text = row.text("siret")
    if not text:
        return ""
    digits = re.sub(r"\D", "", text)
    try:
        return str(siret_rules.validate(digits.zfill(14)))
    except NotASiret:
        row.fault("siret", _("14 chiffres avec une clé de contrôle juste"))
        return ""


def _emerging(row: Cells) -> bool | None:
    text = plain(row.text("acteur_emergent"))
    if text and text not in YES | NO:
        row.fault("acteur_emergent", _("oui, non ou rien"))
    return None if text not in YES | NO else text in YES


def _amounts(row: Cells) -> tuple[Decimal, Decimal, Decimal]:
    """Subsidy, advance and their sum. An empty cell is zero (schema), but one of the three is there."""
    before = len(row.faults)
    subsidy, advance = row.euros("montant_subvention"), row.euros("montant_avance_remboursable")
    aid = row.euros("montant_aide")
    if subsidy is None and advance is None:
        # The extract may give the whole alone: it is then a subsidy, as the schema has no third kind.
        subsidy = aid
    whole = (subsidy or Decimal(0)) + (advance or Decimal(0))
    if len(row.faults) == before:
        if subsidy is None and advance is None:
            row.fault("montant_aide", _("un montant en euros"))
        elif aid is not None and aid != whole:
            row.fault("montant_aide", _("%(whole)s : subvention et avance récupérable") % {"whole": euros(whole)})
    return subsidy or Decimal(0), advance or Decimal(0), whole


def _award(row: Cells) -> AwardRow:
    texts = row.text
    subsidy, advance, aid = _amounts(row)
    beneficiary, typology = texts("nom_beneficiaire"), texts("typologie")
    if not beneficiary:
        row.fault("nom_beneficiaire", _("un nom"))
    department = _department(row)
    if len(department) > LONGEST["localisation_geo"]:
        row.fault("localisation_geo", _("un code de département"))
    return AwardRow(
        row=row.number,
        decided_on=row.day("date_dpm"),
        operator=texts("operateur"),
        procedure=texts("procedure"),
        project=texts("nom_projet"),
        beneficiary=beneficiary,
        is_person="personne physique" in plain(typology),
        siret=_siret(row),
        typology=typology,
        regions=texts("regions"),
        department_code=department,
        is_emerging=_emerging(row),
        strategy=texts("nom_strategie"),
        nomenclature_code=texts("code_nomenclature"),
        nomenclature=texts("nomenclature"),
        subsidy=subsidy,
        repayable_advance=advance,
        aid=aid,
    )
