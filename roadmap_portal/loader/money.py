"""Envelopes, nested, and the lines that tie commitments to them."""

from typing import Any

from actors.models import Actor, Source
from commitments.models import Commitment
from funding.models import Envelope, FundingLine
from roadmap_portal.facts.shapes import EnvelopeFact, Facts, LineFact
from roadmap_portal.loader.frame import link_sources
from roadmap_portal.loader.sync import Key, Rows, Tally, sync_field, sync_links, sync_rows


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


def sync_lines(facts: Facts, commitments: Rows[Commitment], envelopes: Rows[Envelope], actors: Rows[Actor]) -> Tally:
    """The file gives one line a commitment and envelope. The lines of staff and of the demonstration stay theirs."""
    lines = FundingLine.objects.filter(commitment__in=commitments.pks(commitments.by_key))
    stored = {(row.commitment_id, row.envelope_id): row for row in lines.filter(from_facts=True)}
    taken = set(lines.filter(from_facts=False).values_list("commitment", "envelope", "funder"))
    funders = {fact.code: fact.funders for fact in facts.envelopes}
    wanted: dict[Key, dict[str, Any]] = {}
    for fact in facts.commitments:
        for line in fact.lines:
            key = commitments.pk(fact.code), envelopes.pk(line.envelope)
            # Several funders: their shares were not published, so the line names none.
            names = funders[line.envelope]
            funder = actors.pk(names[0]) if len(names) == 1 else None
            if (*key, funder) not in taken:
                wanted[key] = _line_fields(line, key, funder, stored.get(key))
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
    return rows.tally


def _line_fields(
    line: LineFact, key: tuple[int, int], funder: int | None, stored: FundingLine | None
) -> dict[str, Any]:
    # No amount in the file means « not published »: one that staff entered since then stays.
    entered = stored.planned_amount if stored else None
    return {
        "commitment_id": key[0],
        "envelope_id": key[1],
        "funder_id": funder,
        "planned_amount": entered if line.amount is None else line.amount,
        "note": line.note,
    }
