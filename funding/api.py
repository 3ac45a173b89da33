"""Envelopes and funding lines as JSON. Envelopes are nested: their amounts are never to be added together."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from commitments.queries import commitments_for
from funding import queries
from funding.ledger import KINDS
from funding.models import Envelope, FundingLine
from roadmap_portal.api.filters import FILTERS_WITHOUT_ORDER, FiltersOfTheCommitment
from roadmap_portal.api.resource import Codes, Label, ResourceList, SourceSerializer


class Euros(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, coerce_to_string=False, allow_null=True, **options)


class EnvelopeSerializer(serializers.Serializer[Envelope]):
    code = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)
    reach = serializers.CharField()
    reach_label = Label("reach")
    amount = Euros()
    is_yearly = serializers.BooleanField()
    amount_basis = serializers.CharField()
    amount_basis_label = Label("amount_basis")
    period = serializers.CharField()
    stated_on = serializers.DateField(allow_null=True)
    funders = Codes("slug")
    sources = SourceSerializer(many=True)


class LineSerializer(serializers.Serializer[FundingLine]):
    """Euros by stage, each the sum of what its ledger says; null where it says nothing."""

    commitment = serializers.CharField(source="commitment.code")
    envelope = serializers.CharField(source="envelope.code")
    # Null: the funders of the envelope together, whose shares were not published.
    funder = serializers.CharField(source="funder.slug", default=None, allow_null=True)
    beneficiary = serializers.CharField(source="beneficiary.slug", default=None, allow_null=True)
    instrument = serializers.CharField()
    authorisation_kind = serializers.CharField()
    agreement_reference = serializers.CharField()
    is_fictional = serializers.BooleanField()
    amounts = serializers.SerializerMethodField()

    def get_amounts(self, line: FundingLine) -> dict[str, Decimal | None]:
        amounts = queries.amounts_of_line(line)
        return {kind: getattr(amounts, kind) for kind in KINDS}


@extend_schema(
    summary=_("Enveloppes"),
    description=_("Des enveloppes s’emboîtent : leurs montants ne s’additionnent jamais."),
)
class EnvelopeList(ResourceList):
    serializer_class = EnvelopeSerializer

    def get_queryset(self) -> QuerySet[Envelope]:
        return Envelope.objects.select_related("parent").prefetch_related("funders", "sources").order_by("code")


@extend_schema(
    summary=_("Lignes de financement"),
    description=_("Un engagement, une enveloppe, un financeur ; les montants par étape, en euros."),
)
class LineList(ResourceList):
    serializer_class = LineSerializer
    filter_backends = [FiltersOfTheCommitment]
    parameters = FILTERS_WITHOUT_ORDER

    def get_queryset(self) -> QuerySet[FundingLine]:
        related = ("commitment", "envelope", "funder", "beneficiary")
        lines = FundingLine.objects.filter(commitment__in=commitments_for(self.request.user)).select_related(*related)
        return queries.with_amounts(lines).order_by("commitment__code", "envelope__code", "pk")
