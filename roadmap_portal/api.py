"""What every resource of the API shares: it is only read, it comes in pages, and a fault names its parameter."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

PAGE_SIZE = 40
LARGEST_PAGE = 200
PAGE_PARAMETERS = ("page", "page_size")


class ReadOnly(APIView):
    """Open to all: what is shown depends on who asks, and every query set starts from their rights."""

    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before the session is looked at: a write is not allowed whoever asks, with or without a CSRF token.
        if request.method not in SAFE_METHODS:
            self.http_method_not_allowed(request, *args, **kwargs)
        super().initial(request, *args, **kwargs)


class Pages(BasePagination):
    """`page` and `page_size`, cut by the database."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        size = _whole_number(request.query_params, "page_size", PAGE_SIZE, most=LARGEST_PAGE)
        paginator = Paginator(queryset, size)
        number = _whole_number(request.query_params, "page", 1, most=paginator.num_pages)
        self.page: Page[Any] = paginator.page(number)
        self.address = request.build_absolute_uri()
        return list(self.page)

    def get_paginated_response(self, data: list[Any]) -> Response:
        page = self.page
        return Response(
            {
                "count": page.paginator.count,
                "page": page.number,
                "pages": page.paginator.num_pages,
                "next": self._address_of(page.number + 1) if page.has_next() else None,
                "previous": self._address_of(page.number - 1) if page.has_previous() else None,
                "results": data,
            }
        )

    def _address_of(self, number: int) -> str:
        if number == 1:
            return str(remove_query_param(self.address, "page"))
        return str(replace_query_param(self.address, "page", number))


def _whole_number(query: QueryDict, name: str, default: int, *, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    # Not int() alone, which also reads « +1 », « 1_000 » and the digits of other scripts.
    if text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    expected = _("« %(value)s » : attendu un nombre entier de 1 à %(most)s.") % {"value": text, "most": most}
    raise ValidationError({name: [expected]})


def refuse_unknown(query: QueryDict, known: Iterable[str]) -> None:
    """A parameter that nobody reads would answer with all rows to whoever mistyped its name; given twice, one of its
    values would be left out in silence."""
    names = sorted({*known, *PAGE_PARAMETERS})
    unknown = _("Ce paramètre n’existe pas. Attendu : %(names)s.") % {"names": ", ".join(names)}
    faults = {name: [unknown] for name in query if name not in names}
    twice = {name: [_("Donné plusieurs fois.")] for name in names if len(query.getlist(name)) > 1}
    if faults or twice:
        raise ValidationError(faults | twice)
