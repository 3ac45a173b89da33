"""Working days in France: neither a week-end nor one of the eleven public holidays (code du travail, art. L3133-1)."""

from datetime import date, timedelta

import holidays


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays.France(years=day.year)


def add_working_days(start: date, days: int) -> date:
    """The `days`-th working day after `start`, which is not counted itself. Raises ValueError below one day."""
    if days < 1:
        raise ValueError(f"One working day at least, not {days}.")
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day
