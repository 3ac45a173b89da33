from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_contents_as_text")]

    operations = [
        migrations.RemoveField(
            model_name="report",
            name="dataset",
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True),
                    models.Q(("sha256__regex", "^[0-9a-f]{64}$"), models.Q(("file", ""), _negated=True)),
                    _connector="OR",
                ),
                name="report_file_hash_is_complete",
                violation_error_message="Un fichier prêt a son empreinte SHA-256, de 64 chiffres hexadécimaux.",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True),
                    models.Q(
                        ("finished_at__isnull", False),
                        models.Q(("dataset_sha256", ""), _negated=True),
                        models.Q(models.Q(("content", ""), _negated=True), ("sealed__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="report_ready_has_its_data",
                violation_error_message="Un rapport prêt a ses données figées et leur empreinte.",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "building"), _negated=True),
                    models.Q(("attempt__gte", 1), ("lease_until__isnull", False), ("started_at__isnull", False)),
                    _connector="OR",
                ),
                name="report_building_is_held",
                violation_error_message="Un rapport en construction est tenu par un travailleur.",
            ),
        ),
    ]
