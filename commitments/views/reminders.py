"""The link of a reminder that asks for a week of rest. It works without logging in."""

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from commitments.transitions import holder_of, snooze


# The signed link is the right to do this one thing and no session is read, so there is nothing to forge; and RFC 8058
# has mail programs post here, without a cookie, and advises against an answer that redirects.
@csrf_exempt
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, token: str) -> HttpResponse:
    """Reading writes nothing: mail scanners open every link."""
    context: dict[str, object] = {"fault": "", "until_on": None}
    try:
        user = holder_of(token)
    except signing.SignatureExpired:
        return render(request, "commitments/pause.html", context | {"fault": "expired"}, status=410)
    except signing.BadSignature:
        return render(request, "commitments/pause.html", context | {"fault": "broken"}, status=404)
    if request.method == "POST":
        context["until_on"] = snooze(user, on=localdate()).until_on
    return render(request, "commitments/pause.html", context)
