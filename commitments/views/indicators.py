"""Indicators: their list, their definition and course, and the readings that those in charge write."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import can_measure
from commitments import queries, transitions
from commitments.forms import IndicatorFilterForm, MeasurementForm, starting_from
from commitments.models import Indicator, Measurement
from commitments.queries import IndicatorLine
from commitments.transitions import TransitionRefused
from commitments.views.courses import course_of


@login_not_required
@require_safe
def indicator_list(request: HttpRequest) -> HttpResponse:
    form = IndicatorFilterForm(request.GET)
    lines = _chosen(form) if form.is_valid() else []
    courses = [(line, course_of(line.indicator)) for line in lines]
    context = {
        "form": form,
        "errors": form.errors_in_words(),
        "lines": lines,
        "drawn": [(line, course) for line, course in courses if course.chart is not None],
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "commitments/indicator_list.html", context)


def _chosen(form: IndicatorFilterForm) -> list[IndicatorLine]:
    axis, state = form.cleaned_data["axis"], form.cleaned_data["state"]
    found = queries.indicators() if axis is None else queries.indicators().filter(axes=axis)
    keeps = {
        "": lambda line: True,
        form.LATE: lambda line: line.is_late,
        form.AWAITED: lambda line: line.expected_on is not None and not line.is_late,
        form.UNDATED: lambda line: line.expected_on is None,
    }
    return [line for line in queries.indicator_lines(found, localdate()) if keeps[state](line)]


@login_not_required
@require_safe
def indicator_detail(request: HttpRequest, code: str) -> HttpResponse:
    indicator = queries.indicator_for(code)
    may_measure = can_measure(request.user) and queries.measurable_indicators(request.user).filter(code=code).exists()
    context = {
        "indicator": indicator,
        "line": queries.indicator_line(indicator, localdate()),
        "commitment": queries.commitment_measured(indicator, request.user),
        "course": course_of(indicator),
        "may_measure": may_measure,
    }
    return render(request, "commitments/indicator_detail.html", context)


@never_cache
@require_safe
def measurable_list(request: HttpRequest) -> HttpResponse:
    if not can_measure(request.user):
        raise Http404
    lines = queries.indicator_lines(queries.measurable_indicators(request.user), localdate())
    context = {"lines": lines, "late": sum(line.is_late for line in lines)}
    return render(request, "commitments/measurable_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def measure(request: HttpRequest, code: str) -> HttpResponse:
    return _measure(request, queries.measurable_indicator(request.user, code), None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def measure_correct(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    indicator = queries.measurable_indicator(request.user, code)
    corrected = queries.reading_to_correct(indicator, pk)
    if request.method != "POST" and hasattr(corrected, "superseded_by"):
        messages.error(request, _("Cette mesure a déjà été corrigée : corrigez sa correction."))
        return redirect(indicator)
    return _measure(request, indicator, corrected)


def _measure(request: HttpRequest, indicator: Indicator, corrected: Measurement | None) -> HttpResponse:
    assert isinstance(request.user, User)
    initial: dict[str, Any] = {"form_key": uuid.uuid4()}
    if corrected is not None:
        initial |= starting_from(corrected)
    form = MeasurementForm(request.POST or None, indicator=indicator, corrected=corrected, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            transitions.record_measurement(indicator, by=request.user, supersedes=corrected, **form.stated())
        except TransitionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Mesure enregistrée : elle est en ligne."))
            return redirect(indicator)
    context = {
        "indicator": indicator,
        "form": form,
        "corrected": corrected,
        "line": queries.indicator_line(indicator, localdate()),
    }
    return render(request, "commitments/measure.html", context)
