"""Money and indicators around the commitments of a report."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from commitments.models import Commitment, Indicator, IndicatorTarget, Measurement
from commitments.progress import progress_of_indicator
from funding.ledger import FOLLOWS, KINDS
from funding.models import Envelope, FundingEvent, FundingLine
from funding.queries import Planned, envelope_tree, funding_lines, parents_of_envelopes, planned, to_add
from reports.dataset.as_of import Entry, indicators_known
from reports.dataset.rows import funding_row
from reports.dataset.values import Json, iso, reading, sources, two_places


class Money:
    """What commitments, given by their keys, were funded by at the end of a day, read once."""

    def __init__(self, commitments: Iterable[int] | QuerySet[Commitment], on: date) -> None:
        self.lines = defaultdict[int, list[FundingLine]](list)
        self.parents = parents_of_envelopes()
        found = funding_lines(on).select_related("commitment__main_axis").filter(commitment__in=commitments)
        for line in found.order_by("commitment__code", "envelope__code", "pk"):
            self.lines[line.commitment_id].append(line)
        self.events = defaultdict[int, list[FundingEvent]](list)
        events = FundingEvent.objects.effective().filter(line__commitment__in=commitments, occurred_on__lte=on)
        for event in events.order_by("line", "occurred_on", "recorded_at", "pk"):
            self.events[event.line_id].append(event)

    def of(self, entry: Entry) -> Planned:
        return planned(self.lines[entry.commitment.pk], self.parents)

    def rows(self) -> list[Json]:
        rows = []
        for lines in list(self.lines.values()):
            added = {kind: to_add(lines, self.parents, FOLLOWS.get(kind, kind)) for kind in KINDS}
            for line in lines:
                kinds = [kind for kind in KINDS if line in added[kind] and self._has(line, kind)]
                rows.append(funding_row(line, self.events[line.pk], kinds))
        return rows

    def _has(self, line: FundingLine, kind: str) -> bool:
        return any(event.kind == kind for event in self.events[line.pk])

    def envelopes(self) -> list[Json]:
        tree = envelope_tree()
        codes: dict[int | None, str] = {row.envelope.pk: row.envelope.code for row in tree}
        return [_envelope(row.envelope, row.level, codes.get(self.parents.get(row.envelope.pk))) for row in tree]


def _envelope(envelope: Envelope, level: int, parent: str | None) -> Json:
    return {
        "code": envelope.code,
        "parent": parent,
        "title": envelope.title,
        "level": level,
        "reach": envelope.reach,
        "reach_label": envelope.get_reach_display(),
        "is_context": envelope.reach != Envelope.Reach.REGIONAL,
        "geographic_scope": envelope.geographic_scope,
        "amount": two_places(envelope.amount),
        "is_yearly": envelope.is_yearly,
        "amount_basis": envelope.amount_basis,
        "amount_basis_label": envelope.get_amount_basis_display() if envelope.amount_basis else "",
        "period": envelope.period,
        "stated_on": iso(envelope.stated_on),
        "funders": [actor.name for actor in envelope.funders.all()],
        "confidence": envelope.confidence,
        "confidence_label": envelope.get_confidence_display(),
        "sources": sources(envelope.sources.all()),
    }


def indicators(roadmap_id: int, on: date) -> list[Json]:
    found = indicators_known(on).select_related("commitment").filter(roadmap=roadmap_id).order_by("code")
    return [_indicator(indicator) for indicator in found]


def _indicator(indicator: Indicator) -> Json:
    readings = sorted(
        (m for m in indicator.measurements.all() if not hasattr(m, "superseded_by")),
        key=lambda m: (m.reference_on, m.recorded_at, m.pk),
    )
    targets = sorted(indicator.targets.all(), key=lambda t: t.due_on or date.max)
    commitment = indicator.commitment
    is_public = commitment is not None and commitment.visibility == "public"
    places = indicator.decimals
    return {
        "code": indicator.code,
        "title": indicator.title,
        "definition": indicator.description,
        "limits": indicator.note,
        "unit": indicator.unit,
        "unit_label": indicator.get_unit_display(),
        "decimals": places,
        "direction": indicator.direction,
        "direction_label": indicator.get_direction_display(),
        "geographic_scope": indicator.geographic_scope,
        "producer": indicator.producer.name if indicator.producer else "",
        "confidence": indicator.confidence,
        "confidence_label": indicator.get_confidence_display(),
        "commitment": commitment.code if commitment and is_public else None,
        "axis_codes": [axis.code for axis in indicator.axes.all()],
        "axes": [axis.title for axis in indicator.axes.all()],
        "baseline": reading(indicator.baseline, places),
        "baseline_on": iso(indicator.baseline_on),
        "baseline_precision": indicator.baseline_precision,
        "baseline_qualifier": indicator.baseline_qualifier,
        "readings": [_reading(measurement, places) for measurement in readings],
        "targets": [_target(target, places) for target in targets],
        "progress": two_places(progress_of_indicator(indicator)),
        "sources": sources(indicator.sources.all()),
    }


def _reading(measurement: Measurement, places: int) -> Json:
    return {
        "on": iso(measurement.reference_on),
        "precision": measurement.precision,
        "value": reading(measurement.value, places),
        "qualifier": measurement.qualifier,
        "quality": measurement.quality,
        "quality_label": measurement.get_quality_display(),
        "source": measurement.source.publisher if measurement.source else "",
        "source_url": measurement.source.url if measurement.source else "",
    }


def _target(target: IndicatorTarget, places: int) -> Json:
    return {
        "on": iso(target.due_on),
        "precision": target.precision,
        "value": reading(target.value, places),
        "kind": target.kind,
        "kind_label": target.get_kind_display(),
        "qualifier": target.qualifier,
    }
