"""CSV for French Excel (requirement T7): one row per commitment.

UTF-8 with BOM, « ; », decimal comma without grouping, JJ/MM/AAAA, CRLF. A text that a spreadsheet would run as a
formula gets a leading apostrophe (requirement S9).
"""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from reports.dataset import Dataset, Json
from reports.writers import ledger
from reports.writers.columns import Column, Value, Words
from reports.writers.sheets import commitment_rows
from reports.writers.sheets_commitments import COMMITMENT, NOTICE
from roadmap_portal.one_line import RUN_BY_SPREADSHEETS
from roadmap_portal.templatetags.portal import NBSP


def day(value: str) -> str:
    return f"{date.fromisoformat(value):%d/%m/%Y}"


def milestone_line(row: Json) -> str:
    """Marché notifié : initialement le 30/06/2026, 31/12/2026 (+184 jours, 1 report), prévu"""
    moved = f", {day(row['due_on'])} ({ledger.slippage(row)})" if ledger.slippage(row) else ""
    return f"{row['title']}{NBSP}: initialement le {day(row['initial_due_on'])}{moved}, {row['status_label']}"


def postponement_line(row: Json) -> str:
    """Échéance : 30/06/2026 → 31/12/2026 (+184 jours), budgétaire – Crédits reportés. (décidé le 02/07/2026)"""
    what, cited = row["milestone"] or "Échéance de l’engagement", ledger.decision(row)
    moved = f"{day(row['from_on'])} → {day(row['to_on'])} ({ledger.moved(row['days'])})"
    decided = f"décidé le {day(row['made_on'])}{f', {cited}' if cited else ''}"
    return f"{what}{NBSP}: {moved}, {row['reason_label']} – {row['reason']} ({decided})"


# The workbooks give these a sheet each; in a file that is one table they are lines in a cell.
LEDGER = (
    Column("Jalons", "long", lambda row, words: "\n".join(milestone_line(m) for m in row["milestones"])),
    Column("Reports du trimestre", "long", lambda row, words: "\n".join(postponement_line(p) for p in row["moves"])),
)
UNITS = {"percent": " (%)", "euros": " (€)"}


def write(dataset: Dataset, path: Path, language: str) -> None:
    # In a file that is one table, the notice can only be a column: the first, on every row.
    columns = (*([NOTICE] if dataset["demonstration_notice"] else []), *COMMITMENT, *LEDGER)
    words = Words.of(dataset)
    moves = defaultdict[str, list[Json]](list)
    for postponement in dataset["postponements"]:
        moves[postponement["commitment"]].append(postponement)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";", lineterminator="\r\n")
        out.writerow([title(column) for column in columns])
        for key in ("commitments", "adjacent"):
            for row in commitment_rows(dataset, key):
                told = {**row, "moves": moves[row["code"]]}
                out.writerow([cell(column.value(told, words)) for column in columns])


def title(column: Column) -> str:
    return str(column.title) + UNITS.get(column.kind, "")


def cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(RUN_BY_SPREADSHEETS) else text
