"""Whether the portal is alive, ready, and how it does: for machines."""

import secrets
import uuid
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from redis import Redis
from redis.exceptions import RedisError

from roadmap_portal.celery import app
from roadmap_portal.observability.metrics import exposition

PROBE = "health"


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 names what is missing. The worker is shown and does not count: without it pages are read and texts are saved,
    and a report that comes late is no reason to take the whole portal away."""
    database = _database_answers()
    needed = {
        "database": database,
        "migrations": database and _migrations_are_applied(),
        "redis": _redis_answers(),
        "storage": _storage_is_writable(),
    }
    return JsonResponse(needed | {"worker": _worker_answers()}, status=200 if all(needed.values()) else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """As Prometheus asks. Without the right token nothing is there."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").encode()
    if not token or not secrets.compare_digest(given, f"Bearer {token}".encode()):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations_are_applied() -> bool:
    """Those of this release; a newer one may have applied its own, which an older process lives with."""
    try:
        return _migrations() <= set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return False


@cache
def _migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def _redis_answers() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _storage_is_writable() -> bool:
    # Whatever a storage raises (a full disk, a bucket that refuses): it is not writable.
    try:
        name = default_storage.save(f"{PROBE}/{uuid.uuid4().hex}", ContentFile(b"probe"))
        default_storage.delete(name)
    except Exception:
        return False
    return True


def _worker_answers() -> bool:
    try:
        return bool(app.control.ping(timeout=1.0, limit=1))
    except (OperationalError, RedisError, OSError):
        return False
