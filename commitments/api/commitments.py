"""Commitments and milestones as JSON, read only, under /api/v1/: what the pages say, by the same rules.

Names are English; a coded value comes with its French label beside it. Dates are ISO 8601, hours in UTC. Null is
missing: never zero, and never late.
"""

from datetime import UTC, date
from typing import Any

from django.core.validators import slug_re
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView

from commitments import queries
from commitments.models import CampaignLine, Commitment, Milestone, Participation, Postponement
from roadmap_portal.api.filters import (
    COMMITMENT_FILTERS,
    FILTERS_WITHOUT_ORDER,
    CommitmentFilters,
    FiltersOfTheCommitment,
)
from roadmap_portal.api.resource import Label, ReadOnly, ResourceList


class Hour(serializers.DateTimeField):
    def __init__(self) -> None:
        super().__init__(default_timezone=UTC, read_only=True, allow_null=True)


class AxisNameSerializer(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()


class ParticipantSerializer(serializers.Serializer):
    actor = serializers.CharField(source="actor.slug")
    name = serializers.CharField(source="actor.name")
    role = serializers.CharField()
    role_label = Label("role")
    side = serializers.SerializerMethodField()

    def get_side(self, participation: Participation) -> str | None:
        """For which it takes part, or else that of the actor."""
        return participation.side or participation.actor.side or None


class DecisionReferenceSerializer(serializers.Serializer):
    """Of the steering committee, by its number in the meeting. What it says is not public."""

    meeting_on = serializers.DateField(source="meeting.held_on")
    number = serializers.IntegerField()


class PostponementSerializer(serializers.Serializer):
    milestone = serializers.CharField(source="milestone.title", default=None, allow_null=True)
    from_on = serializers.DateField()
    to_on = serializers.DateField()
    days = serializers.IntegerField()
    reason_kind = serializers.CharField()
    reason_kind_label = Label("reason_kind")
    reason = serializers.CharField()
    decided_on = serializers.SerializerMethodField()
    decision = DecisionReferenceSerializer(allow_null=True)

    def get_decided_on(self, postponement: Postponement) -> date:
        return localdate(postponement.postponed_at)


class MilestoneFields(serializers.Serializer):
    title = serializers.CharField()
    # A date read in a public source is quoted: nobody follows it up, and it enters neither progress nor lateness.
    origin = serializers.CharField()
    origin_label = Label("origin")
    weight = serializers.IntegerField()
    initial_due_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    date_precision = serializers.CharField()
    slippage_days = serializers.IntegerField(allow_null=True)
    postponements_count = serializers.IntegerField()
    status = serializers.CharField()
    status_label = Label("status")
    achieved_on = serializers.DateField(allow_null=True)


class MilestoneSerializer(MilestoneFields):
    commitment = serializers.CharField(source="commitment.code")
    commitment_title = serializers.CharField(source="commitment.title")
    url = serializers.SerializerMethodField()

    def get_url(self, milestone: Milestone) -> str:
        page = reverse("commitments:detail", args=[milestone.commitment.code])
        return str(self.context["request"].build_absolute_uri(f"{page}#jalons"))


class AnswerSerializer(serializers.Serializer):
    quarter = serializers.CharField(source="campaign.slug")
    state = serializers.SerializerMethodField()
    state_label = serializers.SerializerMethodField()
    confirmed_at = Hour()

    def get_state(self, line: CampaignLine) -> str:
        return queries.told(line.state, line.campaign.state)  # type: ignore[attr-defined]

    def get_state_label(self, line: CampaignLine) -> str:
        return str(CampaignLine.State(self.get_state(line)).label)


class CommitmentSerializer(serializers.Serializer):
    # `on`, the day as of which lateness and freshness are told, comes in the context.
    code = serializers.CharField()
    title = serializers.CharField()
    official_text = serializers.CharField()
    provenance = serializers.CharField()
    provenance_label = Label("provenance")
    visibility = serializers.CharField()
    status = serializers.CharField()
    status_label = Label("status")
    weather = serializers.CharField()
    weather_label = Label("weather")
    progress = serializers.DecimalField(max_digits=5, decimal_places=2, coerce_to_string=False, allow_null=True)
    axis = serializers.CharField(source="main_axis.code", default=None, allow_null=True)
    axes = AxisNameSerializer(many=True)
    participants = ParticipantSerializer(many=True, source="everyone")
    starts_on = serializers.DateField(allow_null=True)
    initial_due_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    date_precision = serializers.CharField()
    slippage_days = serializers.IntegerField(allow_null=True)
    postponements_count = serializers.IntegerField()
    late_since = serializers.SerializerMethodField()
    late_since_revised = serializers.SerializerMethodField()
    published_at = Hour()
    confirmed_at = Hour()
    freshness_days = serializers.SerializerMethodField()
    latest_answer = serializers.SerializerMethodField()
    milestones = MilestoneFields(many=True, source="ordered_milestones")
    url = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="row_version")

    def get_late_since(self, commitment: Commitment) -> date | None:
        return self._reached(commitment.late_since)

    def get_late_since_revised(self, commitment: Commitment) -> date | None:
        return self._reached(commitment.late_since_revised)

    def _reached(self, day: date | None) -> date | None:
        """A day to come is one on which the commitment would be late if nothing moved: it is not late."""
        return day if day is not None and day <= self.context["on"] else None

    def get_freshness_days(self, commitment: Commitment) -> int | None:
        heard = commitment.heard_at
        return None if heard is None else (self.context["on"] - localdate(heard)).days

    @extend_schema_field(AnswerSerializer(allow_null=True))
    def get_latest_answer(self, commitment: Commitment) -> dict[str, Any] | None:
        lines: list[CampaignLine] = commitment.latest_lines  # type: ignore[attr-defined]
        return AnswerSerializer(lines[0]).data if lines else None

    def get_url(self, commitment: Commitment) -> str:
        return str(self.context["request"].build_absolute_uri(commitment.get_absolute_url()))


