"""The framework's own counters, kept in Redis for all processes together; where it is away nobody is counted."""

from typing import Any

from django.core.cache import caches
from redis.exceptions import RedisError
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle


class _Shared(SimpleRateThrottle):
    @property
    def cache(self) -> Any:
        return caches["shared"]

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except RedisError:
            return True


class AnonThrottle(_Shared, AnonRateThrottle):
    pass


class UserThrottle(_Shared, UserRateThrottle):
    pass
