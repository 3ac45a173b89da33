"""The columns that tell of commitments: the whole, each one, its milestones, what it answered and with which visas."""

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commitments.models import Status, Weather
from reports.dataset import Json
from reports.dataset.answers import LABELS
from reports.writers.columns import (
    Column,
    Words,
    answer,
    count_of,
    decision_of_side,
    inside,
    joined,
    label_inside,
    labelled,
    main_axis,
    no_yes,
    of_side,
    publishers,
    reasons,
    urls,
    yes_no,
)

# Where a word of ours and a word of a code make one title.
BOTH = "{kind}\u00a0: {label}"


def counted(row: Json, words: Words) -> str:
    return gettext("action voisine") if row["is_adjacent"] else gettext("engagement compté")


def group(row: Json, words: Words) -> str:
    """Of the synthesis: an axis, or the commitments of all axes; the whole has no code at all."""
    if "code" not in row:
        return gettext("Ensemble du périmètre")
    return str(row["title"]) if row["code"] is not None else words("transversal", "long", row["title"])


COMMITMENT = (
    Column(_("Code"), "text", "code", _("Identifiant stable de l’engagement"), 30),
    Column(_("Titre"), "long", "title", _("Intitulé de l’engagement")),
    Column(
        _("Compté"),
        "text",
        counted,
        _(
            "«\u00a0engagement compté\u00a0» entre dans les chiffres clés\u202f; "
            "«\u00a0action voisine\u00a0» n’y entre jamais"
        ),
        20,
    ),
    Column(_("Trimestre"), "text", "quarter", _("Trimestre du rapport"), 12),
    Column(_("Situation au"), "date", "reference_on", _("Date de référence\u00a0: dernier jour du trimestre")),
    Column(
        _("Axe"),
        "text",
        main_axis,
        _("Axe principal\u202f; «\u00a0tous les axes\u00a0» pour un engagement transversal"),
        34,
    ),
    Column(_("Autres axes"), "text", joined("other_axes"), _("Autres axes sous lesquels l’engagement est listé"), 34),
    Column(
        _("Provenance"),
        "text",
        labelled("provenance", "provenance"),
        _("Lien de l’engagement avec la feuille de route"),
        34,
    ),
    Column(_("Fiabilité"), "text", labelled("confidence", "confidence"), _("Ce que couvrent les sources"), 22),
    Column(_("Chefs de file"), "text", joined("leads"), _("Chefs de file et co-porteurs"), 34),
    Column(_("Opérateurs"), "text", joined("operators"), _("Acteurs qui mettent en œuvre"), 34),
    Column(_("Partenaires"), "text", joined("partners"), _("Acteurs associés"), 34),
    Column(_("Statut"), "text", labelled("status", "status"), _("Dernier statut publié à la date de référence"), 16),
    Column(_("Météo"), "text", labelled("weather", "weather"), _("Ce que le porteur attend des objectifs"), 22),
    Column(_("Motif de la météo"), "long", "weather_reason", _("Pourquoi cette météo")),
    Column(
        _("Avancement"), "percent", "progress", _("En pour cent\u202f; vide\u00a0: non mesuré, ce qui n’est pas zéro")
    ),
    Column(
        _("Mesuré par"),
        "text",
        labelled("progress_method", "progress_method"),
        _("Méthode de mesure de l’avancement"),
        24,
    ),
    Column(_("Attendu, calendrier initial"), "percent", "expected", _("Avancement attendu à la date, plan initial")),
    Column(
        _("Attendu, calendrier révisé"), "percent", "expected_revised", _("Avancement attendu à la date, plan révisé")
    ),
    Column(_("En retard"), "text", yes_no("is_late"), _("Sur le calendrier initial"), 11),
    Column(_("En retard depuis"), "date", "late_since", _("Premier jour de retard sur le calendrier initial")),
    Column(_("Motifs du retard"), "text", reasons, _("Ce qui fait le retard"), 44),
    Column(_("En retard, calendrier révisé"), "text", yes_no("is_late_revised"), _("Sur le calendrier révisé"), 16),
    Column(_("Début"), "date", "starts_on", _("Début prévu")),
    Column(_("Échéance initiale"), "date", "initial_due_on", _("Promise au départ")),
    Column(_("Échéance"), "date", "due_on", _("En vigueur à la date de référence")),
    Column(
        _("Précision des dates"),
        "text",
        labelled("date_precision", "date_precision"),
        _("Ce que la source donne de la date"),
        12,
    ),
    Column(_("Glissement (jours)"), "integer", "slippage_days", _("Échéance moins échéance initiale")),
    Column(_("Reports"), "integer", "postponement_count", _("Nombre de reports de cette échéance")),
    Column(_("Reports de jalons"), "integer", "milestone_postponement_count", _("Nombre de reports de ses jalons")),
    Column(_("Dernier point publié"), "date", "updated_on", _("Date du dernier point d’avancement publié")),
    Column(_("Réponse du trimestre"), "text", answer, _("Ce que l’engagement a répondu pour ce trimestre"), 30),
    Column(_("Confirmé le"), "date", "confirmed_on", _("Le texte, plus ancien, vaut toujours\u202f; rien de nouveau")),
    Column(
        _("Où en est-on"), "long", "text", _("Texte du dernier point publié, à sa date et non à celle de la réponse")
    ),
    Column(_("Prochaines étapes"), "long", "next_steps", _("Texte public du dernier point d’avancement")),
    Column(_("Texte officiel"), "long", "official_text", _("Tel que publié")),
    Column(_("Programmé, région"), "euros", "planned_regional", _("Euros programmés sur des enveloppes de la région")),
    Column(
        _("Programmé, national"),
        "euros",
        "planned_national",
        _("Contexte\u00a0: ne s’ajoute pas à l’argent de la région"),
    ),
    Column(
        _("Programmé, européen"),
        "euros",
        "planned_european",
        _("Contexte\u00a0: ne s’ajoute pas à l’argent de la région"),
    ),
    Column(_("Lignes sans montant"), "integer", "lines_without_amount", _("Lignes de financement au montant inconnu")),
    Column(
        _("Poids"),
        "integer",
        "weight",
        _(
            "Poids de l’engagement dans l’avancement moyen. Celui de la feuille Synthèse se recalcule d’ici\u00a0: "
            "somme de Poids × Avancement, divisée par la somme des poids, sur les lignes dont Avancement n’est pas "
            "vide et dont le statut n’est pas abandonné\u202f; les actions voisines n’y entrent pas"
        ),
    ),
    Column(_("Sources"), "text", publishers, _("Éditeurs des sources"), 34),
    Column(_("Adresses des sources"), "url", urls, _("Séparées par une espace")),
)

