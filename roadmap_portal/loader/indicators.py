"""Indicators, their targets and their readings."""

from typing import Any

from django.db.models import Q

from actors.models import DatePrecision, Source
from commitments.models import Axis, Indicator, IndicatorTarget, Measurement, Roadmap
from roadmap_portal.facts.shapes import Day, Facts, IndicatorFact, ReadingFact
from roadmap_portal.loader.frame import link_sources
from roadmap_portal.loader.sync import Key, Rows, Tally, sync_links, sync_rows

Reading = tuple[Key, dict[str, Any]]


def sync_indicators(facts: Facts, roadmap: Roadmap, axes: Rows[Axis], sources: Rows[Source]) -> Rows[Indicator]:
    rows = sync_rows(
        "indicateurs",
        Indicator.objects.filter(roadmap=roadmap),
        {fact.code: _fields(fact, sources) for fact in facts.indicators},
        key_of=lambda row: row.code,
        at_creation={"roadmap": roadmap},
    )
    link_sources(rows, facts.indicators, sources)
    sync_links(rows, "axes", {fact.code: axes.pks(fact.axes) for fact in facts.indicators})
    return rows


def _fields(fact: IndicatorFact, sources: Rows[Source]) -> dict[str, Any]:
    baseline = fact.baseline
    readings = [reading for reading in (baseline, fact.target, *fact.series) if reading]
    return {
        "code": fact.code,
        "title": fact.title,
        "description": fact.description,
        "note": fact.note,
        "unit": fact.unit,
        "decimals": max((_decimals(reading) for reading in readings), default=0),
        # A rank is better when it is low; every other published indicator is to grow.
        "direction": Indicator.Direction.DOWN if fact.unit == Indicator.Unit.RANK else Indicator.Direction.UP,
        "geographic_scope": fact.geographic_scope,
        "baseline": baseline and baseline.value,
        "baseline_on": baseline and _last(baseline.on),
        "baseline_precision": _precision(baseline.on) if baseline else "",
        "baseline_qualifier": baseline.qualifier if baseline else "",
        "baseline_source_id": baseline and sources.pk(baseline.source),
        "confidence": fact.confidence,
    }


def _decimals(reading: ReadingFact) -> int:
    exponent = reading.value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _last(on: Day | None) -> Any:
    return on.last if on else None


def _precision(on: Day | None) -> str:
    return on.precision if on else ""


def sync_targets(facts: Facts, indicators: Rows[Indicator], sources: Rows[Source]) -> Tally:
    wanted: dict[Key, dict[str, Any]] = {}
    for fact in facts.indicators:
        if target := fact.target:
            key = indicators.pk(fact.code), _last(target.on)
            wanted[key] = {
                "indicator_id": key[0],
                "kind": IndicatorTarget.Kind.TARGET,
                "value": target.value,
                "due_on": key[1],
                "precision": _precision(target.on),
                "qualifier": target.qualifier,
                "source_id": sources.pk(target.source),
            }
    known = indicators.pks(fact.code for fact in facts.indicators)
    rows = sync_rows(
        "cibles",
        IndicatorTarget.objects.filter(indicator__in=known),
        wanted,
        key_of=lambda row: (row.indicator_id, row.due_on),
        # The target of the file is the one read in a source; staff set interim ones, and targets of their own.
        owned=lambda row: row.kind == IndicatorTarget.Kind.TARGET and row.source_id is not None,
    )
    return rows.tally


def sync_readings(facts: Facts, indicators: Rows[Indicator], sources: Rows[Source]) -> Tally:
    """Readings are append-only: one that changed in the file is a new one, which corrects the last word on it.

    The loader signs none (`recorded_by` stays empty), which tells its readings from those of staff.
    """
    tally = Tally("relevés")
    wanted = dict(_reading(fact, reading, indicators, sources) for fact in facts.indicators for reading in fact.series)
    tally.read = len(wanted)
    last_loaded, head, current = _stored_readings(indicators)
    new = []
    for key, fields in wanted.items():
        loaded = last_loaded.get(key)
        if loaded is None:
            tally.created.add(key)
        elif any(getattr(loaded, name) != value for name, value in fields.items()):
            tally.modified.add(key)
        else:
            continue
        new.append(Measurement(**fields, supersedes=head.get(loaded.pk) if loaded else None))
    Measurement.objects.bulk_create(new)
    tally.kept = [f"{row.indicator.code} {row.reference_on.isoformat()}" for key, row in current if key not in wanted]
    return tally


def _reading(fact: IndicatorFact, reading: ReadingFact, indicators: Rows[Indicator], sources: Rows[Source]) -> Reading:
    key = indicators.pk(fact.code), _last(reading.on), sources.pk(reading.source)
    fields = {
        "indicator_id": key[0],
        "reference_on": key[1],
        "precision": reading.on.precision if reading.on else DatePrecision.DAY,
        "value": reading.value,
        "qualifier": reading.qualifier,
        "source_id": key[2],
    }
    return key, fields


def _stored_readings(
    indicators: Rows[Indicator],
) -> tuple[dict[Key, Measurement], dict[int, Measurement], list[tuple[Key, Measurement]]]:
    """Last loaded reading of each key; the end of the corrections of each reading; the loaded ones in force."""
    rows = list(
        Measurement.objects.filter(indicator__in=indicators.pks(indicators.by_key))
        .filter(Q(recorded_by__isnull=True) | Q(supersedes__isnull=False))
        .select_related("indicator")
        .order_by("pk")
    )
    correction = {row.supersedes_id: row for row in rows if row.supersedes_id}
    last_loaded: dict[Key, Measurement] = {}
    head: dict[int, Measurement] = {}
    for row in rows:
        last = row
        while last.pk in correction:
            last = correction[last.pk]
        head[row.pk] = last
        if row.recorded_by_id is None:
            last_loaded[(row.indicator_id, row.reference_on, row.source_id)] = row
    in_force = [(key, row) for key, row in last_loaded.items() if row.pk not in correction]
    return last_loaded, head, in_force
