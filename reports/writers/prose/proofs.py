"""Visas, pieces, decisions of the committee, texts that were not approved, merged commitments."""

from django.utils.translation import gettext as _

from reports.dataset import Json
from reports.writers.prose.labels import Labels
from reports.writers.prose.values import Told, day_of, free, joined, quoted, sentence


def visa(row: Json, label: Labels) -> Told:
    """Visa Région : approuvé le 18 septembre 2026 par Préfecture de région. A tacit one is nobody's."""
    pattern = _("Visa %(side)s\u00a0: %(decision)s le %(day)s")
    told = sentence(
        pattern, side=label("side", row["side"]), decision=label("visa", row["decision"]), day=day_of(row["on"])
    )
    voice = label.voice({"actor": row["actor"], "role": row["role"]})
    return sentence(_("%(visa)s, par %(voice)s"), visa=told, voice=voice) if voice else told


def evidence(row: Json, label: Labels) -> Json:
    """Of a piece that is not public, that it exists, and nothing more."""
    if not row["is_public"]:
        return {"text": _("pièce non publique"), "url": "", "note": "", "sha256": ""}
    title = free(row["title"])
    if row["milestone"]:
        title = sentence(
            _("%(title)s, pour le jalon %(milestone)s"), title=title, milestone=quoted(free(row["milestone"]))
        )
    note = sentence(_("%(kind)s, versée le %(day)s"), kind=label("evidence", row["kind"]), day=day_of(row["added_on"]))
    if row["actor"]:
        note = sentence(_("%(note)s par %(actor)s"), note=note, actor=free(row["actor"]))
    return {"text": title, "url": row["url"], "note": note, "file": row["file_name"], "sha256": row["sha256"]}


def decision(row: Json, label: Labels) -> Json:
    """Its number, never its text: what the committee decided is not all public."""
    state = label("decision", row["state"])
    if row["closed_on"]:
        state = sentence(_("%(state)s le %(day)s"), state=state, day=day_of(row["closed_on"]))
    return {
        "number": _("n° %(n)s") % {"n": row["number"]},
        "meeting": day_of(row["meeting_on"]),
        "owner": free(row["owner"]),
        "due": day_of(row["due_on"]),
        "state": state,
        "commitments": row["commitments"],
    }


def unapproved(row: Json, label: Labels) -> Json:
    def sides(codes: list[str]) -> Told:
        return joined([label("side", code) for code in codes], ", ") or _("aucun")

    return {
        "code": row["commitment"],
        "title": free(row["title"]),
        "submitted": day_of(row["submitted_on"]),
        "approved": sides(row["approved_sides"]),
        "missing": sides(row["missing_sides"]),
    }


def merged(row: Json) -> Json:
    return {
        "code": row["code"],
        "title": free(row["title"]),
        "into": row["into"],
        "on": day_of(row["merged_on"]),
        "reason": free(row["reason"]),
    }
