"""Pasted rows put on the lines they name, and written all together."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from commitments.queries import writable_commitments
from commitments.spreadsheets import Fault
from funding.models import FundingLine
from funding.pasting import PastedRow, read_pasted
from funding.queries.ledger import lines_by_names
from funding.transitions import EventRefused, NewEvent, record_events

# Commitment, envelope, funder ("": the envelope's funders together).
Key = tuple[str, str, str]
COLUMN_OF = {
    "amount": "montant", "occurred_on": "date", "fiscal_year": "exercice", "kind": "nature", "document": "document",
    "document_url": "adresse", "reason": "motif",
}  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """`faults`: in the order of the rows; without any, each row has its line in `lines`."""

    rows: Sequence[PastedRow]
    faults: Sequence[Fault]
    lines: Mapping[Key, FundingLine]


def judged(text: str, user: User) -> Judged:
    """Three queries, whatever the number of rows."""
    pasted = read_pasted(text)
    codes = {row.commitment for row in pasted.rows}
    allowed = set(writable_commitments(user).filter(code__in=codes).values_list("code", flat=True))
    lines = lines_by_names(codes & allowed)
    faults = [*pasted.faults, *_unknown(pasted.rows, lines)]
    return Judged(pasted.rows, sorted(faults, key=lambda fault: fault.row), lines)


def _key(row: PastedRow) -> Key:
    return row.commitment, row.envelope, row.funder


def _unknown(rows: Sequence[PastedRow], lines: Mapping[Key, FundingLine]) -> Iterator[Fault]:
    commitments = {commitment for commitment, _envelope, _funder in lines}
    for row in rows:
        if row.commitment not in commitments:
            expected = _("le code d’un engagement où vous écrivez, et qui a des lignes de financement")
            yield Fault(row.line, "engagement", row.commitment, expected)
        elif _key(row) not in lines:
            expected = _("une ligne de cet engagement\u00a0: enveloppe et financeur (vide\u00a0: ensemble)")
            yield Fault(row.line, "enveloppe", f"{row.envelope} {row.funder}".strip(), expected)


def write(found: Judged, form_key: uuid.UUID, *, by: User) -> list[Fault]:
    """All rows, or none and why. The key of each follows from the form's: confirmed twice, it is written once."""
    events = [
        NewEvent(
            line=found.lines[_key(row)],
            kind=row.kind,
            amount=row.amount,
            occurred_on=row.occurred_on,
            fiscal_year=row.fiscal_year,
            document=row.document,
            document_url=row.document_url,
            reason=row.reason,
            form_key=uuid.uuid5(form_key, str(row.line)),
        )
        for row in found.rows
    ]
    try:
        record_events(events, by=by)
    except EventRefused as refusal:
        row = found.rows[refusal.row]
        return [Fault(row.line, COLUMN_OF.get(refusal.field, ""), "", refusal.message)]
    return []
