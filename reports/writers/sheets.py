"""The sheets of the workbooks, column by column."""

from collections.abc import Iterable

from commitments.models import Status, Weather
from reports.dataset import Dataset, Json
from reports.dataset.answers import LABELS
from reports.writers.columns import Column, Sheet, count_of, joined, last, publishers, urls, yes_no

COMMITMENT = (
    Column("Code", "text", "code", "Identifiant stable de l’engagement", 30),
    Column("Titre", "long", "title", "Intitulé de l’engagement"),
    Column(
        "Compté",
        "text",
        lambda row: "action voisine" if row["is_adjacent"] else "engagement compté",
        "« engagement compté » entre dans les chiffres clés ; « action voisine » n’y entre jamais",
        20,
    ),
    Column("Trimestre", "text", "quarter", "Trimestre du rapport", 12),
    Column("Situation au", "date", "reference_on", "Date de référence : dernier jour du trimestre"),
    Column("Axe", "text", "axis_title", "Axe principal ; « tous les axes » pour un engagement transversal", 34),
    Column("Autres axes", "text", joined("other_axes"), "Autres axes sous lesquels l’engagement est listé", 34),
    Column("Provenance", "text", "provenance_label", "Lien de l’engagement avec la feuille de route", 34),
    Column("Fiabilité", "text", "confidence_label", "Ce que couvrent les sources", 22),
    Column("Chefs de file", "text", joined("leads"), "Chefs de file et co-porteurs", 34),
    Column("Opérateurs", "text", joined("operators"), "Acteurs qui mettent en œuvre", 34),
    Column("Partenaires", "text", joined("partners"), "Acteurs associés", 34),
    Column("Statut", "text", "status_label", "Dernier statut publié à la date de référence", 16),
    Column("Météo", "text", "weather_label", "Ce que le porteur attend des objectifs", 22),
    Column("Motif de la météo", "long", "weather_reason", "Pourquoi cette météo"),
    Column("Avancement", "percent", "progress", "En pour cent ; vide : non mesuré, ce qui n’est pas zéro"),
    Column("Mesuré par", "text", "progress_method_label", "Méthode de mesure de l’avancement", 24),
    Column("Attendu, calendrier initial", "percent", "expected", "Avancement attendu à la date, plan initial"),
    Column("Attendu, calendrier révisé", "percent", "expected_revised", "Avancement attendu à la date, plan révisé"),
    Column("En retard", "text", yes_no("is_late"), "Sur le calendrier initial", 11),
    Column("En retard depuis", "date", "late_since", "Premier jour de retard sur le calendrier initial"),
    Column(
        "Motifs du retard",
        "text",
        lambda row: "\u202f; ".join(reason["label"] for reason in row["late_reasons"]),
        "Ce qui fait le retard",
        44,
    ),
    Column("En retard, calendrier révisé", "text", yes_no("is_late_revised"), "Sur le calendrier révisé", 16),
    Column("Début", "date", "starts_on", "Début prévu"),
    Column("Échéance initiale", "date", "initial_due_on", "Promise au départ"),
    Column("Échéance", "date", "due_on", "En vigueur à la date de référence"),
    Column("Précision des dates", "text", "date_precision_label", "Ce que la source donne de la date", 12),
    Column("Glissement (jours)", "integer", "slippage_days", "Échéance moins échéance initiale"),
    Column("Reports", "integer", "postponement_count", "Nombre de reports de cette échéance"),
    Column("Reports de jalons", "integer", "milestone_postponement_count", "Nombre de reports de ses jalons"),
    Column("Dernier point publié", "date", "updated_on", "Date du dernier point d’avancement publié"),
    Column("Réponse du trimestre", "text", "answer_label", "Ce que l’engagement a répondu pour ce trimestre", 30),
    Column("Confirmé le", "date", "confirmed_on", "Le texte, plus ancien, vaut toujours ; rien de nouveau"),
    Column("Où en est-on", "long", "text", "Texte du dernier point publié, à sa date et non à celle de la réponse"),
    Column("Prochaines étapes", "long", "next_steps", "Texte public du dernier point d’avancement"),
    Column("Texte officiel", "long", "official_text", "Tel que publié"),
    Column("Programmé, région", "euros", "planned_regional", "Euros programmés sur des enveloppes de la région"),
    Column("Programmé, national", "euros", "planned_national", "Contexte : ne s’ajoute pas à l’argent de la région"),
    Column("Programmé, européen", "euros", "planned_european", "Contexte : ne s’ajoute pas à l’argent de la région"),
    Column("Lignes sans montant", "integer", "lines_without_amount", "Lignes de financement au montant inconnu"),
    Column("Sources", "text", publishers, "Éditeurs des sources", 34),
    Column("Adresses des sources", "url", urls, "Séparées par une espace"),
)
NOTICE = Column("Avertissement", "text", "notice", "Présent quand l’activité est fictive", 30)

