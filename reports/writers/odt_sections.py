"""What the editable summary says, section by section."""

from django.utils.translation import gettext as _

from reports.dataset import Json
from reports.writers import office_findings, office_words
from reports.writers.odt_summary import NOTE, NOTICE, SUBTITLE, TITLE, Late, Summary
from reports.writers.office_text import AsWritten, Words, joined
from reports.writers.office_words import Teller, count_of, day, expected, progress, short, upper
from roadmap_portal.templatetags.portal import number, plural

# Of each axis: a summary is read in ten minutes.
NEXT_STEPS_TOLD = 8
ENVELOPES_TOLD = 8
NOBODY = "–"


def cover(summary: Summary, teller: Teller) -> None:
    if teller.notice:
        summary.say(teller.notice, NOTICE)
    summary.say(teller.title, TITLE)
    summary.say((teller.quarter_prose, " — ", AsWritten(teller.dataset["roadmap"]["title"])), SUBTITLE)
    summary.table(_("Ce document"), (_("Rubrique"), _("Contenu")), teller.facts(), (5, 12))
    summary.say(_("Document modifiable : seul le rapport PDF, de même empreinte, fait foi."), NOTE)


def key_figures(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Chiffres clés"))
    rows = [(upper(label), figure, note) for figure, label, note in office_words.key_figures(teller.dataset)]
    summary.table(
        _("L’essentiel au %(day)s") % {"day": teller.reference},
        (_("Ce qui est compté"), _("Chiffre"), _("Précision")),
        rows,
        (6, 3, 8),
    )


def status_and_weather(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Statuts et météo"))
    figures = teller.dataset["summary"]
    for group, caption, heading in (
        ("status", _("Engagements par statut"), _("Statut")),
        ("weather", _("Engagements par météo"), _("Météo")),
    ):
        rows = [
            (
                teller.label(group, item["code"]),
                teller.label(f"{group}_meaning", item["code"]),
                number(item["count"]),
                office_words.part(item["count"], figures["counted"]),
            )
            for item in counted(teller, group)
        ]
        headings = (heading, _("Sens"), _("Nombre"), _("Part"))
        summary.table(caption, headings, rows, (36, 98, 20, 16), figures_from=2)


def axes(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Axe par axe"))
    found = teller.dataset["axes"]
    if not found:
        summary.say(_("Aucun engagement dans ce périmètre."))
        return
    rows = [axis_row(teller.axis(axis), axis) for axis in found]
    rows.append(axis_row(_("Ensemble"), teller.dataset["summary"]))
    headings = (
        _("Axe"),
        _("Suivis"),
        _("Réalisés"),
        _("En cours"),
        _("En retard"),
        _("Avancement"),
        _("Attendu"),
    )
    summary.table(_("Les axes en chiffres"), headings, rows, (54, 20, 24, 20, 18, 27, 23), figures_from=1)


def axis_row(title: Words, figures: Json) -> list[Words | Late]:
    late = number(figures["late"])
    return [
        title,
        number(figures["counted"]),
        number(count_of(figures["by_status"], "completed")),
        number(count_of(figures["by_status"], "in_progress")),
        Late(late) if figures["late"] else late,
        progress(figures),
        expected(figures),
    ]


def late(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Ce qui est en retard"))
    found = office_findings.late(teller.dataset)
    if not found:
        summary.say(_("Aucun engagement n’est en retard sur le calendrier initial."))
        return
    rows = [
        (
            AsWritten(row["title"]),
            short(row["late_since"]),
            teller.late_reasons(row),
            office_words.against_expected(row),
        )
        for row in found
    ]
    summary.table(
        _("Engagements en retard sur le calendrier initial, le plus ancien retard d’abord"),
        (_("Engagement"), _("Depuis le"), _("Pourquoi"), _("Avancement")),
        rows,
        (50, 20, 76, 24),
    )


def support(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Ce qui demande une décision"))
    found = office_findings.needing(teller.dataset)
    if not found:
        summary.say(_("Aucun porteur n’annonce d’objectifs compromis ni ne demande d’appui."))
        return
    rows = [
        (AsWritten(row["title"]), teller.label("weather", row["weather"]), AsWritten(row["weather_reason"]))
        for row in found
    ]
    headings = (_("Engagement"), _("Météo"), _("Motif"))
    summary.table(_("Objectifs compromis ou appuis nécessaires"), headings, rows, (60, 35, 75))


def postponements(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Reports d’échéance de la période"))
    found = teller.dataset["postponements"]
    if not found:
        summary.say(_("Aucun report %(period)s.") % {"period": teller.period})
        return
    rows = [
        (
            office_words.what_moved(row),
            office_words.moved(row),
            teller.postponed_why(row),
            teller.postponed_by(row) or NOBODY,
        )
        for row in found
    ]
    headings = (_("Engagement"), _("Échéance"), _("Motif"), _("Par"))
    summary.table(_("Reports décidés %(period)s") % {"period": teller.period}, headings, rows, (55, 38, 45, 32))


def unapproved(summary: Summary, teller: Teller) -> None:
    found = teller.dataset["unapproved"]
    if not found:
        return
    summary.heading(_("Textes non visés"))
    summary.say(_("Envoyés sans tous leurs visas, ces textes ont quitté le trimestre : ils ne sont pas publiés."))
    rows = [
        (
            AsWritten(row["title"]),
            day(row["submitted_on"]),
            joined((teller.label("side", side) for side in row["missing_sides"]), ", ") or NOBODY,
        )
        for row in found
    ]
    headings = (_("Engagement"), _("Envoyé le"), _("Visa manquant"))
    summary.table(_("Textes sans tous leurs visas"), headings, rows, (100, 35, 35))


def decisions(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Décisions encore ouvertes"))
    found = office_findings.open_decisions(teller.dataset)
    if not found:
        summary.say(_("Toutes les décisions du comité de pilotage sont exécutées ou abandonnées."))
        return
    titles = office_findings.titles_of_decisions(teller.dataset)
    rows = [
        (
            office_words.decision_name(row),
            AsWritten(row["owner"]),
            day(row["due_on"]) or NOBODY,
            joined((AsWritten(titles.get(code, code)) for code in row["commitments"]), "\n") or NOBODY,
        )
        for row in found
    ]
    headings = (_("Décision"), _("À exécuter par"), _("Pour le"), _("Engagements"))
    summary.table(_("Décisions du comité de pilotage à exécuter"), headings, rows, (38, 45, 30, 57))


def answers(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Réponses du trimestre"))
    figures = teller.dataset["summary"]
    codes = [item["code"] for item in figures["answers"]]
    if not codes:
        summary.say(_("Ce rapport, d’une forme ancienne, ne dit pas les réponses."))
        return
    groups = [(teller.axis(axis), axis) for axis in teller.dataset["axes"]] + [(_("Ensemble"), figures)]
    rows = [(title, *(number(count_of(group["answers"], code)) for code in codes)) for title, group in groups]
    headings = (_("Axe"), *(upper(teller.label("answer", code)) for code in codes))
    caption = _("Réponses au %(quarter)s, en nombre d’engagements") % {"quarter": teller.quarter}
    summary.table(caption, headings, rows, (50, *[25] * len(codes)), figures_from=1)


def money(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Argent"))
    summary.say(
        _(
            "Enveloppes emboîtées : leurs montants ne s’additionnent jamais, ni l’argent de la région avec le "
            "contexte national ou européen."
        )
    )
    for reach in office_findings.REACHES:
        found = office_findings.envelopes(teller.dataset, reach)
        summary.heading(upper(teller.label("reach", reach)), 2)
        if not found:
            summary.say(_("Aucune enveloppe."))
            continue
        told = found[:ENVELOPES_TOLD]
        rows = [(AsWritten(row["title"]), teller.envelope(row), AsWritten(row["period"] or NOBODY)) for row in told]
        caption = plural("%(n)s enveloppe", "%(n)s enveloppes", len(found)) % {"n": number(len(found))}
        headings = (_("Enveloppe"), _("Montant"), _("Période"))
        summary.table(f"{upper(teller.label('reach', reach))}, {caption}", headings, rows, (85, 50, 35))
        if others := len(found) - len(told):
            words = plural(
                "Et %(n)s autre enveloppe, dans le rapport PDF et sur le portail.",
                "Et %(n)s autres enveloppes, dans le rapport PDF et sur le portail.",
                others,
            )
            summary.say(words % {"n": number(others)}, NOTE)


def next_steps(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Prochaines étapes"))
    found = office_findings.next_steps(teller.dataset)
    if not found:
        summary.say(_("Aucune étape annoncée."))
        return
    for axis in teller.dataset["axes"]:
        steps = found.get(axis["code"], [])
        if not steps:
            continue
        summary.heading(teller.axis(axis), 2)
        told = steps[:NEXT_STEPS_TOLD]
        for step in told:
            summary.told(AsWritten(step.title), (AsWritten(step.text), " […]" if step.is_cut else ""))
        if others := len(steps) - len(told):
            words = plural(
                "Et %(n)s autre engagement, dans le rapport PDF et sur le portail.",
                "Et %(n)s autres engagements, dans le rapport PDF et sur le portail.",
                others,
            )
            summary.say(words % {"n": number(others)}, NOTE)
    if any(step.is_cut for steps in found.values() for step in steps):
        summary.say(_("[…] : premier paragraphe seul ; la suite est dans le rapport PDF et sur le portail."), NOTE)


def definitions(summary: Summary, teller: Teller) -> None:
    summary.heading(_("Définitions"))
    # The meanings of statuses and weathers stand beside their figures.
    told = {teller.label(group, item["code"]) for group in ("status", "weather") for item in counted(teller, group)}
    for group in teller.dataset["definitions"][teller.language]:
        terms = [term for term in group["terms"] if term["term"] not in told]
        if terms:
            summary.heading(group["title"], 2)
        for term in terms:
            summary.told(term["term"], term["text"])


def counted(teller: Teller, group: str) -> list[Json]:
    found: list[Json] = teller.dataset["summary"][f"by_{group}"]
    return found


SECTIONS = (
    cover,
    key_figures,
    status_and_weather,
    axes,
    late,
    support,
    postponements,
    unapproved,
    decisions,
    answers,
    money,
    next_steps,
    definitions,
)
