"""Postponements, money and indicators of the PDF, as texts."""

from datetime import date
from decimal import Decimal

from reports.dataset import Json
from reports.writers import ledger
from reports.writers.pdf_words import amount, day_of, either, figure, pct, source_line
from roadmap_portal.charts import Point, series_chart
from roadmap_portal.templatetags.portal import euros_short


def postponement(row: Json) -> Json:
    return {
        "commitment": row["commitment_title"],
        "milestone": either(row["milestone"], "échéance de l’engagement"),
        "from": day_of(row["from_on"]),
        "to": day_of(row["to_on"]),
        "days": ledger.moved(row["days"]),
        "reason": f"{row['reason_label'].capitalize()}. {row['reason']}",
        "by": either(_by(row), "non précisé"),
        "on": f"décidé le {day_of(row['made_on'])}",
        "decision": ledger.decision(row),
    }


def postponement_line(row: Json) -> str:
    what = row["milestone"] or "Échéance"
    by = "".join(f", {words}" for words in (_by(row), ledger.decision(row)) if words)
    return (
        f"{what}, du {day_of(row['from_on'])} au {day_of(row['to_on'])} ({ledger.moved(row['days'])}), "
        f"motif {row['reason_label']}\u00a0: {row['reason']} Décidé le {day_of(row['made_on'])}{by}."
    )


def _by(row: Json) -> str:
    if not row["actor"]:
        return ""
    return f"{row['actor']} (côté {row['side']})" if row["side"] else str(row["actor"])


def envelope(row: Json) -> Json:
    basis = ["par an"] if row["is_yearly"] else []
    if row["amount_basis_label"] not in ("", "montant publié"):
        basis.append(row["amount_basis_label"])
    return {
        "title": row["title"],
        "level": row["level"],
        "is_context": row["is_context"],
        "reach": row["reach_label"],
        "amount": either("" if row["amount"] is None else amount(row["amount"]), "non publié"),
        "basis": ", ".join(basis),
        "period": row["period"],
        "funders": ", ".join(row["funders"]),
    }


def funding_line(row: Json) -> Json:
    return {
        "commitment": row["commitment_title"],
        "is_adjacent": row["is_adjacent"],
        "envelope": row["envelope_title"],
        "reach": row["reach_label"],
        "funder": either(row["funder"], "parts non publiées"),
        "planned": amount(row["planned"]),
        "is_left_out": row["planned"] is not None and not row["is_added"],
        "is_fictional": row["is_fictional"],
    }


def indicator(row: Json) -> Json:
    def told(value: Json | None) -> str:
        if value is None:
            return ""
        qualifier = f"{value['qualifier']} " if value["qualifier"] else ""
        when = f" ({day_of(value['on'], value['precision'])})" if value["on"] else ""
        return f"{qualifier}{figure(value['value'], row['unit'], row['unit_label'])}{when}"

    baseline = {
        "value": row["baseline"],
        "on": row["baseline_on"],
        "precision": row["baseline_precision"],
        "qualifier": row["baseline_qualifier"],
    }
    return {
        "code": row["code"],
        "title": row["title"],
        "definition": row["definition"],
        "limits": row["limits"],
        "unit": row["unit_label"],
        "scope": row["geographic_scope"],
        "baseline": either(told(baseline) if row["baseline"] is not None else "", "non publiée"),
        "latest": either(told(row["readings"][-1] if row["readings"] else None), "aucun relevé"),
        "target": either(told(row["targets"][-1] if row["targets"] else None), "non publiée"),
        "progress": either(pct(row["progress"]), "non mesuré"),
        "sources": [source_line(source) for source in row["sources"]],
        "has_chart": has_course(row),
        "chart": f"{row['code']}.svg",
        "chart_alt": _in_words(row),
    }


def has_course(row: Json) -> bool:
    """A line needs two points, measured or aimed at."""
    return len(row["readings"]) + sum(target["on"] is not None for target in row["targets"]) > 1


def chart(row: Json) -> str:
    def points(values: list[Json]) -> list[Point]:
        return [
            Point(
                date.fromisoformat(value["on"]) if value["on"] else None,
                Decimal(value["value"]),
                euros_short(Decimal(value["value"]))
                if row["unit"] == "EUR"
                else figure(value["value"], row["unit"], row["unit_label"]),
            )
            for value in values
        ]

    return series_chart(points(row["readings"]), points(row["targets"]), title=row["title"])


def _in_words(row: Json) -> str:
    def words(values: list[Json]) -> str:
        return ", ".join(
            f"{figure(value['value'], row['unit'], row['unit_label'])} ({day_of(value['on'], value['precision'])})"
            for value in values
        )

    target = f" Cible\u00a0: {words(row['targets'])}." if row["targets"] else ""
    return f"{row['title']}. Relevés\u00a0: {words(row['readings'])}.{target}"
