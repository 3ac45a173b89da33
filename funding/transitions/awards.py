"""France 2030 awards, brought to what a file says: the same file twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_publish
from commitments.transitions import TransitionRefused
from funding.award_rows import AwardRow
from funding.models import Award, AwardImport

# Any number, the same in every process.
IMPORT_LOCK = 20301012


@dataclass(frozen=True)
class Difference:
    """What a file would change. `absent`: awards of earlier files that this one does not hold; they stay."""

    new: Sequence[AwardRow]
    changed: Sequence[tuple[Award, AwardRow]]
    unchanged: int
    absent: int

    @property
    def number(self) -> int:
        """Of the awards it would write."""
        return len(self.new) + len(self.changed)


def difference(rows: Sequence[AwardRow]) -> Difference:
    """Two queries, whatever the number of rows."""
    stored = Award.objects.in_bulk([row.key for row in rows], field_name="key")
    known = [(stored[row.key], row) for row in rows if row.key in stored]
    changed = [(award, row) for award, row in known if _differs(award, row)]
    return Difference(
        new=[row for row in rows if row.key not in stored],
        changed=changed,
        unchanged=len(known) - len(changed),
        absent=Award.objects.count() - len(known),
    )


def _differs(award: Award, row: AwardRow) -> bool:
    return any(getattr(award, name) != value for name, value in row.values.items())


@transaction.atomic
def import_awards(
    rows: Sequence[AwardRow],
    *,
    file_name: str,
    sha256: str,
    stated_on: date,
    source_url: str = "",
    by: User | None,
    is_fictional: bool = False,
) -> AwardImport | None:
    """Adds and updates; None when nothing had to be. `by` is None for the demonstration. Raises TransitionRefused."""
    if by is not None and not can_publish(by):
        raise TransitionRefused(_("Vous n’avez pas le droit d’importer des lauréats."))
    with connection.cursor() as cursor:
        # Two imports at once would each add what the other has not written yet.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
    found = difference(rows)
    if not found.number:
        return None
    entry = AwardImport.objects.create(
        file_name=file_name,
        sha256=sha256,
        source_url=source_url,
        stated_on=stated_on,
        created_count=len(found.new),
        updated_count=len(found.changed),
        unchanged_count=found.unchanged,
        imported_by=by,
        is_fictional=is_fictional,
    )
    Award.objects.bulk_create(Award(key=row.key, last_import=entry, **row.values) for row in found.new)
    for award, row in found.changed:
        for name, value in row.values.items():
            setattr(award, name, value)
        award.last_import = entry
    names = list(rows[0].values)
    Award.objects.bulk_update([award for award, _row in found.changed], [*names, "last_import"])
    return entry
