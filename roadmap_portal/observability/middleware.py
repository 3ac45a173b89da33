"""The first of the middlewares: what it measures is what the caller waits for."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from roadmap_portal.observability import metrics
from roadmap_portal.observability.request_id import HEADER, current_request_id, request_id_of

logger = logging.getLogger("roadmap_portal.requests")
# Asked by machines of our own network, which know an address and no name. Their answers hold no link.
FOR_MACHINES = {"/healthz/", "/healthz/ready", "/metrics"}


class RequestMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        request_id = request_id_of(request)
        request.request_id = request_id  # type: ignore[attr-defined]
        token = current_request_id.set(request_id)
        if request.path_info in FOR_MACHINES:
            request.META["HTTP_HOST"] = settings.PUBLIC_HOST
        try:
            response = self.get_response(request)
            response[HEADER] = request_id
            _told(request, response, time.perf_counter() - begun)
        finally:
            current_request_id.reset(token)
        return response


def _told(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """The name of the view, never the address: some hold a token, and a search holds what somebody looks for."""
    view = view_of(request, response)
    metrics.count_request(view, request.method or "", response.status_code, seconds)
    fields = {"view": view, "method": request.method, "status": response.status_code, "ms": round(1000 * seconds, 1)}
    logger.info("%s %s", request.method, view, extra={"fields": fields})


def view_of(request: HttpRequest, response: HttpResponseBase) -> str:
    """Of a kept page, the view that once made it; « other » for what is no page of ours (files, unknown addresses)."""
    match = request.resolver_match
    return (match.view_name if match else getattr(response, "kept_view", "")) or "other"
