"""What the ten slides say. Each is the page of that name in the template; its parts go in the frames of that name."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from reports.dataset import Json
from reports.writers import ledger, office_findings, office_words
from reports.writers.office_text import AsWritten, Words, joined
from reports.writers.office_words import Teller, count_of, expected, progress, short, upper
from roadmap_portal.charts import Bar, ProgressBar, expected_progress_chart, status_bar_chart
from roadmap_portal.templatetags.portal import number, plural, semicolon

NOBODY = "–"
# More would be bars too thin to be read from the back of the room.
AXES_SHOWN = 10
LARGE, SMALL = (22, 20, 18, 16, 15, 14), (16, 15, 14, 13, 12)
# The same for boxes side by side.
BOXES, PANELS = (16,), (13,)
AXES = (14, 13, 12, 11)

Items = Literal["lines", "axes", "commitments", "postponements", "envelopes", "decisions", "dates"]


@dataclass(frozen=True)
class Line:
    """`style`: a paragraph style of the template. `scale`: its size beside that of the text."""

    words: Words
    style: str = "plain"
    scale: float = 1


@dataclass(frozen=True)
class Text:
    """Paragraphs, left out whole when they do not hold. `items`: what those are."""

    lines: tuple[Line, ...]
    sizes: tuple[float, ...] = LARGE
    # How many lines one paragraph may take at the smallest size.
    most: int = 3
    items: Items = "lines"


@dataclass(frozen=True)
class Grid:
    """A table. `shares`: widths of the columns, to each other. From column `figures_from` on, figures.
    `items`: what its rows are."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    shares: tuple[int, ...]
    figures_from: int = 99
    sizes: tuple[float, ...] = LARGE
    most: int = 4
    items: Items = "lines"


@dataclass(frozen=True)
class Picture:
    """A chart, as SVG, and what it shows in words."""

    svg: str
    title: str
    description: str


Part: TypeAlias = Text | Grid | Picture


@dataclass(frozen=True)
class Slide:
    page: str
    title: str
    parts: dict[str, Part] = field(default_factory=dict)
    note: str = ""


def slides(teller: Teller) -> list[Slide]:
    return [slide(teller) for slide in SLIDES]


def cover(teller: Teller) -> Slide:
    # The order of importance: what does not hold is left out from the end.
    facts = tuple(
        Line((label, teller.colon, *((v,) if isinstance(v, str) else v))) for label, v in teller.facts(short=True)
    )
    parts: dict[str, Part] = {
        "roadmap": Text((Line(AsWritten(teller.dataset["roadmap"]["title"]), "light"),), (20, 18, 16, 14), 2),
        "subtitle": Text((Line(f"{teller.quarter_prose} — {teller.state}", "light"),), (26, 22, 18), 1),
        "facts": Text(facts, (16, 14, 12, 11, 10), 1),
    }
    if teller.notice:
        parts["notice"] = Text((Line(teller.notice, "late"),), (20,), 1)
    return Slide("cover", teller.title, parts)


def figures(teller: Teller) -> Slide:
    is_late = teller.dataset["summary"]["late"] > 0
    parts: dict[str, Part] = {}
    for place, (figure, label, note) in enumerate(office_words.key_figures(teller.dataset), start=1):
        style = "late" if place == 5 and is_late else "figure"
        lines = (Line(figure, style, 2.2), Line(label, "strong"), Line(note, "muted", 0.75))
        parts[f"figure-{place}"] = Text(lines, BOXES)
    return Slide("figures", _("Le trimestre en six chiffres"), parts, _measured(teller))


def _measured(teller: Teller) -> str:
    words = _("Situation au %(day)s. L’attendu et le retard se mesurent sur le calendrier initial.")
    return words % {"day": teller.reference}


def status(teller: Teller) -> Slide:
    return _shares(teller, "status", _("Où en sont les engagements"), _("Statut"))


def weather(teller: Teller) -> Slide:
    return _shares(teller, "weather", _("Ce que les porteurs attendent des objectifs"), _("Météo"))


