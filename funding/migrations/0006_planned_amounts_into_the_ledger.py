from django.db import migrations
from django.utils import timezone

DOCUMENT = "Reprise du montant programmé de la ligne"


def write(apps, schema_editor):
    """A planned event for each planned amount, of the day its envelope or its roadmap states."""
    Line = apps.get_model("funding", "FundingLine")
    Event = apps.get_model("funding", "FundingEvent")
    lines = Line.objects.filter(planned_amount__gt=0).select_related("envelope", "commitment__roadmap")
    for line in lines:
        day = line.envelope.stated_on or line.commitment.roadmap.signed_on or timezone.localdate()
        Event.objects.create(
            line=line,
            kind="planned",
            amount=line.planned_amount,
            occurred_on=min(day, timezone.localdate()),
            fiscal_year=min(day, timezone.localdate()).year,
            document=DOCUMENT,
            from_facts=line.from_facts,
        )


class Migration(migrations.Migration):
    dependencies = [("funding", "0005_ledger_grants_and_plans")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
