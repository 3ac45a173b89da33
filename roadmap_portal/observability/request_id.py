"""The number of a request: in the answer, in each line of the logs, in the history, and in the jobs it asks for."""

import uuid
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

HEADER = "X-Request-ID"
# Empty outside of a request and of the jobs that come from one.
current_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id_of(request: HttpRequest) -> str:
    """The one that a proxy of ours gave, otherwise a new one: a caller must not sign its requests as another's."""
    given = request.headers.get(HEADER, "") if settings.PROXIES else ""
    return as_request_id(given) or str(uuid.uuid4())


def as_request_id(text: object) -> str:
    """As the history keeps it, a UUID; nginx writes its own without hyphens. Empty when it is none."""
    if not isinstance(text, str) or len(text) not in {32, 36}:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""