def _shares(teller: Teller, group: str, title: str, heading: str) -> Slide:
    summary = teller.dataset["summary"]
    items = [(item["code"], teller.label(group, item["code"]), item["count"]) for item in summary[f"by_{group}"]]
    rows = tuple((label, number(count), office_words.part(count, summary["counted"])) for _code, label, count in items)
    bars = [Bar(code, label, count, number(count)) for code, label, count in items]
    chart = Picture(
        status_bar_chart(bars, title=title),
        title,
        ", ".join(f"{label} {number(count)}" for _code, label, count in items),
    )
    grid = Grid((heading, _("Nombre"), _("Part")), rows, (60, 32, 26), figures_from=1)
    meanings = tuple(
        Line((upper(label), teller.colon, teller.label(f"{group}_meaning", code))) for code, label, _count in items
    )
    note = plural("%(n)s engagement suivi au %(day)s.", "%(n)s engagements suivis au %(day)s.", summary["counted"])
    return Slide(
        group,
        title,
        {"chart": chart, "table": grid, "meanings": Text(meanings, (16, 15, 14, 13, 12), 2)},
        note % {"n": number(summary["counted"]), "day": teller.reference},
    )


def axes(teller: Teller) -> Slide:
    title = _("Axe par axe : l’avancement face à l’attendu")
    found = teller.dataset["axes"]
    if not found:
        return Slide("axes", title, {"table": _nothing(_("Aucun engagement dans ce périmètre."))})
    shown = found[:AXES_SHOWN]
    bars = [_axis_bar(teller, axis) for axis in shown]
    chart = Picture(
        expected_progress_chart(bars, title=title), title, semicolon().join(f"{bar.label} {bar.text}" for bar in bars)
    )
    whole = _axis_row(_("Ensemble"), teller.dataset["summary"])
    rows = (whole, *(_axis_row(teller.axis(axis), axis) for axis in found))
    headings = (_("Axe"), _("Suivis"), _("En retard"), _("Avancement"), _("Attendu"))
    note = _("Barre : avancement moyen des engagements mesurés. Trait : attendu à cette date, calendrier initial.")
    return Slide(
        "axes", title, {"chart": chart, "table": Grid(headings, rows, (60, 22, 20, 33, 25), 1, AXES, 3, "axes")}, note
    )


