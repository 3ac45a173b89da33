"""What administrators edit that belongs to the portal as a whole."""

from django.contrib import admin

from roadmap_portal.history.admin import WithHistory
from roadmap_portal.models import AccessibilityAudit


@admin.register(AccessibilityAudit)
class AccessibilityAuditAdmin(WithHistory):
    list_display = ["audited_on", "auditor", "criteria_met", "criteria_applicable"]
