"""The page of an error. When the database or the broker is away, or a disk is full, it says so, and when to come back;
it needs none of them."""

import errno
import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import ConnectionError as RedisAway

AWAY = (OperationalError, InterfaceError, BrokerAway, RedisAway)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
RETRY_SECONDS = 30
logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception: from inside a middleware as well as from a view."""
    error = sys.exc_info()[1]
    is_full = isinstance(error, OSError) and error.errno in NO_ROOM
    if not isinstance(error, AWAY) and not is_full:
        return _page(request, "500.html", "The portal could not answer.")
    logger.error("Away: %s", error)
    response = _page(request, "503.html", "The portal is away for a moment.")
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page(request: HttpRequest, template: str, said: str) -> HttpResponse:
    """Not kept by anybody on the way."""
    status = int(template.removesuffix(".html"))
    if request.path_info.startswith("/api/") or request.path_info.endswith(".json"):
        response: HttpResponse = JsonResponse({"detail": said}, status=status)
    else:
        response = HttpResponse(loader.get_template(template).render(), status=status)
    response["Cache-Control"] = "no-store"
    return response
