"""The quarter as a whole: who must answer what, by when; and what an administrator decides about it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import is_administrator, is_staff_member
from commitments import queries, services, transitions
from commitments.filters import LineFilter, filter_errors
from commitments.forms import CampaignForm, RescheduleForm
from commitments.models import Campaign, Roadmap
from commitments.tasks import remind
from commitments.transitions import TransitionRefused
from reports import queries as report_queries
from roadmap_portal.templatetags.portal import plural

GROUPINGS = ("axe", "cote", "acteur")
DAYS_TO_ANSWER, DAYS_TO_CLOSE = 9, 5


def administrator_or_404(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not is_administrator(request.user):
        raise Http404
    return request.user


@never_cache
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    if not is_staff_member(request.user):
        raise Http404
    return render(request, "commitments/campaign_list.html", {"campaigns": queries.campaigns()})


@never_cache
@require_safe
def campaign_board(request: HttpRequest, quarter: str) -> HttpResponse:
    if not is_staff_member(request.user):
        raise Http404
    campaign = queries.campaign_named(quarter)
    lines = queries.lines_of(campaign)
    every_row = queries.board_rows(lines)
    chosen = LineFilter(request.GET, lines)
    by = request.GET.get("par") or GROUPINGS[0]
    is_filtered = any(request.GET.get(name) for name in chosen.filters)
    errors = [] if chosen.form.is_valid() else filter_errors(chosen, request.GET)
    if by not in GROUPINGS:
        errors.append(("par", _("lu « %(read)s » ; attendu : axe, cote ou acteur") % {"read": by}))
    rows = every_row if not is_filtered else [] if errors else queries.board_rows(chosen.qs)
    context = {
        "campaign": campaign,
        "tally": queries.tally_of_rows(every_row),
        "groups": [] if errors else queries.grouped(rows, by, _("Sans acteur désigné"), _("Tous les axes")),
        "by": by,
        "form": chosen.form,
        "is_filtered": is_filtered,
        "errors": errors,
        "waiting": queries.awaited_visas(campaign),
        "today": localdate(),
        "may_manage": is_administrator(request.user),
        "reminded": queries.reminded_in(services.week_of(localdate())),
    }
    return render(request, "commitments/campaign_board.html", context)


@never_cache
@require_safe
def campaign_calendar(request: HttpRequest) -> HttpResponse:
    administrator_or_404(request)
    today = localdate()
    sheets = queries.campaign_calendar(today, report_queries.drafted_on())
    context = {
        "current": [sheet for sheet in sheets if sheet.campaign.state != Campaign.State.SEALED],
        "past": [sheet for sheet in reversed(sheets) if sheet.campaign.state == Campaign.State.SEALED],
        "coming": queries.next_steps(sheets),
        "hindrances": queries.hindrances(today),
        "today": today,
    }
    return render(request, "commitments/campaign_calendar.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_plan(request: HttpRequest) -> HttpResponse:
    user = administrator_or_404(request)
    sent = request.POST if request.method == "POST" else None
    form = CampaignForm(sent, initial=_next_quarter(localdate()), today=localdate())
    if request.method == "POST":
        roadmap = Roadmap.objects.order_by("pk").first()
        if roadmap is None:
            raise Http404
        if not form.is_valid():
            form.add_faults(transitions.planning_faults(roadmap, **form.planned()))
        elif campaign := _tried(form, lambda: transitions.plan_campaign(roadmap, by=user, **form.planned())):
            messages.success(request, _("La campagne %(campaign)s est prévue.") % {"campaign": campaign})
            return redirect("commitments:campaign_board", quarter=campaign.slug)
    return render(request, "commitments/campaign_form.html", {"form": form, "campaign": None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_reschedule(request: HttpRequest, quarter: str) -> HttpResponse:
    user = administrator_or_404(request)
    campaign = queries.campaign_named(quarter)
    sent = request.POST if request.method == "POST" else None
    form = RescheduleForm(sent, instance=campaign)
    if request.method == "POST":
        if not form.is_valid():
            form.add_faults(transitions.planning_faults(campaign.roadmap, but=campaign, **form.dates()))
        elif _tried(form, lambda: transitions.reschedule_campaign(campaign, by=user, **form.cleaned_data)):
            messages.success(request, _("Les dates de la campagne %(campaign)s ont changé.") % {"campaign": campaign})
            return redirect("commitments:campaign_board", quarter=campaign.slug)
    return render(request, "commitments/campaign_form.html", {"form": form, "campaign": campaign})


def _tried(form: RescheduleForm, act: Callable[[], Campaign]) -> Campaign | None:
    try:
        return act()
    except TransitionRefused as refusal:
        form.refuse(refusal)
        return None


@never_cache
@require_POST
def campaign_move(request: HttpRequest, quarter: str) -> HttpResponse:
    """Opens a planned campaign, or closes an open one to answers."""
    user = administrator_or_404(request)
    campaign = queries.campaign_named(quarter)
    target = request.POST.get("state", "")
    try:
        if target not in Campaign.State.values:
            raise TransitionRefused(_("État de campagne inconnu : %(read)s.") % {"read": target})
        campaign = transitions.move_campaign(campaign, Campaign.State(target), by=user)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        said = {"campaign": campaign, "state": campaign.get_state_display()}
        messages.success(request, _("La campagne %(campaign)s est %(state)s.") % said)
    return redirect("commitments:campaign_board", quarter=campaign.slug)


@never_cache
@require_POST
def campaign_remind(request: HttpRequest, quarter: str) -> HttpResponse:
    """Those in charge of the unanswered lines, or of one of them (`code`)."""
    user = administrator_or_404(request)
    campaign = queries.campaign_named(quarter)
    code = request.POST.get("code", "")
    people = queries.to_remind(campaign, localdate(), code)
    if not people:
        messages.info(request, _("Personne n’est à relancer : chaque ligne a sa réponse."))
    else:
        remind.delay_on_commit(services.request_reminder(campaign, code, by=user).pk)
        said = plural("%(n)s rappel part", "%(n)s rappels partent", len(people)) % {"n": len(people)}
        messages.success(request, _("%(said)s : un par personne et par semaine au plus.") % {"said": said})
    return redirect("commitments:campaign_board", quarter=campaign.slug)


def _next_quarter(today: date) -> dict[str, Any]:
    """The quarter under way, with the dates it usually has: open in its last month, closed in the next one's first
    fortnight."""
    year, quarter = today.year, (today.month - 1) // 3 + 1
    reference_on = transitions.last_day_of(year, quarter)
    due_on = reference_on + timedelta(days=DAYS_TO_ANSWER)
    return {
        "quarter": f"{year}-T{quarter}",
        "opens_on": reference_on.replace(day=1),
        "due_on": due_on,
        "closes_on": due_on + timedelta(days=DAYS_TO_CLOSE),
    }
