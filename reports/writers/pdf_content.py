"""What the PDF shows, as texts: figures and dates written in French, nothing left for the template but layout."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from reports.dataset import Dataset, Json
from reports.writers import ledger, pdf_surroundings, read_me
from reports.writers.pdf_words import amount, day_of, days_text, either, pct, ratio, source_line
from roadmap_portal.templatetags.portal import NBSP, moment, number

NOT_MEASURED = "non mesuré"
NOT_AVAILABLE = "n.\u00a0d."
SILENT = ("to_answer", "not_answered")


def content(dataset: Dataset) -> Json:
    by_axis: dict[str | None, list[Json]] = {}
    for row in dataset["commitments"]:
        by_axis.setdefault(row["axis"], []).append(commitment_block(row, dataset))
    return {
        "title": dataset["title"],
        "document_title": read_me.document_title(dataset),
        "roadmap": dataset["roadmap"]["title"],
        "roadmap_signed": _signature(dataset["roadmap"]),
        "quarter": dataset["quarter"]["prose"],
        "quarter_label": dataset["quarter"]["label"],
        "reference": read_me.reference_day(dataset),
        "scope": dataset["scope"]["label"],
        "generated": moment(read_me.generated_at(dataset)),
        "licence": read_me.LICENCE,
        "notice": dataset["demonstration_notice"],
        "sha256": dataset.sha256,
        "formulas": dataset["formulas"]["version"],
        "summary": _summary(dataset),
        "axes": [{**_axis(axis), "commitments": by_axis.get(axis["code"], [])} for axis in dataset["axes"]],
        "adjacent": [commitment_block(row, dataset) for row in dataset["adjacent"]],
        "postponements": [pdf_surroundings.postponement(row) for row in dataset["postponements"]],
        "envelopes": [pdf_surroundings.envelope(row) for row in dataset["envelopes"]],
        "funding_lines": [pdf_surroundings.funding_line(row) for row in dataset["funding_lines"]],
        "indicators": [pdf_surroundings.indicator(row) for row in dataset["indicators"]],
        "definitions": dataset["definitions"]["fr"],
    }


def _signature(roadmap: Json) -> str:
    if roadmap["signed_on"] is None:
        return ""
    place = f" à {roadmap['signed_at']}" if roadmap["signed_at"] else ""
    return f"Signée le {day_of(roadmap['signed_on'])}{place}"


# --- Summary -------------------------------------------------------------------------------------


def _summary(dataset: Dataset) -> Json:
    summary = dataset["summary"]
    return {
        "figures": _key_figures(summary),
        "status": _shares(summary["by_status"], summary["counted"]),
        "weather": _shares(summary["by_weather"], summary["counted"]),
        "answers": f"Réponses au {dataset['quarter']['label']}{NBSP}: {_answers(summary)}.",
        "answer_headings": [item["label"].capitalize() for item in summary["answers"]],
        "axes": [_axis(row) for row in dataset["axes"]],
        "whole": _axis({**summary, "title": "Ensemble", "description": "", "code": None}),
        "adjacent": _adjacent_words(summary["adjacent"]),
        "not_answered": number(summary["not_answered"]),
        "abandoned": number(summary["abandoned"]),
    }


def _key_figures(summary: Json) -> list[Json]:
    counts = {item["code"]: item["count"] for item in summary["by_status"]}
    progress = pct(summary["progress"]) if summary["progress"] is not None else NOT_AVAILABLE
    return [
        {
            "figure": number(summary["counted"]),
            "label": _plural(summary["counted"], "engagement suivi", "engagements suivis"),
            "note": "actions voisines exclues",
        },
        {"figure": progress, "label": "avancement moyen", "note": coverage(summary)},
        {
            "figure": either(pct(summary["expected"]), NOT_AVAILABLE),
            "label": "attendu à cette date",
            "note": "calendrier initial",
        },
        {
            "figure": number(counts["completed"]),
            "label": _plural(counts["completed"], "réalisé", "réalisés"),
            "note": f"{number(counts['in_progress'])} en cours",
        },
        {
            "figure": number(summary["late"]),
            "label": "en retard",
            "note": f"{number(summary['late_revised'])} sur le calendrier révisé",
            "is_late": summary["late"] > 0,
        },
        {
            "figure": number(summary["not_answered"]),
            "label": "sans réponse",
            "note": "ni point publié, ni confirmation",
        },
    ]


def _plural(count: int, one: str, several: str) -> str:
    return several if count > 1 else one


def coverage(row: Json) -> str:
    words = f"mesuré sur {number(row['measured'])} des {number(row['measurable'])}"
    return f"{words}, partiel" if row["is_partial"] else words


def _shares(items: Iterable[Json], total: int) -> list[Json]:
    def share(count: int) -> str:
        return pct(Decimal(100) * count / total) if total else NOT_AVAILABLE

    return [{**item, "count": number(item["count"]), "share": share(item["count"])} for item in items]


def _axis(row: Json) -> Json:
    return {
        "title": row["title"],
        "description": row["description"],
        "counted": number(row["counted"]),
        "line": _axis_line(row),
        "completed": number(next(i["count"] for i in row["by_status"] if i["code"] == "completed")),
        "in_progress": number(next(i["count"] for i in row["by_status"] if i["code"] == "in_progress")),
        "late": number(row["late"]),
        "late_revised": number(row["late_revised"]),
        "is_late": row["late"] > 0,
        "progress": either(pct(row["progress"]), NOT_MEASURED),
        "expected": either(pct(row["expected"]), NOT_AVAILABLE),
        "coverage": coverage(row),
        "answers": [number(item["count"]) for item in row["answers"]],
    }


def _answers(row: Json) -> str:
    return ", ".join(f"{item['label']} {number(item['count'])}" for item in row["answers"])


def _axis_line(row: Json) -> str:
    followed = f"{number(row['counted'])} {_plural(row['counted'], 'engagement suivi', 'engagements suivis')}"
    words = f"avancement {either(pct(row['progress']), NOT_MEASURED)} ({coverage(row)})"
    expected = f"attendu {either(pct(row['expected']), NOT_AVAILABLE)}"
    return f"{followed} · {words} · {expected} · {number(row['late'])} en retard"


def _adjacent_words(count: int) -> str:
    if count == 0:
        return "Aucune action voisine."
    noun = "action voisine est présentée" if count == 1 else "actions voisines sont présentées"
    return f"{number(count)} {noun} à part, dans aucun chiffre de cette page."


# --- One commitment ------------------------------------------------------------------------------


def commitment_block(row: Json, dataset: Dataset) -> Json:
    labels = dataset["labels"]["fr"]
    return {
        "code": row["code"],
        "title": row["title"],
        "badges": [row["provenance_label"], row["confidence_label"]],
        "is_adjacent": row["is_adjacent"],
        "official_text": row["official_text"] or row["summary"],
        "status": row["status_label"],
        "status_meaning": labels["status_meaning"][row["status"]],
        "status_reason": row["status_reason"],
        "weather": row["weather_label"],
        "weather_meaning": labels["weather_meaning"][row["weather"]],
        "weather_reason": row["weather_reason"],
        **_progress(row),
        **_lateness(row),
        "due": _due(row),
        "people": _people(row),
        "text": row["text"],
        "answer": row["answer_label"],
        "answer_title": "Réponse du trimestre",
        "is_silent": row["answer"] in SILENT,
        "updated": _text_title(row),
        "next_steps": row["next_steps"],
        "milestones": [_milestone(m) for m in row["milestones"]],
        "postponements": [pdf_surroundings.postponement_line(p) for p in row["postponements"]],
        "money": _money(row),
        "sources": [source_line(source) for source in row["sources"]],
    }


def _text_title(row: Json) -> str:
    """Of when the text is: one of an earlier quarter is not passed off as new."""
    written = day_of(row["updated_on"])
    if row["answer"] == "confirmed":
        return f"Texte du {written}, confirmé sans changement le {day_of(row['confirmed_on'])}"
    return f"Où en est-on, le {written}" if row["answer"] == "approved" else f"Dernier texte publié, le {written}"


def _progress(row: Json) -> Json:
    words = either(pct(row["progress"]), NOT_MEASURED)
    expected = []
    if row["expected"] is not None:
        expected.append(f"attendu {pct(row['expected'])}")
    if row["expected_revised"] not in (None, row["expected"]):
        expected.append(f"{pct(row['expected_revised'])} sur le calendrier révisé")
    return {
        "progress": words,
        "progress_ratio": ratio(row["progress"]),
        "expected_ratio": ratio(row["expected"]),
        "expected": ", ".join(expected),
        "method": f"Mesuré par{NBSP}: {row['progress_method_label']}",
    }


def _lateness(row: Json) -> Json:
    if row["status"] in ("completed", "abandoned"):
        return {"is_late": False, "late": "", "late_revised": ""}
    late = "À l’heure sur le calendrier initial."
    if row["is_late"]:
        reasons = "\u202f; ".join(reason["label"] for reason in row["late_reasons"])
        late = f"En retard sur le calendrier initial{NBSP}: {reasons}."
    elif row["due_on"] is None and not any(milestone["is_tracked"] for milestone in row["milestones"]):
        late = "Sans échéance ni jalon suivi, le retard ne se mesure pas."
    revised = ""
    if row["is_late_revised"]:
        revised = f"En retard aussi sur le calendrier révisé, depuis le {day_of(row['late_since_revised'])}."
    elif row["is_late"]:
        revised = "À l’heure sur le calendrier révisé."
    return {"is_late": row["is_late"], "late": late, "late_revised": revised}


def _due(row: Json) -> Json:
    if row["due_on"] is None:
        return {"value": "non publiée", "note": ""}
    value = day_of(row["due_on"], row["date_precision"])
    slippage = ledger.slippage(row)
    if not slippage:
        return {"value": value, "note": "inchangée depuis l’origine"}
    initial = day_of(row["initial_due_on"], row["date_precision"])
    return {"value": value, "note": f"initiale{NBSP}: {initial} ({slippage})"}


def _people(row: Json) -> list[Json]:
    named = (("Chefs de file", "leads"), ("Opérateurs", "operators"), ("Partenaires", "partners"))
    return [{"role": role, "names": ", ".join(row[key])} for role, key in named if row[key]]


def _milestone(row: Json) -> Json:
    return {
        "title": row["title"],
        "initial": day_of(row["initial_due_on"], row["date_precision"]),
        "due": day_of(row["due_on"], row["date_precision"]),
        "slippage": ledger.slippage(row),
        "state": _state(row),
        "is_overdue": row["days_overdue"] > 0,
    }


def _state(row: Json) -> str:
    if not row["is_tracked"]:
        return "date lue dans une source, non suivie"
    if row["achieved_on"]:
        return f"atteint le {day_of(row['achieved_on'])}"
    overdue = f", {days_text(row['days_overdue'])} de dépassement" if row["days_overdue"] else ""
    return f"{row['status_label']}{overdue}"


def _money(row: Json) -> list[str]:
    """One sentence a reach: these sums are never put together."""
    named: list[tuple[str, Any]] = [
        ("Programmé dans la région", row["planned_regional"]),
        ("Contexte national", row["planned_national"]),
        ("Contexte européen", row["planned_european"]),
    ]
    found = [f"{label}{NBSP}: {amount(value)}" for label, value in named if value is not None]
    missing = row["lines_without_amount"]
    if missing:
        noun = "ligne de financement sans montant" if missing == 1 else "lignes de financement sans montant"
        found.append(f"{number(missing)} {noun}")
    return found
