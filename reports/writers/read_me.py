"""The first sheet of the workbooks: what this is, of when, and on what terms it may be used again."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from reports.dataset import Dataset
from roadmap_portal.templatetags.portal import day_text, in_english, moment, number, quarter_prose

LICENCE = "Licence Ouverte 2.0 (Etalab)"


def document_title(dataset: Dataset) -> str:
    """As frozen in French; in English made of the same words."""
    quarter = dataset["quarter"]
    if not in_english():
        return f"{dataset['title']}, {quarter['prose']}"
    return f"{_('Rapport d’avancement')}, {quarter_prose(quarter['year'], quarter['quarter'])}"


def notice(dataset: Dataset) -> str:
    """What a demonstration says of itself; empty otherwise."""
    shown = dataset["demonstration_notice"]
    return _("Activité de démonstration, fictive") if shown and in_english() else shown


def generated_at(dataset: Dataset) -> datetime:
    return datetime.fromisoformat(dataset["generated_at"])


def reference_day(dataset: Dataset) -> str:
    return _day(dataset["quarter"]["reference_on"])


def titles() -> tuple[str, str]:
    return _("Rubrique"), _("Contenu")


def rows(dataset: Dataset) -> list[tuple[str, str]]:
    summary, shown = dataset["summary"], notice(dataset)
    return [
        *([(_("Avertissement"), shown)] if shown else []),
        (_("Titre"), document_title(dataset)),
        *_state(dataset),
        (_("Feuille de route"), dataset["roadmap"]["title"]),
        (_("Situation au"), reference_day(dataset)),
        (_("Période racontée"), period(dataset)),
        (_("Périmètre"), _scope(dataset)),
        (_("Engagements comptés"), number(summary["counted"])),
        (_("Actions voisines, hors chiffres clés"), number(summary["adjacent"])),
        (_("Établi le"), moment(generated_at(dataset))),
        (_("Licence"), LICENCE),
        (_("Langue"), _language()),
        (
            _("Unités"),
            _("Montants en euros. Avancements en pour cent. Dates au format JJ/MM/AAAA. Une case vide\u00a0: inconnu."),
        ),
        (
            _("Argent"),
            _(
                "Enveloppes emboîtées\u00a0: ne jamais additionner leurs montants, "
                "ni l’argent de la région et le contexte."
            ),
        ),
        (_("Source"), _("Portail de suivi de la feuille de route État-Région sur l’intelligence artificielle")),
        (_("Empreinte SHA-256 des données"), dataset.sha256),
        (_("Feuilles"), _("Une table par feuille\u202f; la feuille Dictionnaire dit le sens de chaque colonne.")),
    ]


def _state(dataset: Dataset) -> list[tuple[str, str]]:
    """A draft, or which link of the chain of sealed reports."""
    seal = dataset["seal"]
    if seal is None:
        return [(_("État du rapport"), _("Provisoire\u00a0: non scellé, il peut encore changer"))]
    version = _("Rapport scellé")
    if seal["version"] > 1:
        version = _("Rectificatif n° %(number)s") % {"number": seal["version"] - 1}
    if dataset["extract"]:
        version = _("Extrait d’un rapport scellé")
    return [
        (_("État du rapport"), version),
        (_("Numéro du rapport scellé"), str(seal["number"])),
        (_("Version"), str(seal["version"])),
        (_("Scellé le"), moment(datetime.fromisoformat(seal["sealed_at"]))),
        (
            _("Empreinte SHA-256 du rapport précédent"),
            seal["previous_sha256"] or _("aucun\u00a0: premier de la chaîne"),
        ),
        *([(_("Motif du rectificatif"), seal["reason"])] if seal["reason"] else []),
    ]


def period(dataset: Dataset) -> str:
    told = dataset["period"]
    days = {"start": _day(told["starts_on"]), "end": _day(told["ends_on"])}
    kinds = {
        "quarter": _("Le trimestre, du %(start)s au %(end)s"),
        "year": _("L’année, du %(start)s au %(end)s"),
        "beginning": _("Depuis le début, du %(start)s au %(end)s"),
    }
    return kinds[told["kind"]] % days


def _language() -> str:
    if in_english():
        return _("Titres et libellés en anglais\u202f; les textes restent en français, tels qu’ils ont été approuvés.")
    return _("Titres, libellés et textes en français.")


def _scope(dataset: Dataset) -> str:
    scope = dataset["scope"]
    return scope["label"] if scope["query"] or not in_english() else _("Toute la feuille de route")


def _day(value: str) -> str:
    return day_text(date.fromisoformat(value))
