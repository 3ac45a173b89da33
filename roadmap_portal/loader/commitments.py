"""Commitments, who takes part in them, and the dated steps quoted from sources."""

from typing import Any

from django.db.models import Q

from actors.models import Actor, Source
from commitments.models import Axis, Commitment, Milestone, Participation, Roadmap
from roadmap_portal.facts.shapes import CommitmentFact, Facts, MilestoneFact
from roadmap_portal.loader.frame import link_sources
from roadmap_portal.loader.sync import Key, LoadRefused, Rows, Tally, sync_links, sync_rows

ROLE = Participation.Role


def sync_commitments(
    facts: Facts, roadmap: Roadmap, axes: Rows[Axis], actors: Rows[Actor], sources: Rows[Source]
) -> Rows[Commitment]:
    """Status, weather and progress are never written here: they only come through published updates."""
    present = Commitment.objects.filter(roadmap=roadmap)
    stored = {row.code: row for row in present}
    _check_start_dates(facts, stored)
    rows = sync_rows(
        "engagements",
        present,
        {fact.code: _fields(fact, stored.get(fact.code), axes, actors) for fact in facts.commitments},
        key_of=lambda row: row.code,
        at_creation={"roadmap": roadmap, "progress_method": Commitment.ProgressMethod.DECLARED},
    )
    link_sources(rows, facts.commitments, sources)
    sync_links(rows, "axes", {fact.code: axes.pks(fact.axes) for fact in facts.commitments})
    return rows


def _fields(fact: CommitmentFact, stored: Commitment | None, axes: Rows[Axis], actors: Rows[Actor]) -> dict[str, Any]:
    fields = {
        "code": fact.code,
        "title": fact.title,
        "official_text": fact.description,
        "note": fact.note,
        "main_axis_id": axes.optional_pk(fact.main_axis),
        "provenance": fact.provenance,
        "confidence": fact.confidence,
        "figures": list(fact.figures),
        "suggested_lead_id": actors.optional_pk(fact.suggested_lead),
    }
    # No date in the file means « not found »: a date that staff entered since then stays.
    if fact.starts is not None:
        return {**fields, "starts_on": fact.starts.first, "date_precision": fact.starts.precision}
    kept = stored or Commitment()
    return {**fields, "starts_on": kept.starts_on, "date_precision": kept.date_precision}


def _check_start_dates(facts: Facts, stored: dict[str, Commitment]) -> None:
    problems = []
    for fact in facts.commitments:
        row = stored.get(fact.code)
        due_dates = [day for day in (row.initial_due_on, row.due_on) if day] if row else []
        if fact.starts and due_dates and fact.starts.first > min(due_dates):
            expected = f"une date qui précède l’échéance enregistrée ({min(due_dates).isoformat()})"
            problems.append(f"{fact.code}, date : lu « {fact.starts.first.isoformat()} », attendu {expected}.")
    if problems:
        raise LoadRefused(problems)


def sync_participations(facts: Facts, commitments: Rows[Commitment], actors: Rows[Actor]) -> Tally:
    """Leads and partners. Those that staff entered stay; a lead of theirs is never pushed aside."""
    wanted: dict[Key, dict[str, Any]] = {}
    for fact in facts.commitments:
        people = [(partner, ROLE.PARTNER) for partner in fact.partners]
        people += [(fact.lead, ROLE.LEAD)] if fact.lead else []
        for actor, role in people:
            key = commitments.pk(fact.code), actors.pk(actor), role.value
            side = actors.by_key[actor].side if role == ROLE.LEAD else ""
            wanted[key] = {"commitment_id": key[0], "actor_id": key[1], "role": role.value, "side": side}
    theirs = Participation.objects.filter(commitment__in=commitments.pks(commitments.by_key), from_facts=False)
    staff = list(theirs.select_related("actor", "commitment"))
    _check_leads(facts, actors, staff)
    for row in staff:
        wanted.pop(_participation_key(row), None)
    rows = sync_rows(
        "participations",
        Participation.objects.filter(commitment__in=commitments.pks(commitments.by_key), from_facts=True),
        wanted,
        key_of=_participation_key,
        at_creation={"from_facts": True},
        owned=lambda row: True,
    )
    return rows.tally


def _participation_key(row: Participation) -> Key:
    return row.commitment_id, row.actor_id, row.role


def _check_leads(facts: Facts, actors: Rows[Actor], staff: list[Participation]) -> None:
    """One lead a side: the file and staff must agree on who."""
    leads = {(fact.code, actors.by_key[fact.lead].side): fact.lead for fact in facts.commitments if fact.lead}
    problems = []
    for row in staff:
        named = leads.get((row.commitment.code, row.side))
        if row.role == ROLE.LEAD and named not in {None, row.actor.slug}:
            problems.append(
                f"{row.commitment.code}, lead_actor : lu « {named} », attendu « {row.actor.slug} »,"
                " chef de file déjà saisi pour ce côté."
            )
    if problems:
        raise LoadRefused(problems)


def sync_source_milestones(facts: Facts, commitments: Rows[Commitment], sources: Rows[Source]) -> Tally:
    """Replaced when they change, since only a published update may change the state of a milestone that exists.

    A milestone of the plan, and one that staff postponed or declared achieved, is theirs from then on.
    """
    tally = Tally("jalons lus dans une source")
    wanted = {
        (commitments.pk(fact.code), milestone.title): _milestone_fields(milestone, sources)
        for fact in facts.commitments
        for milestone in fact.milestones
    }
    tally.read = len(wanted)
    present = Milestone.objects.filter(commitment__in=commitments.pks(commitments.by_key))
    adopted = Q(origin=Milestone.Origin.PLAN) | Q(postponements__isnull=False) | Q(claims__isnull=False)
    for taken in present.filter(adopted).values_list("commitment", "title"):
        wanted.pop(taken, None)
    rows = {(row.commitment_id, row.title): row for row in present.exclude(adopted)}
    changed = {key for key, row in rows.items() if key in wanted and _differs(row, wanted[key])}
    tally.modified |= changed
    tally.removed |= rows.keys() - wanted.keys()
    tally.created |= wanted.keys() - rows.keys()
    Milestone.objects.filter(pk__in=[rows[key].pk for key in tally.modified | tally.removed]).delete()
    Milestone.objects.bulk_create(
        Milestone(commitment_id=key[0], title=key[1], origin=Milestone.Origin.SOURCE, **fields)
        for key, fields in wanted.items()
        if key in tally.created | changed
    )
    return tally


def _milestone_fields(milestone: MilestoneFact, sources: Rows[Source]) -> dict[str, Any]:
    on = milestone.on.last
    return {
        "initial_due_on": on,
        "due_on": on,
        "date_precision": milestone.on.precision,
        "source_id": sources.pk(milestone.source),
        "status": Milestone.Status.ACHIEVED if milestone.is_past else Milestone.Status.PLANNED,
        "achieved_on": on if milestone.is_past else None,
    }


def _differs(row: Milestone, fields: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in fields.items())
