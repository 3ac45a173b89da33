"""What changed in one commitment between two frozen datasets: old and new value, who said so, and why.

Read from the two rows alone. What one of the two could not tell (an older form of dataset) is no change.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.dataset.values import Json

# How a value is written: a code that the dataset's own labels put in words, or one of these.
TEXT, DAY, PERCENT, EUROS, NUMBER, NAMES = "text", "day", "percent", "euros", "number", "names"


@dataclass(frozen=True)
class Cause:
    """Codes of side and role, name of the organisation: never a person's. Empty: the data do not say."""

    actor: str = ""
    side: str = ""
    role: str = ""
    on: str | None = None
    reason_kind: str = ""  # code of a postponement's reason
    reason: str = ""
    decision_number: int | None = None
    decision_meeting_on: str | None = None


@dataclass(frozen=True)
class Change:
    """`kind`: one of the above, or the group of labels of a code. `about`: the milestone, or the role of the actors."""

    name: str
    kind: str
    old: Any
    new: Any
    causes: tuple[Cause, ...] = ()
    about: str = ""
    is_computed: bool = False  # by the formulas, from dates and progress: nobody says so
    precision: str = "day"  # of dates

    @property
    def label(self) -> str:
        return str(WORDS[self.name])


Causes = Callable[[Json, Json], tuple[Cause, ...]]


def _nobody(old: Json, new: Json) -> tuple[Cause, ...]:
    return ()


def said_with(reason: str = "") -> Causes:
    """By whoever answered the later quarter with a text; `reason`: where the text gives it."""

    def causes(old: Json, new: Json) -> tuple[Cause, ...]:
        voice = new["answered_by"] if new["answer"] == "approved" else None
        cause = Cause(**(voice or {}), on=new["updated_on"], reason=new[reason] if reason else "")
        return (cause,) if voice or cause.reason else ()

    return causes


def moved(milestone: str = "") -> Causes:
    """By the postponements made between the two, of the milestone of that title or of the commitment itself."""

    def causes(old: Json, new: Json) -> tuple[Cause, ...]:
        return tuple(_cause_of(p) for p in made_between(old, new) if p["milestone"] == milestone)

    return causes


def made_between(old: Json | None, new: Json) -> list[Json]:
    """Postponements of the later row that the earlier one does not have."""
    known = Counter(_key(p) for p in old["postponements"]) if old is not None else Counter[Any]()
    found = []
    for postponement in new["postponements"]:
        if known[_key(postponement)]:
            known[_key(postponement)] -= 1
        else:
            found.append(postponement)
    return found


def _key(postponement: Json) -> tuple[str, ...]:
    return tuple(postponement[name] for name in ("milestone", "from_on", "to_on", "made_on"))


def _cause_of(postponement: Json) -> Cause:
    return Cause(
        actor=postponement["actor"],
        side=postponement["side_code"],
        on=postponement["made_on"],
        reason_kind=postponement["reason_kind"],
        reason=postponement["reason"],
        decision_number=postponement["decision_number"],
        decision_meeting_on=postponement["decision_meeting_on"],
    )


def _late(old: Json, new: Json) -> tuple[Cause, ...]:
    reasons = [Cause(reason=reason["label"], on=reason["since"]) for reason in new["late_reasons"]]
    return tuple(reasons) if new["is_late"] else ()


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    causes: Causes = _nobody
    is_computed: bool = False


FIELDS = (
    Field("status", "status", said_with("status_reason")),
    Field("weather", "weather", said_with("weather_reason")),
    Field("progress", PERCENT, said_with()),
    Field("late_since", DAY, _late, is_computed=True),
    Field("late_since_revised", DAY, is_computed=True),
    Field("due_on", DAY, moved()),
    # Promised at first: the database holds it. Where it moved all the same, between two versions, it is told.
    Field("initial_due_on", DAY),
    Field("starts_on", DAY),
    Field("title", TEXT),
    Field("official_text", TEXT),
    Field("summary", TEXT),
    Field("axis_title", TEXT),
    Field("provenance", "provenance"),
    Field("weight", NUMBER),
    Field("progress_method", "progress_method"),
    Field("planned_regional", EUROS),
    Field("planned_national", EUROS),
    Field("planned_european", EUROS),
)
OWN_DATES = ("due_on", "initial_due_on", "starts_on")
WORDS = {
    "status": _("Statut"),
    "weather": _("Météo"),
    "weather_reason": _("Motif de la météo"),
    "progress": _("Avancement"),
    "late_since": _("En retard depuis, sur le calendrier initial"),
    "late_since_revised": _("En retard depuis, sur le calendrier révisé"),
    "due_on": _("Échéance"),
    "initial_due_on": _("Échéance initiale, qui ne devrait pas changer"),
    "starts_on": _("Début"),
    "title": _("Titre"),
    "official_text": _("Texte officiel"),
    "summary": _("Résumé"),
    "text": _("Texte publié, nouveau texte du"),
    "axis_title": _("Axe"),
    "provenance": _("Provenance"),
    "weight": _("Poids"),
    "progress_method": _("Mesure de l’avancement"),
    "planned_regional": _("Programmé dans la région"),
    "planned_national": _("Contexte national"),
    "planned_european": _("Contexte européen"),
    "actors": _("Acteurs"),
    "milestone_added": _("Jalon ajouté"),
    "milestone_removed": _("Jalon retiré"),
    "milestone_achieved": _("Jalon atteint"),
    "milestone_status": _("État du jalon"),
    "milestone_moved": _("Jalon déplacé"),
    "milestone_initial": _("Date initiale du jalon, qui ne devrait pas changer"),
    "milestone_weight": _("Poids du jalon"),
}


