"""The sheets of the workbooks: their names, their rows, and the sheets that say what is in them."""

from collections.abc import Iterable
from types import SimpleNamespace

from django.utils.translation import gettext_lazy as _

from reports.dataset import Dataset, Json
from reports.writers.columns import Sheet
from reports.writers.read_me import notice
from reports.writers.sheets_commitments import ANSWER, COMMITMENT, MILESTONE, SUMMARY
from reports.writers.sheets_money import ENVELOPE, EVENT, FUNDING, INDICATOR, MONEY
from reports.writers.sheets_proofs import DECISION, EVIDENCE, MERGED, POSTPONEMENT, UNAPPROVED
from roadmap_portal.templatetags.portal import quarter


def commitment_rows(dataset: Dataset, key: str) -> Iterable[Json]:
    common = {
        "quarter": quarter(SimpleNamespace(**dataset["quarter"])),
        "reference_on": dataset["quarter"]["reference_on"],
        "notice": notice(dataset),
    }
    return ({**row, **common} for row in dataset[key])


def every_commitment(dataset: Dataset) -> Iterable[Json]:
    for key in ("commitments", "adjacent"):
        yield from dataset[key]


def milestone_rows(dataset: Dataset) -> Iterable[Json]:
    for row in every_commitment(dataset):
        for milestone in row["milestones"]:
            yield {**milestone, "code": row["code"], "is_adjacent": row["is_adjacent"]}


def event_rows(dataset: Dataset) -> Iterable[Json]:
    for line in dataset["funding_lines"]:
        counts = line["reach"] == "regional" and not line["is_adjacent"]
        for event in line["events"]:
            yield {**line, **event, "is_added": counts and event["kind"] in line["added"]}


def money_rows(dataset: Dataset) -> Iterable[Json]:
    money = dataset["money"]
    if money is None:
        return
    cuts = {"envelopes": _("Enveloppe"), "axes": _("Axe"), "funders": _("Financeur"), "years": _("Exercice")}
    yield {"cut": str(_("Total")), "title": "", **money["total"]}
    for name, cut in cuts.items():
        yield from ({**row, "cut": str(cut)} for row in money[name])


SHEETS = (
    Sheet(_("Synthèse"), SUMMARY, lambda d: [d["summary"], *d["axes"]]),
    Sheet(_("Engagements"), COMMITMENT, lambda d: commitment_rows(d, "commitments")),
    Sheet(_("Actions voisines"), COMMITMENT, lambda d: commitment_rows(d, "adjacent")),
    Sheet(_("Réponses et visas"), ANSWER, every_commitment),
    Sheet(_("Jalons"), MILESTONE, milestone_rows),
    Sheet(_("Reports d’échéance"), POSTPONEMENT, lambda d: d["postponements"]),
    Sheet(_("Pièces"), EVIDENCE, lambda d: d["evidence"]),
    Sheet(_("Décisions"), DECISION, lambda d: d["decisions"]),
    Sheet(_("Non visés"), UNAPPROVED, lambda d: d["unapproved"]),
    Sheet(_("Fusions"), MERGED, lambda d: d["merged"]),
    Sheet(_("Enveloppes"), ENVELOPE, lambda d: d["envelopes"]),
    Sheet(_("Financements"), FUNDING, lambda d: d["funding_lines"]),
    Sheet(_("Écritures"), EVENT, event_rows),
    Sheet(_("Totaux financiers"), MONEY, money_rows),
    Sheet(_("Indicateurs"), INDICATOR, lambda d: d["indicators"]),
)
READ_ME = _("Lisez-moi")
DICTIONARY = _("Dictionnaire")
DICTIONARY_TITLES = (_("Feuille"), _("Colonne"), _("Type"), _("Sens"))
KIND_NAMES = {
    "text": _("texte"),
    "long": _("texte"),
    "url": _("adresses"),
    "integer": _("nombre entier"),
    "decimal": _("nombre"),
    "percent": _("pourcentage"),
    "euros": _("euros"),
    "date": _("date"),
}


def dictionary_rows() -> Iterable[tuple[str, str, str, str]]:
    """(sheet, column, type, meaning), in the active language."""
    for sheet in SHEETS:
        for column in sheet.columns:
            yield str(sheet.name), str(column.title), str(KIND_NAMES[column.kind]), str(column.meaning)
