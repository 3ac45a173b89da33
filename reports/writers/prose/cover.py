"""The cover: what this is, of when, on what part of the roadmap, how far it binds, and by what it can be checked."""

from datetime import datetime
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from reports.writers.prose.labels import Labels, quarter_in_prose, reference_day
from reports.writers.prose.values import Told, colon, day_of, free, joined, sentence
from roadmap_portal.templatetags.portal import in_english, moment, semicolon

LICENCE = "Licence Ouverte 2.0 (Etalab)"


def cover(dataset: Dataset, label: Labels) -> Json:
    title = _("Rapport d’avancement")
    return {
        "title": title,
        "document_title": f"{title}, {quarter_in_prose(dataset)}",
        "roadmap": free(dataset["roadmap"]["title"]),
        "quarter": quarter_in_prose(dataset),
        "reference": reference_day(dataset),
        "state": state(dataset),
        "rectification": rectification(dataset),
        "notice": _("Activité de démonstration, fictive") if dataset["demonstration_notice"] else "",
        "facts": [{"label": name, "value": value} for name, value in _facts(dataset, label) if value],
        "fingerprints": _fingerprints(dataset),
    }


def state(dataset: Dataset) -> str:
    seal = dataset["seal"]
    if seal is None:
        return _("provisoire, non scellé")
    if dataset["extract"]:
        words = _("Extrait du rapport scellé n° %(number)s, version %(version)s, le %(moment)s")
    else:
        words = _("Rapport scellé n° %(number)s, version %(version)s, le %(moment)s")
    sealed_at = moment(datetime.fromisoformat(seal["sealed_at"]))
    return words % {"number": seal["number"], "version": seal["version"], "moment": sealed_at}


def rectification(dataset: Dataset) -> Json | None:
    seal = dataset["seal"]
    if seal is None or seal["rectifies"] is None:
        return None
    return {
        "title": _("Rectificatif n° %(n)s") % {"n": seal["version"] - 1},
        "of": _("Corrige le rapport scellé n° %(number)s.") % {"number": seal["rectifies"]["number"]},
        "reason": free(seal["reason"]),
    }


def _facts(dataset: Dataset, label: Labels) -> list[tuple[str, Told]]:
    return [
        (_("Situation au"), reference_day(dataset)),
        (_("Période"), period(dataset)),
        (_("Périmètre"), scope(dataset, label)),
        (_("Feuille de route"), _signature(dataset["roadmap"])),
        (_("État"), state(dataset)),
        (_("Établi le"), moment(datetime.fromisoformat(dataset["generated_at"]))),
        (_("Langue"), _("Les textes sont en français, tels qu’ils ont été écrits.") if in_english() else ""),
        (_("Licence"), LICENCE),
    ]


def _fingerprints(dataset: Dataset) -> list[Json]:
    seal = dataset["seal"]
    note = _("SHA-256 des données, identique dans tous les formats de ce rapport")
    found = [{"label": _("Empreinte"), "note": note, "sha256": dataset.sha256}]
    if seal is None:
        return found
    if not seal["previous_sha256"]:
        return [*found, {"label": _("Précédent"), "note": _("Premier rapport scellé de la chaîne"), "sha256": ""}]
    note = _("SHA-256 des données du rapport scellé précédent")
    return [*found, {"label": _("Précédent"), "note": note, "sha256": seal["previous_sha256"]}]


def _signature(roadmap: Json) -> Told:
    if roadmap["signed_on"] is None:
        return ""
    day = day_of(roadmap["signed_on"])
    if not roadmap["signed_at"]:
        return _("Signée le %(day)s") % {"day": day}
    return sentence(_("Signée le %(day)s à %(place)s"), day=day, place=free(roadmap["signed_at"]))


def period(dataset: Dataset) -> str:
    """Of which postponements and decisions are told."""
    asked = dataset["period"]
    words = {
        "quarter": _("Trimestre, du %(first)s au %(last)s"),
        "year": _("Année, du %(first)s au %(last)s"),
        "beginning": _("Depuis le début, du %(first)s au %(last)s"),
    }[asked["kind"]]
    return words % {"first": day_of(asked["starts_on"]), "last": day_of(asked["ends_on"])}


# --- Scope ---------------------------------------------------------------------------------------

# In the order of the form of filters, as the scope was frozen in French.
GROUPS = {
    "q": "",
    "axis": "",
    "status": "status",
    "weather": "weather",
    "late": "",
    "provenance": "provenance",
    "actor": "",
    "role": "participation",
    "side": "side",
    "department": "",
}


def scope(dataset: Dataset, label: Labels) -> Told:
    asked = dict(parse_qsl(dataset["scope"]["query"]))
    if not asked:
        return _("Toute la feuille de route")
    names = [name for name in GROUPS if name in asked]
    told = [
        joined([f"{_filter(name)}{colon()} ", _value(name, asked[name], frozen, label)], "")
        for name, frozen in zip(names, dataset["scope"]["filters"], strict=False)
    ]
    return joined(told, semicolon())


def _filter(name: str) -> str:
    return {
        "q": _("Mots"),
        "axis": _("Axe"),
        "status": _("Statut"),
        "weather": _("Météo"),
        "late": _("Retard"),
        "provenance": _("Provenance"),
        "actor": _("Acteur"),
        "role": _("Rôle"),
        "side": _("Côté"),
        "department": _("Département d’un acteur"),
    }[name]


def _value(name: str, code: str, frozen: Json, label: Labels) -> Told:
    if name == "late":
        return _("en retard") if code == "1" else _("dans les temps")
    if name == "axis" and code == "transversal":
        return label("transversal", "", frozen["value"])
    return label(GROUPS[name], code, frozen["value"]) if GROUPS[name] else free(frozen["value"])
