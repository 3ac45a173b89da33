from django.db import migrations, models
from django.db.models import F


def those_already_asked(apps, schema_editor):
    """Who asked before this release has had the mail: it is not sent again."""
    subscriptions = apps.get_model("commitments", "Subscription").objects
    subscriptions.filter(confirmation_sent_at=None).update(confirmation_sent_at=F("asked_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0021_spreadsheet_round_trip"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="confirmation_sent_at",
            field=models.DateTimeField(null=True, verbose_name="confirmation envoyée le"),
        ),
        migrations.RunPython(those_already_asked, migrations.RunPython.noop, elidable=True),
    ]
