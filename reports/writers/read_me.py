"""The first sheet of the workbooks: what this is, of when, and on what terms it may be used again."""

from datetime import date, datetime

from reports.dataset import Dataset
from roadmap_portal.templatetags.portal import day_text, moment, number

LICENCE = "Licence Ouverte 2.0 (Etalab)"
TITLE = ("Rubrique", "Contenu")


def document_title(dataset: Dataset) -> str:
    return f"{dataset['title']}, {dataset['quarter']['prose']}"


def generated_at(dataset: Dataset) -> datetime:
    return datetime.fromisoformat(dataset["generated_at"])


def reference_day(dataset: Dataset) -> str:
    return day_text(date.fromisoformat(dataset["quarter"]["reference_on"]))


def rows(dataset: Dataset) -> list[tuple[str, str]]:
    summary = dataset["summary"]
    notice = dataset["demonstration_notice"]
    return [
        *([("Avertissement", notice)] if notice else []),
        ("Titre", document_title(dataset)),
        ("Feuille de route", dataset["roadmap"]["title"]),
        ("Situation au", reference_day(dataset)),
        ("Périmètre", dataset["scope"]["label"]),
        ("Engagements comptés", number(summary["counted"])),
        ("Actions voisines, hors chiffres clés", number(summary["adjacent"])),
        ("Établi le", moment(generated_at(dataset))),
        ("Licence", LICENCE),
        ("Unités", "Montants en euros. Avancements en pour cent. Dates au format JJ/MM/AAAA. Une case vide : inconnu."),
        (
            "Argent",
            "Enveloppes emboîtées : ne jamais additionner leurs montants, ni l’argent de la région et le contexte.",
        ),
        ("Source", "Portail de suivi de la feuille de route État-Région sur l’intelligence artificielle"),
        ("Empreinte SHA-256 des données", dataset.sha256),
        ("Feuilles", "Une table par feuille ; la feuille Dictionnaire dit le sens de chaque colonne."),
    ]
