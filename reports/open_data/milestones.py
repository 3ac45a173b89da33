"""Jalons: one row a milestone of a commitment still followed."""

from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from commitments.models import Milestone, Postponement
from commitments.queries import milestones_for
from commitments.queries.open_data import open_milestones
from reports.dataset import Dataset
from reports.open_data.changes import last_change
from reports.open_data.fields import DataSet, Row, coded, day, days_between, text, truth, whole

FIELDS = (
    text("commitment", "Code de l’engagement", "Clé vers le jeu « engagements ».", "eng-03-recherche-appliquee",
         "commitment_code", True),
    text("commitment_title", "Engagement", "Intitulé de l’engagement.", "Soutenir la recherche", required=True),
    truth("is_adjacent", "Action voisine", "Vrai : le jalon est celui d’une action voisine.", "false",
          required=True),
    text("title", "Jalon", "Intitulé, unique dans l’engagement.", "Ouverture de la plateforme", required=True),
    *coded("status", "État", "État du jalon.", ("achieved", "atteint"), "milestone_status"),
    truth("is_tracked", "Suivi", "Faux : date lue dans une source, citée sans être suivie ; elle n’entre ni "
          "dans l’avancement ni dans le retard.", "true", required=True),
    *coded("origin", "Origine", "D’où vient la date.", ("plan", "calendrier de l’engagement"), "milestone_origin"),
    whole("weight", "Poids", "Poids dans l’avancement de l’engagement.", "1", constraints={"minimum": 1}),
    day("initial_due_on", "Échéance initiale", "Échéance promise au départ.", "2026-06-30", required=True),
    day("due_on", "Échéance", "Échéance en vigueur.", "2026-09-30", required=True),
    *coded("date_precision", "Précision de la date", "Ce qui en est connu ; le reste est le dernier jour du mois ou de "
           "l’année.", ("month", "mois"), "date_precision"),
    whole("slippage_days", "Glissement (jours)", "De l’échéance initiale à l’échéance en vigueur.", "92",
          days_between("initial_due_on", "due_on")),
    whole("postponement_count", "Reports", "Nombre de reports de l’échéance.", "1", constraints={"minimum": 0}),
    day("achieved_on", "Atteint le", "Vide : le jalon n’est pas atteint.", "2026-09-12"),
    text("source_url", "Source", "Adresse de la source où la date a été lue.", "https://exemple.fr/communique"),
    truth("is_demonstration", "Démonstration", "Vrai : dates et états sont fictifs.", "false", required=True),
)  # fmt: skip


def frozen(dataset: Dataset) -> Iterator[Row]:
    for key in ("commitments", "adjacent"):
        for row in dataset[key]:
            common = {
                "commitment_code": row["code"],
                "commitment_title": row["title"],
                "is_adjacent": row["is_adjacent"],
                "is_demonstration": bool(dataset["demonstration_notice"]),
            }
            yield from (milestone | common for milestone in row["milestones"])


MILESTONES = DataSet(
    slug="jalons",
    title=_("Jalons des engagements"),
    description=_("Les étapes datées de chaque engagement : état, échéances initiale et en vigueur, reports, sources."),
    keywords=("intelligence artificielle", "feuille de route", "jalon", "échéance", "calendrier"),
    key=("commitment", "title"),
    fields=FIELDS,
    current=lambda on: open_milestones(AnonymousUser()).iterator(),
    size=lambda: milestones_for(AnonymousUser()).count(),
    updated=lambda: last_change(Milestone, Postponement),
    frozen=frozen,
)