ANSWER = (
    Column(_("Code"), "text", "code", _("Identifiant stable de l’engagement"), 30),
    Column(_("Titre"), "long", "title", _("Intitulé de l’engagement")),
    Column(_("Compté"), "text", no_yes("is_adjacent"), _("non\u00a0: action voisine"), 10),
    Column(_("Réponse du trimestre"), "text", answer, _("Ce que l’engagement a répondu pour ce trimestre"), 30),
    Column(_("Répondu le"), "date", "answered_on", _("Vide\u00a0: sans réponse")),
    Column(
        _("Répondu par"), "text", inside("answered_by", "actor"), _("Organisme\u202f; jamais un nom de personne"), 34
    ),
    Column(_("Côté de la réponse"), "text", label_inside("side", "answered_by", "side"), _("État ou Région"), 12),
    Column(_("Rôle"), "text", label_inside("role", "answered_by", "role"), _("Rôle tenu ce jour-là"), 20),
    Column(_("Texte publié le"), "date", "updated_on", _("Jour du texte en vigueur, celui que portent les visas")),
    Column(_("Visa de l’État"), "text", decision_of_side("state"), _("Vide\u00a0: le texte n’en porte pas"), 20),
    Column(_("Visa de l’État par"), "text", of_side("state", "actor"), _("Organisme"), 34),
    Column(_("Visa de l’État le"), "date", of_side("state", "on"), _("Jour du visa")),
    Column(_("Visa de la Région"), "text", decision_of_side("region"), _("Vide\u00a0: le texte n’en porte pas"), 20),
    Column(_("Visa de la Région par"), "text", of_side("region", "actor"), _("Organisme"), 34),
    Column(_("Visa de la Région le"), "date", of_side("region", "on"), _("Jour du visa")),
)
NOTICE = Column(_("Avertissement"), "text", "notice", _("Présent quand l’activité est fictive"), 30)

