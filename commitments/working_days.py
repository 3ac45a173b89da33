"""Working days in France: neither a week-end nor one of the eleven public holidays (code du travail, art. L3133-1)."""

from datetime import date, timedelta
from functools import cache

import holidays


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _public_holidays(day.year)


@cache
def _public_holidays(year: int) -> holidays.HolidayBase:
    return holidays.France(years=year)


def add_working_days(start: date, days: int) -> date:
    """The `days`-th working day after `start`, which is not counted itself. Raises ValueError below one day."""
    if days < 1:
        raise ValueError(f"One working day at least, not {days}.")
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day
