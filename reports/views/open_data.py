"""Open data: its pages, and its files, which are the same for everyone whoever asks."""

from collections.abc import Callable, Iterator

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from reports.open_data import DATA_SETS, LICENCE_TITLE, LICENCE_URL, DataSet, absolute, publisher
from reports.open_data.dcat import catalogue
from reports.open_data.editions import Edition, as_csv, as_json, of_quarter, of_today
from reports.open_data.schemas import data_package, table_schema
from reports.queries import published_quarter, published_quarters
from roadmap_portal.reuse import open_to_scripts

INDENTED = {"ensure_ascii": False, "indent": 2}
WRITERS: dict[str, tuple[Callable[[Edition], Iterator[str]], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8; header=present"),
    "json": (as_json, "application/json"),
}
# Ending of the address → the syntax as rdflib names it, its media type.
SYNTAXES = {
    "ttl": ("turtle", "text/turtle; charset=utf-8"),
    "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("pretty-xml", "application/rdf+xml"),
}


def _named(slug: str) -> DataSet:
    if slug not in DATA_SETS:
        raise Http404
    return DATA_SETS[slug]


@login_not_required
@require_safe
def catalogue_page(request: HttpRequest) -> HttpResponse:
    rows = [(data_set, data_set.size(), data_set.updated()) for data_set in DATA_SETS.values()]
    context = {
        "rows": rows,
        "frozen": [data_set for data_set in DATA_SETS.values() if data_set.frozen is not None],
        "quarters": published_quarters(),
        "publisher": publisher(),
        "licence": {"title": LICENCE_TITLE, "url": LICENCE_URL},
        "updated": max((day for _data_set, _size, day in rows if day), default=None),
        "endings": SYNTAXES,
    }
    return render(request, "reports/data_catalogue.html", context)


@login_not_required
@require_safe
def data_set_page(request: HttpRequest, slug: str) -> HttpResponse:
    data_set = _named(slug)
    context = {
        "data_set": data_set,
        "updated": data_set.updated(),
        "number": data_set.size(),
        "quarters": published_quarters() if data_set.frozen is not None else [],
        "licence": {"title": LICENCE_TITLE, "url": LICENCE_URL},
        "csv": absolute("open_data:csv", slug),
    }
    return render(request, "reports/data_set.html", context)


@login_not_required
@require_safe
def data_file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    return _sent(request, of_today(_named(slug), localdate()), kind, slug)


@login_not_required
@require_safe
def quarter_file(request: HttpRequest, quarter: str, slug: str, kind: str) -> HttpResponseBase:
    sealed = published_quarter(quarter)
    edition = of_quarter(_named(slug), sealed)
    if edition is None:
        raise Http404
    return _sent(request, edition, kind, f"{slug}_{quarter}")


def _sent(request: HttpRequest, edition: Edition, kind: str, name: str) -> StreamingHttpResponse:
    write, content_type = WRITERS[kind]
    lines = write(edition) if request.method == "GET" else []
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}.{kind}"'
    return open_to_scripts(response)


@login_not_required
@require_safe
def schema(request: HttpRequest, slug: str) -> JsonResponse:
    return open_to_scripts(JsonResponse(table_schema(_named(slug)), json_dumps_params=INDENTED))


@login_not_required
@require_safe
def package(request: HttpRequest, quarter: str = "") -> JsonResponse:
    sealed = published_quarter(quarter) if quarter else None
    held = [data_set for data_set in DATA_SETS.values() if sealed is None or data_set.frozen is not None]
    return open_to_scripts(JsonResponse(data_package(held, sealed), json_dumps_params=INDENTED))


@login_not_required
@require_safe
def dcat_file(request: HttpRequest, ending: str) -> HttpResponse:
    if ending not in SYNTAXES:
        raise Http404
    syntax, content_type = SYNTAXES[ending]
    graph = catalogue(DATA_SETS.values(), published_quarters(), localdate())
    return open_to_scripts(HttpResponse(graph.serialize(format=syntax), content_type=content_type))
