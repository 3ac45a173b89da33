"""The forecast: exact where the pace is, ordered, silent with a reason where the data do not allow it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.forecast import Forecast, Observation, Silence, forecast
from commitments.models import Status
from commitments.queries.forecasts import outlook
from tests.factories import make_commitment, make_milestone

START = date(2024, 1, 1)


def seen(*pairs):
    return [Observation(START + timedelta(days=days), Decimal(progress)) for days, progress in pairs]


STEADY = seen((0, 0), (100, 10), (200, 20), (300, 30))


def test_a_steady_pace_gives_the_exact_day():
    found = forecast(STEADY, START + timedelta(days=300))
    assert found.expected_on == found.earliest_on == found.latest_on == START + timedelta(days=1000)
    assert found.pace == Decimal("3.04375")
    assert found.months_after(START + timedelta(days=1000 - 61)) == 2


@pytest.mark.parametrize(
    ("observations", "on", "reason"),
    [
        (STEADY[:3], 300, Silence.FEW),
        (seen((0, 0), (50, 5), (100, 10), (150, 15)), 150, Silence.SHORT),
        (seen((0, 10), (100, 10), (200, 10), (300, 10)), 300, Silence.STILL),
        (seen((0, 0), (100, 1), (200, 1), (300, 2)), 300, Silence.FAR),
        (STEADY, 1001, Silence.STALE),
        (seen((0, 0), (100, 40), (200, 90), (300, 100)), 300, Silence.DONE),
    ],
)
def test_no_forecast_without_the_data_for_it(observations, on, reason):
    assert forecast(observations, START + timedelta(days=on)) == reason


OBSERVED = st.dictionaries(st.integers(0, 1500), st.integers(0, 9999), min_size=4, max_size=12).map(
    lambda found: [Observation(START + timedelta(days=d), Decimal(p) / 100) for d, p in found.items()]
)


@given(OBSERVED, st.randoms())
def test_dates_are_ordered_and_the_order_of_observations_does_not_matter(observations, chance):
    on = max(observation.on for observation in observations)
    found = forecast(observations, on)
    chance.shuffle(observations)
    assert forecast(observations, on) == found
    if isinstance(found, Forecast):
        assert on <= found.earliest_on <= found.expected_on
        assert found.latest_on is None or found.expected_on <= found.latest_on
        assert found.pace > 0


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_quicker_pace_ends_sooner(one, other):
    slow, fast = sorted((one, other))
    ends = [forecast(seen(*((100 * k, Decimal(k * pace) / 10) for k in range(5))), START + timedelta(days=400))
            for pace in (slow, fast)]  # fmt: skip
    if all(isinstance(end, Forecast) for end in ends):
        assert ends[1].expected_on <= ends[0].expected_on


# --- In words ------------------------------------------------------------------------------------


@pytest.fixture
def commitment(db):
    """A weight of one achieved every hundred days, of ten: the end is a thousand days after the start."""
    commitment = make_commitment(
        progress_method="milestones", starts_on=START, initial_due_on=date(2026, 1, 15), due_on=date(2026, 1, 15)
    )
    for n in range(1, 11):
        due_on = START + timedelta(days=100 * n)
        make_milestone(commitment, "x" if n <= 3 else ".", due_on, f"Jalon {n}")
    return commitment


def told(commitment, days=300):
    return outlook(commitment, commitment.milestones.all(), [], START + timedelta(days=days))


def test_the_sentence_says_when_and_how_long_after_the_date_promised(commitment):
    assert told(commitment).sentence == (
        "À ce rythme\u00a0: septembre 2026, 8 mois après la date promise (entre septembre 2026 et septembre 2026)."
    )
    assert "100\u00a0%" in told(commitment).method
    commitment.initial_due_on = date(2026, 10, 27)
    assert "un mois avant la date promise" in told(commitment).sentence


def test_time_without_progress_slows_the_pace(commitment):
    assert told(commitment, 390).found.expected_on > told(commitment, 310).found.expected_on


@pytest.mark.parametrize(
    ("status", "words"), [(Status.SUSPENDED, "suspendu"), (Status.ABANDONED, "n’est plus en cours")]
)
def test_what_does_not_go_on_has_no_forecast(commitment, status, words):
    commitment.status = status
    assert words in told(commitment).sentence
    assert not told(commitment).is_forecast


def test_the_page_of_the_commitment_says_it_either_way(client, commitment, time_machine):
    time_machine.move_to(datetime(2024, 10, 27, 12, tzinfo=UTC))
    page = client.get(commitment.get_absolute_url())
    assert "À ce rythme\u00a0: septembre 2026" in page.text
    assert "Ce n’est pas un engagement" in page.text
    assert "Pas de prévision" in client.get(make_commitment().get_absolute_url()).text
