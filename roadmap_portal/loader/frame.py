"""The frame: sources, actors, the roadmap itself, its axes and the events around it."""

from actors.models import Actor, Source
from commitments.models import Axis, Event, Roadmap
from roadmap_portal.facts.shapes import Fact, Facts
from roadmap_portal.loader.sync import Rows, Tally, sync_links, sync_rows

ROADMAP_CODE = "ia-aura-2022"
# What no fact states word for word; given once, then left to staff.
ROADMAP_AT_FIRST = {
    "title": ("Feuille de route commune État–Région en matière d’intelligence artificielle, Auvergne-Rhône-Alpes"),
    "signed_at": "Bluecime, Grenoble",
    "ambition": (
        "Faire converger la stratégie nationale pour l’intelligence artificielle et le Plan régional 2022-2028,"
        " autour de la recherche appliquée, de la formation et de la diffusion de l’IA dans les PME,"
        " pour faire d’Auvergne-Rhône-Alpes une région de référence en Europe."
    ),
}


def sync_sources(facts: Facts) -> Rows[Source]:
    wanted = {
        fact.code: {
            "code": fact.code,
            "url": fact.url,
            "publisher": fact.publisher,
            "published_on": fact.published and fact.published.last,
            "published_precision": fact.published.precision if fact.published else "",
        }
        for fact in facts.sources
    }
    return sync_rows("sources", Source.objects.all(), wanted, key_of=lambda row: row.code)


def link_sources(rows: Rows, facts: tuple[Fact, ...], sources: Rows[Source]) -> None:
    sync_links(rows, "sources", {fact.code: sources.pks(fact.sources) for fact in facts})


def sync_actors(facts: Facts, sources: Rows[Source]) -> Rows[Actor]:
    wanted = {
        fact.code: {
            "slug": fact.code,
            "name": fact.title,
            "full_name": fact.full_name,
            "kind": fact.kind,
            "side": fact.side,
            "description": fact.description,
            "role_in_roadmap": fact.role_in_roadmap,
            "website": fact.website,
            "website_confidence": fact.website_confidence,
            "city": fact.city,
            "department_code": fact.department_code,
            "region_code": fact.region_code,
            "confidence": fact.confidence,
            "note": fact.note,
        }
        for fact in facts.actors
    }
    rows = sync_rows("acteurs", Actor.objects.all(), wanted, key_of=lambda row: row.slug)
    link_sources(rows, facts.actors, sources)
    return rows


def sync_roadmap(facts: Facts, actors: Rows[Actor], sources: Rows[Source]) -> tuple[Roadmap, Tally]:
    signature = next(event for event in facts.events if event.kind == Event.Kind.SIGNATURE)
    rows = sync_rows(
        "feuille de route",
        Roadmap.objects.filter(code=ROADMAP_CODE),
        {ROADMAP_CODE: {"code": ROADMAP_CODE, "signed_on": signature.starts and signature.starts.last}},
        key_of=lambda row: row.code,
        at_creation=ROADMAP_AT_FIRST,
    )
    signatories = [actor.code for actor in facts.actors if actor.role_in_roadmap == "signatory"]
    sync_links(rows, "signatories", {ROADMAP_CODE: actors.pks(signatories)})
    sync_links(rows, "sources", {ROADMAP_CODE: sources.pks(signature.sources)})
    return rows.by_key[ROADMAP_CODE], rows.tally


def sync_axes(facts: Facts, roadmap: Roadmap, sources: Rows[Source]) -> Rows[Axis]:
    wanted = {
        fact.code: {
            "code": fact.code,
            "kind": fact.kind,
            "title": fact.title,
            "description": fact.description,
            "note": fact.note,
            "order": fact.order,
            "confidence": fact.confidence,
        }
        for fact in facts.axes
    }
    rows = sync_rows(
        "axes",
        Axis.objects.filter(roadmap=roadmap),
        wanted,
        key_of=lambda row: row.code,
        at_creation={"roadmap": roadmap},
    )
    link_sources(rows, facts.axes, sources)
    sync_links(rows, "covers", {fact.code: rows.pks(fact.covers) for fact in facts.axes})
    return rows


def sync_events(facts: Facts, roadmap: Roadmap, actors: Rows[Actor], sources: Rows[Source]) -> Rows[Event]:
    wanted = {
        fact.code: {
            "code": fact.code,
            "kind": fact.kind,
            "title": fact.title,
            "description": fact.description,
            "note": fact.note,
            "starts_on": fact.starts and fact.starts.last,
            "ends_on": fact.ends and fact.ends.last,
            "date_precision": fact.starts.precision if fact.starts else "",
            "date_confidence": fact.date_confidence,
            "place": fact.place,
            "figures": list(fact.figures),
            "confidence": fact.confidence,
        }
        for fact in facts.events
    }
    rows = sync_rows(
        "repères",
        Event.objects.filter(roadmap=roadmap),
        wanted,
        key_of=lambda row: row.code,
        at_creation={"roadmap": roadmap},
    )
    link_sources(rows, facts.events, sources)
    sync_links(rows, "actors", {fact.code: actors.pks(fact.actors) for fact in facts.events})
    return rows
