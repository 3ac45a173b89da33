"""The rules of the ledger (requirement F3), and its sums: pure, no database.

The database holds the same rules (models/guards.py, LEDGER_ADDS_UP); these word the refusal before it does. Amounts are
euros. Each rule holds on every day there ever was: what was published at the end of a quarter obeyed them too.

Contracted and paid are net: less what was decommitted, less what was recovered. Where a line says what was ordered,
payments are held against that; where it does not, against what was contracted. Same for credits opened for a year.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Protocol

ZERO = Decimal(0)


class Written(Protocol):
    """What the rules read of an event: effective ones only, none of zero euros."""

    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def occurred_on(self) -> date: ...
    @property
    def fiscal_year(self) -> int: ...


@dataclass(frozen=True)
class Entry:
    kind: str
    amount: Decimal
    occurred_on: date
    fiscal_year: int


@dataclass(frozen=True)
class Amounts:
    """Euros, by kind; None where nothing was written, which is not zero."""

    planned: Decimal | None = None
    authorised: Decimal | None = None
    appropriated: Decimal | None = None
    contracted: Decimal | None = None
    ordered: Decimal | None = None
    paid: Decimal | None = None
    decommitted: Decimal | None = None
    recovered: Decimal | None = None

    @property
    def net_contracted(self) -> Decimal | None:
        return _net(self.contracted, self.decommitted)

    @property
    def net_paid(self) -> Decimal | None:
        return _net(self.paid, self.recovered)

    @property
    def contracted_rate(self) -> Decimal | None:
        """« Taux d’engagement » (F4): net contracted ÷ planned, in percent; None without a denominator."""
        return rate(self.net_contracted, self.planned)

    @property
    def paid_rate(self) -> Decimal | None:
        """« Taux de paiement » (F4): net paid ÷ planned, in percent."""
        return rate(self.net_paid, self.planned)

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(_added(getattr(self, f.name), getattr(other, f.name)) for f in fields(Amounts)))


KINDS = tuple(field.name for field in fields(Amounts))
# What takes an amount back is added where the amount was.
FOLLOWS = {"decommitted": "contracted", "recovered": "paid"}


@dataclass(frozen=True)
class Summed(Amounts):
    """Of several lines. A rate compares like with like: parts and bases are of the lines where both are known."""

    contracted_part: Decimal | None = None
    contracted_base: Decimal | None = None
    paid_part: Decimal | None = None
    paid_base: Decimal | None = None

    @property
    def contracted_rate(self) -> Decimal | None:
        return rate(self.contracted_part, self.contracted_base)

    @property
    def paid_rate(self) -> Decimal | None:
        return rate(self.paid_part, self.paid_base)


@dataclass(frozen=True)
class Part:
    """Euros of one kind on one line, whose planned amount is `planned`."""

    line: Hashable
    planned: Decimal | None
    kind: str
    amount: Decimal


def summed(parts: Iterable[Part]) -> Summed:
    """Exact. The planned amount of a line is a base even where another line tells it to the total."""
    known = list(parts)
    sums = dict[str, Decimal]()
    for part in known:
        sums[part.kind] = sums.get(part.kind, ZERO) + part.amount
    contracted_part, contracted_base = _matched(known, "contracted", "decommitted")
    paid_part, paid_base = _matched(known, "paid", "recovered")
    return Summed(**sums, **{
        "contracted_part": contracted_part, "contracted_base": contracted_base,
        "paid_part": paid_part, "paid_base": paid_base,
    })  # fmt: skip


def _matched(parts: Iterable[Part], kind: str, taken_back: str) -> tuple[Decimal | None, Decimal | None]:
    signs = {kind: 1, taken_back: -1}
    of_kind = [part for part in parts if part.kind in signs and part.planned is not None]
    if not of_kind:
        return None, None
    bases = {part.line: part.planned for part in of_kind if part.planned is not None}
    return sum((signs[part.kind] * part.amount for part in of_kind), ZERO), sum(bases.values(), ZERO)


def _net(amount: Decimal | None, taken_back: Decimal | None) -> Decimal | None:
    """Below zero in a year that only took back: years have to add up to the whole."""
    return None if amount is None and taken_back is None else (amount or ZERO) - (taken_back or ZERO)


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one if other is None else other if one is None else one + other


def rate(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Percent, exact; None when either is missing or the whole is zero: « n. d. », not 0 %."""
    return None if part is None or not whole else 100 * part / whole


