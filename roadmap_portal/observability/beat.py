"""The sign of life of the calendar: beat writes it with each job it sends, at least every twenty seconds."""

import time
from typing import Any

from celery.signals import after_task_publish, beat_init
from django.conf import settings
from redis import Redis

from roadmap_portal.schedule import RESUME_SECONDS

KEY = "roadmap_portal:last_beat"
SILENCE_SECONDS = 3 * RESUME_SECONDS


@beat_init.connect(weak=False)
def _is_beat(**kwargs: Any) -> None:
    after_task_publish.connect(_sign_of_life, weak=False)


def _sign_of_life(**kwargs: Any) -> None:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        client.set(KEY, time.time())


def last_beat(client: Redis) -> float:
    """In seconds since 1970; 0 when there was none, or the broker was emptied since."""
    return float(client.get(KEY) or 0)
