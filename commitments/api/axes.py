"""The axes of the roadmap, with where their commitments stand."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from commitments import queries
from commitments.models import Axis
from roadmap_portal.api.resource import Codes, Label, ResourceList, SourceSerializer


class StandingSerializer(serializers.Serializer[Any]):
    """Of the commitments whose main axis it is, adjacent actions left out."""

    commitments = serializers.IntegerField(source="total")
    late = serializers.IntegerField()
    # The mean of those that are measured; None when none is.
    progress = serializers.DecimalField(
        source="progress.value", max_digits=5, decimal_places=2, coerce_to_string=False, allow_null=True
    )
    measured = serializers.IntegerField(source="progress.measured")


class AxisSerializer(serializers.Serializer[Axis]):
    code = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField()
    kind_label = Label("kind")
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)
    covers = Codes()
    standing = serializers.SerializerMethodField()
    sources = SourceSerializer(many=True)
    url = serializers.SerializerMethodField()

    @extend_schema_field(StandingSerializer(allow_null=True))
    def get_standing(self, axis: Axis) -> dict[str, Any] | None:
        tally = self.context["tallies"].get(axis.code)
        return None if tally is None else dict(StandingSerializer(tally).data)

    def get_url(self, axis: Axis) -> str:
        return str(self.context["request"].build_absolute_uri(axis.get_absolute_url()))


@extend_schema(summary=_("Axes"), description=_("Les axes publiés et les thèmes, avec l’état de leurs engagements."))
class AxisList(ResourceList):
    serializer_class = AxisSerializer

    def get_queryset(self) -> QuerySet[Axis]:
        return Axis.objects.select_related("parent").prefetch_related("covers", "sources").order_by("order", "code")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "tallies": SimpleLazyObject(self._tallies)}

    def _tallies(self) -> dict[str, queries.Tally]:
        """By code."""
        rows = queries.overview(self.request.user, localdate()).by_axis
        return {row.axis.code: row.tally for row in rows if row.axis}
