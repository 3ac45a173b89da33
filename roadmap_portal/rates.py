"""How often one may ask for what costs something: counted in Redis, for all processes together (requirement S7).

A dozen lines on Django's cache: django-ratelimit has had no release since 2023. Where Redis is away nobody is counted:
a portal that answers too much is better than one that answers nobody.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from redis.exceptions import RedisError

from accounts.models import User
from accounts.security_log import Kind, address_of, record

View = Callable[..., HttpResponseBase]


class Rate(NamedTuple):
    """So many calls in so many seconds, from one address or, who is logged in, from one person."""

    most: int
    seconds: int
    methods: tuple[str, ...] = ("POST",)


# Several agents of one organisation share an address.
RATES = {
    "login": Rate(40, 300),
    "form": Rate(20, 300),
    "password_mail": Rate(3, 3600),  # to one mailbox
    "report": Rate(30, 300),
    "upload": Rate(60, 300),
    "search": Rate(120, 60, ("GET", "HEAD")),
}


def limited(name: str) -> Callable[[View], View]:
    """Beyond the rate of that name, 429 and when to come back."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            rate = RATES[name]
            if request.method in rate.methods and (over := _count(name, _who(request))) > 0:
                return _refused(request, name, rate, is_first=over == 1)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def is_beyond(name: str, who: str) -> bool:
    """Counts what is done for someone, whoever asks for it."""
    return _count(name, who) > 0


def _who(request: HttpRequest) -> str | None:
    return f"user-{request.user.pk}" if isinstance(request.user, User) else address_of(request)


def _count(name: str, who: str | None) -> int:
    """How many calls beyond the rate this one is; not above zero within it."""
    rate = RATES[name]
    key = f"rate:{name}:{who}:{int(time.time()) // rate.seconds}"
    try:
        caches["shared"].add(key, 0, rate.seconds)
        return caches["shared"].incr(key) - rate.most
    except (RedisError, ValueError):  # ValueError: gone between the two calls
        return 0


def _refused(request: HttpRequest, name: str, rate: Rate, *, is_first: bool) -> HttpResponse:
    if is_first:
        record(Kind.RATE_EXCEEDED, request, what=name)
    wait = rate.seconds - int(time.time()) % rate.seconds
    response = render(request, "429.html", {"seconds": wait}, status=429)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "private, no-store"
    return response
