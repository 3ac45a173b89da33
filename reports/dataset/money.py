"""The region's money in a report, cut four ways: counted from its rows, so that whoever holds them finds it again.

Adjacent actions, national and European money are in no total. A line is added kind by kind, as its row says (`added`);
years are those of its events. What was dated after the end of the quarter is in no row (requirement F3.14).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from funding.ledger import Part, Summed, summed
from reports.dataset.values import Json, two_places

RATES = ("contracted_rate", "paid_rate")
STAGES = ("planned", "authorised", "net_contracted", "net_paid")


def totals(lines: Sequence[Json], commitments: Sequence[Json]) -> Json:
    """`commitments`: the counted ones. Amounts as texts with two places, None where nothing was written."""
    informed = {line["commitment"] for line in lines if line["added"] and not line["is_adjacent"]}
    return {
        "informed": len(informed),
        "silent": len(commitments) - len(informed),
        "total": written(summed(_part(*found) for found in _counted(lines))),
        "envelopes": _cut(lines, lambda line, _event: (line["envelope"], line["envelope_title"])),
        "axes": _cut(lines, lambda line, _event: (line["axis"] is None, line["axis"] or "", line["axis_title"])),
        "funders": _cut(lines, lambda line, _event: (line["funder"] == "", line["funder"])),
        "years": _by_year(lines),
    }


def written(amounts: Summed) -> Json:
    found = {stage: two_places(getattr(amounts, stage)) for stage in STAGES}
    return found | {name: two_places(getattr(amounts, name)) for name in RATES}


def _counted(lines: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """(line, event) of all that enters a total."""
    for line in lines:
        if line["reach"] == "regional" and not line["is_adjacent"]:
            yield from ((line, event) for event in line["events"] if event["kind"] in line["added"])


def _part(line: Json, event: Json) -> Part:
    planned = None if line["planned"] is None else Decimal(line["planned"])
    name = (line["commitment"], line["envelope"], line["funder"])
    return Part(name, planned, event["kind"], Decimal(event["amount"]))


def _cut(lines: Sequence[Json], key: Callable[[Json, Json], tuple[object, ...]]) -> list[Json]:
    """In the order of the keys, whose last part is the title."""
    groups: dict[tuple[object, ...], list[Part]] = {}
    for line, event in _counted(lines):
        groups.setdefault(key(line, event), []).append(_part(line, event))
    return [{"title": str(name[-1]), **written(summed(groups[name]))} for name in sorted(groups, key=str)]


def _by_year(lines: Sequence[Json]) -> list[Json]:
    """What is contracted in a year was planned in others: no rate is told of a year."""
    rows = _cut(lines, lambda _line, event: (str(event["fiscal_year"]),))
    return [row | dict.fromkeys(RATES) for row in rows]
