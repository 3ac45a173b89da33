"""The region's money in a report, cut four ways: counted from its rows, so that whoever holds them finds it again.

Adjacent actions, national and European money are in no total. A line is added kind by kind, as its row says (`added`);
years are those of its events. What was dated after the end of the quarter is in no row (requirement F3.14).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from funding.ledger import Amounts, Entry, amounts_of
from reports.dataset.values import Json, two_places

STAGES = ("planned", "authorised", "net_contracted", "net_paid")


def totals(lines: Sequence[Json], commitments: Sequence[Json]) -> Json:
    """`commitments`: the counted ones. Amounts as texts with two places, None where nothing was written."""
    informed = {line["commitment"] for line in lines if line["added"] and not line["is_adjacent"]}
    return {
        "informed": len(informed),
        "silent": len(commitments) - len(informed),
        "total": written(_sum(_entries(lines))),
        "envelopes": _cut(lines, lambda line, _event: (line["envelope"], line["envelope_title"])),
        "axes": _cut(lines, lambda line, _event: (line["axis"] is None, line["axis"] or "", line["axis_title"])),
        "funders": _cut(lines, lambda line, _event: (line["funder"] == "", line["funder"])),
        "years": _cut(lines, lambda _line, event: (str(event["fiscal_year"]),)),
    }


def written(amounts: Amounts) -> Json:
    found = {stage: two_places(getattr(amounts, stage)) for stage in STAGES}
    return found | {name: two_places(getattr(amounts, name)) for name in ("contracted_rate", "paid_rate")}


def _counted_events(lines: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    for line in lines:
        if line["reach"] == "regional" and not line["is_adjacent"]:
            yield from ((line, event) for event in line["events"] if event["kind"] in line["added"])


def _entries(lines: Iterable[Json]) -> Iterator[Json]:
    return (event for _line, event in _counted_events(lines))


def _sum(events: Iterable[Json]) -> Amounts:
    return amounts_of(_entry(event) for event in events)


def _entry(event: Json) -> Entry:
    return Entry(event["kind"], Decimal(event["amount"]), date.fromisoformat(event["on"]), event["fiscal_year"])


def _cut(lines: Sequence[Json], key: Callable[[Json, Json], tuple[object, ...]]) -> list[Json]:
    """In the order of the keys, whose last part is the title."""
    groups: dict[tuple[object, ...], list[Json]] = {}
    for line, event in _counted_events(lines):
        groups.setdefault(key(line, event), []).append(event)
    return [{"title": str(name[-1]), **written(_sum(groups[name]))} for name in sorted(groups, key=str)]