def amounts_of(entries: Iterable[Written]) -> Amounts:
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.kind] = sums.get(entry.kind, ZERO) + entry.amount
    return Amounts(**sums)


class Rule(StrEnum):
    CONTRACTED = "contracted"  # F3.2: contracted ≤ authorised
    DECOMMITTED = "decommitted"  # decommitted ≤ contracted
    RECOVERED = "recovered"  # recovered ≤ paid
    ORDERED = "ordered"  # F3.4: paid ≤ ordered
    PAID = "paid"  # F3.4: ordered, or else paid, ≤ contracted
    CREDITS = "credits"  # F3.3: credits of all years ≤ authorised
    YEAR = "year"  # F3.3: ordered, or else paid, of a year ≤ its credits


@dataclass(frozen=True)
class Breach:
    """`amount` is more than `limit`, in euros, on that day; of that fiscal year where the rule is yearly."""

    rule: Rule
    on: date
    amount: Decimal
    limit: Decimal
    fiscal_year: int | None = None


def breaches(entries: Iterable[Written], *, has_side: bool) -> list[Breach]:
    """What a ledger breaks, earliest first. `has_side`: the funder is the State or the Region, whose budgets open
    authorisations; of another one (a European fund, an operator) the authorisation limits only where it is written."""
    known = sorted((entry for entry in entries if entry.amount > 0), key=lambda entry: entry.occurred_on)
    kinds = {entry.kind for entry in known}
    flags = _Flags(has_side or "authorised" in kinds, "ordered" in kinds, "appropriated" in kinds)
    return sorted([*_running(known, flags), *_yearly(known, flags)], key=lambda breach: breach.on)


@dataclass(frozen=True)
class _Flags:
    is_capped: bool
    has_ordered: bool
    has_credits: bool


def _running(entries: Sequence[Written], flags: _Flags) -> list[Breach]:
    found, sums = [], dict.fromkeys(KINDS, ZERO)
    for day, group in groupby(entries, key=lambda entry: entry.occurred_on):
        for entry in group:
            sums[entry.kind] += entry.amount
        found += [Breach(rule, day, amount, limit) for rule, amount, limit in _held(sums, flags) if amount > limit]
    return found


def _held(sums: Mapping[str, Decimal], flags: _Flags) -> list[tuple[Rule, Decimal, Decimal]]:
    """(rule, amount, limit) of those that hold on such a line."""
    contracted = sums["contracted"] - sums["decommitted"]
    outlay = sums["ordered"] if flags.has_ordered else sums["paid"]
    held = [
        (Rule.DECOMMITTED, sums["decommitted"], sums["contracted"]),
        (Rule.RECOVERED, sums["recovered"], sums["paid"]),
        (Rule.PAID, outlay - sums["recovered"], contracted),
    ]
    if flags.has_ordered:
        held.append((Rule.ORDERED, sums["paid"], sums["ordered"]))
    if flags.is_capped:
        held += [
            (Rule.CONTRACTED, contracted, sums["authorised"]),
            (Rule.CREDITS, sums["appropriated"], sums["authorised"]),
        ]
    return held


def _yearly(entries: Sequence[Written], flags: _Flags) -> list[Breach]:
    if not flags.has_credits:
        return []
    found = []
    outlay_kind = "ordered" if flags.has_ordered else "paid"
    credits, outlays = defaultdict[int, Decimal](Decimal), defaultdict[int, Decimal](Decimal)
    for day, group in groupby(entries, key=lambda entry: entry.occurred_on):
        years = set()
        for entry in group:
            years.add(entry.fiscal_year)
            if entry.kind == "appropriated":
                credits[entry.fiscal_year] += entry.amount
            elif entry.kind == outlay_kind:
                outlays[entry.fiscal_year] += entry.amount
        for year in sorted(years):
            if outlays[year] > credits[year]:
                found.append(Breach(Rule.YEAR, day, outlays[year], credits[year], year))
    return found
