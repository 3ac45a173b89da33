"""What the facts file says, once checked: references are known, dates and numbers are right, values are ours."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from actors.models import DatePrecision


@dataclass(frozen=True)
class Day:
    """A date as it was published: a day, or no more than a month or a year."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        # Raises ValueError on a date that no calendar has.
        date(self.year, self.month or 1, self.day or 1)

    @property
    def precision(self) -> DatePrecision:
        if self.day:
            return DatePrecision.DAY
        return DatePrecision.MONTH if self.month else DatePrecision.YEAR

    @property
    def first(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])


@dataclass(frozen=True)
class SourceFact:
    code: str
    url: str
    publisher: str
    published: Day | None


@dataclass(frozen=True)
class Fact:
    """What all kinds have. `code` is the id of the entry, except for an axis that has a code of its own."""

    code: str
    title: str
    description: str
    note: str
    confidence: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class AxisFact(Fact):
    kind: str
    covers: tuple[str, ...]
    order: int


@dataclass(frozen=True)
class ActorFact(Fact):
    full_name: str
    kind: str
    side: str
    city: str
    department_code: str
    region_code: str
    website: str
    website_confidence: str
    role_in_roadmap: str


@dataclass(frozen=True)
class EnvelopeFact(Fact):
    amount: Decimal | None
    amount_basis: str
    is_yearly: bool
    period: str
    stated: Day | None
    reach: str
    geographic_scope: str
    funders: tuple[str, ...]
    parent: str | None
    figures: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class LineFact:
    """One envelope that pays for a commitment."""

    envelope: str
    amount: Decimal | None
    note: str


@dataclass(frozen=True)
class MilestoneFact:
    title: str
    on: Day
    is_past: bool
    source: str


@dataclass(frozen=True)
class CommitmentFact(Fact):
    provenance: str
    main_axis: str | None
    axes: tuple[str, ...]
    lead: str | None
    suggested_lead: str | None
    partners: tuple[str, ...]
    lines: tuple[LineFact, ...]
    milestones: tuple[MilestoneFact, ...]
    figures: tuple[Mapping[str, Any], ...]
    starts: Day | None


@dataclass(frozen=True)
class ReadingFact:
    """A value of an indicator: baseline, target or measurement."""

    value: Decimal
    on: Day | None
    qualifier: str
    source: str


@dataclass(frozen=True)
class IndicatorFact(Fact):
    unit: str
    geographic_scope: str
    baseline: ReadingFact | None
    target: ReadingFact | None
    series: tuple[ReadingFact, ...]
    axes: tuple[str, ...]


@dataclass(frozen=True)
class EventFact(Fact):
    kind: str
    starts: Day | None
    ends: Day | None
    date_confidence: str
    place: str
    actors: tuple[str, ...]
    figures: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Facts:
    sources: tuple[SourceFact, ...]
    axes: tuple[AxisFact, ...]
    actors: tuple[ActorFact, ...]
    envelopes: tuple[EnvelopeFact, ...]
    commitments: tuple[CommitmentFact, ...]
    indicators: tuple[IndicatorFact, ...]
    events: tuple[EventFact, ...]
