"""The course of an indicator: one sentence, a drawing, and the table of the same figures."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import unescape

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from actors.models import DatePrecision, Source
from commitments.indicators import anchors, expected_value
from commitments.models import Indicator, Measurement
from roadmap_portal.charts import Point, series_chart
from roadmap_portal.jinja import in_french
from roadmap_portal.templatetags.portal import day, day_text, half_up, in_english, in_unit, points, semicolon

# What a qualifier says before its figure; any other is a remark, and follows it.
BEFORE_THE_FIGURE = ("au moins", "plus de", "près de", "à peu près", "environ", "moins de", "au plus")
VOWELS = "aàâeéèêiîoôuùh"


@dataclass(frozen=True)
class Figure:
    """A line of the table, and a point of the drawing where it has a date."""

    nature: str
    on: date | None
    precision: str
    value: Decimal
    text: str
    qualifier: str
    source: Source | None
    # Where a reading has no public page: what names its document.
    document: str = ""

    @property
    def point(self) -> Point:
        return Point(self.on, self.value, unescape(strip_tags(self.words)))

    @property
    def words(self) -> Markup:
        """« plus de 300 » as a sentence says it; the qualifier is French whatever the language of the page."""
        if self.qualifier in BEFORE_THE_FIGURE:
            return Markup("{} {}").format(in_french(self.qualifier), self.text)
        return escape(self.text)

    @property
    def day(self) -> str:
        return _("sans date") if self.on is None else day(self.on, self.precision)


@dataclass(frozen=True)
class Course:
    """`chart`: None with fewer than two figures to draw. `gap`: at the last reading; empty where nothing is expected
    by then."""

    figures: list[Figure]
    sentence: Markup
    gap: str
    legend: str
    chart: Markup | None


def course_of(indicator: Indicator) -> Course:
    """Of an indicator whose targets and readings, with their sources, were prefetched: no query. Corrected readings
    take no part in it."""
    readings, targets = _readings(indicator), _targets(indicator)
    sentence = Markup("{}{}{}.").format(_told(readings), semicolon(), _targets_told(targets))
    expected = [Point(anchor.on, anchor.value, in_unit(anchor.value, indicator)) for anchor in anchors(indicator)]
    gap = _gap(indicator)
    chart = None
    if readings and len(readings) + len(targets) > 1:
        chart = Markup(  # noqa: S704 - our own SVG, whose texts are escaped
            series_chart(
                [figure.point for figure in readings],
                [figure.point for figure in targets],
                expected,
                title=indicator.title,
                description=" ".join(filter(None, [unescape(strip_tags(sentence)), gap])),
            )
        )
    return Course([*readings, *targets], sentence, gap, _legend(targets, has_course=bool(expected)), chart)


def _readings(indicator: Indicator) -> list[Figure]:
    """The baseline too, where no reading has its date."""
    standing = [m for m in indicator.measurements.all() if not hasattr(m, "superseded_by")]
    figures = [_reading(m, indicator) for m in standing]
    is_read = indicator.baseline_on in {m.reference_on for m in standing}
    if indicator.baseline is not None and not is_read:
        figures.append(_baseline(indicator, indicator.baseline))
    return sorted(figures, key=lambda figure: figure.on or date.min)


def _baseline(indicator: Indicator, value: Decimal) -> Figure:
    return Figure(
        _("valeur initiale"),
        indicator.baseline_on,
        indicator.baseline_precision or DatePrecision.DAY,
        value,
        in_unit(value, indicator),
        indicator.baseline_qualifier,
        indicator.baseline_source,
    )


def _reading(reading: Measurement, indicator: Indicator) -> Figure:
    return Figure(
        _("mesure"),
        reading.reference_on,
        reading.precision,
        reading.value,
        in_unit(reading.value, indicator),
        reading.qualifier,
        reading.source,
        document="" if reading.source is not None else reading.comment,
    )


def _targets(indicator: Indicator) -> list[Figure]:
    return [
        Figure(
            target.get_kind_display(),
            target.due_on,
            target.precision or DatePrecision.DAY,
            target.value,
            in_unit(target.value, indicator),
            target.qualifier,
            target.source,
        )
        for target in indicator.targets.all()
    ]


def _told(readings: list[Figure]) -> Markup:
    if not readings:
        return escape(_("Aucune mesure"))
    first, last = readings[0], readings[-1]
    names = {"first": first.words, "first_on": first.day, "last": last.words, "last_on": last.day}
    if first is last:
        return _filled(_("Une seule mesure : %(last)s (%(last_on)s)"), names)
    if first.value == last.value:
        return _filled(_("Stable : %(first)s (%(first_on)s), puis %(last)s (%(last_on)s)"), names)
    elided = not in_english() and strip_tags(first.words)[:1] in VOWELS
    if first.value < last.value:
        risen = _("En hausse : d’%(first)s (%(first_on)s) à %(last)s (%(last_on)s)")
        text = risen if elided else _("En hausse : de %(first)s (%(first_on)s) à %(last)s (%(last_on)s)")
    else:
        fallen = _("En baisse : d’%(first)s (%(first_on)s) à %(last)s (%(last_on)s)")
        text = fallen if elided else _("En baisse : de %(first)s (%(first_on)s) à %(last)s (%(last_on)s)")
    return _filled(text, names)


def _targets_told(targets: list[Figure]) -> Markup:
    if not targets:
        return escape(_("aucune cible publiée"))
    told = [_filled("%(value)s (%(day)s)", {"value": target.words, "day": target.day}) for target in targets]
    heading = _("cible : ") if len(told) == 1 else _("cibles : ")
    return escape(heading) + Markup(", ").join(told)


def _filled(text: str, names: dict[str, str]) -> Markup:
    return escape(text) % names


def _gap(indicator: Indicator) -> str:
    """Reading and course compared at the precision that is shown, so that the three figures agree."""
    last, course = indicator.latest_measurement, anchors(indicator)
    # A course that starts at the last reading has nothing to say of it yet.
    if last is None or not course or last.reference_on <= course[0].on:
        return ""
    expected = expected_value(course, last.reference_on)
    assert expected is not None
    expected = half_up(expected, indicator.decimals)
    difference = half_up(last.value, indicator.decimals) - expected
    names = {
        "day": day_text(last.reference_on, last.precision),
        "expected": in_unit(expected, indicator),
        "value": in_unit(last.value, indicator),
        "gap": _size(difference, indicator),
    }
    return _judged(difference, indicator.direction) % names


def _judged(difference: Decimal, direction: str) -> str:
    if difference == 0:
        return _("Au dernier relevé (%(day)s), la mesure est celle qui était attendue : %(value)s.")
    if direction == Indicator.Direction.RANGE:
        return _("Au dernier relevé (%(day)s), %(expected)s étaient attendus : l’écart est de %(gap)s.")
    if (difference > 0) == (direction == Indicator.Direction.UP):
        return _("Au dernier relevé (%(day)s), %(value)s pour %(expected)s attendus : %(gap)s d’avance.")
    return _("Au dernier relevé (%(day)s), %(value)s pour %(expected)s attendus : %(gap)s de retard.")


def _size(difference: Decimal, indicator: Indicator) -> str:
    if indicator.unit == Indicator.Unit.PERCENT:
        return points(abs(difference), indicator.decimals)
    return in_unit(abs(difference), indicator)


def _legend(targets: list[Figure], *, has_course: bool) -> str:
    if has_course:
        return _(
            "Trait plein et ronds : mesures. Tirets : trajectoire attendue, en ligne droite de la valeur initiale à"
            " chaque cible. Losanges : cibles."
        )
    if any(target.on for target in targets):
        return _("Trait plein et ronds : mesures. Tirets : chemin qui reste jusqu’aux cibles, en losanges.")
    if targets:
        return _("Trait plein et ronds : mesures. Tirets : cible sans date.")
    return _("Trait plein et ronds : mesures.")
