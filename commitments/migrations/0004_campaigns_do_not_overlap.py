import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

import commitments.models.campaign


class Migration(migrations.Migration):
    dependencies = [("commitments", "0003_dates_of_past_campaigns")]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="closes_on",
            field=models.DateField(
                help_text="Dernier jour pour répondre et viser ; ensuite, une ligne sans réponse le reste.",
                verbose_name="clôture",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_on__gte", models.F("due_on")), ("due_on__gte", models.F("opens_on"))),
                name="campaign_dates_in_order",
                violation_error_message="Les dates se suivent\u00a0: ouverture, réponse attendue, clôture.",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("roadmap", "="),
                    (
                        commitments.models.campaign.DateRange(
                            "opens_on",
                            "closes_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=True
                            ),
                        ),
                        "&&",
                    ),
                ],
                name="campaign_dates_do_not_overlap",
                violation_error_message="Les dates de cette campagne chevauchent celles d’une autre.",
            ),
        ),
    ]
