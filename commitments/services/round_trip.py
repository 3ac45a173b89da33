"""An export kept, a file kept for its author to look at, and what is applied of it: all of it, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from commitments.models import Campaign, Commitment, SheetExport, SheetImport
from commitments.round_trip import freeze, pack, thaw
from commitments.spreadsheets import Table
from commitments.transitions import TransitionRefused, save_draft
from commitments.uploads import Upload

IMPORT_KEPT_FOR = timedelta(hours=12)
# Longer than a campaign and its corrections: what was exported holds internal notes too.
EXPORT_KEPT_FOR = timedelta(days=180)


@dataclass(frozen=True)
class Write:
    """`base`: what each field held when the author decided on it; another value now is a conflict."""

    commitment: Commitment
    stated: Mapping[str, Any]
    base: Mapping[str, Any]


class ImportRefused(Exception):
    """Nothing was written. `refusals`: by code of commitment."""

    def __init__(self, refusals: Mapping[str, TransitionRefused]) -> None:
        super().__init__(", ".join(refusals))
        self.refusals = refusals


def keep_export(
    statements: Mapping[str, Mapping[str, Any]], campaign: Campaign | None, *, by: User, at: datetime
) -> SheetExport:
    base = {code: freeze(stated) for code, stated in statements.items()}
    return SheetExport.objects.create(user=by, campaign=campaign, exported_at=at, base=base)


def exported(export: SheetExport) -> dict[str, dict[str, Any]]:
    return {code: thaw(stated) for code, stated in export.base.items()}


def keep_import(export: SheetExport, upload: Upload, tables: Sequence[Table], *, by: User, at: datetime) -> SheetImport:
    """Raises NotOurs for a file larger than any export."""
    return SheetImport.objects.create(
        export=export,
        user=by,
        file_name=upload.name,
        sha256=upload.sha256,
        tables=pack(tables),
        uploaded_at=at,
        expires_at=at + IMPORT_KEPT_FOR,
    )


@transaction.atomic
def apply_import(
    pending: SheetImport, writes: Iterable[Write], *, by: User, campaign: Campaign | None, at: datetime
) -> None:
    """Each row as the form saves its draft; nothing is submitted. Raises ImportRefused, and nothing is written."""
    refusals: dict[str, TransitionRefused] = {}
    # In one order for all: two files applied at once wait for each other, and neither for ever.
    for write in sorted(writes, key=lambda write: write.commitment.pk):
        try:
            save_draft(write.commitment, write.stated, by=by, base=write.base, campaign=campaign, at=at)
        except TransitionRefused as refusal:
            refusals[write.commitment.code] = refusal
    if refusals:
        raise ImportRefused(refusals)
    pending.applied_at = at
    pending.save(update_fields=["applied_at"])


def delete_old_sheets(at: datetime) -> None:
    SheetImport.objects.filter(expires_at__lt=at).delete()
    SheetExport.objects.filter(exported_at__lt=at - EXPORT_KEPT_FOR).delete()
