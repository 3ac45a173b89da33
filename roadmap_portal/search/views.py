"""The page of search."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from roadmap_portal.rates import limited
from roadmap_portal.search.results import Kind, results, search

PAGE_SIZE = 20


@login_not_required
@require_safe
@limited("search")
def search_page(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    found = search(request.user, request.GET.get("q", ""))
    page = Paginator(found.of(kind), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "found": found,
        "kind": kind,
        "is_known_kind": not kind or kind in Kind.values,
        "kinds": [(each, found.counts[each]) for each in Kind],
        "page": page,
        "results": results(request.user, found, list(page.object_list)),
    }
    return render(request, "search.html", context)
