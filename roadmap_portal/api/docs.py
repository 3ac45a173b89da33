"""The API described: for machines as OpenAPI 3.1, for people as a page with a form for each resource.

The page is made from the same description, without a script: a form by GET is all that trying a resource takes, and it
keeps the strict content policy, the look and the accessibility of the other pages.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView

from roadmap_portal.api.settings import CALLS
from roadmap_portal.reuse import open_to_scripts

EXAMPLES = Path(__file__).parent / "examples.json"
# The answers that every resource may give beside its own.
FAULTS = {
    "400": "Un paramètre n’existe pas, ou sa valeur n’est pas connue : son nom, et ce qui était attendu.",
    "429": "Trop d’appels : l’en-tête Retry-After dit dans combien de secondes reprendre.",
}
MISSING = {"404": "Cet objet n’existe pas, ou n’est pas public."}


@dataclass(frozen=True)
class Resource:
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    fields: list[tuple[str, str]]
    example: str


@method_decorator(login_not_required, name="dispatch")
class SchemaView(SpectacularJSONAPIView):
    """OpenAPI 3.1, as JSON."""

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        return open_to_scripts(super().finalize_response(*args, **kwargs))


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api_docs.html", {"resources": resources(), "rate": CALLS.partition("/")[0]})


def resources() -> list[Resource]:
    """Those that are lists, as their description says, in the language of the page."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = []
    for path, methods in schema["paths"].items():
        operation = methods["get"]
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
            continue
        answer = operation["responses"]["200"]["content"]["application/json"]
        found.append(
            Resource(
                path,
                operation["summary"],
                operation["description"],
                operation.get("parameters", []),
                _fields(schema, answer["schema"]),
                json.dumps(answer["example"], ensure_ascii=False, indent=2),
            )
        )
    return found


def _fields(schema: dict[str, Any], answer: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, kind) of the fields of a row."""
    components = schema["components"]["schemas"]
    page = components[_name(answer)]
    row = components[_name(page["properties"]["results"]["items"])]
    return [(name, _kind(field)) for name, field in row["properties"].items()]


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _kind(field: dict[str, Any]) -> str:
    kind = field.get("type", "object")
    kinds = [kind] if isinstance(kind, str) else kind
    if field.get("format") and "string" in kinds:
        kinds = [field["format"], *(each for each in kinds if each != "string")]
    return " | ".join(kinds)


def tell_examples_and_faults(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Hook of the generator: to each resource a real answer as example, and what it says when it refuses."""
    examples = json.loads(EXAMPLES.read_text())
    for path, methods in result["paths"].items():
        operation = methods["get"]
        answer = operation["responses"]["200"]["content"]["application/json"]
        answer["example"] = examples[path]
        for code, text in (FAULTS | (MISSING if "{" in path else {})).items():
            operation["responses"][code] = {"description": text, "content": {"application/json": {"schema": {}}}}
    return result
