"""The words of codes, as frozen with the report: a label changed since then changes nothing of it."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from reports.writers.prose.values import Told, day_of, free, sentence
from roadmap_portal.templatetags.portal import in_english, quarter, quarter_prose


class Quarter(NamedTuple):
    year: int
    quarter: int


class Labels:
    """In the active language. A dataset of an older form may hold a French label without its code."""

    def __init__(self, dataset: Dataset) -> None:
        self.groups: Json = dataset["labels"]["en" if in_english() else "fr"]

    def __call__(self, group: str, code: str | None, instead: str = "") -> Told:
        found: str = self.groups[group].get(code or "", "")
        return found or free(instead)

    def voice(self, spoken: Json | None) -> Told:
        """The organisation, its side and the role held; never a person."""
        if not spoken or not spoken["actor"]:
            return ""
        pattern = "%(actor)s"
        if spoken.get("side"):
            pattern += f", {_('côté %(side)s')}"
        if spoken.get("role"):
            pattern += ", %(role)s"
        side, role = self("side", spoken.get("side")), self("role", spoken.get("role"))
        return sentence(pattern, actor=free(spoken["actor"]), side=side, role=role)

    def axis(self, axis: Json) -> Told:
        return free(axis["title"]) if axis["code"] else self("transversal", "long", axis["title"])


def quarter_of(dataset: Dataset) -> Quarter:
    return Quarter(dataset["quarter"]["year"], dataset["quarter"]["quarter"])


def quarter_label(dataset: Dataset) -> str:
    return quarter(quarter_of(dataset))


def quarter_in_prose(dataset: Dataset) -> str:
    return quarter_prose(*quarter_of(dataset))


def reference_day(dataset: Dataset) -> str:
    return day_of(dataset["quarter"]["reference_on"])
