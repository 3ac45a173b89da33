"""Headline figures, of the whole and of each axis, in words."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from reports.writers.prose.labels import Labels, quarter_label
from reports.writers.prose.values import Told, free, joined, pct, sentence
from roadmap_portal.templatetags.portal import number, plural


def summary(dataset: Dataset, label: Labels) -> Json:
    found = dataset["summary"]
    counted = found["counted"]
    whole = {**found, "title": "", "description": "", "code": None}
    ensemble = {**axis(whole, label), "title": _("Ensemble"), "line": ""}
    return {
        "figures": _key_figures(found),
        "status": _shares(found["by_status"], counted, "status", label),
        "weather": _shares(found["by_weather"], counted, "weather", label),
        "answers": _shares(found["answers"], counted, "answer", label),
        "answers_line": _answers_line(dataset, label),
        "axes": [axis(row, label) for row in dataset["axes"]],
        "whole": ensemble,
        "adjacent": _adjacent(found["adjacent"]),
    }


def _key_figures(found: Json) -> list[Json]:
    counts = {item["code"]: item["count"] for item in found["by_status"]}
    in_progress = _("%(n)s en cours") % {"n": number(counts["in_progress"])}
    abandoned = plural("%(n)s abandonné", "%(n)s abandonnés", found["abandoned"]) % {"n": number(found["abandoned"])}
    revised = _("%(n)s sur le calendrier révisé") % {"n": number(found["late_revised"])}
    silent = _("ni point publié, ni confirmation") if found["answers"] else _("aucun point publié ce trimestre")
    return [
        _figure(
            number(found["counted"]),
            plural("engagement suivi", "engagements suivis", found["counted"]),
            _("actions voisines exclues"),
        ),
        _figure(pct(found["progress"], _("n. d.")), _("avancement moyen"), coverage(found)),
        _figure(
            pct(found["expected"], _("n. d.")),
            _("attendu à cette date"),
            _("sur les mêmes engagements, calendrier initial"),
        ),
        _figure(
            number(counts["completed"]),
            plural("engagement réalisé", "engagements réalisés", counts["completed"]),
            f"{in_progress}, {abandoned}",
            "done",
        ),
        _figure(
            number(found["late"]),
            _("en retard sur ce qui était promis au départ"),
            revised,
            "late" if found["late"] else "",
        ),
        _figure(number(found["not_answered"]), _("sans réponse ce trimestre"), silent),
    ]


def _figure(figure: str, label: str, note: str, kind: str = "") -> Json:
    return {"figure": figure, "label": label, "note": note, "kind": kind}


def coverage(row: Json) -> str:
    words = _("mesuré sur %(measured)s des %(total)s") % {
        "measured": number(row["measured"]),
        "total": number(row["measurable"]),
    }
    return f"{words}, {_('partiel')}" if row["is_partial"] else words


def _shares(items: Iterable[Json], total: int, group: str, label: Labels) -> list[Json]:
    return [
        {
            "code": item["code"],
            "label": label(group, item["code"], item["label"]),
            "figure": item["count"],
            "count": number(item["count"]),
            "share": pct(Decimal(100) * item["count"] / total if total else None, _("n. d.")),
            "ratio": item["count"] / total if total else 0,
        }
        for item in items
    ]


def _answers_line(dataset: Dataset, label: Labels) -> Told:
    answers = dataset["summary"]["answers"]
    if not answers:
        return ""
    told = [joined([label("answer", item["code"], item["label"]), f" {number(item['count'])}"], "") for item in answers]
    words = _("Réponses au %(quarter)s\u00a0: %(answers)s.")
    return sentence(words, quarter=quarter_label(dataset), answers=joined(told, ", "))


def axis(row: Json, label: Labels) -> Json:
    counts = {item["code"]: item["count"] for item in row["by_status"]}
    return {
        "code": row["code"],
        "title": label.axis(row),
        "description": free(row["description"]),
        "counted": number(row["counted"]),
        "completed": number(counts["completed"]),
        "in_progress": number(counts["in_progress"]),
        "late": number(row["late"]),
        "late_revised": number(row["late_revised"]),
        "is_late": row["late"] > 0,
        "progress": pct(row["progress"], _("non mesuré")),
        "expected": pct(row["expected"], _("n. d.")),
        "measured": f"{number(row['measured'])}/{number(row['measurable'])}",
        "line": _axis_line(row),
        "answers": [number(item["count"]) for item in row["answers"]],
    }


def _axis_line(row: Json) -> str:
    followed = plural("%(n)s engagement suivi", "%(n)s engagements suivis", row["counted"])
    progress = _("avancement %(progress)s (%(coverage)s)")
    return " · ".join(
        [
            followed % {"n": number(row["counted"])},
            progress % {"progress": pct(row["progress"], _("non mesuré")), "coverage": coverage(row)},
            _("attendu %(expected)s") % {"expected": pct(row["expected"], _("n. d."))},
            _("%(n)s en retard") % {"n": number(row["late"])},
        ]
    )


def _adjacent(count: int) -> str:
    if count == 0:
        return _("Aucune action voisine.")
    words = plural(
        "%(n)s action voisine est présentée à part, dans aucun chiffre de cette page.",
        "%(n)s actions voisines sont présentées à part, dans aucun chiffre de cette page.",
        count,
    )
    return words % {"n": number(count)}
