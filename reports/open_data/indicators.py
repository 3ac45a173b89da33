"""Indicateurs: one row a figure, whether a first value, a reading or a target, with what defines it."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from commitments.models import Indicator, IndicatorTarget, Measurement, Roadmap
from reports.dataset import Dataset, Json
from reports.dataset.surroundings import indicators
from reports.open_data.changes import last_change
from reports.open_data.fields import DataSet, Labels, Row, coded, day, number, text, truth

BASELINE, READING, NONE = "baseline", "reading", "none"
FIGURES = {
    BASELINE: "valeur initiale",
    READING: "relevé",
    "interim": "cible intermédiaire",
    "target": "cible",
    NONE: "aucune valeur connue",
}


def figure_in_words(row: Row, labels: Labels) -> str:
    return FIGURES[row["figure"]]


FIELDS = (
    text("code", "Code", "Identifiant stable de l’indicateur.", "ind-entreprises-ia", required=True),
    text("title", "Indicateur", "Intitulé.", "Entreprises accompagnées", required=True),
    text("definition", "Définition", "Ce que l’indicateur mesure.", "Entreprises dont le projet a abouti."),
    text("limits", "Limites", "Ce qu’il ne mesure pas.", "Compte chaque année les mêmes entreprises."),
    *coded("unit", "Unité", "Unité des valeurs.", ("count", "nombre"), "unit"),
    *coded("direction", "Sens attendu", "Sens dans lequel la valeur doit aller.", ("up", "à la hausse"), "direction"),
    text("geographic_scope", "Périmètre géographique", "Territoire mesuré.", "Auvergne-Rhône-Alpes"),
    text("producer", "Producteur", "Organisme qui établit les valeurs.", "Région"),
    text("commitment", "Code de l’engagement", "Engagement mesuré, clé vers le jeu « engagements ».",
         "eng-03-recherche-appliquee"),
    text("axes", "Codes des axes", "Séparés par une barre verticale.", "research", "axis_codes"),
    number("progress", "Atteinte de la cible (%)", "De la valeur initiale à la dernière cible datée ; vide : non "
           "mesurée.", "40.00"),
    text("figure", "Nature de la valeur", "Valeur initiale, relevé, cible, ou aucune valeur connue.", READING,
         required=True, constraints={"enum": list(FIGURES)}),
    text("figure_label", "Nature de la valeur, en toutes lettres", "Libellé français de figure.", "relevé",
         figure_in_words, True),
    day("on", "Date", "Jour auquel la valeur se rapporte ; vide : cible sans date.", "2026-03-31"),
    text("precision", "Précision de la date", "Ce qui est connu de la date ; le reste est le dernier jour du "
         "mois ou de l’année.", "day", constraints={"enum": ["day", "month", "year"]}),
    number("value", "Valeur", "Dans l’unité de l’indicateur.", "110"),
    text("qualifier", "Nuance", "Ce que la source dit de la valeur.", "plus de"),
    *coded("quality", "Qualité", "Qualité du relevé.", ("final", "définitive"), "quality"),
    text("source", "Source", "Éditeur de la source du relevé.", "Préfecture"),
    text("source_url", "Adresse de la source", "Page où le relevé a été lu.", "https://exemple.fr/bilan"),
    truth("is_demonstration", "Démonstration", "Vrai : le portail montre des valeurs fictives.", "false",
          required=True),
)  # fmt: skip
BLANK: Json = dict.fromkeys(("on", "precision", "value", "qualifier", "quality", "source", "source_url"))


def figures_of(indicator: Json) -> Iterator[Json]:
    """Each with the keys of BLANK. One row for an indicator that has no figure, which is defined all the same."""
    found = []
    if indicator["baseline"] is not None:
        baseline = {name: indicator[f"baseline_{name}"] for name in ("on", "precision", "qualifier")}
        found.append({"figure": BASELINE, "value": indicator["baseline"], **baseline})
    found += [{"figure": READING, **reading} for reading in indicator["readings"]]
    # Before form 3 the kind of a target was not frozen as a code.
    found += [{"figure": target["kind"] or "target", **target} for target in indicator["targets"]]
    for figure in found or [{"figure": NONE}]:
        yield {**indicator, **BLANK, **figure}


def rows_of(found: Iterable[Json], is_demonstration: bool) -> Iterator[Row]:
    for indicator in found:
        yield from ({**figure, "is_demonstration": is_demonstration} for figure in figures_of(indicator))


def current(on: date) -> Iterator[Row]:
    for roadmap in Roadmap.objects.order_by("pk"):
        yield from rows_of(indicators(roadmap.pk, on), roadmap.is_demonstration)


def frozen(dataset: Dataset) -> Iterator[Row]:
    return rows_of(dataset["indicators"], bool(dataset["demonstration_notice"]))


INDICATORS = DataSet(
    slug="indicateurs",
    title=_("Indicateurs : valeurs initiales, relevés et cibles"),
    description=_("Les indicateurs et leurs valeurs, une par ligne, avec définition, limites, unité et sources."),
    keywords=("intelligence artificielle", "feuille de route", "indicateur", "cible", "statistique"),
    key=(),
    fields=FIELDS,
    current=current,
    size=lambda: sum(1 for _row in current(localdate())),
    updated=lambda: last_change(Indicator, IndicatorTarget, Measurement),
    frozen=frozen,
)
