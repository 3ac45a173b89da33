"""The script of the demonstration (data/demonstration.yaml), and the calendar its months are counted on."""

import calendar
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml
from django.utils import timezone

from commitments.models import Weather
from commitments.working_days import is_working_day

FIRST_DAYS = (2, 9)  # An achievement falls early in its month, before the update that claims it.


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    roles: dict[str, str]


@dataclass(frozen=True)
class Step:
    """A milestone. `due`, `achieved`: months counted from the present quarter."""

    title: str
    due: int
    weight: int = 1
    achieved: int | None = None


@dataclass(frozen=True)
class Delay:
    """A postponement; of the commitment itself when it names no milestone. `decision`: number of the decision of the
    steering committee that it carries out."""

    to: int
    at: int
    kind: str
    reason: str
    milestone: str | None = None
    decision: int | None = None


@dataclass(frozen=True)
class Point:
    """An answer. `state`: how far the update has gone, or « confirmed » for an answer without a text; `by`: its author,
    when it is not the usual one; `visas`: sides that have approved a submitted text; `tacit`: the side whose silence
    did; `comment`: what the side `returned_by` asks to correct; `days_before`: the end of the past
    quarter, when chance is not to choose."""

    status: str = ""
    text: str = ""
    weather: str = Weather.NOT_PROVIDED
    weather_reason: str = ""
    progress: Decimal | None = None
    reason: str = ""
    next_steps: str = ""
    internal: str = ""
    state: str = "published"
    by: str = ""
    visas: list[str] = field(default_factory=list)
    tacit: str = ""
    returned_by: str = ""
    comment: str = ""
    days_before: int | None = None


@dataclass(frozen=True)
class Money:
    envelope: str
    funder: str
    amount: Decimal
    authorisation: str
    beneficiary: str | None = None


@dataclass(frozen=True)
class Proof:
    """A piece of evidence."""

    kind: str
    title: str
    url: str = ""
    is_public: bool = True


@dataclass(frozen=True)
class Story:
    code: str
    method: str
    due: int | None = None
    milestones: list[Step] = field(default_factory=list)
    postponements: list[Delay] = field(default_factory=list)
    earlier: Point | None = None
    previous: Point | None = None
    current: Point | None = None
    funding: list[Money] = field(default_factory=list)
    evidence: list[Proof] = field(default_factory=list)


@dataclass(frozen=True)
class Resolution:
    """A decision of the steering committee. `days`: from the meeting to its due date; `closed_after`: to its end."""

    text: str
    owner: str
    days: int
    commitments: list[str]
    outcome: str = ""
    closed_after: int = 0


@dataclass(frozen=True)
class Committee:
    """The meeting held in the past quarter, and the place of the next one."""

    place: str
    next_place: str
    decisions: list[Resolution]


@dataclass(frozen=True)
class Correction:
    """What was wrong in the sealed report of the past quarter, and the answer it should have held."""

    code: str
    reason: str
    point: Point


@dataclass(frozen=True)
class Scenario:
    people: list[Person]
    committee: Committee
    rectification: Correction
    stories: list[Story]


def read_scenario(path: Path) -> Scenario:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Scenario(
        people=[Person(**person) for person in document["people"]],
        committee=_committee(**document["committee"]),
        rectification=_correction(**document["rectification"]),
        stories=[_story(**story) for story in document["commitments"]],
    )


def _committee(decisions: list[dict[str, Any]], **places: str) -> Committee:
    return Committee(decisions=[Resolution(**decision) for decision in decisions], **places)


def _correction(code: str, reason: str, point: dict[str, Any]) -> Correction:
    stated = _point(point)
    assert stated is not None
    return Correction(code, reason, stated)


def _story(**story: Any) -> Story:
    return Story(
        code=story["code"],
        method=story["method"],
        due=story.get("due"),
        milestones=[Step(**step) for step in story.get("milestones", [])],
        postponements=[Delay(**delay) for delay in story.get("postponements", [])],
        earlier=_point(story.get("earlier")),
        previous=_point(story.get("previous")),
        current=_point(story.get("current")),
        funding=[Money(**{**money, "amount": Decimal(money["amount"])}) for money in story.get("funding", [])],
        evidence=[Proof(**proof) for proof in story.get("evidence", [])],
    )


def _point(point: dict[str, Any] | None) -> Point | None:
    if point is None:
        return None
    progress = point.get("progress")
    return Point(**{**point, "progress": None if progress is None else Decimal(progress)})


@dataclass(frozen=True)
class Calendar:
    """Months counted from the first one of the quarter of `today`; the same names always give the same days."""

    today: date

    @property
    def quarter(self) -> tuple[int, int]:
        return self.today.year, (self.today.month - 1) // 3 + 1

    def quarter_before(self, count: int = 1) -> tuple[int, int]:
        year, quarter = self.quarter
        years, rest = divmod(year * 4 + quarter - 1 - count, 4)
        return years, rest + 1

    @property
    def starts_on(self) -> date:
        year, quarter = self.quarter
        return date(year, 3 * quarter - 2, 1)

    def month(self, offset: int) -> date:
        months = self.starts_on.year * 12 + self.starts_on.month - 1 + offset
        return date(months // 12, months % 12 + 1, 1)

    def month_end(self, offset: int) -> date:
        first = self.month(offset)
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])

    def early(self, offset: int, name: str) -> date:
        """A day early in the month, never later than today."""
        day = self.month(offset) + timedelta(days=Random(name).randint(*FIRST_DAYS))  # noqa: S311 - not a secret
        return min(day, self.today)

    def before_quarter_end(self, name: str, quarters_ago: int = 1) -> datetime:
        """An instant in the last fortnight of a past quarter, the previous one by default."""
        days = Random(name).randint(1, 14)  # noqa: S311 - not a secret
        return self.instant(self.month(3 - 3 * quarters_ago) - timedelta(days=days), name)

    def committee_past(self) -> date:
        """A Tuesday about twelve days before the end of the past quarter: never a public holiday."""
        about = self.starts_on - timedelta(days=9)
        return about - timedelta(days=(about.weekday() - 1) % 7)

    def committee_to_come(self) -> date:
        """A Tuesday in about three weeks, or the working day that follows."""
        about = self.today + timedelta(days=16)
        day = about + timedelta(days=(1 - about.weekday()) % 7)
        while not is_working_day(day):
            day += timedelta(days=1)
        return day

    def since_quarter_start(self, name: str) -> datetime:
        """An instant of the present quarter, between the achievements it claims and today."""
        elapsed = (self.today - self.starts_on).days
        days = Random(name).randint(min(FIRST_DAYS[1] + 1, elapsed), elapsed)  # noqa: S311 - not a secret
        return self.instant(self.starts_on + timedelta(days=days), name)

    def lately(self, name: str) -> datetime:
        """An instant of the last working days: what it waits for is not overdue."""
        days = Random(name).randint(0, 3)  # noqa: S311 - not a secret
        return self.instant(max(self.today - timedelta(days=days), self.starts_on), name)

    def instant(self, day: date, name: str) -> datetime:
        """In office hours; the day itself, just after midnight, so that it is past."""
        minutes = 0 if day == self.today else Random(name).randint(8 * 60, 18 * 60)  # noqa: S311 - not a secret
        at = datetime.combine(day, time(minutes // 60, minutes % 60))
        return timezone.make_aware(at)
