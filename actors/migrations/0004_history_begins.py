from django.db import migrations

from roadmap_portal.history.snapshot import snapshot_of


class Migration(migrations.Migration):
    """What is there already, as it stands. Backwards: nothing to do, the tables of changes go with their own migration."""

    dependencies = [("actors", "0003_history")]

    operations = [migrations.RunPython(snapshot_of("actors"), migrations.RunPython.noop)]
