"""The Django admin, for administrators: what the pages do not offer. It bypasses no rule: what transitions write
is not editable, due dates move only through a postponement, and the stored figures are computed again on save."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.models import (
    Axis,
    Campaign,
    Commitment,
    Event,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    Participation,
    ProgressUpdate,
    Roadmap,
)
from commitments.progress import refresh_standing
from commitments.transitions import TransitionRefused, move_campaign
from roadmap_portal.history.admin import WithHistory
from roadmap_portal.merging_admin import Merging, MergingInline


class AppendOnly:
    """Rows that a trigger forbids to change."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ParticipationInline(MergingInline):
    model = Participation
    extra = 0
    autocomplete_fields = ["actor"]


class MilestoneInline(MergingInline):
    model = Milestone
    extra = 0
    fields = [
        "title",
        "origin",
        "source",
        "weight",
        "initial_due_on",
        "due_on",
        "date_precision",
        "status",
        "achieved_on",
    ]
    autocomplete_fields = ["source"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["status", "achieved_on"]


@admin.register(Roadmap)
class RoadmapAdmin(Merging, WithHistory):
    list_display = ["title", "signed_on"]
    autocomplete_fields = ["signatories", "sources"]


@admin.register(Axis)
class AxisAdmin(Merging, WithHistory):
    list_display = ["title", "code", "kind", "order"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["parent", "covers", "sources"]


@admin.register(Commitment)
class CommitmentAdmin(Merging, WithHistory):
    list_display = ["code", "title", "status", "provenance", "due_on"]
    list_filter = ["provenance", "status", "main_axis"]
    search_fields = ["code", "title"]
    autocomplete_fields = ["main_axis", "axes", "sources", "suggested_lead"]
    readonly_fields = ["status", "weather", "weather_reason", "declared_progress", "progress", "late_since", "version"]
    inlines = [ParticipationInline, MilestoneInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Commitment | None = None) -> list[str]:
        fields = list(self.readonly_fields)
        if obj is not None and obj.due_on is not None:
            fields += ["initial_due_on", "due_on"]
        return fields

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh_standing([form.instance.pk])


@admin.register(ProgressUpdate)
class ProgressUpdateAdmin(AppendOnly, WithHistory):
    list_display = ["commitment", "state", "status", "author", "published_at"]
    list_filter = ["state", "campaign"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class TargetInline(MergingInline):
    model = IndicatorTarget
    extra = 0


class MeasurementInline(AppendOnly, admin.TabularInline):
    model = Measurement
    extra = 0
    fk_name = "indicator"
    fields = ["reference_on", "precision", "value", "quality", "qualifier", "source", "supersedes"]


@admin.register(Indicator)
class IndicatorAdmin(Merging, WithHistory):
    list_display = ["title", "unit", "geographic_scope"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["axes", "sources", "commitment", "producer", "baseline_source"]
    inlines = [TargetInline, MeasurementInline]

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.instance.commitment_id is not None:
            refresh_standing([form.instance.commitment_id])


@admin.register(Event)
class EventAdmin(Merging, WithHistory):
    list_display = ["title", "kind", "starts_on"]
    search_fields = ["title"]
    autocomplete_fields = ["actors", "sources"]


@admin.register(Campaign)
class CampaignAdmin(Merging, WithHistory):
    list_display = ["__str__", "state", "opens_on", "due_on"]
    actions = ["open_campaigns", "review_campaigns"]

    @admin.action(description=_("Ouvrir la campagne"))
    def open_campaigns(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._move(request, campaigns, Campaign.State.OPEN)

    @admin.action(description=_("Clore les réponses (relecture)"))
    def review_campaigns(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._move(request, campaigns, Campaign.State.REVIEW)

    def _move(self, request: HttpRequest, campaigns: QuerySet[Campaign], target: Campaign.State) -> None:
        assert isinstance(request.user, User)
        for campaign in campaigns.order_by("year", "quarter"):
            try:
                move_campaign(campaign, target, by=request.user)
            except TransitionRefused as refusal:
                self.message_user(request, refusal.message, messages.ERROR)
