"""`python -m roadmap_portal.observability.beat_is_alive`: health check of the container of the calendar."""

import os
import sys
import time

from django.conf import settings
from redis import Redis

from roadmap_portal.observability.beat import SILENCE_SECONDS, last_beat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")


def main() -> int:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        return int(time.time() - last_beat(client) > SILENCE_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
