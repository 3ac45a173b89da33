"""What a report says: built once, in a constant number of queries, and frozen as JSON. Files only lay it out.

French texts, with their labels in both languages: a report is read by the prefect and the public, so it holds public
commitments only, no internal note and no person's name. `values` says how figures and dates are written.
"""

import json
from datetime import date, datetime, timedelta

from django.utils import timezone, translation

from actors.models import Actor
from commitments.formulas import FORMULA_VERSION
from commitments.models import Campaign, Commitment, Roadmap
from reports.dataset import definitions, figures, surroundings
from reports.dataset.as_of import Entry, entries, merged_by
from reports.dataset.frozen import Dataset
from reports.dataset.labels import labels
from reports.dataset.money import totals as money_totals
from reports.dataset.older import readable
from reports.dataset.proofs import decision_rows, evidence_rows
from reports.dataset.rows import commitment_row
from reports.dataset.scope import WHOLE, NotDivisible, ScopeNotUnderstood, narrowed, scopes_in_words, understood
from reports.dataset.values import Json, canonical_json, iso, sha256_of, sha256_of_text
from reports.models import Report, SealedReport
from roadmap_portal.templatetags.portal import NBSP, day_text, quarter, quarter_prose

__all__ = [
    "Dataset",
    "Json",
    "NotDivisible",
    "ScopeNotUnderstood",
    "build_dataset",
    "canonical_json",
    "extract",
    "readable",
    "scopes_in_words",
    "sha256_of",
    "sha256_of_text",
    "understood",
]

# 2: what each commitment answered in the quarter; postponements counted apart for the commitment and its milestones.
# 3: who answered and when, visas, evidence, decisions, weights, labels in both languages, period, seal.
# `older` reads the earlier forms.
SCHEMA_VERSION = "4"
# These do not tell who takes part, nor all the axes: a part of them would be empty, or wrong.
INDIVISIBLE = ("1", "2")
Period = Report.Period


def build_dataset(report: Report, seal: Json | None = None) -> Json:
    """Of a draft, or with `seal` of a report about to be sealed, which the fingerprint then covers too."""
    with translation.override("fr"):
        return narrowed(_build(report, seal), report.scope, report.campaign.reference_on)


def extract(sealed: SealedReport, report: Report) -> Json:
    """What the sealed report of a quarter says of a part of the roadmap, or of a longer period that ends with it.

    Nothing is read again, so that no figure differs from the sealed one: rows are kept or left, never changed, and
    figures are counted from them. Of a longer period, postponements are those the rows hold, which is all that were
    known. Decisions are the sealed report's own: taken in the quarter, or still open at its end. Those taken and closed
    before it are told by the reports of their quarters, and the extract says that it leaves them out.

    It keeps the seal it comes from, and says in its scope that it is an extract: nobody takes it for the report itself.
    """
    campaign = report.campaign
    starts_on, on = _starts_on(report), campaign.reference_on
    whole = json.loads(sealed.content)
    if whole["schema"] in INDIVISIBLE:
        raise NotDivisible
    with translation.override("fr"):
        rows = [*whole["commitments"], *whole["adjacent"]]
        moved = whole["postponements"] if report.period == Period.QUARTER else _of_the_period(rows, starts_on, on)
        part = narrowed({**whole, "postponements": moved}, report.scope, on)
    source = {"number": sealed.number, "version": sealed.version, "sha256": sealed.sha256}
    label = f"{part['scope']['label']} – extrait du rapport scellé n°{NBSP}{sealed.number}"
    if report.period != Period.QUARTER:
        label += ", sans les décisions prises et closes avant le trimestre"
    return {**part, "period": _period(report, starts_on), "scope": {**part["scope"], "label": label}, "extract": source}


