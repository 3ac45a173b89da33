"""What existed before its history began, as it stood then: without it the first change would tell no « before ».

For migrations, which know models as they were, by their names.
"""

from collections.abc import Callable
from typing import Any

from roadmap_portal.history.tracking import SNAPSHOT

SUFFIX = "Change"


def snapshot_of(app_label: str) -> Callable[[Any, Any], None]:
    def take(apps: Any, schema_editor: Any) -> None:
        for changes in apps.get_app_config(app_label).get_models():
            name = changes.__name__
            if name.endswith(SUFFIX) and any(field.name == "pgh_label" for field in changes._meta.fields):
                tracked = apps.get_model(app_label, name.removesuffix(SUFFIX))
                schema_editor.execute(_insertion(changes, tracked, schema_editor.quote_name), [SNAPSHOT])

    return take


def _insertion(changes: Any, tracked: Any, quote: Callable[[str], str]) -> str:
    columns = {field.column for field in changes._meta.fields}
    kept = ", ".join(quote(column) for column in sorted(columns) if not column.startswith("pgh_"))
    key, which = (", pgh_obj_id", ", id") if "pgh_obj_id" in columns else ("", "")
    return (
        f"INSERT INTO {quote(changes._meta.db_table)} ({kept}, pgh_created_at, pgh_label{key})"  # noqa: S608 - our names
        f" SELECT {kept}, clock_timestamp(), %s{which} FROM {quote(tracked._meta.db_table)} ORDER BY id"
    )
