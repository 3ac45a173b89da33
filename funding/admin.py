from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from funding.models import Award, Envelope, FinancingPlan, FundingEvent, FundingLine, Grant
from roadmap_portal.history.admin import WithHistory
from roadmap_portal.merging_admin import Merging


@admin.register(Envelope)
class EnvelopeAdmin(Merging, WithHistory):
    list_display = ["title", "reach", "amount", "parent"]
    list_filter = ["reach"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["parent", "funders", "sources"]


@admin.register(FundingLine)
class FundingLineAdmin(Merging, WithHistory):
    list_display = ["commitment", "envelope", "funder", "authorisation_kind"]
    search_fields = ["commitment__title", "envelope__title"]
    autocomplete_fields = ["commitment", "envelope", "funder", "beneficiary"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Whose money was written stays so; AE or AP is said on the page of the ledger."""
        kept = ["commitment", "envelope", "funder", "authorisation_kind"]
        return kept if obj is not None and obj.events.exists() else []


class ReadOnly(WithHistory):
    """Written on pages of its own, through functions that check the whole."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(FundingEvent)
class FundingEventAdmin(ReadOnly):
    list_display = ["line", "kind", "amount", "occurred_on", "document"]
    list_filter = ["kind", "fiscal_year"]
    search_fields = ["line__commitment__title", "document"]
    list_select_related = ["line__commitment", "line__envelope"]


@admin.register(FinancingPlan)
class FinancingPlanAdmin(ReadOnly):
    list_display = ["commitment", "total_cost", "adopted_on"]
    search_fields = ["commitment__title"]


@admin.register(Grant)
class GrantAdmin(ReadOnly):
    list_display = ["purpose", "grantor", "amount", "signed_on", "published_on"]
    search_fields = ["purpose", "agreement_number"]


@admin.register(Award)
class AwardAdmin(ReadOnly):
    list_display = ["beneficiary", "project", "aid", "decided_on"]
    search_fields = ["beneficiary", "project"]