def _build(report: Report, seal: Json | None) -> Json:
    campaign = report.campaign
    roadmap, on = campaign.roadmap, campaign.reference_on
    starts_on = _starts_on(report)
    found = entries(campaign)
    money = surroundings.Money([entry.commitment.pk for entry in found], on)
    every_row = [commitment_row(entry, money.of(entry), campaign) for entry in found]
    rows = [row for row in every_row if not row["is_adjacent"]]
    neighbours = [row for row in every_row if row["is_adjacent"]]
    codes = [row["code"] for row in every_row]
    lines = money.rows()
    return {
        "schema": SCHEMA_VERSION,
        "formulas": {"version": FORMULA_VERSION, **definitions.limits()},
        "title": "Rapport d’avancement",
        "seal": seal,
        # Of a part of a sealed report: which one (`extract`).
        "extract": None,
        "roadmap": _roadmap(roadmap),
        "quarter": _quarter(campaign),
        "period": _period(report, starts_on),
        "scope": WHOLE,
        "generated_at": _generation_time(report.started_at, report.requested_at).isoformat(),
        "is_demonstration": roadmap.is_demonstration,
        "demonstration_notice": "Activité de démonstration, fictive" if roadmap.is_demonstration else "",
        "summary": {**figures.tally(rows), "adjacent": len(neighbours)},
        "axes": figures.by_axis(rows, _axis_titles(found)),
        "commitments": rows,
        "adjacent": neighbours,
        "postponements": _of_the_period(every_row, starts_on, on),
        "evidence": evidence_rows(codes, campaign),
        "decisions": decision_rows(campaign, starts_on, codes),
        "unapproved": [] if seal is None else seal["unapproved"],
        "merged": [_merged(commitment) for commitment in merged_by(campaign)],
        "actors": _actors(found),
        "envelopes": money.envelopes(),
        "funding_lines": lines,
        "money": money_totals(lines, rows),
        "indicators": surroundings.indicators(roadmap.pk, on),
        "definitions": definitions.in_both_languages(),
        "labels": labels(),
    }


def _starts_on(report: Report) -> date:
    """First day of what is told: the quarter's, the year's, or that of the signature."""
    campaign = report.campaign
    if report.period == Period.YEAR:
        return date(campaign.year, 1, 1)
    roadmap = campaign.roadmap
    if report.period == Period.BEGINNING:
        return roadmap.signed_on or roadmap.starts_on or campaign.starts_on
    return campaign.starts_on


def _generation_time(started_at: datetime | None, requested_at: datetime) -> datetime:
    return timezone.localtime(started_at or requested_at).replace(microsecond=0)


def _roadmap(roadmap: Roadmap) -> Json:
    return {
        "code": roadmap.code,
        "title": roadmap.title,
        "ambition": roadmap.ambition,
        "signed_on": iso(roadmap.signed_on),
        "signed_at": roadmap.signed_at,
    }


def _quarter(campaign: Campaign) -> Json:
    return {
        "slug": campaign.slug,
        "year": campaign.year,
        "quarter": campaign.quarter,
        "label": quarter(campaign),
        "prose": quarter_prose(campaign.year, campaign.quarter),
        "starts_on": iso(campaign.starts_on),
        "reference_on": iso(campaign.reference_on),
        "reference_label": day_text(campaign.reference_on),
    }


def _period(report: Report, starts_on: date) -> Json:
    return {"kind": report.period, "starts_on": iso(starts_on), "ends_on": iso(report.campaign.reference_on)}


def _axis_titles(found: list[Entry]) -> dict[str, Json]:
    axes = {entry.axis for entry in found if entry.axis is not None}
    return {axis.code: {"title": axis.title, "description": axis.description} for axis in axes}


def _merged(commitment: Commitment) -> Json:
    return {
        "code": commitment.code,
        "title": commitment.title,
        "into": commitment.merged_into.code if commitment.merged_into else "",
        "merged_on": iso(commitment.merged_on),
        "reason": commitment.merge_reason,
    }


def _actors(found: list[Entry]) -> Json:
    """Those who take part, by their slug."""
    actors: set[Actor] = {p.actor for entry in found for p in entry.commitment.participations.all()}
    return {
        actor.slug: {
            "name": actor.name,
            "kind": actor.kind,
            "kind_label": actor.get_kind_display(),
            "side": actor.side,
            "department": actor.department_code,
        }
        for actor in actors
    }


def _of_the_period(rows: list[Json], starts_on: date, on: date) -> list[Json]:
    """Postponements made in the period, by day."""
    first, last = starts_on.isoformat(), (on + timedelta(days=1)).isoformat()
    listed = [
        {
            "commitment": row["code"],
            "commitment_title": row["title"],
            "is_adjacent": row["is_adjacent"],
            **postponement,
        }
        for row in rows
        for postponement in row["postponements"]
        if first <= postponement["made_on"] < last
    ]
    return sorted(listed, key=lambda row: (row["made_on"], row["commitment"]))
