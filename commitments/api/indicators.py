"""Indicators with their targets and the readings that stand."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from commitments import queries
from commitments.models import Indicator, IndicatorTarget, Measurement
from roadmap_portal.api.resource import Codes, Label, ResourceList, SourceSerializer


class Value(serializers.DecimalField):
    """In the indicator's unit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=4, coerce_to_string=False, **options)


class TargetSerializer(serializers.Serializer[IndicatorTarget]):
    kind = serializers.CharField()
    kind_label = Label("kind")
    value = Value()
    due_on = serializers.DateField(allow_null=True)
    qualifier = serializers.CharField()


class ReadingSerializer(serializers.Serializer[Measurement]):
    reference_on = serializers.DateField()
    value = Value()
    quality = serializers.CharField()
    quality_label = Label("quality")
    source = SourceSerializer(allow_null=True)


class IndicatorSerializer(serializers.Serializer[Indicator]):
    code = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField(source="description")
    method = serializers.CharField()
    limits = serializers.CharField(source="note")
    unit = serializers.CharField()
    unit_label = Label("unit")
    decimals = serializers.IntegerField()
    direction = serializers.CharField()
    direction_label = Label("direction")
    periodicity = serializers.CharField()
    periodicity_label = Label("periodicity")
    producer = serializers.CharField(source="producer.slug", default=None, allow_null=True)
    axes = Codes()
    # None as well where it measures a commitment that the caller may not see.
    commitment = serializers.SerializerMethodField()
    baseline = Value(allow_null=True)
    baseline_on = serializers.DateField(allow_null=True)
    targets = TargetSerializer(many=True)
    readings = ReadingSerializer(many=True, source="measurements")
    url = serializers.SerializerMethodField()

    def get_commitment(self, indicator: Indicator) -> str | None:
        visible: dict[int, str] = self.context["commitments"]
        return None if indicator.commitment_id is None else visible.get(indicator.commitment_id)

    def get_url(self, indicator: Indicator) -> str:
        return str(self.context["request"].build_absolute_uri(indicator.get_absolute_url()))


@extend_schema(
    summary=_("Indicateurs"), description=_("Définition, cibles et relevés en vigueur de chaque indicateur.")
)
class IndicatorList(ResourceList):
    serializer_class = IndicatorSerializer

    def get_queryset(self) -> QuerySet[Indicator]:
        return queries.indicators().order_by("code")

    def get_serializer_context(self) -> dict[str, Any]:
        visible = queries.pages_for(self.request.user).values_list("pk", "code")
        return {**super().get_serializer_context(), "commitments": SimpleLazyObject(lambda: dict(visible))}
