"""Drafts do not stay for ever. What is sealed does."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from reports.models import Report


@transaction.atomic
def delete_expired(at: datetime) -> list[int]:
    """Their numbers. Their files are swept from the storage once this is true for everyone."""
    kept_since = at - timedelta(days=settings.REPORT_DRAFT_DAYS)
    expired = Report.objects.filter(sealed=None, published_at=None, finished_at__lt=kept_since)
    found = expired.exclude(state__in=Report.RUNNING).select_for_update(of=("self",), skip_locked=True)
    numbers = sorted(found.values_list("pk", flat=True))
    Report.objects.filter(pk__in=numbers).delete()
    return numbers
