"""The Django admin, for administrators: what the pages do not offer. It bypasses no rule: what transitions write
is not editable, due dates move only through a postponement, and the stored figures are computed again on save."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.models import (
    AgendaItem,
    Axis,
    Campaign,
    Commitment,
    Decision,
    Event,
    Evidence,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    Participation,
    ProgressUpdate,
    Roadmap,
    SteeringMeeting,
)
from commitments.progress import refresh_standing
from commitments.transitions import TransitionRefused, add_lines_to_the_open_campaign, move_campaign
from roadmap_portal.history.admin import WithHistory
from roadmap_portal.merging_admin import Merging, MergingInline, MergingRowForm


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


class PromisedForm(MergingRowForm):
    """A milestone of a roadmap in force: its dates move through the ledger, or not at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for name in ("initial_due_on", "due_on"):
                self.fields[name].disabled = True
                self.fields[name].show_hidden_initial = False


def is_in_force(commitment: Model | None) -> bool:
    return isinstance(commitment, Commitment) and commitment.roadmap.in_force_since is not None


class MilestoneInline(MergingInline):
    model = Milestone
    extra = 0
    fields = [
        "title",
        "title_en",
        "origin",
        "source",
        "weight",
        "initial_due_on",
        "due_on",
        "date_precision",
        "status",
        "achieved_on",
        "evidence_required",
    ]
    autocomplete_fields = ["source"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["status", "achieved_on"]

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, form=PromisedForm if is_in_force(obj) else MergingRowForm, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not is_in_force(obj) and super().has_delete_permission(request, obj)


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
        if is_in_force(obj):
            fields += ["roadmap", "code", "official_text"]
        return fields

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh_standing([form.instance.pk])
        add_lines_to_the_open_campaign()


@admin.register(ProgressUpdate)
class ProgressUpdateAdmin(AppendOnly, WithHistory):
    list_display = ["commitment", "state", "status", "author", "published_at"]
    list_filter = ["state", "campaign"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Evidence)
class EvidenceAdmin(AppendOnly, admin.ModelAdmin):
    list_display = ["title", "commitment", "kind", "is_public", "added_by", "added_at", "withdrawn_at", "failing_since"]
    list_filter = ["kind", "is_public", "scan"]
    search_fields = ["title", "commitment__code"]
    list_select_related = ["commitment", "added_by"]
    # The storage has no address of its own: a file is read through the page that checks the right.
    fields = readonly_fields = (
        "commitment",
        "milestone",
        "update",
        "kind",
        "title",
        "is_public",
        "url",
        "download",
        "media_type",
        "size",
        "sha256",
        "scan",
        "added_by",
        "added_at",
        "withdrawn_by",
        "withdrawn_at",
        "checked_at",
        "failures",
        "failing_since",
        "failure_told_at",
    )

    @admin.display(description=_("fichier"))
    def download(self, piece: Evidence) -> str:
        if not piece.file or piece.is_held:
            return piece.file_name or "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("commitments:evidence_file", args=[piece.pk]), piece.file_name
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class TargetInline(MergingInline):
    model = IndicatorTarget
    extra = 0


class MeasurementInline(AppendOnly, admin.TabularInline):
    model = Measurement
    extra = 0
    fk_name = "indicator"
    fields = ["reference_on", "precision", "value", "quality", "qualifier", "source", "comment", "supersedes"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Written on the pages of the staff, where an odd value is asked to be confirmed."""
        return False


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


class AgendaInline(AppendOnly, admin.TabularInline):
    model = AgendaItem
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(SteeringMeeting)
class SteeringMeetingAdmin(AppendOnly, admin.ModelAdmin):
    list_display = ["held_on", "place", "state"]
    inlines = [AgendaInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Decision)
class DecisionAdmin(AppendOnly, admin.ModelAdmin):
    list_display = ["__str__", "owner", "due_on", "state"]
    list_filter = ["state"]
    list_select_related = ["meeting", "owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
