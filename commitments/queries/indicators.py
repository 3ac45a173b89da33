"""Indicators with what their pages show: targets, readings, and when the next figure is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from accounts.permissions import Someone, measurable_by, visible_to
from commitments.indicators import figure_expected_on
from commitments.models import Axis, Commitment, Indicator, IndicatorTarget, Measurement

# How long before its day a figure is announced to those who write it.
ANNOUNCED_DAYS = 30


@dataclass(frozen=True)
class IndicatorLine:
    """`expected_on`: day of its next figure; None without a rhythm, or where nothing was ever measured."""

    indicator: Indicator
    expected_on: date | None
    today: date

    @property
    def days_late(self) -> int:
        """Zero when nothing is late."""
        return 0 if self.expected_on is None else max((self.today - self.expected_on).days, 0)

    @property
    def is_late(self) -> bool:
        return self.days_late > 0

    @property
    def is_awaited(self) -> bool:
        """Late, or due within the days it is announced for."""
        return self.expected_on is not None and self.expected_on <= self.today + timedelta(days=ANNOUNCED_DAYS)


def indicators() -> QuerySet[Indicator]:
    """With the readings that stand; those that were corrected are on the page of the indicator."""
    return _with(Measurement.objects.filter(superseded_by__isnull=True))


def _with(readings: QuerySet[Measurement]) -> QuerySet[Indicator]:
    targets = IndicatorTarget.objects.select_related("source")
    axes = Axis.objects.order_by("order", "code")
    return Indicator.objects.select_related("baseline_source", "producer").prefetch_related(
        Prefetch("axes", axes),
        Prefetch("targets", targets),
        Prefetch("measurements", readings.select_related("source", "superseded_by")),
    )


def indicator_for(code: str) -> Indicator:
    """With all its readings, those that were corrected too."""
    indicator = _with(Measurement.objects.all()).prefetch_related("sources").filter(code=code).first()
    if indicator is None:
        raise Http404
    return indicator


def commitment_measured(indicator: Indicator, user: Someone) -> Commitment | None:
    """None as well where the user may not see it."""
    if indicator.commitment_id is None:
        return None
    return Commitment.objects.filter(visible_to(user), pk=indicator.commitment_id).first()


def indicator_line(indicator: Indicator, on: date) -> IndicatorLine:
    return IndicatorLine(indicator, figure_expected_on(indicator), on)


def indicator_lines(found: Iterable[Indicator], on: date) -> list[IndicatorLine]:
    """The late ones first, the longest late at the head; then those due the soonest; then by title."""
    lines = [indicator_line(indicator, on) for indicator in found]
    return sorted(lines, key=lambda line: (line.expected_on or date.max, line.indicator.title))


def measurable_indicators(user: Someone) -> QuerySet[Indicator]:
    """Those whose readings the user may write, with the readings that stand."""
    mine = Indicator.objects.filter(measurable_by(user))
    return indicators().filter(pk__in=mine.values("pk")).select_related("commitment")


def measurable_indicator(user: Someone, code: str) -> Indicator:
    """Http404 when missing or not to be measured by the user."""
    indicator = measurable_indicators(user).filter(code=code).first()
    if indicator is None:
        raise Http404
    return indicator


def reading_to_correct(indicator: Indicator, pk: int) -> Measurement:
    """Http404 when it is not one of the indicator. One corrected since the form was opened is found: what is sent then
    is refused in words, not lost."""
    reading = Measurement.objects.select_related("indicator", "source", "superseded_by").filter(indicator=indicator)
    found = reading.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def awaited_figures(user: Someone, on: date) -> list[IndicatorLine]:
    """What the user is awaited on: late, or due within the month."""
    return [line for line in indicator_lines(measurable_indicators(user), on) if line.is_awaited]
