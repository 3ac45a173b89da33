from django.contrib import admin

from reports.models import Report


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """To look at; reports are asked for, retried and put online in the portal's own pages."""

    list_display = ["campaign", "scope", "state", "requested_at", "finished_at"]
    list_filter = ["state", "campaign"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
