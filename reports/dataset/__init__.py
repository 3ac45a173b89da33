"""What a report says: built once, in a constant number of queries, and frozen as JSON. Files only lay it out.

French texts, with their labels: a report is read by the prefect and the public, so it holds public commitments
only, no internal note and no person's name. `values` says how figures and dates are written.
"""

from datetime import timedelta

from django.utils import translation

from commitments.models import Campaign, Roadmap
from commitments.progress import FORMULA_VERSION
from reports.dataset import definitions, figures, surroundings
from reports.dataset.as_of import Entry, ScopeNotUnderstood, entries, generation_time, scope_in_words, understood
from reports.dataset.older import readable
from reports.dataset.rows import commitment_row
from reports.dataset.values import Json, canonical_json, iso, sha256_of
from reports.models import Report
from roadmap_portal.templatetags.portal import NBSP, day_text, quarter, quarter_prose

__all__ = ["Json", "ScopeNotUnderstood", "build_dataset", "canonical_json", "readable", "sha256_of", "understood"]

# 2: what each commitment answered in the quarter; postponements counted apart for the commitment and its milestones,
# with the decision they carry out. `older` reads the earlier form.
SCHEMA_VERSION = "2"


def build_dataset(report: Report) -> Json:
    with translation.override("fr"):
        return _build(report)


def _build(report: Report) -> Json:
    campaign = report.campaign
    roadmap, on = campaign.roadmap, campaign.reference_on
    found = entries(campaign, report.scope)
    counted, adjacent = figures.split(found)
    money = surroundings.Money(found)
    rows = [commitment_row(entry, money.of(entry), campaign) for entry in counted]
    neighbours = [commitment_row(entry, money.of(entry), campaign) for entry in adjacent]
    is_whole = not report.scope
    return {
        "schema": SCHEMA_VERSION,
        "formulas": {"version": FORMULA_VERSION, **definitions.limits()},
        "title": "Rapport d’avancement",
        "roadmap": _roadmap(roadmap),
        "quarter": _quarter(campaign),
        "scope": _scope(report),
        "generated_at": generation_time(report.started_at, report.requested_at).isoformat(),
        "is_demonstration": roadmap.is_demonstration,
        "demonstration_notice": "Activité de démonstration, fictive" if roadmap.is_demonstration else "",
        "summary": {**figures.tally(counted), "adjacent": len(adjacent)},
        "axes": figures.axes(counted),
        "commitments": rows,
        "adjacent": neighbours,
        "postponements": _of_the_quarter([*rows, *neighbours], campaign),
        "envelopes": money.envelopes(whole=is_whole),
        "funding_lines": money.rows(),
        "indicators": surroundings.indicators(found, roadmap.pk, on, whole=is_whole),
        "definitions": definitions.definitions(),
        "meanings": _meanings(found),
    }


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
        "label": quarter(campaign),
        "prose": quarter_prose(campaign.year, campaign.quarter),
        "starts_on": iso(campaign.starts_on),
        "reference_on": iso(campaign.reference_on),
        "reference_label": day_text(campaign.reference_on),
    }


def _scope(report: Report) -> Json:
    filters = scope_in_words(report.scope, report.campaign.reference_on)
    words = "\u202f; ".join(f"{item['label']}{NBSP}: {item['value']}" for item in filters)
    return {"query": report.scope, "filters": filters, "label": words or "Toute la feuille de route"}


def _of_the_quarter(rows: list[Json], campaign: Campaign) -> list[Json]:
    """Postponements made in the quarter, by day."""
    first, last = campaign.starts_on.isoformat(), (campaign.reference_on + timedelta(days=1)).isoformat()
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


def _meanings(found: list[Entry]) -> Json:
    """Meaning of each status and weather met, for the pages that quote it beside a commitment."""
    return {
        "status": {status: definitions.meaning_of_status(status) for status in sorted({e.status for e in found})},
        "weather": {weather: definitions.meaning_of_weather(weather) for weather in sorted({e.weather for e in found})},
    }
