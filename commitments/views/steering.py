"""The steering committee: its meetings, what each looks at and decides, and what became of the decisions."""

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import can_steer, is_staff_member
from commitments import queries, transitions
from commitments.forms import ClosingForm, DecisionForm, MeetingForm
from commitments.models import Decision, Roadmap, SteeringMeeting
from commitments.transitions import TransitionRefused

PLANNED = SteeringMeeting.State.PLANNED


@never_cache
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    _require_staff(request)
    found = list(queries.meetings())
    context = {
        "coming": [meeting for meeting in reversed(found) if meeting.state == PLANNED],
        "held": [meeting for meeting in found if meeting.state != PLANNED],
        "can_steer": can_steer(request.user),
        "today": localdate(),
    }
    return render(request, "commitments/meeting_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_plan(request: HttpRequest) -> HttpResponse:
    user = _secretary(request)
    roadmap = get_object_or_404(Roadmap.objects.order_by("pk")[:1])
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.cleaned_data.pop("seen")
        try:
            meeting = transitions.plan_meeting(roadmap, by=user, **form.cleaned_data)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Le comité est prévu : voici ce qui l’attend."))
            return redirect(meeting)
    return render(request, "commitments/meeting_form.html", {"form": form, "meeting": None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: HttpRequest, day: date) -> HttpResponse:
    user = _secretary(request)
    meeting = queries.meeting_on(day)
    form = MeetingForm(request.POST or None, instance=meeting)
    if request.method == "POST" and form.is_valid():
        try:
            moved = transitions.move_meeting(meeting, by=user, **form.cleaned_data)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Le comité est modifié."))
            return redirect(moved)
    return render(request, "commitments/meeting_form.html", {"form": form, "meeting": meeting})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_detail(request: HttpRequest, day: date) -> HttpResponse:
    """Read by the staff; a decision is recorded from its foot."""
    _require_staff(request)
    meeting, on = queries.meeting_on(day), localdate()
    if request.method == "POST":
        user = _secretary(request)
        form = DecisionForm(request.POST, meeting=meeting)
        if form.is_valid():
            form.cleaned_data.pop("seen")
            try:
                decision = transitions.record_decision(meeting, by=user, on=on, **form.cleaned_data)
            except TransitionRefused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Décision n° %(number)s enregistrée.") % {"number": decision.number})
                return redirect(reverse("commitments:meeting", args=[day]) + "#decisions")
    else:
        form = DecisionForm(initial=_prefilled(request), meeting=meeting)
    may_steer = can_steer(request.user)
    context = {
        "meeting": meeting,
        "is_planned": meeting.state == PLANNED,
        "can_steer": may_steer,
        "can_record": may_steer and on >= meeting.held_on,
        "open_decisions": queries.open_decisions(before=meeting.held_on),
        "agenda": queries.agenda_for(meeting),
        "decisions": queries.decisions_of(meeting),
        "form": form,
        "threshold": settings.STEERING_SLIPPAGE_DAYS,
        "today": on,
    }
    return render(request, "commitments/meeting_detail.html", context)


def _prefilled(request: HttpRequest) -> dict[str, Any]:
    """`?engagement=`: the commitment of the agenda from which one came."""
    initial: dict[str, Any] = {"form_key": uuid.uuid4()}
    if code := request.GET.get("engagement"):
        initial["commitments"] = [queries.commitment_for(request.user, code)]
    return initial


@never_cache
@require_POST
def meeting_hold(request: HttpRequest, day: date) -> HttpResponse:
    user = _secretary(request)
    meeting = queries.meeting_on(day)
    try:
        transitions.hold_meeting(meeting, by=user, on=localdate())
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("La réunion s’est tenue : l’ordre du jour et les décisions sont arrêtés."))
    return redirect(meeting)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Read by the staff; the secretariat closes the decision from there."""
    _require_staff(request)
    decision, on = queries.decision_for(pk), localdate()
    form = ClosingForm(request.POST or None)
    if request.method == "POST":
        user = _secretary(request)
        if form.is_valid():
            try:
                transitions.close_decision(
                    decision, form.cleaned_data["state"], outcome=form.cleaned_data["outcome"], by=user, on=on
                )
            except TransitionRefused as refusal:
                form.refuse(refusal)
                if queries.decision_for(pk).state != Decision.State.OPEN:
                    # Closed by someone else meanwhile: there is no form any more to show it on.
                    messages.error(request, refusal.message)
                    return redirect(decision)
            else:
                messages.success(request, _("La décision est close."))
                return redirect(decision)
    context = {
        "decision": decision,
        "form": form,
        "postponements": queries.postponements_citing(decision),
        "can_close": can_steer(request.user) and decision.state == Decision.State.OPEN,
        "can_correct": can_steer(request.user) and decision.meeting.state == PLANNED,
        "today": on,
    }
    return render(request, "commitments/decision_detail.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decision_correct(request: HttpRequest, pk: int) -> HttpResponse:
    user = _secretary(request)
    decision = queries.decision_for(pk)
    if decision.meeting.state != PLANNED:
        raise Http404
    form = DecisionForm(request.POST or None, instance=decision, meeting=decision.meeting)
    if request.method == "POST" and form.is_valid():
        form.cleaned_data.pop("form_key")
        try:
            transitions.correct_decision(decision, by=user, **form.cleaned_data)
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("La décision est corrigée."))
            return redirect(decision)
    return render(request, "commitments/decision_form.html", {"form": form, "decision": decision})


def _require_staff(request: HttpRequest) -> None:
    if not is_staff_member(request.user):
        raise Http404


def _secretary(request: HttpRequest) -> User:
    """The user, when they keep the committee's records. Http404 otherwise."""
    if not can_steer(request.user) or not isinstance(request.user, User):
        raise Http404
    return request.user
