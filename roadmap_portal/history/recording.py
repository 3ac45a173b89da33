"""Who writes, and through what: told to the database, whose triggers copy it beside each change.

pghistory would tell it in front of each statement, as two statements in one; values bound by the server
(`server_side_binding`) forbid that. Here it is told once, by a statement of its own, and taken back at the end: a
connection goes back to the pool without anybody's name.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from celery.contrib.django.task import DjangoTask
from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
LONGEST_PATH = 500


class Cause(NamedTuple):
    key: str
    metadata: str


NOBODY = Cause("", "")
_current: ContextVar[Cause] = ContextVar("cause", default=NOBODY)


@contextmanager
def recorded(key: uuid.UUID | None = None, **metadata: Any) -> Iterator[uuid.UUID]:
    """What is written inside is told to come from there. `key` ties together what one request or job has changed."""
    key = key or uuid.uuid4()
    outside = _current.get()
    inside = Cause(str(key), DjangoJSONEncoder(ensure_ascii=False, sort_keys=True).encode(metadata))
    _tell(inside)
    token = _current.set(inside)
    try:
        yield key
    finally:
        _current.reset(token)
        _tell_again(outside)


def _tell(cause: Cause) -> None:
    with connection.cursor() as cursor:
        # For the session, not the transaction: a view may open several, and roll some back.
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, false), set_config('pghistory.context_metadata', %s, false)",
            [cause.key, cause.metadata],
        )


def _tell_again(cause: Cause) -> None:
    """In a transaction that failed there is nothing to do: all it was told since its beginning, our name included, goes
    with it. A connection closed inside is out of reach: nothing of ours closes one, and who writes next says their name
    first."""
    raw = connection.connection
    if raw is None or raw.closed:
        return
    if connection.needs_rollback or raw.info.transaction_status == TransactionStatus.INERROR:
        return
    _tell(cause)


class RecordingMiddleware:
    """After authentication. A safe request changes nothing of the domain, and costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        metadata: dict[str, Any] = {"user": request.user.pk, "method": request.method, "path": _path(request)}
        if absent := getattr(request.user, "stands_in_for", ()):
            metadata["stands_in_for"] = [user.pk for user in absent]
        # The number that the answer, the logs and the jobs bear too.
        with recorded(uuid.UUID(request.request_id), **metadata):  # type: ignore[attr-defined]
            return self.get_response(request)


def _path(request: HttpRequest) -> str:
    # JSON in the database has no zero character.
    return request.path.replace("\0", "")[:LONGEST_PATH]


class RecordedTask(DjangoTask):
    """Base of all our jobs (celery.py)."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with recorded(_job_key(self.request.id), task=self.name):
            return super().__call__(*args, **kwargs)


class ResentTask(RecordedTask):
    """Of jobs whose message the calendar sends again when it is lost: a broker that is away must not tell who saved
    something that it was not saved."""

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override] # told wrong by its stubs
        def send() -> None:  # a function, because Django tells its name when it fails
            self.delay(*args, **kwargs)

        transaction.on_commit(send, robust=True)


def _job_key(job_id: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(job_id) if job_id else None
    except ValueError:
        return None


class RecordedCommand(BaseCommand):
    """Base of the commands that write."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with recorded(command=type(self).__module__.rpartition(".")[2]):
            return super().execute(*args, **options)
