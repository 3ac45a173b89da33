"""A resource: read only, open to all, and to scripts of any site."""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from roadmap_portal.api.cursor import CURSOR_PARAMETERS, Cursor
from roadmap_portal.reuse import open_to_scripts


class ReadOnly(APIView):
    """Open to all: what is shown depends on who asks, and every query set starts from their rights."""

    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before the session is looked at: a write is not allowed whoever asks, with or without a CSRF token.
        if request.method not in SAFE_METHODS:
            self.http_method_not_allowed(request, *args, **kwargs)
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished: Response = super().finalize_response(request, response, *args, **kwargs)
        return open_to_scripts(finished)


class ResourceList(ReadOnly, ListAPIView):
    """Its rows, a page at a time. `parameters`: the names it filters by, beside those of the pages."""

    pagination_class = Cursor
    parameters: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request.query_params, self.parameters | CURSOR_PARAMETERS)


class Label(serializers.CharField):
    """Of the coded value of that name, in French."""

    def __init__(self, name: str) -> None:
        super().__init__(source=f"get_{name}_display", read_only=True)


class Codes(serializers.ListField):
    """The codes of the objects it is linked to; `attribute` is what an object calls its own."""

    child = serializers.CharField()

    def __init__(self, attribute: str = "code") -> None:
        super().__init__(read_only=True)
        self.attribute = attribute

    def to_representation(self, data: Any) -> list[str]:
        return [getattr(row, self.attribute) for row in data.all()]


class SourceSerializer(serializers.Serializer[Any]):
    """The public page a fact was read in."""

    url = serializers.URLField()
    publisher = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)


def refuse_unknown(query: QueryDict, known: Iterable[str]) -> None:
    """A parameter that nobody reads would answer with all rows to whoever mistyped its name; given twice, one of its
    values would be left out in silence."""
    names = sorted(known)
    unknown = _("Ce paramètre n’existe pas. Attendu : %(names)s.") % {"names": ", ".join(names)}
    faults = {name: [unknown] for name in query if name not in names}
    twice = {name: [_("Donné plusieurs fois.")] for name in names if len(query.getlist(name)) > 1}
    if faults or twice:
        raise ValidationError(faults | twice)
