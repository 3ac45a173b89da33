"""The days on which reminders leave: pure functions of the calendar."""

from collections.abc import Iterator
from datetime import date, timedelta

DAYS_BEFORE = (30, 7, 1)
WEEK = timedelta(days=7)
# A calendar that was down for a few days still sends what it missed.
GRACE = timedelta(days=3)


def stage_on(day: date, due_on: date) -> date | None:
    """The stage whose reminder is to leave on `day`: thirty, seven and one days before the due date, then every week.
    None when the latest one is more than three days old."""
    last_before = due_on - timedelta(days=DAYS_BEFORE[-1])
    if day >= last_before:
        stage = day - (day - last_before) % WEEK
    else:
        stage = max((s for s in _before(due_on) if s <= day), default=date.min)
    return stage if day - stage <= GRACE else None


def sending_days(due_on: date, first: date, last: date) -> Iterator[date]:
    """When the mails of a campaign leave for one who does not answer it: the latest stage, once a week at most."""
    sent = None
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        stage = stage_on(day, due_on)
        if stage is not None and (sent is None or (sent < stage and week_of(sent) != week_of(day))):
            sent = day
            yield day


def has_stage(monday: date, due_on: date) -> bool:
    """Whether one of the stages falls in the week that starts on that day."""
    days = (monday + timedelta(days=n) for n in range(7))
    return any(stage_on(day, due_on) == day for day in days)


def week_of(day: date) -> str:
    """As in 2026-W47. The week that holds 1 January may belong to the year before."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _before(due_on: date) -> Iterator[date]:
    return (due_on - timedelta(days=days) for days in DAYS_BEFORE)