def changes_of(old: Json, new: Json, actors: tuple[Json, Json], unknown: frozenset[str]) -> tuple[Change, ...]:
    """`actors`: of the earlier dataset and of the later one. `unknown`: what one of the two could not tell."""
    found = [
        *_fields(old, new, unknown),
        *_texts(old, new),
        *_milestones(old, new),
        *_people(old, new, actors, unknown),
    ]
    return tuple(found)


def _fields(old: Json, new: Json, unknown: frozenset[str]) -> Iterator[Change]:
    for field in FIELDS:
        if field.name not in unknown and old[field.name] != new[field.name]:
            causes = field.causes(old, new)
            two = (old[field.name], new[field.name])
            precision = new["date_precision"] if field.name in OWN_DATES else "day"
            yield Change(field.name, field.kind, *two, causes, is_computed=field.is_computed, precision=precision)


def _texts(old: Json, new: Json) -> Iterator[Change]:
    """That another text is in force, and since when; both are in the reports. Of the weather, its reason."""
    if (old["text"], old["next_steps"]) != (new["text"], new["next_steps"]):
        yield Change("text", DAY, old["updated_on"], new["updated_on"], said_with()(old, new))
    if old["weather"] == new["weather"] and old["weather_reason"] != new["weather_reason"]:
        yield Change("weather_reason", TEXT, old["weather_reason"], new["weather_reason"], said_with()(old, new))


# --- Milestones ----------------------------------------------------------------------------------


def _milestones(old: Json, new: Json) -> Iterator[Change]:
    """Told apart by their title, and by their rank among those of one title."""
    before, after = _by_title(old["milestones"]), _by_title(new["milestones"])
    for key, milestone in after.items():
        title = milestone["title"]
        if key not in before:
            yield Change(
                "milestone_added", DAY, None, milestone["due_on"], about=title, precision=milestone["date_precision"]
            )
        else:
            yield from _milestone(before[key], milestone, moved(title)(old, new), said_with()(old, new))
    for key, milestone in before.items():
        if key not in after:
            yield Change(
                "milestone_removed",
                DAY,
                milestone["due_on"],
                None,
                about=milestone["title"],
                precision=milestone["date_precision"],
            )


def _by_title(milestones: list[Json]) -> dict[tuple[str, int], Json]:
    rank = Counter[str]()
    found = {}
    for milestone in milestones:
        found[milestone["title"], rank[milestone["title"]]] = milestone
        rank[milestone["title"]] += 1
    return found


def _milestone(old: Json, new: Json, moves: tuple[Cause, ...], said: tuple[Cause, ...]) -> Iterator[Change]:
    title = new["title"]
    if old["status"] != new["status"] and new["status"] == "achieved":
        yield Change("milestone_achieved", DAY, None, new["achieved_on"], said, title)
    elif old["status"] != new["status"]:
        yield Change("milestone_status", "milestone_status", old["status"], new["status"], said, title)
    elif old["achieved_on"] != new["achieved_on"]:
        yield Change("milestone_achieved", DAY, old["achieved_on"], new["achieved_on"], said, title)
    if old["due_on"] != new["due_on"]:
        yield Change(
            "milestone_moved", DAY, old["due_on"], new["due_on"], moves, title, precision=new["date_precision"]
        )
    if old["initial_due_on"] != new["initial_due_on"]:
        yield Change(
            "milestone_initial",
            DAY,
            old["initial_due_on"],
            new["initial_due_on"],
            about=title,
            precision=new["date_precision"],
        )
    if old["weight"] != new["weight"]:
        yield Change("milestone_weight", NUMBER, old["weight"], new["weight"], about=title)


# --- Who takes part ------------------------------------------------------------------------------

# As older datasets tell them: names alone, under these roles.
NAMED = {"lead": "leads", "operator": "operators", "partner": "partners", "funder": "funders"}


def _people(old: Json, new: Json, actors: tuple[Json, Json], unknown: frozenset[str]) -> Iterator[Change]:
    if "participations" in unknown:
        before, after = ({role: {n: n for n in row[key]} for role, key in NAMED.items()} for row in (old, new))
    else:
        before, after = _holders(old, actors[0]), _holders(new, actors[1])
    for role in dict.fromkeys([*before, *after]):
        was, now = before.get(role, {}), after.get(role, {})
        # By their slugs: an actor under a new name is the same one.
        if was.keys() != now.keys():
            yield Change("actors", NAMES, tuple(was.values()), tuple(now.values()), about=role)


def _holders(row: Json, actors: Mapping[str, Json]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for part in row["participations"]:
        found.setdefault(part["role"], {})[part["actor"]] = actors[part["actor"]]["name"]
    return found
