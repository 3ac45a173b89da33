"""What staff should look at, and where to act."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import is_staff_member
from commitments import queries
from commitments.formulas import thresholds
from commitments.queries.alerts import Alert, Kind, alerts, by_gravity
from funding.queries.alerts import money_without_evidence


@never_cache
@require_safe
def alert_list(request: HttpRequest) -> HttpResponse:
    if not is_staff_member(request.user):
        raise Http404
    everything = by_gravity([*alerts(request.user, localdate()), *money_without_evidence(request.user)])
    writable = set(queries.writable_commitments(request.user).values_list("pk", flat=True))
    kind, mine = request.GET.get("nature", ""), request.GET.get("miens") == "1"
    shown = [alert for alert in everything if _is_asked(alert, kind, mine, writable)]
    context = {
        "alerts": shown,
        "counts": [(k, sum(alert.kind == k for alert in everything)) for k in Kind],
        "kind": kind,
        "is_known": not kind or kind in Kind.values,
        "mine": mine,
        "writable": writable,
        "thresholds": thresholds(),
        "stale_days": settings.ALERT_STALE_DAYS,
        "forecast_months": settings.ALERT_FORECAST_MONTHS,
    }
    return render(request, "commitments/alerts.html", context)


def _is_asked(alert: Alert, kind: str, mine: bool, writable: set[int]) -> bool:
    return (not kind or alert.kind == kind) and (not mine or alert.commitment.pk in writable)
