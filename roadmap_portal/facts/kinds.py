"""The six kinds of entries, and the words of the file turned into those of the portal."""

from collections.abc import Mapping
from typing import Any, TypedDict

from actors.models import Actor, Confidence, Side
from commitments.models import Axis, Commitment, Event, Indicator, IndicatorTarget, Measurement, Milestone
from funding.models import Envelope, FundingEvent, FundingLine
from roadmap_portal.facts.entry import Entry, column
from roadmap_portal.facts.shapes import (
    ActorFact,
    AxisFact,
    CommitmentFact,
    EnvelopeFact,
    EventFact,
    IndicatorFact,
    LineFact,
    MilestoneFact,
    ReadingFact,
)

ACTOR_KINDS = {
    "state": Actor.Kind.STATE_SERVICE,
    "region": Actor.Kind.REGION,
    "agency": Actor.Kind.AGENCY,
    "funder": Actor.Kind.OPERATOR,
    "competitiveness-cluster": Actor.Kind.COMPETITIVENESS_POLE,
    "cluster": Actor.Kind.CLUSTER,
    "research": Actor.Kind.RESEARCH,
    "higher-education": Actor.Kind.HIGHER_EDUCATION,
    "training": Actor.Kind.TRAINING,
    "science-centre": Actor.Kind.SCIENCE_CENTRE,
    "health": Actor.Kind.HEALTH,
    "company": Actor.Kind.COMPANY,
    "chamber": Actor.Kind.CHAMBER,
    "eu": Actor.Kind.EUROPEAN,
    # Bodies that support companies without being an agency of the State or of the Region.
    "support-body": Actor.Kind.OTHER,
    "edih": Actor.Kind.OTHER,
}
SIDES = {"state": Side.STATE, "region": Side.REGION}
ROLES = ("beneficiary", "funder", "host", "intermediary", "observer", "partner", "publisher", "signatory")
EVENT_KINDS = {kind.replace("_", "-"): kind for kind in Event.Kind.values}
FIGURE_UNITS = ("EUR", "EUR/year", "count", "count/year", "percent", "rank", "year", "wafers/year", "m2")


def same(values: Any) -> dict[str, str]:
    return {value: value for value in values}


class Common(TypedDict):
    title: str
    description: str
    note: str
    confidence: str
    sources: tuple[str, ...]


def common(entry: Entry, model: type[Any], *, title: str = "title", description: str = "description") -> Common:
    """What every kind has. `title`, `description`: the columns that hold them."""
    return Common(
        title=entry.text("title", column(model, title)),
        description=entry.text("description", column(model, description)),
        note=entry.text("note", column(model, "note"), optional=True),
        confidence=entry.choice("confidence", same(Confidence.values)),
        sources=sources_of(entry),
    )


def sources_of(entry: Entry) -> tuple[str, ...]:
    """Keys of the sources. What an entry copies of a source must agree with the table, which is what is stored."""
    codes: list[str] = []
    for child in entry.children("sources"):
        code = child.required_reference("source_id", "source")
        table = entry.known.sources.get(code, {})
        for key in ("url", "publisher", "published"):
            if str(child.raw(key)) != str(table.get(key)) and key in child.data and code:
                child.refuse(key, f"la même valeur que dans « sources », clé {code}")
        child.finish()
        if code and code not in codes:
            codes.append(code)
    return tuple(codes)


def figures_of(entry: Entry) -> tuple[Mapping[str, Any], ...]:
    """Figures quoted from a source, kept as JSON with the page they were read in."""
    figures = []
    for child in entry.children("figures"):
        value = child.required_number("value", column(Measurement, "value"))
        as_of = child.day("as_of")
        source = child.required_reference("source", "source")
        table = entry.known.sources.get(source, {})
        figures.append(
            {
                "label": child.text("label", column(Indicator, "title")),
                "value": int(value) if value == int(value) else float(value),
                "unit": child.choice("unit", same(FIGURE_UNITS)),
                "qualifier": child.text("qualifier", column(Measurement, "qualifier")),
                "as_of": as_of and as_of.last.isoformat()[: {"day": 10, "month": 7, "year": 4}[as_of.precision]],
                "scope": child.text("scope", column(Envelope, "geographic_scope")),
                "source": source,
                "url": table.get("url"),
                "publisher": table.get("publisher"),
            }
        )
        child.finish()
    return tuple(figures)


