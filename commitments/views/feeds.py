"""What calendars and feed readers subscribe to: what is public, whoever asks, since they come without a session."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commitments import queries
from commitments.filters import find
from commitments.models import Commitment, Milestone
from commitments.queries.around import with_last_change
from commitments.queries.subscriptions import published_updates
from roadmap_portal.reuse import open_to_scripts
from roadmap_portal.templatetags.portal import day_text

PUBLIC = AnonymousUser()
MOST_ENTRIES = 50
REFRESH = timedelta(days=1)
SEPARATOR = " · "


@login_not_required
@require_safe
def milestones_ics(request: HttpRequest) -> HttpResponse:
    commitments, faults = _asked(request.GET)
    if faults:
        return faults
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Feuille de route IA Auvergne-Rhône-Alpes//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Jalons de la feuille de route IA"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    milestones = queries.milestones_for(PUBLIC)
    if commitments is not None:
        milestones = milestones.filter(commitment__in=commitments)
    for milestone in with_last_change(milestones):
        calendar.add_component(_event(milestone))
    return open_to_scripts(HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8"))


def _event(milestone: Any) -> icalendar.Event:
    """A whole day. Its identity never changes; its sequence grows with every change of the milestone."""
    event = icalendar.Event()
    event.add("uid", f"jalon-{milestone.pk}@{_host()}")
    event.add("sequence", milestone.row_version - 1)
    changed = milestone.changed_at or datetime.combine(milestone.initial_due_on, datetime.min.time(), UTC)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    day = milestone.achieved_on or milestone.due_on
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", milestone.title)
    event.add("description", _description(milestone))
    event.add("url", settings.PUBLIC_URL + milestone.commitment.get_absolute_url() + "#jalons")
    event.add("status", "CANCELLED" if milestone.status == Milestone.Status.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a milestone makes nobody busy
    event.add("categories", [milestone.get_status_display()])
    return event


def _description(milestone: Milestone) -> str:
    told = [milestone.commitment.title, milestone.get_status_display()]
    if milestone.slippage_days:
        initial = day_text(milestone.initial_due_on, milestone.date_precision)
        told.append(_("initialement prévu : %(day)s") % {"day": initial})
    if milestone.date_precision != "day":
        # A calendar knows days only.
        told.append(_("date annoncée : %(day)s") % {"day": day_text(milestone.due_on, milestone.date_precision)})
    return SEPARATOR.join(told)


@login_not_required
@require_safe
def news_atom(request: HttpRequest) -> HttpResponse:
    commitments, faults = _asked(request.GET)
    if faults:
        return faults
    found = queries.commitments_for(PUBLIC) if commitments is None else commitments
    updates = published_updates(found)[:MOST_ENTRIES]
    own = settings.PUBLIC_URL + request.get_full_path()
    feed = Atom1Feed(
        title=_("Feuille de route IA : points publiés"),
        link=settings.PUBLIC_URL + reverse("home"),
        description=None,
        language="fr",
        feed_url=own,
        feed_guid=own,
    )
    for update in updates:
        feed.add_item(
            title=update.commitment.title,
            link=f"{settings.PUBLIC_URL}{update.commitment.get_absolute_url()}#journal",
            description=update.text_public,
            unique_id=f"tag:{_host()},2022:point/{update.pk}",
            author_name=_("État et Région Auvergne-Rhône-Alpes"),
            pubdate=update.published_at,
            updateddate=update.published_at,
            categories=[update.get_status_display()],
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return open_to_scripts(response)


def _host() -> str:
    return settings.PUBLIC_URL.partition("://")[2].partition(":")[0]


def _asked(query: Mapping[str, Any]) -> tuple[QuerySet[Commitment] | None, HttpResponse | None]:
    """The commitments a query string asks for, None for all; or the answer that says what is wrong in it."""
    found = find(query, queries.commitments_for(PUBLIC), on=localdate())
    if found.errors:
        told = "".join(f"{name} : {message}\n" for name, message in found.errors)
        return None, HttpResponse(told, status=400, content_type="text/plain; charset=utf-8")
    return found.commitments, None
