"""A public page is one kept answer: the whole of it, headers included, for everybody who is not logged in.

Kept in the memory of each process under its address and the publication number, which is read from the database for
every request: a publication, wherever it was written, makes the next answer fresh, and nothing needs to be thrown away.
The day is in the key because lateness is told as of today.

What may be kept is what an answer shows: no session cookie in the question, and in the answer success, no cookie and
no word against it.
"""

import gzip
import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.timezone import localdate, now

from roadmap_portal.observability.middleware import FOR_MACHINES
from roadmap_portal.publication import publication_number

# Larger answers (a whole data set) are made each time: a few of them would push every page out.
LARGEST_BYTES = 400_000
SMALLEST_PACKED_BYTES = 500
PACKED = ("text/", "application/", "image/svg")  # a PNG is packed already
ACCEPTS_GZIP = re.compile(r"\bgzip\b")
# What each answer gets anew.
OWN_HEADERS = {"content-length", "vary", "cache-control", "etag", "last-modified", "content-encoding"}
# The address alone chooses the language, so `Accept-Language`, which Django adds, would only split caches further on.
VARY = "Cookie, Accept-Encoding"
# Kept anywhere, and asked again each time: a proxy or a browser then gets 304 and never shows an old quarter.
PUBLIC = "public, no-cache"
PRIVATE = "private, no-store"


class Page(NamedTuple):
    headers: dict[str, str]
    body: bytes
    packed: bytes | None
    digest: str
    made_at: int
    view: str


class PageCacheMiddleware:
    """Outside of sessions and languages, inside of the redirection to https, whose answers are not pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.method not in {"GET", "HEAD"}:
            return self._private(request)
        # They tell that the database is away, instead of being away with it.
        if request.path_info in FOR_MACHINES:
            return self._private(request)
        # Never the cached answer first and the number afterwards: a page must not be younger than it says.
        key = _key(request) if settings.PAGE_CACHE else None
        page = caches["pages"].get(key) if key else None
        if page is None:
            response = self.get_response(request)
            if not isinstance(response, HttpResponse) or not _is_shareable(response):
                return response
            match = request.resolver_match
            page = _page(response, match.view_name if match else "", is_packed=bool(key) or _accepts_gzip(request))
            if key and request.method == "GET":
                caches["pages"].set(key, page)
        return _answer(request, page)

    def _private(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = PRIVATE
        return response


def _key(request: HttpRequest) -> str:
    # The host as it was sent: one that is not ours never got an answer worth keeping.
    address = f"{request.scheme}://{request.META.get('HTTP_HOST', '')}{request.get_full_path()}"
    return hashlib.blake2b(f"{publication_number()} {localdate()} {address}".encode(), digest_size=16).hexdigest()


def _is_shareable(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.cookies
        and not response.has_header("Content-Disposition")
        and "no-store" not in response.get("Cache-Control", "")
        and len(response.content) <= LARGEST_BYTES
    )


def _accepts_gzip(request: HttpRequest) -> bool:
    return ACCEPTS_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None


def _page(response: HttpResponse, view: str, *, is_packed: bool) -> Page:
    body = response.content
    is_worth_it = len(body) >= SMALLEST_PACKED_BYTES and response.get("Content-Type", "").startswith(PACKED)
    packed = gzip.compress(body, 6, mtime=0) if is_packed and is_worth_it else None
    headers = {name: value for name, value in response.items() if name.lower() not in OWN_HEADERS}
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    return Page(headers, body, packed, digest, int(now().timestamp()), view)


def _answer(request: HttpRequest, page: Page) -> HttpResponseBase:
    packed = page.packed if _accepts_gzip(request) else None
    body = page.body if packed is None else packed
    response = HttpResponse(body if request.method == "GET" else b"", headers=page.headers)
    if packed is not None:
        response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(body))
    response["ETag"] = etag = f'"{page.digest}{"" if packed is None else "-gz"}"'
    # When this process made it, not when something was last published: it says other things the day after.
    response["Last-Modified"] = http_date(page.made_at)
    response["Cache-Control"] = PUBLIC
    response["Vary"] = VARY
    conditional = get_conditional_response(request, etag=etag, last_modified=page.made_at, response=response)
    given = response if conditional is None else conditional
    given.kept_view = page.view  # type: ignore[attr-defined] # for the figures
    return given