def axis(entry: Entry, order: int) -> AxisFact:
    """`order`: its rank in the file. An axis without a code takes the id of its entry."""
    identifier = entry.data["id"]
    code = entry.text("code", column(Axis, "code")) if entry.raw("code") is not None else identifier
    kind = Axis.Kind.THEMATIC if entry.data.get("code") else Axis.Kind.PRIORITY
    return AxisFact(
        code=code,
        kind=Axis.Kind.PUBLISHED if identifier.startswith("axe-publie-") else kind,
        covers=entry.references("maps_to", "axis", optional=True),
        order=order,
        **common(entry, Axis),
    )


def actor(entry: Entry) -> ActorFact:
    kind = entry.choice("actor_type", ACTOR_KINDS)
    if entry.raw("siren") is not None:
        entry.refuse("siren", "null (le portail tient le SIRET, saisi et contrôlé dans la fiche de l’acteur)")
    fact = ActorFact(
        code=entry.data["id"],
        full_name=entry.text("full_name", column(Actor, "full_name"), optional=True),
        kind=kind,
        side=SIDES.get(str(entry.data.get("actor_type")), ""),
        city=entry.text("city", column(Actor, "city")),
        department_code=entry.text("department_code", column(Actor, "department_code")),
        region_code=entry.text("region_code", column(Actor, "region_code")),
        website=entry.text("website", column(Actor, "website")),
        website_confidence=entry.choice("website_confidence", same(Confidence.values), nullable=True),
        role_in_roadmap=entry.choice("role_in_roadmap", same(ROLES)),
        **common(entry, Actor, title="name"),
    )
    if bool(fact.website) != bool(fact.website_confidence):
        entry.refuse("website_confidence", "une fiabilité si « website » est donné, null sinon")
    return fact


def reach_of(entry: Entry) -> str:
    scope = entry.data.get("geographic_scope")
    if not isinstance(scope, str):
        return ""
    if "Union européenne" in scope:
        return Envelope.Reach.EUROPEAN
    if scope == "France":
        return Envelope.Reach.NATIONAL
    if scope not in entry.known.places:
        entry.refuse(
            "geographic_scope",
            "« France », un périmètre de l’Union européenne, la région, l’un de ses départements"
            " ou la commune d’un de ses acteurs",
        )
    return Envelope.Reach.REGIONAL


def envelope(entry: Entry) -> EnvelopeFact:
    fact = EnvelopeFact(
        code=entry.data["id"],
        amount=entry.number("amount", column(Envelope, "amount")),
        amount_basis=entry.choice("amount_basis", same(Envelope.AmountBasis.values), nullable=True),
        is_yearly=entry.choice("unit", {"EUR": "", "EUR/year": "yearly"}) == "yearly",
        period=entry.text("period", column(Envelope, "period")),
        stated=entry.day("date"),
        reach=reach_of(entry),
        geographic_scope=entry.text("geographic_scope", column(Envelope, "geographic_scope")),
        funders=entry.references("funders", "actor"),
        parent=entry.reference("parent", "envelope"),
        figures=figures_of(entry),
        **common(entry, Envelope),
    )
    if (entry.data.get("amount") is None) != (entry.data.get("amount_basis") is None):
        entry.refuse("amount_basis", "une base (published ou computed) si « amount » est donné, null sinon")
    return fact


