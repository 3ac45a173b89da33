"""Engagements: one row a commitment still followed."""

from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, Participation, Status
from commitments.queries import commitments_for
from commitments.queries.open_data import open_commitments
from reports.dataset import Dataset
from reports.open_data.changes import last_change
from reports.open_data.fields import (
    DataSet,
    Labels,
    Row,
    absolute,
    coded,
    day,
    days_between,
    is_told,
    main_axis,
    number,
    text,
    truth,
    whole,
)

# The vocabulary of betagouv/projets-territoire 0.1.0, and « Non démarré », which it has no word for.
PHASES: dict[str, str] = {
    Status.NOT_STARTED: "Non démarré",
    Status.IN_PROGRESS: "En cours",
    Status.SUSPENDED: "En pause",
    Status.COMPLETED: "Terminé",
    Status.ABANDONED: "Abandonné",
}
LATE = "En retard"
RUNNING = (Status.NOT_STARTED, Status.IN_PROGRESS)


def phase(row: Row, labels: Labels) -> str | None:
    if row["status"] in RUNNING and row["reached_late"] is not None:
        return LATE
    return PHASES.get(row["status"])


def page(row: Row, labels: Labels) -> str:
    return absolute("commitments:detail", row["code"])


PERCENT = {"minimum": 0, "maximum": 100}
COUNT = {"minimum": 0}
FIELDS = (
    text("code", "Code", "Identifiant stable de l’engagement.", "eng-03-recherche-appliquee", required=True),
    text("title", "Titre", "Intitulé de l’engagement.", "Soutenir la recherche appliquée", required=True),
    text("url", "Page", "Adresse de sa page publique.", "https://exemple.fr/engagements/eng-03/", page, True),
    *coded("provenance", "Provenance", "Ce qui relie l’engagement à la feuille de route.",
           ("named", "nommé par les textes publics de la feuille de route"), "provenance"),
    truth("is_adjacent", "Action voisine", "Vrai : aucune source ne rattache l’action à la feuille de route ; "
          "elle n’entre dans aucun total.", "false", required=True),
    text("axis", "Code de l’axe principal", "Vide : l’engagement concerne tous les axes.", "research"),
    text("axis_title", "Axe principal", "Intitulé de l’axe principal.", "Recherche et transfert", main_axis),
    text("axes", "Codes des axes", "Séparés par une barre verticale.", "research|training", "axis_codes"),
    text("leads", "Chefs de file", "Noms des organismes, séparés par une barre verticale.", "Région"),
    text("operators", "Opérateurs", "Noms des organismes, séparés par une barre verticale.", "MIAI"),
    text("partners", "Partenaires", "Noms des organismes, séparés par une barre verticale.", "Inria|CEA"),
    text("funders", "Financeurs", "Noms des organismes, séparés par une barre verticale.", "Bpifrance"),
    *coded("status", "Statut", "Statut du dernier point publié.", ("in_progress", "en cours"), "status"),
    text("phase_statut", "Statut de phase", "Statut dans le vocabulaire du schéma betagouv/projets-territoire "
         "(phaseStatut), auquel « Non démarré » est ajouté ; vide : non renseigné.", "En cours", phase,
         constraints={"enum": [*PHASES.values(), LATE]}),
    text("status_reason", "Motif du statut", "Motif donné au dernier changement de statut.", "Marché relancé."),
    *coded("weather", "Météo", "Ce que les responsables attendent des objectifs ; jamais calculée.",
           ("reachable", "objectifs atteignables"), "weather"),
    text("weather_reason", "Motif de la météo", "Ce qui l’explique.", "Recrutements en cours."),
    number("progress", "Avancement (%)", "De 0 à 100 ; vide : non mesuré, ce qui n’est pas zéro.", "62.50",
           constraints=PERCENT),
    *coded("progress_method", "Mesure de l’avancement", "D’où vient l’avancement.", ("milestones", "jalons pondérés"),
           "progress_method"),
    truth("is_late", "En retard", "En retard sur le calendrier promis au départ.", "true",
          is_told("reached_late"), True),
    day("late_since", "En retard depuis", "Premier jour de retard sur le calendrier initial.", "2026-07-01",
        "reached_late"),
    day("late_since_revised", "En retard sur le calendrier révisé depuis", "Vide : le calendrier en vigueur est "
        "tenu.", "2026-09-01", "reached_late_revised"),
    day("starts_on", "Début", "Premier jour de l’engagement.", "2022-08-30"),
    day("initial_due_on", "Échéance initiale", "Échéance promise au départ.", "2026-06-30"),
    day("due_on", "Échéance", "Échéance en vigueur.", "2026-12-31"),
    *coded("date_precision", "Précision des dates", "Ce qui en est connu ; le reste est le dernier jour du mois ou de "
           "l’année.", ("day", "jour"), "date_precision"),
    whole("slippage_days", "Glissement (jours)", "De l’échéance initiale à l’échéance en vigueur.", "184",
          days_between("initial_due_on", "due_on")),
    whole("postponement_count", "Reports d’échéance", "Nombre de reports de l’échéance de l’engagement.", "1",
          constraints=COUNT),
    whole("milestone_postponement_count", "Reports de jalons", "Nombre de reports de ses jalons.", "2",
          constraints=COUNT),
    whole("weight", "Poids", "Poids dans les moyennes.", "1", constraints={"minimum": 1}),
    day("updated_on", "Dernier point publié le", "Jour de publication du texte en vigueur.", "2026-09-20"),
    day("confirmed_on", "Confirmé le", "Jour où les responsables ont confirmé ce texte sans changement ; dans un "
        "fichier trimestriel, au titre du trimestre.", "2026-10-05"),
    text("text", "Point d’avancement", "Texte public en vigueur.", "La convention est signée."),
    text("next_steps", "Prochaines étapes", "Telles que les responsables les annoncent.", "Appel à projets."),
    text("summary", "Résumé", "Résumé de l’engagement.", "Des chaires et des plateformes d’essai."),
    text("official_text", "Texte officiel", "Texte cité de la feuille de route.", "Soutenir la recherche…"),
    *coded("confidence", "Fiabilité", "Ce que les sources couvrent.", ("sourced", "lu dans une source publique"),
           "confidence"),
    text("source_urls", "Sources", "Adresses des sources publiques, séparées par une barre verticale.",
         "https://exemple.fr/communique"),
    truth("is_demonstration", "Démonstration", "Vrai : statuts, dates, textes et montants sont fictifs.",
          "false", required=True),
)  # fmt: skip


def frozen(dataset: Dataset) -> Iterator[Row]:
    for key in ("commitments", "adjacent"):
        for row in dataset[key]:
            yield {
                **row,
                "axis_codes": row["axes"],
                "reached_late": row["late_since"],
                "reached_late_revised": row["late_since_revised"],
                "source_urls": [source["url"] for source in row["sources"]],
                "is_demonstration": bool(dataset["demonstration_notice"]),
            }


COMMITMENTS = DataSet(
    slug="engagements",
    title=_("Engagements de la feuille de route"),
    description=_(
        "Les engagements suivis : statut, météo, avancement, échéances initiale et en vigueur, retard, organismes,"
        " dernier texte publié et sources."
    ),
    keywords=("intelligence artificielle", "feuille de route", "politique publique", "engagement", "avancement"),
    key=("code",),
    fields=FIELDS,
    current=lambda on: open_commitments(AnonymousUser(), on).iterator(),
    size=lambda: commitments_for(AnonymousUser()).count(),
    updated=lambda: last_change(Commitment, Participation),
    frozen=frozen,
)
