"""Two frozen quarters compared at constant perimeter: what entered, left or was merged is named, and told apart from
what moved. Nothing live is read: a comparison of two sealed reports says the same for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.dataset.changes import Change, changes_of, made_between
from reports.dataset.figures import tally
from reports.dataset.frozen import Dataset
from reports.dataset.older import UNKNOWN_ROW
from reports.dataset.values import Json

Rows = Mapping[str, Json]
# Why a commitment is on one side alone, as far as the data can tell.
MERGED, NOW_ADJACENT, NOW_COUNTED, GONE, NEW, UNMERGED = (
    "merged", "now_adjacent", "now_counted", "gone", "new", "unmerged",
)  # fmt: skip
WHY = {
    "": "",
    MERGED: _("fusionné"),
    NOW_ADJACENT: _("devenu action voisine : il n’est plus compté"),
    NOW_COUNTED: _("action voisine auparavant : elle est désormais comptée"),
    GONE: _("n’est plus dans le rapport : retiré, ou devenu interne ; les données ne disent pas lequel"),
    NEW: _("nouveau dans le rapport"),
    UNMERGED: _("une fusion a été annulée"),
}
FORMULA_NAMES = {
    "version": _("version des formules"),
    "late_milestone_grace_days": _("jours de tolérance avant qu’un jalon dépassé compte comme un retard"),
    "late_progress_gap_points": _("points d’écart à l’avancement attendu qui font un retard"),
    "partial_coverage_percent": _("part de mesurés sous laquelle une moyenne est dite partielle"),
}


class SumsDoNotCheckOut(ValueError):
    """The parts of a perimeter are not the whole: one of the two datasets is not what it says."""


@dataclass(frozen=True)
class Member:
    """`why`: one of the above, empty for a comparable one. `merged`: as the later dataset tells it."""

    code: str
    title: str
    why: str = ""
    merged: Json | None = None

    @property
    def explanation(self) -> str:
        return str(WHY[self.why])


@dataclass(frozen=True)
class Perimeter:
    comparable: tuple[Member, ...]
    entered: tuple[Member, ...]
    left: tuple[Member, ...]
    merged: tuple[Member, ...]
    before: int
    after: int

    def __post_init__(self) -> None:
        stayed = len(self.comparable)
        if stayed + len(self.left) + len(self.merged) != self.before or stayed + len(self.entered) != self.after:
            raise SumsDoNotCheckOut


@dataclass(frozen=True)
class Figure:
    """One figure, at current perimeter (all that each side counts) and at constant perimeter (what both count).

    after − before = (constant_after − constant_before)    due to the comparable ones
                   + (after − constant_after)              due to those that entered
                   + (constant_before − before)            due to those that left or were merged

    Each of the four is a mean rounded to two places, as printed, or a count; their differences are exact, so that the
    three add up to the last digit. None, not measured, where one of the four is.
    """

    before: Decimal | None
    after: Decimal | None
    constant_before: Decimal | None
    constant_after: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return _minus(self.after, self.before)

    @property
    def from_comparable(self) -> Decimal | None:
        return _minus(self.constant_after, self.constant_before)

    @property
    def from_entered(self) -> Decimal | None:
        return _minus(self.after, self.constant_after)

    @property
    def from_left(self) -> Decimal | None:
        return _minus(self.constant_before, self.before)


def _minus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


@dataclass(frozen=True)
class Means:
    """Of the whole roadmap, or of the commitments of an axis. At current perimeter the figures are those printed; at
    constant perimeter they are counted from the rows that both sides have."""

    before: Json
    after: Json
    constant_before: Json
    constant_after: Json
    code: str | None = None  # of the axis; None too for those of all axes
    title: str = ""

    def figure(self, name: str) -> Figure:
        four = (self.before, self.after, self.constant_before, self.constant_after)
        return Figure(*(None if each[name] is None else Decimal(each[name]) for each in four))

    @property
    def progress(self) -> Figure:
        return self.figure("progress")

    @property
    def expected(self) -> Figure:
        return self.figure("expected")

    @property
    def late(self) -> Figure:
        return self.figure("late")

    @property
    def late_revised(self) -> Figure:
        return self.figure("late_revised")


@dataclass(frozen=True)
class Moved:
    """A comparable commitment of which something changed."""

    code: str
    title: str
    axis: str | None
    axis_title: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    before: Dataset
    after: Dataset
    counted: Perimeter
    adjacent: Perimeter
    whole: Means
    axes: tuple[Means, ...]
    moved: tuple[Moved, ...]  # counted ones, in the order of the later report
    moved_adjacent: tuple[Moved, ...]
    postponements: tuple[Json, ...]  # made between the two, by day

    @property
    def unchanged(self) -> int:
        return len(self.counted.comparable) - len(self.moved)

    @property
    def formulas(self) -> list[tuple[str, Any, Any]]:
        """(name in words, old, new) of what the figures are computed with, where it is not the same on both sides."""
        old, new = self.before.get("formulas", {}), self.after.get("formulas", {})
        names = dict.fromkeys([*old, *new])
        changed = [name for name in names if old.get(name) != new.get(name)]
        return [(str(FORMULA_NAMES.get(name, name)), old.get(name), new.get(name)) for name in changed]

    @property
    def is_of_one_quarter(self) -> bool:
        """A report and what rectifies it, which says why."""
        seal = self.after["seal"]
        return seal is not None and bool(self.before["quarter"]["slug"] == self.after["quarter"]["slug"])

    @property
    def untold(self) -> frozenset[str]:
        return _unknown(self.before) | _unknown(self.after)


def compare(before: Dataset, after: Dataset) -> Comparison:
    """Two whole datasets of one roadmap. Raises SumsDoNotCheckOut when one of them contradicts itself."""
    old, new = _by_code(before["commitments"]), _by_code(after["commitments"])
    old_adjacent, new_adjacent = _by_code(before["adjacent"]), _by_code(after["adjacent"])
    unknown = _unknown(before) | _unknown(after)
    actors = (before["actors"], after["actors"])
    counts = (before["summary"]["counted"], after["summary"]["counted"])
    adjacent_counts = (len(before["adjacent"]), len(after["adjacent"]))
    return Comparison(
        before=before,
        after=after,
        counted=_perimeter(old, new, (old_adjacent, new_adjacent), (before, after), counts),
        adjacent=_perimeter(old_adjacent, new_adjacent, (old, new), (before, after), adjacent_counts),
        whole=_means((before["summary"], after["summary"]), before["commitments"], after["commitments"]),
        axes=tuple(_by_axis(before, after)),
        moved=tuple(_moved(old, new, actors, unknown)),
        moved_adjacent=tuple(_moved(old_adjacent, new_adjacent, actors, unknown)),
        postponements=tuple(_postponements({**old, **old_adjacent}, {**new, **new_adjacent}, before)),
    )


def _by_code(rows: Iterable[Json]) -> Rows:
    return {row["code"]: row for row in rows}


def _unknown(dataset: Dataset) -> frozenset[str]:
    """What rows of an older form could not tell: `older` fills it in so that it can be read, not compared."""
    return frozenset(UNKNOWN_ROW) if dataset["schema"] in ("1", "2") else frozenset()


# --- Which commitments ---------------------------------------------------------------------------


def _perimeter(
    old: Rows, new: Rows, others: tuple[Rows, Rows], datasets: tuple[Dataset, Dataset], counts: tuple[int, int]
) -> Perimeter:
    """Of the counted ones, or of the adjacent actions; `others`: those of the other kind, before and after."""
    merged_before, merged_after = ({row["code"]: row for row in dataset["merged"]} for dataset in datasets)
    other_before, other_after = others
    left, merged = [], []
    for code, row in old.items():
        if code in new:
            continue
        if code in merged_after:
            merged.append(Member(code, row["title"], MERGED, merged_after[code]))
        else:
            left.append(Member(code, row["title"], _one_of(code, (other_after, _other_kind(row)), default=GONE)))
    entered = [
        Member(
            code, row["title"], _one_of(code, (other_before, _this_kind(row)), (merged_before, UNMERGED), default=NEW)
        )
        for code, row in new.items()
        if code not in old
    ]
    comparable = [Member(code, row["title"]) for code, row in new.items() if code in old]
    return Perimeter(tuple(comparable), tuple(entered), tuple(left), tuple(merged), *counts)


def _one_of(code: str, *places: tuple[Mapping[str, Any], str], default: str) -> str:
    return next((why for found, why in places if code in found), default)


def _this_kind(row: Json) -> str:
    return NOW_ADJACENT if row["is_adjacent"] else NOW_COUNTED


def _other_kind(row: Json) -> str:
    return NOW_COUNTED if row["is_adjacent"] else NOW_ADJACENT


# --- Figures -------------------------------------------------------------------------------------


def _means(printed: tuple[Json, Json], before: Sequence[Json], after: Sequence[Json], **axis: Any) -> Means:
    both = {row["code"] for row in before} & {row["code"] for row in after}
    stayed, still = ([row for row in rows if row["code"] in both] for rows in (before, after))
    return Means(*printed, tally(stayed), tally(still), **axis)


def _by_axis(before: Dataset, after: Dataset) -> Iterable[Means]:
    """By main axis. One that changed axis left the first and entered the second."""
    printed = [{axis["code"]: axis for axis in dataset["axes"]} for dataset in (before, after)]
    nothing = tally([])
    for code, axis in {**printed[1], **printed[0], **printed[1]}.items():
        old, new = ([row for row in dataset["commitments"] if row["axis"] == code] for dataset in (before, after))
        told = (printed[0].get(code, nothing), printed[1].get(code, nothing))
        yield _means(told, old, new, code=code, title=axis["title"])


# --- What moved ----------------------------------------------------------------------------------


def _moved(old: Rows, new: Rows, actors: tuple[Json, Json], unknown: frozenset[str]) -> Iterable[Moved]:
    for code, row in new.items():
        if code in old and (changes := changes_of(old[code], row, actors, unknown)):
            yield Moved(code, row["title"], row["axis"], row["axis_title"], changes)


def _postponements(old: Rows, new: Rows, before: Dataset) -> list[Json]:
    """Of one that entered: those made after the earlier reference date."""
    since = before["quarter"]["reference_on"]
    found = [
        {**postponement, "commitment": row["code"], "commitment_title": row["title"]}
        for row in new.values()
        for postponement in made_between(old.get(row["code"]), row)
        if row["code"] in old or postponement["made_on"] > since
    ]
    return sorted(found, key=lambda row: (row["made_on"], row["commitment"]))
