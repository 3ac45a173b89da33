"""The quarters everyone may read as open data: sealed and published."""

from django.http import Http404

from reports.models import SealedReport


def published_quarters() -> list[SealedReport]:
    """The version that counts of each, newest quarter first, without its data."""
    published = SealedReport.objects.filter(published_at__isnull=False).select_related("campaign").defer("content")
    order = ("-campaign__year", "-campaign__quarter")
    return list(published.order_by(*order, "-version").distinct("campaign__year", "campaign__quarter"))


def published_quarter(slug: str) -> SealedReport:
    """Http404 when there is none, or not yet."""
    for sealed in published_quarters():
        if sealed.campaign.slug == slug:
            return sealed
    raise Http404
