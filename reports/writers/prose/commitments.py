"""One commitment of a report: where it stands, who said so and when, what proves it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from reports.writers import ledger
from reports.writers.prose import proofs
from reports.writers.prose.labels import Labels, quarter_label
from reports.writers.prose.surroundings import postponement_line
from reports.writers.prose.values import (
    Told,
    amount,
    colon,
    day_of,
    free,
    joined,
    pct,
    quoted,
    ratio,
    sentence,
    source_line,
)
from roadmap_portal.templatetags.portal import days, number, plural, semicolon

SILENT = ("to_answer", "not_answered")
CLOSED = ("completed", "abandoned")


@dataclass(frozen=True)
class Surroundings:
    """What every block needs of the dataset beside its own row."""

    label: Labels
    quarter: str
    limits: Json
    evidence: dict[str, list[Json]]


def surroundings_of(dataset: Dataset, label: Labels) -> Surroundings:
    evidence: dict[str, list[Json]] = {}
    for piece in dataset["evidence"]:
        evidence.setdefault(piece["commitment"], []).append(proofs.evidence(piece, label))
    return Surroundings(label, quarter_label(dataset), dataset["formulas"], evidence)


def commitment_block(row: Json, around: Surroundings) -> Json:
    label = around.label
    return {
        "code": row["code"],
        "title": free(row["title"]),
        "badges": [
            label("provenance", row["provenance"], row["provenance_label"]),
            label("confidence", row["confidence"], row["confidence_label"]),
        ],
        "official_text": free(row["official_text"] or row["summary"]),
        **_statement(row, label),
        **_progress(row, label),
        **_lateness(row, around.limits),
        "due": _due(row),
        "people": _people(row),
        "answer": _answer(row, around),
        "is_silent": row["answer"] in SILENT,
        "visas": [proofs.visa(given, label) for given in row["visas"]],
        "text_title": _text_title(row),
        "text": free(row["text"]),
        "next_steps": free(row["next_steps"]),
        "milestones": [_milestone(m, label) for m in row["milestones"]],
        "postponements": [postponement_line(p, label) for p in row["postponements"]],
        "evidence": around.evidence.get(row["code"], []),
        "money": _money(row),
        "sources": [source_line(source) for source in row["sources"]],
    }


def _statement(row: Json, label: Labels) -> Json:
    weather = label("weather", row["weather"], row["weather_label"])
    return {
        "status_code": row["status"],
        "status": label("status", row["status"], row["status_label"]),
        "status_meaning": label("status_meaning", row["status"]),
        "status_reason": free(row["status_reason"]),
        "weather_code": row["weather"],
        "weather": weather,
        "weather_meaning": label("weather_meaning", row["weather"]),
        "weather_reason": free(row["weather_reason"]),
        "why_weather": sentence(_("Pourquoi %(weather)s"), weather=quoted(weather)) if row["weather_reason"] else "",
    }


def _answer(row: Json, around: Surroundings) -> Told:
    """What was said in the quarter, when, and by which organisation; an older report may not know."""
    if row["answer"] is None:
        return _("aucun point publié ce trimestre")
    words = around.label("answer", row["answer"], row["answer_label"])
    if row["answer"] == "not_answered":
        return sentence(_("%(answer)s au %(quarter)s"), answer=words, quarter=around.quarter)
    on = row["answered_on"] or row["confirmed_on"]
    if on is None:
        return words
    told = sentence(_("%(answer)s le %(day)s"), answer=words, day=day_of(on))
    voice = around.label.voice(row["answered_by"])
    return sentence(_("%(answer)s, par %(voice)s"), answer=told, voice=voice) if voice else told


def _text_title(row: Json) -> str:
    """Of when the text is: one of an earlier quarter is not passed off as new."""
    if not row["text"]:
        return ""
    days = {"written": day_of(row["updated_on"]), "day": day_of(row["confirmed_on"])}
    if row["answer"] == "confirmed":
        return _("Texte du %(written)s, confirmé sans changement le %(day)s") % days
    if row["answer"] == "approved":
        return _("Où en est-on, le %(written)s") % days
    return _("Dernier texte publié, le %(written)s") % days


def _progress(row: Json, label: Labels) -> Json:
    expected = []
    if row["expected"] is not None:
        expected.append(_("attendu %(expected)s, plan initial") % {"expected": pct(row["expected"])})
    if row["expected_revised"] not in (None, row["expected"]):
        expected.append(_("%(expected)s sur le calendrier révisé") % {"expected": pct(row["expected_revised"])})
    method = label("progress_method", row["progress_method"], row["progress_method_label"])
    measure = sentence(
        _("mesuré par %(method)s, poids %(weight)s dans les moyennes"), method=method, weight=number(row["weight"])
    )
    return {
        "progress": pct(row["progress"], _("non mesuré")),
        "progress_ratio": ratio(row["progress"]),
        "expected_ratio": ratio(row["expected"]),
        "expected": ", ".join(expected),
        "measure": measure,
    }


def _lateness(row: Json, limits: Json) -> Json:
    if row["status"] in CLOSED:
        return {"is_late": False, "late": "", "late_revised": ""}
    late, revised = _("À l’heure sur le calendrier initial."), ""
    if row["is_late"]:
        reasons = semicolon().join(_reason(reason, limits) for reason in row["late_reasons"])
        late = _("En retard sur ce qui était promis au départ, depuis le %(day)s\u00a0: %(reasons)s.")
        late %= {"day": day_of(row["late_since"]), "reasons": reasons}
        revised = _("À l’heure sur le calendrier révisé.")
    elif row["due_on"] is None and not any(milestone["is_tracked"] for milestone in row["milestones"]):
        late = _("Sans échéance ni jalon suivi, le retard ne se mesure pas.")
    if row["is_late_revised"]:
        revised = _("En retard aussi sur le calendrier révisé, depuis le %(day)s.")
        revised %= {"day": day_of(row["late_since_revised"])}
    return {"is_late": row["is_late"], "late": late, "late_revised": revised}


def _reason(reason: Json, limits: Json) -> str:
    words = {
        "due_date": _("échéance dépassée, depuis le %(day)s"),
        "milestone": _("jalon en retard de plus de %(grace)s jours, depuis le %(day)s"),
        "gap": _("avancement inférieur de plus de %(gap)s points à l’attendu, depuis le %(day)s"),
    }[reason["kind"]]
    return words % {
        "day": day_of(reason["since"]),
        "grace": limits["late_milestone_grace_days"],
        "gap": limits["late_progress_gap_points"],
    }


def _due(row: Json) -> Json:
    if row["due_on"] is None:
        return {"value": _("non publiée"), "note": ""}
    value, slippage = day_of(row["due_on"], row["date_precision"]), ledger.slippage(row)
    if not slippage:
        return {"value": value, "note": _("inchangée depuis l’origine")}
    initial = day_of(row["initial_due_on"], row["date_precision"])
    return {"value": value, "note": _("initialement le %(day)s, %(moved)s") % {"day": initial, "moved": slippage}}


def _people(row: Json) -> list[Json]:
    named = (
        (_("Chefs de file"), "leads"),
        (_("Opérateurs"), "operators"),
        (_("Partenaires"), "partners"),
        (_("Financeurs"), "funders"),
    )
    return [
        {"role": role, "names": joined([free(name) for name in row[key]], ", ")} for role, key in named if row.get(key)
    ]


def _milestone(row: Json, label: Labels) -> Json:
    return {
        "title": free(row["title"]),
        "initial": day_of(row["initial_due_on"], row["date_precision"]),
        "due": day_of(row["due_on"], row["date_precision"]),
        "slippage": ledger.slippage(row),
        "state": _state(row, label),
        "is_overdue": row["days_overdue"] > 0,
    }


def _state(row: Json, label: Labels) -> Told:
    if not row["is_tracked"]:
        return _("date lue dans une source, non suivie")
    if row["achieved_on"]:
        return _("atteint le %(day)s") % {"day": day_of(row["achieved_on"])}
    words = label("milestone_status", row["status"], row["status_label"])
    if not row["days_overdue"]:
        return words
    return sentence(_("%(state)s, %(days)s de dépassement"), state=words, days=days(row["days_overdue"]))


def _money(row: Json) -> list[str]:
    """One sentence a reach: these sums are never put together."""
    named: list[tuple[str, Any]] = [
        (_("Programmé dans la région"), row["planned_regional"]),
        (_("Contexte national"), row["planned_national"]),
        (_("Contexte européen"), row["planned_european"]),
    ]
    found = [f"{name}{colon()} {amount(value)}" for name, value in named if value is not None]
    missing = row["lines_without_amount"]
    if missing:
        words = plural("%(n)s ligne de financement sans montant", "%(n)s lignes de financement sans montant", missing)
        found.append(words % {"n": number(missing)})
    return found
