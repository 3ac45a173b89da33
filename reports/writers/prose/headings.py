"""Titles, heads of columns and standing sentences of a report: templates hold layout, and no word."""

from django.utils.translation import gettext as _

from reports.dataset import Dataset
from reports.writers.prose.values import colon
from roadmap_portal.templatetags.portal import NBSP, semicolon


def headings(dataset: Dataset) -> dict[str, str]:
    return {
        "colon": colon(),
        "semicolon": semicolon(),
        **_sections(dataset["period"]["kind"] == "quarter"),
        **_figures(),
        **_commitment(),
        **_tables(),
        **_money_and_indicators(),
        **_pages(),
    }


def _sections(is_quarter: bool) -> dict[str, str]:
    return {
        "contents": _("Sommaire"),
        "essentials": _("L’essentiel"),
        "by_axis": _("Axe par axe"),
        "commitments": _("Les engagements"),
        "adjacent": _("Actions voisines"),
        "adjacent_note": _(
            "Ces actions vont dans le sens de la feuille de route, mais leur source ne les y rattache pas. Elles "
            "n’entrent dans aucun chiffre de synthèse."
        ),
        "postponements": _("Reports d’échéance du trimestre") if is_quarter else _("Reports d’échéance de la période"),
        "decisions": _("Décisions du comité de pilotage"),
        "unapproved": _("Textes non visés"),
        "merged": _("Engagements fusionnés"),
        "money": _("Argent"),
        "indicators": _("Indicateurs"),
        "definitions": _("Définitions et calculs"),
        "nothing_in_scope": _("Aucun engagement dans ce périmètre."),
    }


def _figures() -> dict[str, str]:
    return {
        "where": _("Où en sont les engagements"),
        "hopes": _("Ce que les porteurs attendent"),
        "status": _("Statut"),
        "weather": _("Météo"),
        "answer": _("Réponse du trimestre"),
        "by_status": _("Engagements par statut"),
        "by_weather": _("Engagements par météo"),
        "by_answer": _("Engagements par réponse du trimestre"),
        "number": _("Nombre"),
        "share": _("Part"),
        "axis": _("Axe"),
        "axes_in_figures": _("Les axes en chiffres"),
        "axes_chart": _("Avancement moyen par axe"),
        "axes_note": _(
            "Barre\u00a0: avancement moyen des engagements mesurés, suivi de leur nombre. Trait vertical\u00a0: "
            "avancement attendu à la date, sur le calendrier initial."
        ),
        "axes_table_note": _(
            "Avancement moyen des engagements mesurés, suivi de leur nombre\u202f; attendu à la date, sur le "
            "calendrier initial."
        ),
        "answers_by_axis": _("Réponses du trimestre, en nombre d’engagements"),
        "followed": _("Suivis"),
        "completed": _("Réalisés"),
        "in_progress": _("En cours"),
        "late": _("En retard"),
        "late_revised": _("En retard, calendrier révisé"),
        "progress": _("Avancement"),
        "measured": _("Mesurés"),
        "expected": _("Attendu"),
    }


def _commitment() -> dict[str, str]:
    return {
        "due": _("Échéance"),
        "initial_due": _("Échéance initiale"),
        "status_reason": _("Motif du statut"),
        "next_steps": _("Prochaines étapes"),
        "milestones": _("Jalons"),
        "milestone": _("Jalon"),
        "state": _("État"),
        "its_postponements": _("Reports d’échéance"),
        "official_text": _("Texte de l’engagement"),
        "visas": _("Visas"),
        "evidence": _("Pièces justificatives"),
        "its_money": _("Argent"),
        "sources": _("Sources"),
        "not_provided": _("non renseigné"),
    }


def _tables() -> dict[str, str]:
    return {
        "moved": _("Échéances déplacées"),
        "nothing_moved": _("Aucune échéance n’a été déplacée pendant la période."),
        "commitment": _("Engagement"),
        "from": _("De"),
        "to": _("À"),
        "reason": _("Motif"),
        "on_behalf": _("Pour le compte de"),
        "decisions_note": _(
            "Décisions prises pendant la période ou encore à suivre à la date de référence. Leur texte reste au comité."
        ),
        "decision": _("Décision"),
        "meeting": _("Comité du"),
        "owner": _("Qui s’en charge"),
        "for_the": _("Pour le"),
        "concerned": _("Engagements concernés"),
        "no_decision": _("Aucune décision prise pendant la période ni à suivre."),
        "unapproved_note": _(
            "Ces engagements avaient un point d’avancement envoyé, auquel manquait au moins un visa le jour du "
            "scellement. Il n’est pas dans ce rapport\u202f; ces engagements y figurent dans leur dernier état publié."
        ),
        "submitted": _("Envoyé le"),
        "approved_by": _("Côtés qui ont visé"),
        "missing_of": _("Visas manquants"),
        "merged_note": _("Suivis désormais dans un autre engagement, ils ne sont plus comptés à part."),
        "into": _("Fusionné dans"),
        "on": _("Le"),
        "adjacent_tag": _("action voisine"),
    }


def _money_and_indicators() -> dict[str, str]:
    return {
        "money_note": _(
            "Les enveloppes sont emboîtées\u00a0: une enveloppe en retrait fait partie de celle qui la précède. Leurs "
            "montants ne s’additionnent pas. Les enveloppes nationales et européennes sont un contexte, pas une "
            "dépense dans la région."
        ),
        "envelopes": _("Enveloppes emboîtées, avec leur portée et leur montant"),
        "envelope": _("Enveloppe"),
        "reach": _("Portée"),
        "amount": _("Montant"),
        "period": _("Période"),
        "funders": _("Financeurs"),
        "funding_lines": _("Lignes de financement des engagements"),
        "funder": _("Financeur"),
        "planned": _("Programmé"),
        "authorised": _("Autorisé (AE ou AP)"),
        "contracted": _("Engagé net"),
        "paid": _("Payé net"),
        "contracted_rate": _("Taux d’engagement"),
        "paid_rate": _("Taux de paiement"),
        "money_totals": _("Dans la région, du programmé au payé"),
        "rates_note": _(
            "Taux d’engagement = engagé net ÷ programmé, sur les lignes où les deux sont connus\u202f; "
            "taux de paiement = payé net ÷ programmé. Autorisations et paiements ne s’additionnent jamais\u202f; "
            "l’argent national et européen et les actions voisines n’y sont pas."
        ),
        "fictional": _("fictif"),
        "no_money": _("Aucune enveloppe ni ligne de financement dans ce périmètre."),
        "no_indicator": _("Aucun indicateur dans ce périmètre."),
        "indicators_table": _("Mesures et cibles, avec leur source"),
        "indicator": _("Indicateur"),
        "unit": _("unité"),
        "baseline": _("Valeur initiale"),
        "readings": _("Relevés"),
        "targets": _("Cibles"),
        "covered": _("Chemin parcouru"),
        "limits": _("Limites"),
        "no_reading": _("aucun relevé"),
        "no_target": _("non publiée"),
    }


def _pages() -> dict[str, str]:
    missing = _(
        "Signes que les polices de ce document ne contiennent pas, remplacés par «%(nbsp)s□%(nbsp)s»\u00a0: %(n)s. Le "
        "texte complet est dans les classeurs et sur le portail."
    )
    return {
        "reference": _("Situation au"),
        # « {page} » and « {pages} » are filled in by the layout, which alone knows them.
        "page": _("page {page} sur {pages}"),
        "missing": missing % {"nbsp": NBSP, "n": "{n}"},
        "keywords": _("intelligence artificielle, feuille de route"),
    }
