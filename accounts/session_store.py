"""Django's sessions in the database, with what « Mes sessions » shows of each beside its data."""

from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest

from accounts.models import Session, User
from accounts.security_log import Kind, address_of, record

STARTED, SEEN, ADDRESS, AGENT = "started", "seen", "address", "agent"
# A page opened every second writes the session once a minute.
WRITTEN_EVERY = 60
LONGEST_AGENT = 200


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.user_id = int(data[auth.SESSION_KEY]) if auth.SESSION_KEY in data else None
        session.address, session.agent = data.get(ADDRESS), data.get(AGENT, "")
        if STARTED in data:
            session.started_at, session.seen_at = _moment(data[STARTED]), _moment(data[SEEN])
        return session


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A session starts with a login."""
    now = datetime.now(UTC).timestamp()
    agent = request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT]
    request.session.update({STARTED: now, SEEN: now, ADDRESS: address_of(request), AGENT: agent})


def keep(request: HttpRequest) -> bool:
    """Whether the session goes on: not after SESSION_IDLE_SECONDS without a page, nor SESSION_LONGEST_SECONDS in all.
    One that is over is ended, and told."""
    session, now = request.session, datetime.now(UTC).timestamp()
    started, seen = session.get(STARTED), session.get(SEEN)
    if started is None or seen is None:  # nobody logged in by a door of ours
        return True
    if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_LONGEST_SECONDS:
        record(Kind.SESSION_ENDED, request, why="idle" if now - seen > settings.SESSION_IDLE_SECONDS else "longest")
        auth.logout(request)
        return False
    if now - seen > WRITTEN_EVERY:
        session[SEEN] = now
    return True


def end(user: User, *, but: str = "", key: str = "") -> int:
    """Ends the sessions of the user: all of them, or all but one, or the one with that key. Returns how many."""
    sessions = Session.objects.filter(user=user).exclude(session_key=but)
    if key:
        sessions = sessions.filter(session_key=key)
    return sessions.delete()[0]