SUMMARY = (
    Column("Groupe", "text", "title", "Ensemble du périmètre, puis axe par axe", 44),
    Column("Engagements comptés", "integer", "counted", "Actions voisines exclues"),
    *[
        Column(f"Statut : {s.label}", "integer", count_of("by_status", s), "Nombre d’engagements de ce statut")
        for s in Status
    ],
    *[
        Column(f"Météo : {w.label}", "integer", count_of("by_weather", w), "Nombre d’engagements de cette météo")
        for w in Weather
    ],
    Column("En retard", "integer", "late", "Sur le calendrier initial"),
    Column("En retard, calendrier révisé", "integer", "late_revised", "Sur le calendrier révisé"),
    Column("Avancement moyen", "percent", "progress", "Moyenne pondérée sur les engagements mesurés"),
    Column("Avancement attendu moyen", "percent", "expected", "Sur les mêmes engagements, calendrier initial"),
    Column("Mesurés", "integer", "measured", "Engagements dont l’avancement est mesuré"),
    Column("Sur", "integer", "measurable", "Engagements comptés, abandonnés exclus"),
    Column("Moyenne partielle", "text", yes_no("is_partial"), "Trop peu d’engagements mesurés", 12),
    *[
        Column(f"Réponse : {label}", "integer", count_of("answers", state), "Nombre d’engagements de cette réponse")
        for state, label in LABELS.items()
    ],
    Column("Sans réponse ce trimestre", "integer", "not_answered", "Réponse attendue, ou non renseigné"),
)

MILESTONE = (
    Column("Engagement", "text", "code", "Code de l’engagement", 30),
    Column("Compté", "text", lambda row: "non" if row["is_adjacent"] else "oui", "non : action voisine", 10),
    Column("Jalon", "long", "title", "Intitulé du jalon"),
    Column("État", "text", "status_label", "Connu à la date de référence", 12),
    Column("Origine", "text", "origin_label", "Un jalon lu dans une source n’entre pas dans l’avancement", 30),
    Column("Poids", "integer", "weight", "Poids dans l’avancement"),
    Column("Échéance initiale", "date", "initial_due_on", "Promise au départ"),
    Column("Échéance", "date", "due_on", "En vigueur à la date de référence"),
    Column("Glissement (jours)", "integer", "slippage_days", "Échéance moins échéance initiale"),
    Column("Reports", "integer", "postponement_count", "Nombre de reports de cette échéance"),
    Column("Atteint le", "date", "achieved_on", "Vide : pas encore"),
    Column("Jours de dépassement", "integer", "days_overdue", "Au-delà de l’échéance en vigueur"),
)

POSTPONEMENT = (
    Column("Engagement", "text", "commitment", "Code de l’engagement", 30),
    Column("Titre", "long", "commitment_title", "Intitulé de l’engagement"),
    Column("Jalon", "long", "milestone", "Vide : l’échéance de l’engagement lui-même"),
    Column("De", "date", "from_on", "Ancienne échéance"),
    Column("À", "date", "to_on", "Nouvelle échéance"),
    Column("Jours", "integer", "days", "Écart"),
    Column("Nature du motif", "text", "reason_label", "", 20),
    Column("Motif", "long", "reason", "Motif écrit"),
    Column("Côté", "text", "side", "État ou Région", 10),
    Column("Pour le compte de", "text", "actor", "Organisme de l’auteur ; jamais un nom de personne", 34),
    Column("Décidé le", "date", "made_on", "Jour du report"),
    Column("Décision n°", "integer", "decision_number", "Décision du comité de pilotage que le report applique"),
    Column("Comité du", "date", "decision_meeting_on", "Vide : le report n’applique aucune décision du comité"),
)

ENVELOPE = (
    Column("Code", "text", "code", "Identifiant stable de l’enveloppe", 30),
    Column("Enveloppe", "long", "title", "Intitulé"),
    Column("Niveau", "integer", "level", "0 : ne fait partie d’aucune autre. Ne jamais additionner"),
    Column("Portée", "text", "reach_label", "Le national et l’européen sont un contexte", 20),
    Column("Périmètre", "text", "geographic_scope", "Périmètre géographique", 24),
    Column("Montant", "euros", "amount", "Vide : aucun montant publié"),
    Column("Montant annuel", "text", yes_no("is_yearly"), "Le montant vaut pour une année", 10),
    Column("Base", "text", "amount_basis_label", "Publié ou calculé", 30),
    Column("Période", "text", "period", "", 16),
    Column("Financeurs", "text", joined("funders"), "", 34),
    Column("Fiabilité", "text", "confidence_label", "", 22),
    Column("Adresses des sources", "url", urls, "Séparées par une espace"),
)

