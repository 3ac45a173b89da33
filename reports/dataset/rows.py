"""One commitment of a report, with its milestones and postponements."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from django.utils.timezone import localdate

from actors.models import Side
from commitments.formulas import LatenessReason, thresholds
from commitments.models import Campaign, Commitment, Milestone, Participation, Postponement, Status, Weather
from funding.ledger import KINDS, amounts_of
from funding.models import FundingEvent, FundingLine
from funding.queries import Planned
from reports.dataset.answers import Answer
from reports.dataset.as_of import Entry, made_on
from reports.dataset.figures import TRANSVERSAL
from reports.dataset.proofs import WRITERS, visa_rows
from reports.dataset.values import Json, iso, sources, two_places
from reports.dataset.voices import on_behalf
from roadmap_portal.templatetags.portal import day_text

Role = Participation.Role


def commitment_row(entry: Entry, money: Planned, campaign: Campaign) -> Json:
    commitment = entry.commitment
    moves = Counter(p.milestone_id for p in entry.postponements)  # None: the commitment's own due date
    return {
        "code": commitment.code,
        "title": commitment.title,
        "official_text": commitment.official_text,
        "summary": commitment.summary,
        "axis": None if entry.axis is None else entry.axis.code,
        "axis_title": "tous les axes" if entry.axis is None else entry.axis.title,
        "axes": [axis.code for axis in commitment.axes.all()],
        "weight": commitment.weight,
        "other_axes": [axis.title for axis in commitment.axes.all() if axis.pk != commitment.main_axis_id],
        "is_adjacent": commitment.is_adjacent,
        "provenance": commitment.provenance,
        "provenance_label": commitment.get_provenance_display(),
        "confidence": commitment.confidence,
        "confidence_label": commitment.get_confidence_display(),
        **_actors(commitment),
        **_statement(entry),
        **_answer(entry.answer, campaign),
        **_standing(entry, campaign.reference_on),
        **_dates(entry, moves),
        **_money(money),
        "sources": sources(commitment.sources.all()),
        "milestones": [_milestone(m, moves[m.pk], campaign.reference_on) for m in commitment.milestones.all()],
        "postponements": [postponement_row(p) for p in entry.postponements],
    }


def _actors(commitment: Commitment) -> Json:
    def holding(*roles: Role) -> list[str]:
        return [p.actor.name for p in commitment.participations.all() if p.role in roles]

    return {
        "leads": holding(Role.LEAD, Role.CO_LEAD),
        "operators": holding(Role.OPERATOR),
        "partners": holding(Role.PARTNER),
        "funders": holding(Role.FUNDER),
        "participations": [
            {"actor": p.actor.slug, "role": p.role, "side": p.side or p.actor.side}
            for p in commitment.participations.all()
        ],
    }


def _statement(entry: Entry) -> Json:
    update = entry.update
    return {
        "status": entry.status,
        "status_label": str(Status(entry.status).label),
        "status_reason": update.reason if update else "",
        "weather": entry.weather,
        "weather_label": str(Weather(entry.weather).label),
        "weather_reason": update.weather_reason if update else "",
        "text": update.text_public if update else "",
        "next_steps": update.next_steps if update else "",
        "updated_on": iso(localdate(update.published_at)) if update and update.published_at else None,
        "visas": visa_rows(update),
    }


def _answer(answer: Answer, campaign: Campaign) -> Json:
    return {
        "answer": answer.state,
        "answer_label": answer.in_words(campaign),
        "confirmed_on": iso(answer.confirmed_on),
        "answered_on": iso(answer.on),
        "answered_by": None if answer.on is None else on_behalf(answer.by, answer.on, WRITERS),
    }


def _standing(entry: Entry, on: date) -> Json:
    standing = entry.standing
    return {
        "progress": two_places(standing.progress),
        "progress_method": entry.commitment.progress_method,
        "progress_method_label": entry.commitment.get_progress_method_display(),
        "expected": two_places(standing.expected),
        "expected_revised": two_places(standing.expected_revised),
        "is_late": entry.is_late,
        "late_since": iso(standing.late_since) if entry.is_late else None,
        "late_reasons": [_reason(r) for r in standing.reasons if r.since <= on],
        "is_late_revised": entry.is_late_revised,
        "late_since_revised": iso(standing.late_since_revised) if entry.is_late_revised else None,
    }


def _reason(reason: LatenessReason) -> Json:
    limits = thresholds()
    texts = {
        "due_date": "échéance dépassée",
        "milestone": f"jalon en retard de plus de {limits.grace_days} jours",
        "gap": f"avancement inférieur de plus de {limits.gap_points} points à l’attendu",
    }
    since = f"{texts[reason.kind]}, depuis le {day_text(reason.since)}"
    return {"kind": reason.kind, "since": iso(reason.since), "label": since}


def _dates(entry: Entry, moves: Counter[int | None]) -> Json:
    commitment = entry.commitment
    return {
        "starts_on": iso(commitment.starts_on),
        "initial_due_on": iso(commitment.initial_due_on),
        "due_on": iso(commitment.due_on),
        "date_precision": commitment.date_precision,
        "date_precision_label": commitment.get_date_precision_display(),
        "slippage_days": commitment.slippage_days,
        "postponement_count": moves[None],
        "milestone_postponement_count": moves.total() - moves[None],
    }


def _money(money: Planned) -> Json:
    return {
        "planned_regional": two_places(money.regional),
        "planned_national": two_places(money.national),
        "planned_european": two_places(money.european),
        "funding_lines": money.lines,
        "lines_without_amount": money.without_amount,
    }


def _milestone(milestone: Milestone, moves: int, on: date) -> Json:
    """As known on the day: one achieved later was still planned."""
    achieved_on = milestone.achieved_on if milestone.achieved_on and milestone.achieved_on <= on else None
    state = Milestone.Status(milestone.status)
    if state == Milestone.Status.ACHIEVED and achieved_on is None:
        state = Milestone.Status.PLANNED
    is_pending = state == Milestone.Status.PLANNED and milestone.is_tracked
    return {
        "title": milestone.title,
        "status": str(state),
        "status_label": str(state.label),
        "is_tracked": milestone.is_tracked,
        "origin": milestone.origin,
        "origin_label": milestone.get_origin_display(),
        "weight": milestone.weight,
        "initial_due_on": iso(milestone.initial_due_on),
        "due_on": iso(milestone.due_on),
        "date_precision": milestone.date_precision,
        "slippage_days": milestone.slippage_days,
        "postponement_count": moves,
        "achieved_on": iso(achieved_on),
        "days_overdue": max((on - milestone.due_on).days, 0) if is_pending else 0,
        "source_url": milestone.source.url if milestone.source else "",
    }


def postponement_row(postponement: Postponement) -> Json:
    voice = on_behalf(postponement.postponed_by, made_on(postponement))
    decision = postponement.decision
    return {
        "milestone": postponement.milestone.title if postponement.milestone else "",
        "from_on": iso(postponement.from_on),
        "to_on": iso(postponement.to_on),
        "days": postponement.days,
        "reason_kind": postponement.reason_kind,
        "reason_label": postponement.get_reason_kind_display(),
        "reason": postponement.reason,
        "side_code": voice["side"],
        "side": str(Side(voice["side"]).label) if voice["side"] else "",
        "actor": voice["actor"],
        "made_on": iso(made_on(postponement)),
        # Its number in the meeting: what the committee decided is not all public.
        "decision_number": decision.number if decision else None,
        "decision_meeting_on": iso(decision.meeting.held_on) if decision else None,
    }


def funding_row(line: FundingLine, events: Sequence[FundingEvent], added: Collection[str]) -> Json:
    """`events`: effective, dated by the end of the quarter. `added`: the kinds of amount that enter totals."""
    amounts = amounts_of(events)
    axis = line.commitment.main_axis
    return {
        "commitment": line.commitment.code,
        "commitment_title": line.commitment.title,
        "is_adjacent": line.commitment.is_adjacent,
        "envelope": line.envelope.code,
        "envelope_title": line.envelope.title,
        "reach": line.envelope.reach,
        "reach_label": line.envelope.get_reach_display(),
        "funder": line.funder.name if line.funder else "",
        "beneficiary": line.beneficiary.name if line.beneficiary else "",
        "instrument": line.instrument,
        "authorisation": line.authorisation_kind,
        "authorisation_label": line.get_authorisation_kind_display() if line.authorisation_kind else "",
        "agreement_reference": line.agreement_reference,
        "axis": axis.code if axis else None,
        "axis_title": axis.title if axis else TRANSVERSAL["title"],
        "planned": two_places(amounts.planned),
        **{kind: two_places(getattr(amounts, kind)) for kind in KINDS if kind != "planned"},
        "net_contracted": two_places(amounts.net_contracted),
        "net_paid": two_places(amounts.net_paid),
        "is_added": "planned" in added,
        "added": [kind for kind in KINDS if kind in added],
        "events": [_event(event) for event in events],
        "is_fictional": line.is_fictional,
        "note": line.note,
    }


def _event(event: FundingEvent) -> Json:
    return {
        "kind": event.kind,
        "on": iso(event.occurred_on),
        "fiscal_year": event.fiscal_year,
        "amount": two_places(event.amount),
        "document": event.document,
        "document_url": event.document_url,
        "reason": event.reason,
        "is_correction": event.supersedes_id is not None,
    }