SUMMARY = (
    Column(_("Groupe"), "text", group, _("Ensemble du périmètre, puis axe par axe"), 44),
    Column(_("Engagements comptés"), "integer", "counted", _("Actions voisines exclues")),
    *[
        Column(f"Statut\u00a0: {s.label}", "integer", count_of("by_status", s), _("Nombre d’engagements de ce statut"))
        for s in Status
    ],
    *[
        Column(
            f"Météo\u00a0: {w.label}", "integer", count_of("by_weather", w), _("Nombre d’engagements de cette météo")
        )
        for w in Weather
    ],
    Column(_("En retard"), "integer", "late", _("Sur le calendrier initial")),
    Column(_("En retard, calendrier révisé"), "integer", "late_revised", _("Sur le calendrier révisé")),
    Column(_("Avancement moyen"), "percent", "progress", _("Moyenne pondérée sur les engagements mesurés")),
    Column(_("Avancement attendu moyen"), "percent", "expected", _("Sur les mêmes engagements, calendrier initial")),
    Column(_("Mesurés"), "integer", "measured", _("Engagements dont l’avancement est mesuré")),
    Column(_("Sur"), "integer", "measurable", _("Engagements comptés, abandonnés exclus")),
    Column(_("Moyenne partielle"), "text", yes_no("is_partial"), _("Trop peu d’engagements mesurés"), 12),
    *[
        Column(
            format_lazy(BOTH, kind=_("Réponse"), label=label),
            "integer",
            count_of("answers", state),
            _("Nombre d’engagements de cette réponse"),
        )
        for state, label in LABELS.items()
    ],
    Column(_("Sans réponse ce trimestre"), "integer", "not_answered", _("Réponse attendue, ou non renseigné")),
)

MILESTONE = (
    Column(_("Engagement"), "text", "code", _("Code de l’engagement"), 30),
    Column(_("Compté"), "text", no_yes("is_adjacent"), _("non\u00a0: action voisine"), 10),
    Column(_("Jalon"), "long", "title", _("Intitulé du jalon")),
    Column(_("État"), "text", labelled("milestone_status", "status"), _("Connu à la date de référence"), 12),
    Column(
        _("Origine"),
        "text",
        labelled("milestone_origin", "origin"),
        _("Un jalon lu dans une source n’entre pas dans l’avancement"),
        30,
    ),
    Column(_("Poids"), "integer", "weight", _("Poids dans l’avancement")),
    Column(_("Échéance initiale"), "date", "initial_due_on", _("Promise au départ")),
    Column(_("Échéance"), "date", "due_on", _("En vigueur à la date de référence")),
    Column(_("Glissement (jours)"), "integer", "slippage_days", _("Échéance moins échéance initiale")),
    Column(_("Reports"), "integer", "postponement_count", _("Nombre de reports de cette échéance")),
    Column(_("Atteint le"), "date", "achieved_on", _("Vide\u00a0: pas encore")),
    Column(_("Jours de dépassement"), "integer", "days_overdue", _("Au-delà de l’échéance en vigueur")),
)
