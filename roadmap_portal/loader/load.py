"""The load: one transaction, all or nothing, in an order where each row finds those it points to."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.timezone import localdate

from commitments.progress import refresh_standing
from commitments.transitions import add_lines_to_the_open_campaign
from roadmap_portal.facts import Facts
from roadmap_portal.loader import commitments as engagements
from roadmap_portal.loader import frame, indicators, money
from roadmap_portal.loader.sync import LoadRefused, Tally

__all__ = ["LoadRefused", "Loaded", "load_facts"]
# Any number, the same in every process.
LOAD_LOCK = 20220830


@dataclass(frozen=True)
class Loaded:
    """What was done, kind by kind. `refreshed`: commitments whose standing was computed again."""

    tallies: tuple[Tally, ...]
    refreshed: int

    def total(self, what: str) -> int:
        return sum(len(getattr(tally, what)) for tally in self.tallies)


@transaction.atomic
def load_facts(facts: Facts) -> Loaded:
    """Raises LoadRefused when the facts contradict what is in the database; nothing is written then."""
    with connection.cursor() as cursor:
        # Two loads at once would each create what the other has not committed yet.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    sources = frame.sync_sources(facts)
    actors = frame.sync_actors(facts, sources)
    roadmap, roadmap_tally = frame.sync_roadmap(facts, actors, sources)
    axes = frame.sync_axes(facts, roadmap, sources)
    commitments = engagements.sync_commitments(facts, roadmap, axes, actors, sources)
    envelopes = money.sync_envelopes(facts, actors, sources)
    lines = money.sync_lines(facts, commitments, envelopes, actors)
    measures = indicators.sync_indicators(facts, roadmap, axes, sources)
    tallies = (
        sources.tally,
        actors.tally,
        roadmap_tally,
        axes.tally,
        commitments.tally,
        engagements.sync_participations(facts, commitments, actors),
        engagements.sync_source_milestones(facts, commitments, sources),
        envelopes.tally,
        lines.tally,
        money.sync_planned(facts, lines, commitments, envelopes, otherwise_on=roadmap.signed_on or localdate()),
        measures.tally,
        indicators.sync_targets(facts, measures, sources),
        indicators.sync_readings(facts, measures, sources),
        frame.sync_events(facts, roadmap, actors, sources).tally,
    )
    everyone = [row.pk for row in commitments.by_key.values()]
    refresh_standing(everyone)
    add_lines_to_the_open_campaign()
    return Loaded(tallies, len(everyone))
