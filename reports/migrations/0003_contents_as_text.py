"""What is frozen becomes the very text its fingerprint is computed from; a build that was running begins anew."""

import json

from django.db import migrations
from django.utils import timezone


def canonical(dataset):
    return json.dumps(dataset, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def write_texts(apps, schema_editor):
    reports = apps.get_model("reports", "Report").objects.all()
    for report in reports.filter(dataset__isnull=False).iterator(chunk_size=10):
        report.content = canonical(report.dataset)
        report.save(update_fields=["content"])
    reports.filter(state="building").update(state="queued", started_at=None, not_before=timezone.now())
    apps.get_model("reports", "ReportFile").objects.update(state="ready", language="fr")


def read_texts(apps, schema_editor):
    for report in apps.get_model("reports", "Report").objects.exclude(content="").iterator(chunk_size=10):
        report.dataset = json.loads(report.content)
        report.save(update_fields=["dataset"])


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_sealed")]

    operations = [migrations.RunPython(write_texts, read_texts)]
