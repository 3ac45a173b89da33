"""Days that count in France: the delay of a tacit approval."""

from datetime import date

import pytest

from commitments.working_days import add_working_days, is_working_day


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 4, 30), 1, date(2026, 5, 4)),  # 1 May is a Friday, then a week-end
        (date(2026, 5, 7), 2, date(2026, 5, 12)),  # 8 May, Friday
        (date(2026, 7, 13), 1, date(2026, 7, 15)),  # 14 July
        (date(2026, 12, 24), 5, date(2027, 1, 4)),  # Christmas and New Year's Day are Fridays
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
    ],
)
def test_weekends_and_public_holidays_do_not_count(start, days, expected):
    assert add_working_days(start, days) == expected
    assert is_working_day(expected)


def test_less_than_a_day_is_no_delay():
    with pytest.raises(ValueError, match="One working day"):
        add_working_days(date(2026, 5, 1), 0)
