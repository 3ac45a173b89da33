"""What administrators edit that belongs to the portal as a whole."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from actors.admin import SECURE_ADDRESSES
from roadmap_portal.history.admin import WithHistory
from roadmap_portal.models import AccessibilityAudit


@admin.register(AccessibilityAudit)
class AccessibilityAuditAdmin(WithHistory):
    formfield_overrides = SECURE_ADDRESSES
    list_display = ["audited_on", "auditor", "criteria_met", "criteria_applicable"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was declared stays to be read; the newest audit counts."""
        return False