def lines_of(entry: Entry) -> tuple[LineFact, ...]:
    children = entry.children("funding")
    entry.once("funding_line", children, lambda child: str(child.data.get("funding_line")), "une ligne par enveloppe")
    lines = []
    for child in children:
        lines.append(
            LineFact(
                envelope=child.required_reference("funding_line", "envelope"),
                amount=child.number("amount_eur", column(FundingEvent, "amount")),
                note=child.text("note", column(FundingLine, "note")),
            )
        )
        child.finish()
    return tuple(lines)


def milestones_of(entry: Entry) -> tuple[MilestoneFact, ...]:
    children = entry.children("milestones")
    entry.once("title", children, lambda child: str(child.data.get("title")), "un jalon par intitulé")
    milestones = []
    for child in children:
        milestones.append(
            MilestoneFact(
                title=child.text("title", column(Milestone, "title")),
                on=child.required_day("date", precision_key="date_precision"),
                is_past=child.choice("nature", same(("past", "planned"))) == "past",
                source=child.required_reference("source", "source"),
            )
        )
        child.finish()
    return tuple(milestones)


def commitment(entry: Entry) -> CommitmentFact:
    for key in ("status", "progress"):
        if entry.raw(key) is not None:
            entry.refuse(key, "null (statut et avancement ne viennent que d’un point d’avancement publié)")
    axes = entry.references("axes", "axis")
    published = entry.references("published_axes", "axis")
    lead = entry.reference("lead_actor", "actor")
    return CommitmentFact(
        code=entry.data["id"],
        provenance=entry.choice("link_to_roadmap", same(Commitment.Provenance.values)),
        # No axis: the commitment covers all of them.
        main_axis=axes[0] if axes else None,
        axes=tuple(dict.fromkeys(axes + published)),
        lead=lead,
        suggested_lead=entry.reference("suggested_lead", "actor"),
        partners=tuple(partner for partner in entry.references("partners", "actor") if partner != lead),
        lines=lines_of(entry),
        milestones=milestones_of(entry),
        figures=figures_of(entry),
        starts=entry.day("date"),
        **common(entry, Commitment, description="official_text"),
    )


def reading(entry: Entry) -> ReadingFact:
    fact = ReadingFact(
        value=entry.required_number("value", column(Measurement, "value")),
        on=entry.day("date", precision_key="date_precision"),
        qualifier=entry.text("qualifier", column(IndicatorTarget, "qualifier")),
        source=entry.required_reference("source", "source"),
    )
    entry.finish()
    return fact


def dated_reading(entry: Entry) -> ReadingFact:
    if entry.data.get("date") is None:
        entry.refuse("date", "la date de la valeur")
    return reading(entry)


def indicator(entry: Entry) -> IndicatorFact:
    baseline, target = entry.child("baseline"), entry.child("target")
    series = entry.children("series")
    entry.once(
        "date", series, lambda child: f"{child.data.get('date')}, {child.data.get('source')}", "un relevé par source"
    )
    return IndicatorFact(
        code=entry.data["id"],
        unit=entry.choice("unit", same(Indicator.Unit.values)),
        geographic_scope=entry.text("geographic_scope", column(Indicator, "geographic_scope")),
        baseline=dated_reading(baseline) if baseline else None,
        target=reading(target) if target else None,
        series=tuple(dated_reading(child) for child in series),
        axes=entry.references("axes", "axis"),
        **common(entry, Indicator),
    )


def event(entry: Entry) -> EventFact:
    fact = EventFact(
        code=entry.data["id"],
        kind=entry.choice("event_type", EVENT_KINDS),
        starts=entry.day("date", precision_key="date_precision"),
        ends=entry.day("end_date"),
        date_confidence=entry.choice("date_confidence", same(Confidence.values), nullable=True),
        place=entry.text("place", column(Event, "place")),
        actors=entry.references("actors", "actor"),
        figures=figures_of(entry),
        **common(entry, Event),
    )
    if fact.ends and (fact.starts is None or fact.ends.last < fact.starts.last):
        entry.refuse("end_date", "une date qui suit « date »")
    return fact
