from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reports.models import Report, SealedReport


class LookedAt(admin.ModelAdmin):
    """Reports are asked for, retried, sealed and put online in the portal's own pages."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the data, which may weigh megabytes."""
        return super().get_queryset(request).defer("content")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(LookedAt):
    list_display = ["campaign", "scope", "state", "requested_at", "finished_at"]
    list_filter = ["state", "campaign"]
    exclude = ["content"]


@admin.register(SealedReport)
class SealedReportAdmin(LookedAt):
    list_display = ["number", "campaign", "version", "sealed_at", "published_at", "sha256"]
    list_filter = ["campaign"]
    exclude = ["content"]