class CommitmentDetailSerializer(CommitmentSerializer):
    # The list leaves out what was merged; its own address stays, and says into what.
    merged_into = serializers.CharField(source="merged_into.code", default=None, allow_null=True)
    merged_on = serializers.DateField(allow_null=True)
    merge_reason = serializers.CharField()
    postponements = PostponementSerializer(many=True, source="ledger")


@extend_schema(
    summary=_("Engagements"),
    description=_("Où en est chaque engagement, son retard, ses acteurs et ses jalons."),
)
class CommitmentList(ResourceList):
    serializer_class = CommitmentSerializer
    filter_backends = [CommitmentFilters]
    parameters = COMMITMENT_FILTERS

    def get_queryset(self) -> QuerySet[Commitment]:
        return queries.commitment_resources(queries.commitments_for(self.request.user))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "on": localdate()}


@extend_schema(
    summary=_("Un engagement"),
    description=_("Le même, avec tous les reports de ses échéances."),
)
class CommitmentDetail(ReadOnly, RetrieveAPIView):
    serializer_class = CommitmentDetailSerializer

    def get_object(self) -> Commitment:
        """Http404 when missing, or not to be seen: same answer."""
        if not slug_re.match(self.kwargs["code"]):
            raise Http404
        visible = queries.commitment_resources(queries.pages_for(self.request.user).select_related("merged_into"))
        found = queries.with_ledger(visible).filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "on": localdate()}


@extend_schema(
    summary=_("Jalons"),
    description=_("Dans l’ordre du calendrier, avec la date promise au départ et la date actuelle."),
)
class MilestoneList(ResourceList):
    serializer_class = MilestoneSerializer
    filter_backends = [FiltersOfTheCommitment]
    parameters = FILTERS_WITHOUT_ORDER

    def get_queryset(self) -> QuerySet[Milestone]:
        return queries.milestone_resources(self.request.user)
