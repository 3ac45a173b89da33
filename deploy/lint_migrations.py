"""`make lint`: a new migration must let the release before it go on serving (no lock held long, no column taken away).

Those of `migrations-baseline.txt` are older than the first upgrade without a stop: they only ran on empty or stopped
portals. `--baseline` writes the list again, for a release that one does stop for.
"""

import os
import sys
from pathlib import Path

import django

HERE = Path(__file__).resolve().parent
BASELINE = HERE / "migrations-baseline.txt"
APPS = ["roadmap_portal", "actors", "accounts", "commitments", "funding", "reports"]


def migrations() -> list[str]:
    found = (path for app in APPS for path in (HERE.parent / app / "migrations").glob("[0-9]*.py"))
    return sorted(f"{path.parent.parent.name}.{path.stem}" for path in found)


def main() -> int:
    if "--baseline" in sys.argv:
        BASELINE.write_text("".join(f"{name}\n" for name in migrations()))
        return 0
    sys.path.insert(0, str(HERE.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")
    django.setup()
    # It looks at models: Django must be ready.
    from django_migration_linter import MigrationLinter  # noqa: PLC0415

    known = set(BASELINE.read_text().split())
    new = [name for name in migrations() if name not in known]
    if not new:
        return 0
    linter = MigrationLinter(str(HERE.parent), include_apps=APPS, no_cache=True, quiet=["ok", "ignore"])
    for name in new:
        app, migration = name.split(".", 1)
        linter.lint_migration(linter.migration_loader.disk_migrations[app, migration])
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
