"""Points d’avancement: one row a published text. A sealed quarter freezes the texts in force at its end, one a
commitment."""

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from commitments.models import CampaignLine
from commitments.queries.open_data import open_updates, published_updates
from reports.dataset import Dataset
from reports.open_data.fields import DataSet, Labels, Row, coded, day, number, text, truth


def quarter(row: Row, labels: Labels) -> str | None:
    return f"{row['year']}-T{row['quarter_number']}" if row["year"] else None


FIELDS = (
    text("commitment", "Code de l’engagement", "Clé vers le jeu « engagements ».", "eng-03-recherche-appliquee",
         "commitment_code", True),
    text("commitment_title", "Engagement", "Intitulé de l’engagement.", "Soutenir la recherche", required=True),
    truth("is_adjacent", "Action voisine", "Vrai : le texte est celui d’une action voisine.", "false",
          required=True),
    text("quarter", "Trimestre", "Trimestre auquel le texte répond ; vide : hors campagne ou, dans un fichier "
         "trimestriel, texte d’un trimestre antérieur.", "2026-T3", quarter,
         constraints={"pattern": r"^\d{4}-T[1-4]$"}),
    day("published_on", "Publié le", "Jour de publication.", "2026-09-20", required=True),
    truth("is_in_force", "En vigueur", "Faux : un texte plus récent l’a remplacé.", "true", required=True),
    *coded("status", "Statut", "Statut que le texte déclare.", ("in_progress", "en cours"), "status"),
    text("status_reason", "Motif du statut", "Motif du changement de statut.", "Marché relancé."),
    *coded("weather", "Météo", "Ce que les responsables attendent des objectifs ; jamais calculée.",
           ("reachable", "objectifs atteignables"), "weather"),
    text("weather_reason", "Motif de la météo", "Ce qui l’explique.", "Recrutements en cours."),
    number("progress", "Avancement à la publication (%)", "De 0 à 100 ; vide : non mesuré, ou fichier trimestriel, "
           "qui tient l’avancement dans « engagements ».", "62.50", "progress_then",
           constraints={"minimum": 0, "maximum": 100}),
    text("text", "Texte", "Texte public.", "La convention est signée."),
    text("next_steps", "Prochaines étapes", "Telles que les responsables les annoncent.", "Appel à projets."),
    truth("is_demonstration", "Démonstration", "Vrai : le texte est fictif.", "false", required=True),
)  # fmt: skip


def frozen(dataset: Dataset) -> Iterator[Row]:
    for key in ("commitments", "adjacent"):
        for row in dataset[key]:
            if row["updated_on"] is not None:
                # What answered the quarter is of the quarter; of an older text, only its day was frozen.
                is_answer = row["answer"] == CampaignLine.State.APPROVED
                yield {
                    **row,
                    "commitment_code": row["code"],
                    "commitment_title": row["title"],
                    "year": dataset["quarter"]["year"] if is_answer else None,
                    "quarter_number": dataset["quarter"]["quarter"],
                    "published_on": row["updated_on"],
                    "is_in_force": True,
                    "progress_then": None,
                    "is_demonstration": bool(dataset["demonstration_notice"]),
                }


def last_published() -> date | None:
    last = published_updates(AnonymousUser()).aggregate(at=Max("published_at"))["at"]
    return None if last is None else localdate(last)


UPDATES = DataSet(
    slug="points-d-avancement",
    title=_("Points d’avancement publiés"),
    description=_(
        "Ce qui a été publié sur chaque engagement, dans l’ordre : statut, météo et leurs motifs, texte, prochaines"
        " étapes. Un fichier trimestriel donne les textes en vigueur à la fin du trimestre."
    ),
    keywords=("intelligence artificielle", "feuille de route", "point d’avancement", "suivi"),
    key=(),
    fields=FIELDS,
    current=lambda on: open_updates(AnonymousUser()).iterator(),
    size=lambda: published_updates(AnonymousUser()).count(),
    updated=last_published,
    frozen=frozen,
)
