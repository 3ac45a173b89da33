"""What others may build on: pages of any site may read it with a script."""

from typing import TypeVar

from django.http import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)

ANSWER = {
    # No credentials: a script of another site reads what everybody reads, whoever is logged in here.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    # So that a script can ask whether what it has is still good.
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def open_to_scripts(response: R) -> R:
    """Cross-origin reading (CORS). The few lines of the standard that an open resource needs; no list of origins to
    keep, so no library."""
    for name, value in ANSWER.items():
        response[name] = value
    return response
