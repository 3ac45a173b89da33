"""Home page, and whether the portal is up."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from commitments import queries
from roadmap_portal.celery import app


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    on = localdate()
    context = {
        "overview": queries.overview(request.user, on),
        "late": queries.most_late(request.user, on),
        "milestones": queries.next_milestones(request.user, on),
        "updates": queries.latest_updates(request.user),
        "quarter_began_on": (began_on := first_day_of_quarter(on)),
        "moved": queries.moved_since(request.user, began_on),
        "funders": queries.main_funders(request.user),
        "today": on,
    }
    return render(request, "home.html", context)


def first_day_of_quarter(on: date) -> date:
    return on.replace(month=on.month - (on.month - 1) % 3, day=1)


@login_not_required
@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.GET.get("next", reverse("admin:index")))


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
    """Database, Redis and a worker answer; 503 names what does not."""
    answers = {"database": _database_answers(), "redis": _redis_answers(), "worker": _worker_answers()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _worker_answers() -> bool:
    try:
        return bool(app.control.ping(timeout=1.0, limit=1))
    except (OperationalError, RedisError, OSError):
        return False
