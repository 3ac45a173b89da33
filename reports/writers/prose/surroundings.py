"""Postponements, money and indicators."""

from datetime import date
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from funding.ledger import Amounts
from funding.stages import picture
from funding.stages import sentence as money_sentence
from reports.dataset import Json
from reports.dataset.money import STAGES
from reports.writers import ledger
from reports.writers.prose.labels import Labels
from reports.writers.prose.values import Told, amount, day_of, free, joined, pct, reading, sentence, source_line
from roadmap_portal.charts import Point, series_chart
from roadmap_portal.templatetags.portal import euros, euros_short

# The basis of an amount that needs no remark, as a report of an older form names it.
PLAIN = ("montant publié", "")


def postponement(row: Json, label: Labels) -> Json:
    reason = label("postponement_reason", row["reason_kind"], row["reason_label"])
    return {
        "code": row["commitment"],
        "commitment": free(row["commitment_title"]),
        "is_adjacent": row["is_adjacent"],
        "milestone": free(row["milestone"]) or _("échéance de l’engagement"),
        "from": day_of(row["from_on"]),
        "to": day_of(row["to_on"]),
        "days": ledger.moved(row["days"]),
        "reason": joined([capfirst(reason) if isinstance(reason, str) else reason, ". ", free(row["reason"])], ""),
        "by": _by(row, label) or _("non précisé"),
        "on": _made(row),
    }


def postponement_line(row: Json, label: Labels) -> Told:
    told = sentence(
        _("%(what)s, du %(from)s au %(to)s (%(days)s), motif %(kind)s\u00a0: %(reason)s"),
        what=free(row["milestone"]) or _("Échéance"),
        days=ledger.moved(row["days"]),
        kind=label("postponement_reason", row["reason_kind"], row["reason_label"]),
        reason=free(row["reason"]),
        **{"from": day_of(row["from_on"]), "to": day_of(row["to_on"])},
    )
    return joined([told, " (", joined([_made(row), _by(row, label)], ", "), ")"], "")


def _made(row: Json) -> str:
    made = _("décidé le %(day)s") % {"day": day_of(row["made_on"])}
    cited = ledger.decision(row)
    return f"{made}, {cited}" if cited else made


def _by(row: Json, label: Labels) -> Told:
    if not row["actor"]:
        return ""
    side = label("side", row["side_code"], row["side"])
    return sentence(_("%(actor)s, côté %(side)s"), actor=free(row["actor"]), side=side) if side else free(row["actor"])


# --- Money ---------------------------------------------------------------------------------------


def envelope(row: Json, label: Labels) -> Json:
    basis: list[Told] = [_("par an")] if row["is_yearly"] else []
    if row["amount_basis"] != "published" and row["amount_basis_label"] not in PLAIN:
        basis.append(label("amount_basis", row["amount_basis"], row["amount_basis_label"]))
    return {
        "title": free(row["title"]),
        "level": row["level"],
        "is_context": row["is_context"],
        "reach": label("reach", row["reach"], row["reach_label"]),
        "place": free(row["geographic_scope"]),
        "amount": _("non publié") if row["amount"] is None else amount(row["amount"]),
        "basis": joined(basis, ", "),
        "period": free(row["period"]),
        "funders": joined([free(name) for name in row["funders"]], ", "),
    }


def funding_line(row: Json, label: Labels) -> Json:
    is_left_out = row["planned"] is not None and not row["is_added"]
    return {
        "code": row["commitment"],
        "commitment": free(row["commitment_title"]),
        "is_adjacent": row["is_adjacent"],
        "envelope": free(row["envelope_title"]),
        "reach": label("reach", row["reach"], row["reach_label"]),
        "funder": free(row["funder"]) or _("financeurs de l’enveloppe, parts non publiées"),
        "planned": amount(row["planned"]),
        "note": _("déjà compris dans une autre ligne du même engagement") if is_left_out else "",
        "is_fictional": row["is_fictional"],
    }


