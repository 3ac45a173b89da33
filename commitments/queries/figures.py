"""What the public figures on commitments are computed from. Values are those of the pages, by the same functions."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.permissions import Someone
from commitments.formulas import FORMULA_VERSION, Plan, Step
from commitments.models import Commitment, Indicator, Milestone, ProgressUpdate, Status
from commitments.progress import measuring_indicators, plans, progress_of_indicator, standing_of
from commitments.queries.around import axis_for
from commitments.queries.commitment import commitments_for, pages_for
from commitments.queries.indicators import indicator_for
from commitments.queries.overview import listed_under, tally_of
from roadmap_portal.figures import Figure, Formula, Input, Unit

Method = Commitment.ProgressMethod
TRANSVERSAL = "transversal"


def of_group(user: Someone, scope: str, code: str, on: date) -> list[Figure]:
    """`scope`: "" the whole roadmap, « axe » by main axis, « liste » every commitment an axis lists.

    Http404 for an axis that is not known."""
    commitments = _group(user, scope, code).order_by("code")
    tally = tally_of(commitments, on).whole
    rows = [row for row in commitments if not row.is_adjacent]
    producer = _("État et Région, par leurs points d’avancement publiés")

    def count(name: str, title: str, value: int, inputs: list[Input]) -> Figure:
        figures = (FORMULA_VERSION, on, producer)
        return Figure(name, title, Formula.COUNT, Unit.COUNT, Decimal(value), inputs, *figures)

    return [
        count("total", _("Engagements suivis"), tally.total, [_row(row) for row in rows]),
        Figure(
            "progress", _("Avancement moyen"), Formula.MEAN, Unit.PERCENT, tally.progress.value,
            [_measured(row) for row in rows], FORMULA_VERSION, on, producer, is_partial=tally.progress.is_partial,
        ),
        count("late", _("En retard sur le calendrier initial"), tally.late, [_late(r, r.late_since, on) for r in rows]),
        count(
            "late_revised", _("En retard sur le calendrier révisé"), tally.late_revised,
            [_late(row, row.late_since_revised, on) for row in rows],
        ),
        count(
            "completed", _("Engagements réalisés"), tally.by_status[Status.COMPLETED],
            [_row(row, is_counted=row.status == Status.COMPLETED, note=row.get_status_display()) for row in rows],
        ),
    ]  # fmt: skip


def _group(user: Someone, scope: str, code: str) -> QuerySet[Commitment]:
    visible = commitments_for(user)
    if not scope:
        return visible
    if scope == "axe" and code == TRANSVERSAL:
        return visible.filter(main_axis__isnull=True)
    axis = axis_for(code)
    return visible.filter(main_axis=axis) if scope == "axe" else listed_under(axis, user)


def _row(row: Commitment, *, value: str = "1", is_counted: bool = True, note: str = "") -> Input:
    return Input(row.title, value, row.get_absolute_url(), is_counted=is_counted, note="" if is_counted else note)


def _measured(row: Commitment) -> Input:
    is_abandoned = row.status == Status.ABANDONED
    note = _("abandonné, hors de la moyenne") if is_abandoned else _("non mesuré") if row.progress is None else ""
    value = "" if row.progress is None else f"{row.progress:f}"
    return Input(row.title, value, row.get_absolute_url(), row.weight, not note, note)


def _late(row: Commitment, since: date | None, on: date) -> Input:
    is_late = since is not None and since <= on
    return _row(row, value=since.isoformat() if is_late and since else "", is_counted=is_late, note=_("pas en retard"))


def of_commitment(user: Someone, code: str, on: date) -> list[Figure]:
    """Progress, what was expected by now on both plans, and slippage. Http404 for one that may not be seen."""
    commitment = pages_for(user).filter(code=code).first()
    if commitment is None:
        raise Http404
    milestones, indicators = list(commitment.milestones.all()), measuring_indicators(commitment)
    standing = standing_of(commitment, milestones, on=on, declared=commitment.declared_progress, indicators=indicators)
    initial, revised = plans(commitment, milestones)
    formula, inputs, remark = _progress_inputs(commitment, milestones, indicators)
    producer = _("porteurs de l’engagement, approuvés par l’État et la Région")
    told = (FORMULA_VERSION, on, producer)
    figures = [
        Figure(
            "progress", _("Avancement constaté"), formula, Unit.PERCENT, standing.progress, inputs, *told, remark=remark
        ),
        _expected("expected", _("Attendu, plan initial"), initial, standing.expected, told),
        _expected("expected_revised", _("Attendu, plan révisé"), revised, standing.expected_revised, told),
    ]
    if commitment.slippage_days is not None:
        dates = [(_("Échéance initiale"), commitment.initial_due_on), (_("Échéance actuelle"), commitment.due_on)]
        inputs = [Input(label, day.isoformat() if day else "") for label, day in dates]
        days = Decimal(commitment.slippage_days)
        figures.append(Figure("slippage", _("Glissement"), Formula.DIFFERENCE, Unit.DAYS, days, inputs, *told))
    return figures


def _progress_inputs(
    commitment: Commitment, milestones: list[Milestone], indicators: list[Indicator]
) -> tuple[Formula, list[Input], str]:
    if commitment.progress_method == Method.MILESTONES:
        return (
            Formula.SHARE,
            [_achieved(m) for m in milestones if m.is_tracked],
            _("Valeur 1 : atteint ; 0 : à atteindre."),
        )
    if commitment.progress_method == Method.INDICATORS:
        return Formula.MEAN, [_of_indicator(indicator) for indicator in indicators], ""
    latest = (
        ProgressUpdate.objects.filter(commitment=commitment, published_at__isnull=False, progress__isnull=False)
        .order_by("published_at", "pk")
        .last()
    )
    if commitment.declared_progress is None:
        return Formula.STATED, [], _("Aucun taux n’a été déclaré.")
    label = (
        _("Point d’avancement publié le %(on)s") % {"on": localdate(latest.published_at)} if latest else _("Déclaré")
    )
    return Formula.STATED, [Input(label, f"{commitment.declared_progress:f}", commitment.get_absolute_url())], ""


def _achieved(milestone: Milestone) -> Input:
    is_cancelled = milestone.status == Milestone.Status.CANCELLED
    value = "1" if milestone.achieved_on else "0"
    return Input(milestone.title, value, "", milestone.weight, not is_cancelled, _("annulé") if is_cancelled else "")


def _of_indicator(indicator: Indicator) -> Input:
    progress = progress_of_indicator(indicator)
    value, note = ("", _("non mesuré")) if progress is None else (f"{progress:f}", "")
    return Input(
        indicator.title,
        value,
        reverse("figures", args=[f"indicateur/{indicator.code}"]),
        indicator.weight,
        not note,
        note,
    )


def _expected(name: str, title: str, plan: Plan, value: Decimal | None, told: tuple[str, date, str]) -> Figure:
    if plan.steps:
        inputs = [_due(step, told[1]) for step in plan.steps]
        remark = _("Valeur 1 : échu au jour du calcul ; 0 : à venir.")
        return Figure(name, title, Formula.SHARE, Unit.PERCENT, value, inputs, *told, remark=remark)
    days = [(_("Début"), plan.starts_on), (_("Échéance"), plan.due_on), (_("Jour du calcul"), told[1])]
    inputs = [Input(label, day.isoformat() if day else "") for label, day in days]
    return Figure(name, title, Formula.LINEAR, Unit.PERCENT, value, inputs, *told)


def _due(step: Step, on: date) -> Input:
    return Input(
        _("Jalon dû le %(on)s") % {"on": step.due_on.isoformat()}, "1" if step.due_on <= on else "0", "", step.weight
    )


def of_indicator(code: str, on: date) -> list[Figure]:
    """How far from its baseline to its last target. Http404 for one that is not known."""
    indicator = indicator_for(code)
    reading, target = indicator.latest_measurement, indicator.final_target
    rows = [
        (_("Valeur initiale"), indicator.baseline),
        (_("Dernière mesure"), reading.value if reading else None),
        (_("Cible"), target.value if target and target.due_on else None),
    ]
    page = indicator.get_absolute_url()
    inputs = [Input(label, "" if value is None else f"{value:f}", page) for label, value in rows]
    producer = indicator.producer.name if indicator.producer else _("non précisé")
    remark = _("Qualité de la mesure : %(quality)s.") % {"quality": reading.get_quality_display()} if reading else ""
    return [
        Figure(
            "progress", indicator.title, Formula.COURSE, Unit.PERCENT, progress_of_indicator(indicator), inputs,
            FORMULA_VERSION, on, producer, remark=remark,
        )
    ]  # fmt: skip
