"""The formulas of progress and lateness, figure by figure, then by properties."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.models import Source
from commitments.formulas import (
    Mean,
    Plan,
    Step,
    Thresholds,
    expected_progress,
    indicator_progress,
    lateness_reasons,
    milestone_progress,
    weighted_mean,
)
from commitments.models import Commitment, Indicator, IndicatorTarget, Measurement, Milestone, Status
from commitments.progress import refresh_standing, standing_of
from tests.factories import START, TODAY, make_commitment, make_milestone

LIMITS = Thresholds(grace_days=30, gap_points=Decimal(10))
DAY = date(2026, 6, 30)


def step(weight=1, due_on=DAY, achieved_on=None):
    return Step(weight, due_on, achieved_on)


@pytest.mark.parametrize(
    ("achieved", "pending", "progress"),
    [([], [], None), ([], [1, 1], 0), ([1], [1], 50), ([3], [1], 75), ([1, 1], [1], Decimal("66.67")), ([5], [], 100)],
)
def test_progress_is_the_share_of_the_weight_achieved(achieved, pending, progress):
    steps = [step(w, achieved_on=DAY) for w in achieved] + [step(w) for w in pending]
    assert milestone_progress(steps) == progress


@pytest.mark.parametrize(
    ("value", "baseline", "target", "progress"),
    [
        (15, 10, 20, 50),
        (5, 10, 20, 0),
        (25, 10, 20, 100),
        (15, 20, 10, 50),
        (10, 10, 10, 100),
        (9, 10, 10, 0),
        (Decimal(1), 0, 3, Decimal("33.33")),
    ],
)
def test_an_indicator_goes_from_its_baseline_to_its_target(value, baseline, target, progress):
    assert indicator_progress(Decimal(value), Decimal(baseline), Decimal(target)) == progress


def test_a_mean_says_what_it_covers():
    mean = weighted_mean([(Decimal(100), 1), (Decimal(0), 3), (None, 5)])
    assert mean == Mean(Decimal(25), measured=2, total=3)
    assert mean.is_partial
    assert not Mean(Decimal(1), 7, 10).is_partial


def test_nothing_measured_is_not_zero():
    assert weighted_mean([(None, 1)]) == Mean(None, 0, 1)
    assert weighted_mean([]).coverage is None


@pytest.mark.parametrize(("on", "expected"), [(date(2025, 12, 1), 0), (date(2026, 4, 2), 25), (date(2027, 1, 1), 100)])
def test_without_milestones_progress_is_expected_as_time_passes(on, expected):
    assert expected_progress(Plan(date(2026, 1, 1), date(2026, 12, 31), []), on) == expected


def test_with_milestones_progress_is_expected_when_they_are_due():
    plan = Plan(None, None, [step(1, date(2026, 3, 31)), step(3, date(2026, 9, 30))])
    assert expected_progress(plan, date(2026, 3, 30)) == 0
    assert expected_progress(plan, date(2026, 3, 31)) == 25
    assert expected_progress(plan, date(2026, 9, 30)) == 100


def test_a_plan_without_dates_expects_nothing():
    assert expected_progress(Plan(None, None, []), TODAY) is None
    assert lateness_reasons(Plan(None, None, []), Decimal(0), LIMITS) == []


def test_a_commitment_is_late_the_day_after_its_due_date():
    (reason,) = lateness_reasons(Plan(None, DAY, []), None, LIMITS)
    assert (reason.kind, reason.since) == ("due_date", DAY + timedelta(days=1))


def test_a_milestone_makes_it_late_after_thirty_days_of_grace():
    reasons = lateness_reasons(Plan(None, None, [step(due_on=DAY)]), None, LIMITS)
    assert [(r.kind, r.since) for r in reasons] == [("milestone", date(2026, 7, 31))]


def test_a_gap_of_ten_points_is_not_late_and_more_is():
    plan = Plan(date(2026, 1, 1), date(2026, 4, 11), [])  # a hundred days: a point a day
    gap = next(r for r in lateness_reasons(plan, Decimal(20), LIMITS) if r.kind == "gap")
    assert gap.since == date(2026, 2, 1)
    assert expected_progress(plan, date(2026, 1, 31)) - 20 == 10


days = st.integers(-400, 800).map(lambda n: START + timedelta(days=n))
progresses = st.one_of(st.none(), st.decimals(0, 100, places=2))
steps_ = st.lists(st.builds(Step, st.integers(1, 9), days, st.one_of(st.none(), days)), max_size=6)


@st.composite
def plans(draw):
    starts_on, due_on = draw(st.one_of(st.none(), days)), draw(st.one_of(st.none(), days))
    if starts_on and due_on and due_on < starts_on:
        starts_on, due_on = due_on, starts_on
    return Plan(starts_on, due_on, draw(steps_))


@given(plans(), progresses, days)
def test_late_since_is_the_first_day_on_which_the_definition_holds(plan, progress, on):
    """The stored day says the same as the definition read day by day."""
    reasons = lateness_reasons(plan, progress, LIMITS)
    expected = expected_progress(plan, on)
    by_definition = (
        (plan.due_on is not None and on > plan.due_on)
        or any(s.achieved_on is None and (on - s.due_on).days > LIMITS.grace_days for s in plan.steps)
        or (progress is not None and expected is not None and expected - progress > LIMITS.gap_points)
    )
    assert any(reason.since <= on for reason in reasons) == by_definition


@given(plans(), days, days)
def test_what_is_expected_never_goes_down(plan, one, other):
    sooner, later = sorted([one, other])
    before, after = expected_progress(plan, sooner), expected_progress(plan, later)
    assert before is None or 0 <= before <= after <= 100


@given(st.lists(st.tuples(progresses, st.integers(1, 9)), max_size=20))
def test_a_mean_stays_between_the_least_and_the_most(pairs):
    mean = weighted_mean(pairs)
    measured = [value for value, _ in pairs if value is not None]
    assert (mean.measured, mean.total) == (len(measured), len(pairs))
    assert mean.value is None if not measured else min(measured) <= mean.value <= max(measured)


# --- From rows ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("milestones", "progress"), [("..", 0), ("x.", 50), ("x-.", 50), ("xx-", 100), ("--", None)])
def test_a_cancelled_milestone_counts_for_nothing(milestones, progress):
    assert make_commitment(milestones).progress == progress


@pytest.mark.django_db
def test_a_date_read_in_a_source_is_not_followed_up():
    commitment = make_commitment(progress_method=Commitment.ProgressMethod.MILESTONES)
    source = Source.objects.create(code="presse", url="https://presse.example/", publisher="Presse")
    make_milestone(commitment, due_on=date(2025, 2, 11), origin=Milestone.Origin.SOURCE, source=source)
    refresh_standing([commitment.pk])
    commitment.refresh_from_db()
    assert (commitment.progress, commitment.late_since) == (None, None)


@pytest.mark.django_db
def test_late_on_the_initial_plan_and_on_time_on_the_revised_one():
    commitment = make_commitment(initial_due_on=date(2026, 3, 31), due_on=date(2027, 3, 31))
    assert commitment.late_since == date(2026, 4, 1)
    assert commitment.late_since_revised == date(2027, 4, 1)
    assert commitment.slippage_days == 365


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.COMPLETED, Status.ABANDONED])
def test_what_is_over_is_never_late(status):
    commitment = make_commitment(status=status, initial_due_on=date(2026, 3, 31), due_on=date(2026, 3, 31))
    assert commitment.late_since is None


@pytest.mark.django_db
def test_progress_by_indicator_reads_the_latest_reading_that_stands(roadmap):
    commitment = make_commitment(progress_method=Commitment.ProgressMethod.INDICATORS)
    indicator = Indicator.objects.create(
        roadmap=roadmap,
        code="i",
        title="PME",
        unit="count",
        baseline=0,
        baseline_on=START,
        commitment=commitment,
        confidence="sourced",
    )
    IndicatorTarget.objects.create(indicator=indicator, value=200, due_on=date(2028, 12, 31), precision="day")
    wrong = Measurement.objects.create(indicator=indicator, reference_on=DAY, value=150)
    Measurement.objects.create(indicator=indicator, reference_on=DAY, value=50, supersedes=wrong)
    refresh_standing([commitment.pk])
    commitment.refresh_from_db()
    assert commitment.progress == 25


@pytest.mark.django_db
def test_a_past_quarter_does_not_know_what_came_after():
    commitment = make_commitment("xx..")
    standing = standing_of(commitment, commitment.milestones.all(), on=date(2026, 2, 15), known_on=date(2026, 2, 15))
    assert standing.progress == 25


@pytest.mark.django_db
def test_refreshing_again_moves_nothing():
    commitments = [make_commitment("x."), make_commitment()]
    assert refresh_standing([c.pk for c in commitments]) == 0