def _axis_bar(teller: Teller, axis: Json) -> ProgressBar:
    def bar(value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    words = progress(axis)
    if axis["progress"] is not None and axis["expected"] is not None:
        words = office_words.against_expected(axis)
    return ProgressBar(str(teller.axis(axis)), bar(axis["progress"]), bar(axis["expected"]), words)


def _axis_row(title: Words, figures: Json) -> tuple[Words, ...]:
    return title, number(figures["counted"]), number(figures["late"]), progress(figures), expected(figures)


def late(teller: Teller) -> Slide:
    found = office_findings.late(teller.dataset)
    title = plural("%(n)s engagement en retard", "%(n)s engagements en retard", len(found)) % {"n": number(len(found))}
    if not found:
        words = _("Aucun engagement n’est en retard sur le calendrier initial.")
        return Slide("late", _("Aucun engagement en retard"), {"table": _nothing(words)})
    rows = tuple((AsWritten(row["title"]), short(row["late_since"]), office_words.late_kinds(row)) for row in found)
    grid = Grid((_("Engagement"), _("Depuis le"), _("Pourquoi")), rows, (62, 20, 44), sizes=SMALL, items="commitments")
    return Slide("late", title, {"table": grid}, _("Le plus ancien retard d’abord, sur le calendrier initial."))


def postponements(teller: Teller) -> Slide:
    found = sorted(teller.dataset["postponements"], key=lambda row: -row["days"])
    if not found:
        words = _("Aucun report %(period)s.") % {"period": teller.period}
        return Slide("postponements", _("Aucun report d’échéance"), {"table": _nothing(words)})
    title = plural("%(n)s report d’échéance", "%(n)s reports d’échéance", len(found)) % {"n": number(len(found))}
    rows = tuple(
        (
            office_words.what_moved(row),
            _moved(row),
            joined([teller.postponed_why(row), *([by] if (by := teller.postponed_by(row)) else [])], " "),
        )
        for row in found
    )
    grid = Grid(
        (_("Engagement"), _("Échéance"), _("Motif et auteur")), rows, (46, 24, 54), sizes=SMALL, items="postponements"
    )
    note = _("Reports décidés %(period)s, le plus long d’abord.") % {"period": teller.period}
    return Slide("postponements", title, {"table": grid}, note)


def _moved(row: Json) -> str:
    return f"{short(row['from_on'])} → {short(row['to_on'])} ({ledger.moved(row['days'])})"


def support(teller: Teller) -> Slide:
    title, found = _("Ce qui demande une décision"), office_findings.needing(teller.dataset)
    if not found:
        words = _("Aucun porteur n’annonce d’objectifs compromis ni ne demande d’appui.")
        return Slide("support", title, {"table": _nothing(words)})
    rows = tuple(
        (
            AsWritten(row["title"]),
            teller.label("weather", row["weather"]),
            AsWritten(row["weather_reason"]) if row["weather_reason"] else NOBODY,
        )
        for row in found
    )
    grid = Grid((_("Engagement"), _("Météo"), _("Motif")), rows, (50, 26, 50), sizes=SMALL, items="commitments")
    return Slide("support", title, {"table": grid}, _("Objectifs compromis d’abord, puis appuis nécessaires."))


def money(teller: Teller) -> Slide:
    parts: dict[str, Part] = {}
    for reach in office_findings.REACHES:
        lines = [Line(upper(teller.label("reach", reach)), "strong")]
        for row in office_findings.envelopes(teller.dataset, reach):
            lines.append(Line((AsWritten(row["title"]), teller.colon, teller.envelope(row, short=True))))
        if len(lines) == 1:
            lines.append(Line(_("Aucune enveloppe."), "muted"))
        parts[f"reach-{reach}"] = Text(tuple(lines), PANELS, items="envelopes")
    answers = teller.dataset["summary"]["answers"]
    if answers:
        headings = (
            _("Réponses au %(quarter)s") % {"quarter": teller.quarter},
            *(upper(teller.label("answer", item["code"])) for item in answers),
        )
        counts = (_("Engagements"), *(number(count_of(answers, item["code"])) for item in answers))
        parts["answers"] = Grid(headings, (counts,), (50, *[40] * len(answers)), 1, SMALL)
    note = _("Enveloppes emboîtées : leurs montants ne s’additionnent jamais, ni d’une colonne à l’autre.")
    return Slide("money", _("Argent et réponses du trimestre"), parts, note)


def decisions(teller: Teller) -> Slide:
    titles = office_findings.titles_of_decisions(teller.dataset)
    rows = tuple(
        (
            _("n° %(n)s du %(day)s") % {"n": row["number"], "day": short(row["meeting_on"])},
            joined(
                [AsWritten(row["owner"]), *(AsWritten(titles.get(code, code)) for code in row["commitments"])],
                semicolon(),
            ),
            short(row["due_on"]) or NOBODY,
        )
        for row in office_findings.open_decisions(teller.dataset)
    )
    to_do: Part = _nothing(_("Aucune décision du comité ne reste à exécuter."))
    if rows:
        to_do = Grid(
            (_("Décision"), _("Qui, pour quoi"), _("Pour le")), rows, (32, 60, 30), sizes=SMALL, items="decisions"
        )
    dates = tuple(
        (
            short(row.on, row.precision),
            joined([AsWritten(part) for part in (row.milestone, row.title) if part], semicolon()),
        )
        for row in office_findings.next_dates(teller.dataset)
    )
    coming: Part = _nothing(_("Aucune échéance à venir."))
    if dates:
        coming = Grid(
            (_("Prochaine date"), _("Jalon ou échéance")), dates, (30, 92), sizes=SMALL, most=3, items="dates"
        )
    return Slide("decisions", _("Décisions ouvertes et prochaines dates"), {"decisions": to_do, "dates": coming})


def _nothing(words: str) -> Text:
    return Text((Line(words),))


SLIDES = (cover, figures, status, weather, axes, late, postponements, support, money, decisions)