FUNDING = (
    Column("Engagement", "text", "commitment", "Code de l’engagement", 30),
    Column("Compté", "text", lambda row: "non" if row["is_adjacent"] else "oui", "non : action voisine", 10),
    Column("Enveloppe", "text", "envelope_title", "Enveloppe dont vient l’argent", 44),
    Column("Portée", "text", "reach_label", "Le national et l’européen sont un contexte", 20),
    Column("Financeur", "text", "funder", "Vide : parts non publiées", 34),
    Column("Bénéficiaire", "text", "beneficiary", "", 34),
    Column("Instrument", "text", "instrument", "", 24),
    Column("Programmé", "euros", "planned", "Vide : montant inconnu, ce qui n’est pas zéro"),
    Column(
        "Additionné",
        "text",
        yes_no("is_added"),
        "non : sans montant, ou déjà compris dans une ligne plus précise du même engagement",
        12,
    ),
    Column("Ligne fictive", "text", yes_no("is_fictional"), "oui : donnée de démonstration", 12),
)

INDICATOR = (
    Column("Code", "text", "code", "Identifiant stable de l’indicateur", 30),
    Column("Indicateur", "long", "title", "Intitulé"),
    Column("Définition", "long", "definition", ""),
    Column("Unité", "text", "unit_label", "", 16),
    Column("Périmètre", "text", "geographic_scope", "Périmètre géographique", 24),
    Column("Valeur initiale", "decimal", "baseline", ""),
    Column("Initiale au", "date", "baseline_on", ""),
    Column("Dernier relevé", "decimal", last("readings", "value"), "Connu à la date de référence"),
    Column("Relevé au", "date", last("readings", "on"), "Date de référence du relevé"),
    Column("Nuance", "text", last("readings", "qualifier"), "« plus de », « environ » : mot de la source", 14),
    Column("Qualité", "text", last("readings", "quality_label"), "Estimée, provisoire, définitive", 14),
    Column("Cible", "decimal", last("targets", "value"), "Dernière cible"),
    Column("Pour le", "date", last("targets", "on"), "Vide : cible sans date"),
    Column("Chemin parcouru", "percent", "progress", "De la valeur initiale à la cible ; vide : non mesuré"),
    Column("Producteur", "text", "producer", "", 26),
    Column("Limites", "long", "limits", ""),
    Column("Adresses des sources", "url", urls, "Séparées par une espace"),
)


def commitment_rows(dataset: Dataset, key: str) -> Iterable[Json]:
    quarter = dataset["quarter"]
    common = {"quarter": quarter["label"], "reference_on": quarter["reference_on"]}
    return ({**row, **common, "notice": dataset["demonstration_notice"]} for row in dataset[key])


def milestone_rows(dataset: Dataset) -> Iterable[Json]:
    for row in [*dataset["commitments"], *dataset["adjacent"]]:
        for milestone in row["milestones"]:
            yield {**milestone, "code": row["code"], "is_adjacent": row["is_adjacent"]}


SHEETS = (
    Sheet("Synthèse", SUMMARY, lambda d: [{**d["summary"], "title": "Ensemble du périmètre"}, *d["axes"]]),
    Sheet("Engagements", COMMITMENT, lambda d: commitment_rows(d, "commitments")),
    Sheet("Actions voisines", COMMITMENT, lambda d: commitment_rows(d, "adjacent")),
    Sheet("Jalons", MILESTONE, milestone_rows),
    Sheet("Reports d’échéance", POSTPONEMENT, lambda d: d["postponements"]),
    Sheet("Enveloppes", ENVELOPE, lambda d: d["envelopes"]),
    Sheet("Financements", FUNDING, lambda d: d["funding_lines"]),
    Sheet("Indicateurs", INDICATOR, lambda d: d["indicators"]),
)
READ_ME = "Lisez-moi"
DICTIONARY = "Dictionnaire"
KIND_NAMES = {
    "text": "texte",
    "long": "texte",
    "url": "adresses",
    "integer": "nombre entier",
    "decimal": "nombre",
    "percent": "pourcentage",
    "euros": "euros",
    "date": "date",
}


def dictionary_rows() -> Iterable[tuple[str, str, str, str]]:
    """(sheet, column, type, meaning)"""
    for sheet in SHEETS:
        for column in sheet.columns:
            yield sheet.name, column.title, KIND_NAMES[column.kind], column.meaning
