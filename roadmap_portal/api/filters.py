"""The filters of the list page, for the resources that are commitments or hang on one."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from commitments import queries
from commitments.filters import CommitmentFilter, Found, find
from commitments.models import ADJACENT_LAST, Commitment

COMMITMENT_FILTERS = frozenset(CommitmentFilter.base_filters)
# A resource that hangs on a commitment has an order of its own.
FILTERS_WITHOUT_ORDER = COMMITMENT_FILTERS - {"ordering"}


class CommitmentFilters(BaseFilterBackend):
    """Those of the list page, its orders included."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Commitment], view: APIView) -> QuerySet[Commitment]:
        found = _asked(request, queryset, localdate())
        return queryset.order_by(ADJACENT_LAST, "code") if found.commitments is None else found.commitments

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [parameter(name) for name in CommitmentFilter.base_filters]


class FiltersOfTheCommitment(BaseFilterBackend):
    """The same, on the `commitment` of each row, which keep the order they come in."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        found = _asked(request, queries.commitments_for(request.user), localdate())
        return queryset if found.commitments is None else queryset.filter(commitment__in=found.commitments)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [parameter(name) for name in CommitmentFilter.base_filters if name != "ordering"]


def _asked(request: Request, commitments: QuerySet[Commitment], on: date) -> Found:
    found = find(request.query_params, commitments, on=on)
    if found.errors:
        raise ValidationError({name: [message] for name, message in found.errors})
    return found


def parameter(name: str) -> dict[str, Any]:
    """As OpenAPI says it: the values it may take where they are few, what it is called in French."""
    given = CommitmentFilter.base_filters[name]
    schema: dict[str, Any] = {"type": "string"}
    if "choices" in given.extra:
        schema["enum"] = [str(code) for code, _label in given.extra["choices"]]
    if "max_length" in given.extra:
        schema["maxLength"] = given.extra["max_length"]
    return {"name": name, "in": "query", "description": str(given.label), "schema": schema}
