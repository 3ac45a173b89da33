"""Pages of the roadmap that everyone reads."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commitments import queries
from commitments.filters import Chosen, CommitmentFilter, find
from commitments.forecast import Observation
from commitments.models import Commitment, Milestone
from commitments.progress import measuring_indicators, standing_of
from commitments.queries.forecasts import outlook
from funding.queries import counted_of, money_of, overview
from funding.queries.plans import plan_of
from funding.stages import picture, sentence, shares_picture
from roadmap_portal.charts import Moment, timeline_chart

PAGE_SIZE = 40
# In the picture of the calendar: more would be too small to read on a telephone.
REACHED_DRAWN, AWAITED_DRAWN = 4, 12


@login_not_required
@require_safe
def commitment_list(request: HttpRequest) -> HttpResponse:
    on = localdate()
    found = find(request.GET, queries.commitments_for(request.user), on=on)
    whole = queries.whole_list(request.user)
    counts = queries.counts(found.commitments) if found.commitments is not None else whole.total()
    page = Paginator(range(counts.total), PAGE_SIZE).get_page(request.GET.get("page"))
    first = max(page.start_index() - 1, 0)
    if found.commitments is not None:
        lines = queries.listed(found.commitments[first : first + PAGE_SIZE])
    else:
        lines = whole.rows.slice(first, PAGE_SIZE)
    context = {
        "asked": request.GET,
        "errors": found.errors,
        "axes": queries.axes(),
        "selects": _selects(request),
        "chosen": _badges(request, found.chosen),
        "counts": counts,
        "page": page,
        "shown": {
            "counted": [line for line in lines if not line.is_adjacent],
            "adjacent": [line for line in lines if line.is_adjacent],
        },
        "today": on,
    }
    return render(request, "commitments/list.html", context)


def _selects(request: HttpRequest) -> list[dict[str, Any]]:
    """The lists of the filter form: name, label, choices, what was asked."""
    selects = []
    for name in ("status", "weather", "late", "side", "department", "provenance", "ordering"):
        chooser = CommitmentFilter.base_filters[name]
        everything = _("code") if name == "ordering" else _("tous")
        selects.append(
            {
                "name": name,
                "label": chooser.label,
                "all": everything,
                "choices": chooser.extra["choices"],
                "asked": request.GET.get(name, ""),
            }
        )
    return selects


def _badges(request: HttpRequest, chosen: list[Chosen]) -> list[dict[str, str]]:
    """The filters in force, each with the address of the list without it."""
    badges = []
    for choice in chosen:
        rest = request.GET.copy()
        rest.pop(choice.name, None)
        rest.pop("page", None)
        badges.append({"label": choice.label, "value": choice.value, "without": f"?{rest.urlencode()}"})
    return badges


@login_not_required
@require_safe
def commitment_detail(request: HttpRequest, code: str) -> HttpResponse:
    on = localdate()
    commitment = queries.commitment_for(request.user, code)
    money, plan = money_of(commitment), plan_of(commitment)
    around = queries.surroundings(commitment)
    standing = standing_of(
        commitment,
        around.milestones,
        on=on,
        declared=commitment.declared_progress,
        indicators=measuring_indicators(commitment),
    )
    published = [
        Observation(localdate(entry.update.published_at), entry.update.progress_after)
        for entry in around.journal
        if entry.update.progress_after is not None
    ]
    context = {
        "commitment": commitment,
        "outlook": outlook(commitment, around.milestones, published, on),
        "main_axis": next((axis for axis in around.axes if axis.pk == commitment.main_axis_id), None),
        "around": around,
        "standing": standing,
        "reasons": [reason for reason in standing.reasons if reason.since <= on],
        "is_late": standing.is_late(on),
        "is_late_revised": standing.is_late_revised(on),
        "money": money,
        "plan": plan,
        "plan_chart": shares_picture(plan.brought, _("Plan de financement")) if plan else None,
        "money_text": sentence(money.regional),
        "money_chart": picture(money.regional, _("Du programmé au payé")),
        "evidence": queries.evidence_of(commitment, request.user),
        "absorbed": queries.absorbed(commitment, request.user),
        "can_write": request.user.is_authenticated
        and queries.writable_commitments(request.user).filter(pk=commitment.pk).exists(),
        "today": on,
    }
    return render(request, "commitments/detail.html", context)


@login_not_required
@require_safe
def axis_list(request: HttpRequest) -> HttpResponse:
    found = queries.overview(request.user, localdate())
    tallies = {row.axis.pk: row.tally for row in found.by_axis if row.axis is not None}
    listed = queries.listed_by_axis(request.user)
    rows = [(axis, tallies.get(axis.pk), listed.get(axis.pk, 0)) for axis in found.axes]
    return render(request, "commitments/axis_list.html", {"rows": rows, "overview": found})


@login_not_required
@require_safe
def axis_detail(request: HttpRequest, code: str) -> HttpResponse:
    on = localdate()
    axis = queries.axis_for(code)
    visible = queries.commitments_for(request.user)
    of_axis = queries.listed_under(axis, request.user)
    # The row of that axis in the page on funding.
    main = visible.filter(main_axis=axis).exclude(provenance=Commitment.Provenance.ADJACENT)
    money = counted_of(main, main.count())
    figures = queries.tally_of(of_axis, on)
    context = {
        "axis": axis,
        "commitments": queries.listed(of_axis.order_by("code")),
        "tally": figures.whole,
        "adjacent": figures.adjacent,
        "transversal": queries.listed(visible.filter(main_axis__isnull=True).order_by("code")),
        "money": money,
        "amounts": overview.regional(money.cells),
        "indicators": queries.indicators().filter(axes=axis),
        "today": on,
    }
    return render(request, "commitments/axis_detail.html", context)


@login_not_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Of all commitments, or of those that the filters of the list ask for: the page offers axis and actor."""
    on = localdate()
    found = find(request.GET, queries.commitments_for(request.user), on=on)
    milestones = queries.milestones_for(request.user)
    if found.commitments is not None:
        milestones = milestones.filter(commitment__in=found.commitments)
    coming = Q(due_on__gte=on, status=Milestone.Status.PLANNED)
    tracked = Q(origin=Milestone.Origin.PLAN)
    context = {
        "asked": request.GET,
        "errors": found.errors,
        "chosen": _badges(request, found.chosen),
        "axes": queries.axes(),
        "actors": queries.actors_with_milestones(request.user),
        "chart": _timeline(milestones, on),
        "today": on,
        "coming": milestones.filter(coming),
        "overdue": milestones.filter(tracked, status=Milestone.Status.PLANNED, due_on__lt=on),
        "achieved": milestones.filter(status=Milestone.Status.ACHIEVED).order_by("-achieved_on", "pk"),
        "untold": milestones.filter(~tracked, status=Milestone.Status.PLANNED, due_on__lt=on),
        "events": queries.events() if found.commitments is None else [],
    }
    return render(request, "commitments/calendar.html", context)


def _timeline(milestones: QuerySet[Milestone], on: date) -> SafeString | None:
    """The milestones around today; None with fewer than two, which make no picture."""
    reached = milestones.filter(status=Milestone.Status.ACHIEVED).order_by("-achieved_on", "pk")[:REACHED_DRAWN]
    awaited = milestones.filter(status=Milestone.Status.PLANNED, origin=Milestone.Origin.PLAN)[:AWAITED_DRAWN]
    moments = [
        Moment(
            milestone.title,
            milestone.initial_due_on,
            milestone.achieved_on or milestone.due_on,
            milestone.achieved_on is not None,
        )
        for milestone in [*reversed(reached), *awaited]
    ]
    if len(moments) < 2:
        return None
    title, text = _("Les jalons autour d’aujourd’hui"), _("Les mêmes jalons, avec leurs dates, sont listés plus bas.")
    return mark_safe(timeline_chart(moments, on, title=title, description=text))  # noqa: S308 - drawn by us
