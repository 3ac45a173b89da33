"""Envelopes, nested, the lines that tie commitments to them, and the amounts that were announced of these."""

from datetime import date
from decimal import Decimal
from typing import Any

from actors.models import Actor, Source
from commitments.models import Commitment
from funding.models import Envelope, FundingEvent, FundingLine
from roadmap_portal.facts.shapes import EnvelopeFact, Facts, LineFact
from roadmap_portal.loader.frame import link_sources
from roadmap_portal.loader.sync import Key, Rows, Tally, sync_field, sync_links, sync_rows

# « 1 € de l’État pour 1 € de la Région » (Prime Minister, 12 October 2022); how far they may part is ours to say.
AT_PARITY = {"fin-f2030-regionalise": Decimal(5)}
UPDATED = "Montant mis à jour d’après les sources publiques."


def sync_envelopes(facts: Facts, actors: Rows[Actor], sources: Rows[Source]) -> Rows[Envelope]:
    rows = sync_rows(
        "enveloppes",
        Envelope.objects.all(),
        {fact.code: _fields(fact) for fact in facts.envelopes},
        key_of=lambda row: row.code,
    )
    sync_field(rows, "parent_id", {fact.code: rows.optional_pk(fact.parent) for fact in facts.envelopes})
    link_sources(rows, facts.envelopes, sources)
    sync_links(rows, "funders", {fact.code: actors.pks(fact.funders) for fact in facts.envelopes})
    # Staff may have changed the tolerance since then.
    sync_field(rows, "parity_tolerance", {code: AT_PARITY[code] for code in AT_PARITY if code in rows.tally.created})
    return rows


def _fields(fact: EnvelopeFact) -> dict[str, Any]:
    return {
        "code": fact.code,
        "title": fact.title,
        "description": fact.description,
        "note": fact.note,
        "reach": fact.reach,
        "geographic_scope": fact.geographic_scope,
        "amount": fact.amount,
        "is_yearly": fact.is_yearly,
        "amount_basis": fact.amount_basis,
        "period": fact.period,
        "stated_on": fact.stated and fact.stated.last,
        "stated_precision": fact.stated.precision if fact.stated else "",
        "figures": list(fact.figures),
        "confidence": fact.confidence,
    }


def sync_lines(
    facts: Facts, commitments: Rows[Commitment], envelopes: Rows[Envelope], actors: Rows[Actor]
) -> Rows[FundingLine]:
    """The file gives one line a commitment and envelope. The lines of staff and of the demonstration stay theirs."""
    lines = FundingLine.objects.filter(commitment__in=commitments.pks(commitments.by_key))
    taken = set(lines.filter(from_facts=False).values_list("commitment", "envelope", "funder"))
    funders = {fact.code: fact.funders for fact in facts.envelopes}
    wanted: dict[Key, dict[str, Any]] = {}
    for key, line in _lines(facts, commitments, envelopes).items():
        # Several funders: their shares were not published, so the line names none.
        names = funders[line.envelope]
        funder = actors.pks(names).pop() if len(names) == 1 else None
        if (*key, funder) not in taken:
            wanted[key] = {"commitment_id": key[0], "envelope_id": key[1], "funder_id": funder, "note": line.note}
    rows = sync_rows(
        "lignes de financement",
        lines.filter(from_facts=True),
        wanted,
        key_of=lambda row: (row.commitment_id, row.envelope_id),
        at_creation={"from_facts": True},
    )
    commitment_of = {row.pk: code for code, row in commitments.by_key.items()}
    envelope_of = {row.pk: code for code, row in envelopes.by_key.items()}
    rows.tally.kept = [f"{commitment_of[key[0]]} / {envelope_of[key[1]]}" for key in rows.by_key if key not in wanted]
    return rows


def _lines(facts: Facts, commitments: Rows[Commitment], envelopes: Rows[Envelope]) -> dict[Key, LineFact]:
    return {
        (commitments.pk(fact.code), envelopes.pk(line.envelope)): line
        for fact in facts.commitments
        for line in fact.lines
    }


def sync_planned(
    facts: Facts,
    lines: Rows[FundingLine],
    commitments: Rows[Commitment],
    envelopes: Rows[Envelope],
    *,
    otherwise_on: date,
) -> Tally:
    """The announced amounts, one planned event a line; a new amount supersedes the old one. No amount in the file means
    « not published »: what staff wrote stays, there and wherever they wrote what was planned.

    `otherwise_on`: the day of an amount whose source has none.
    """
    pks = [row.pk for row in lines.by_key.values()]
    planned = FundingEvent.objects.effective().filter(line__in=pks, kind=FundingEvent.Kind.PLANNED)
    written = {event.line_id: event for event in planned.filter(from_facts=True)}
    of_staff = set(planned.filter(from_facts=False).values_list("line", flat=True))
    documents = _documents(envelopes)
    new = []
    tally = Tally("montants programmés")
    for key, fact in _lines(facts, commitments, envelopes).items():
        line = lines.by_key.get(key)
        if line is None or fact.amount is None or line.pk in of_staff:
            continue
        tally.read += 1
        event = written.get(line.pk)
        if event is not None and event.amount == fact.amount:
            continue
        (tally.created if event is None else tally.modified).add(key)
        stated_on = envelopes.by_key[fact.envelope].stated_on or otherwise_on
        new.append(
            FundingEvent(
                line=line,
                kind=FundingEvent.Kind.PLANNED,
                amount=fact.amount,
                occurred_on=stated_on,
                fiscal_year=stated_on.year,
                reason="" if event is None else UPDATED,
                supersedes=event,
                from_facts=True,
                **documents[fact.envelope],
            )
        )
    FundingEvent.objects.bulk_create(new)
    return tally


def _documents(envelopes: Rows[Envelope]) -> dict[str, dict[str, str]]:
    """What the amounts of each envelope were read in, by its code: its first source."""
    found = {}
    rows = Envelope.objects.filter(pk__in=[row.pk for row in envelopes.by_key.values()])
    for envelope in rows.prefetch_related("sources"):
        source = next(iter(envelope.sources.all()), None)
        document = source.publisher if source else envelope.title
        found[envelope.code] = {"document": document, "document_url": source.url if source else ""}
    return found
