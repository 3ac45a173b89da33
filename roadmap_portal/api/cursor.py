"""Pages one after the other, whatever the order: a row that comes or goes meanwhile is neither told twice nor skipped.

A cursor names the rows it follows, nearest first, and where the nearest stood, so any order of the lists will do,
computed ones included; the cursors of the framework know only orders by columns that are never null.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

PAGE_SIZE = 40
LARGEST_PAGE = 200
CURSOR_PARAMETERS = frozenset({"cursor", "page_size"})
TOKEN = re.compile(r"([ab])([0-9]{1,18}(?:-[0-9]{1,18}){0,4})\.([0-9]{1,9})", re.ASCII)
# Each may go before the next page is asked for; that all of them do is worth no longer an address.
NEIGHBOURS = 5


@dataclass(frozen=True)
class Place:
    """After (or before) the rows with these keys, nearest first; the nearest stood at this position, from 0."""

    is_before: bool
    keys: tuple[int, ...]
    position: int

    def token(self) -> str:
        keys = "-".join(str(key) for key in self.keys)
        text = f"{'b' if self.is_before else 'a'}{keys}.{self.position}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, token: str) -> "Place":
        """Raises ValueError for what is no token of ours."""
        try:
            text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
        except (binascii.Error, UnicodeError) as error:
            raise ValueError(token) from error
        found = TOKEN.fullmatch(text)
        if found is None:
            raise ValueError(token)
        return cls(found[1] == "b", tuple(int(key) for key in found[2].split("-")), int(found[3]))

    def position_in(self, keys: list[int]) -> int:
        """Of the nearest row that is still there; with none, the row before those that now stand in its place."""
        positions = {key: position for position, key in enumerate(keys)}
        found = next((positions[key] for key in self.keys if key in positions), None)
        if found is not None:
            return found
        return min(self.position, len(keys)) - (0 if self.is_before else 1)


class Cursor(BasePagination):
    """`cursor` and `page_size`. Two queries: the keys in their order, then the rows of the page."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        self.size = size = _page_size(request.query_params)
        self.keys = list(queryset.values_list("pk", flat=True))
        self.address = request.build_absolute_uri()
        self.first = _first(self.keys, request.query_params.get("cursor", ""), size)
        self.after = min(self.first + size, len(self.keys))
        shown = self.keys[self.first : self.after]
        # By key: what the order reads need not be computed again.
        found = {row.pk: row for row in queryset.order_by().filter(pk__in=shown)}
        return [found[key] for key in shown if key in found]

    def get_paginated_response(self, data: list[Any]) -> Response:
        follows, precedes = self.after < len(self.keys), self.first > 0
        last = tuple(reversed(self.keys[max(self.after - NEIGHBOURS, self.first) : self.after]))
        first = tuple(self.keys[self.first : min(self.first + NEIGHBOURS, self.after)])
        return Response(
            {
                "count": len(self.keys),
                "next": self._address(Place(False, last, self.after - 1)) if follows else None,
                "previous": self._address(Place(True, first, self.first)) if precedes else None,
                "results": data,
            }
        )

    def _address(self, place: Place) -> str:
        if place.is_before and place.position <= self.size:  # the page before is the first one
            return str(remove_query_param(self.address, "cursor"))
        return str(replace_query_param(self.address, "cursor", place.token()))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "count": {"type": "integer", "example": 40},
            "next": address,
            "previous": address,
            "results": schema,
        }
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": _("Lu dans « next » ou « previous » de la réponse."),
                "schema": {"type": "string"},
            },
            {"name": "page_size", "in": "query", "description": _("Lignes par page."), "schema": size},
        ]


def _first(keys: list[int], token: str, size: int) -> int:
    """Position of the first row of the page."""
    if not token:
        return 0
    try:
        place = Place.read(token)
    except ValueError as error:
        expected = _("Ce curseur n’est pas l’un des nôtres : reprenez « next » ou « previous » d’une réponse.")
        raise ValidationError({"cursor": [expected]}) from error
    position = place.position_in(keys)
    return max(position - size, 0) if place.is_before else position + 1


def _page_size(query: QueryDict) -> int:
    text = query.get("page_size", "")
    if not text:
        return PAGE_SIZE
    # Not int() alone, which also reads « +1 », « 1_000 » and the digits of other scripts.
    if text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= LARGEST_PAGE:
        return int(text)
    expected = _("« %(value)s » : attendu un nombre entier de 1 à %(most)s.") % {"value": text, "most": LARGEST_PAGE}
    raise ValidationError({"page_size": [expected]})
