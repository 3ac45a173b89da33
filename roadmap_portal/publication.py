"""The publication number: raised by every transaction that changes what the public reads.

The database raises it, at the end of the transaction and in it, so that a bulk write, the admin and SQL typed by hand
count too; who reads the number before reading the data never keeps a page older than its number.
"""

import pgtrigger
from django.db import connection

NUMBER = "SELECT coalesce(sum(number), 0), max(raised_at) FROM roadmap_portal_publication"

Number = tuple[int, object]


def raises_publication(condition: pgtrigger.Condition | None = None) -> pgtrigger.Trigger:
    """Of a table that public pages read. `condition`: on the new row, where only some rows are public."""
    operation = pgtrigger.Insert | pgtrigger.Update
    return pgtrigger.Trigger(
        name="raises_publication",
        # A condition on the new row has nothing to say of a row that is deleted.
        operation=operation if condition else operation | pgtrigger.Delete,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        condition=condition,
        func="PERFORM raise_publication(); RETURN NULL;",
    )


def publication_number() -> Number:
    """With the hour of the last raise, which tells a database that was put back from the one it replaces."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBER)
        number, raised_at = cursor.fetchone()
    return int(number), raised_at