def money_totals(found: Json | None) -> Json | None:
    """None in a report of an older form, which gave no total."""
    if found is None:
        return None
    amounts = _amounts(found["total"])
    return {
        "coverage": _("Financement renseigné pour %(informed)s engagements, non renseigné pour %(silent)s.") % found,
        "sentence": money_sentence(amounts),
        # A picture compares: with fewer than two known stages there is none.
        "has_chart": picture(amounts, "") is not None,
        "total": _money_row(_("Total"), found["total"]),
        "cuts": [
            {"title": title, "heading": heading, "rows": [_money_row(free(row["title"]), row) for row in found[name]]}
            for name, title, heading in (
                ("envelopes", _("Par enveloppe"), _("Enveloppe")),
                ("axes", _("Par axe"), _("Axe principal")),
                ("funders", _("Par financeur"), _("Financeur")),
                ("years", _("Par exercice"), _("Exercice")),
            )
            if found[name]
        ],
    }


def _money_row(title: Told, row: Json) -> Json:
    rates = {name: pct(row[name], _("n. d.")) for name in ("contracted_rate", "paid_rate")}
    title = title or _("financeurs d’une enveloppe ensemble, parts non publiées")
    return {
        "title": title,
        **{stage: euros(None if row[stage] is None else Decimal(row[stage])) for stage in STAGES},
        **rates,
    }


def _amounts(row: Json) -> Amounts:
    """Nets stand for the whole: what was taken back is in them."""
    found = {stage: None if row[stage] is None else Decimal(row[stage]) for stage in STAGES}
    return Amounts(found["planned"], found["authorised"], contracted=found["net_contracted"], paid=found["net_paid"])


def money_chart(found: Json) -> str | None:
    return picture(_amounts(found["total"]), _("Dans la région, du programmé au payé"))


# --- Indicators ----------------------------------------------------------------------------------


def indicator(row: Json, label: Labels) -> Json:
    baseline = {
        "value": row["baseline"],
        "on": row["baseline_on"],
        "precision": row["baseline_precision"],
        "qualifier": row["baseline_qualifier"],
    }
    has_chart = has_course(row)
    return {
        "code": row["code"],
        "title": free(row["title"]),
        "definition": free(row["definition"]),
        "limits": free(row["limits"]),
        "unit": label("unit", row["unit"], row["unit_label"]),
        "scope": free(row["geographic_scope"]),
        "baseline": _dated(baseline, row) if row["baseline"] is not None else _("non publiée"),
        "readings": [_dated(value, row) for value in row["readings"]],
        "targets": [_dated(value, row) for value in row["targets"]],
        "progress": pct(row["progress"], _("non mesuré")),
        "sources": [source_line(source) for source in row["sources"]],
        "chart": f"{row['code']}.svg" if has_chart else "",
        "chart_alt": _in_words(row) if has_chart else "",
    }


def _dated(value: Json, row: Json) -> Told:
    when = f" ({day_of(value['on'], value['precision'])})" if value["on"] else ""
    qualifier = [free(value["qualifier"]), " "] if value["qualifier"] else []
    return joined([*qualifier, reading(value["value"], row["unit"]), when], "")


def has_course(row: Json) -> bool:
    """A line needs two points, measured or aimed at."""
    return len(row["readings"]) + sum(target["on"] is not None for target in row["targets"]) > 1


def chart(row: Json) -> str:
    def points(values: list[Json]) -> list[Point]:
        return [
            Point(
                date.fromisoformat(value["on"]) if value["on"] else None,
                Decimal(value["value"]),
                euros_short(Decimal(value["value"])) if row["unit"] == "EUR" else reading(value["value"], row["unit"]),
            )
            for value in values
        ]

    return series_chart(points(row["readings"]), points(row["targets"]), title=row["title"])


def _in_words(row: Json) -> str:
    def words(values: list[Json]) -> str:
        return ", ".join(
            f"{reading(value['value'], row['unit'])} ({day_of(value['on'], value['precision'])})"
            if value["on"]
            else reading(value["value"], row["unit"])
            for value in values
        )

    told = f"{row['title']}. " + _("Relevés\u00a0: %(values)s.") % {"values": words(row["readings"])}
    return f"{told} " + _("Cible\u00a0: %(values)s.") % {"values": words(row["targets"])} if row["targets"] else told
