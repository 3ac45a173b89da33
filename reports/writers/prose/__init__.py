"""What a report says, in words of the active language: the one content that the PDF and its HTML twin lay out
(requirement A9). Labels and definitions are those frozen in the dataset; nothing is computed here."""

from reports.dataset import Dataset, Json
from reports.writers.prose import proofs, surroundings
from reports.writers.prose.annex import annex
from reports.writers.prose.commitments import commitment_block, surroundings_of
from reports.writers.prose.cover import cover
from reports.writers.prose.headings import headings
from reports.writers.prose.labels import Labels
from reports.writers.prose.summary import summary
from roadmap_portal.templatetags.portal import in_english

__all__ = ["content"]


def content(dataset: Dataset) -> Json:
    label = Labels(dataset)
    around = surroundings_of(dataset, label)
    told = summary(dataset, label)
    by_axis: dict[str | None, list[Json]] = {}
    for row in dataset["commitments"]:
        by_axis.setdefault(row["axis"], []).append(commitment_block(row, around))
    return {
        "lang": "en" if in_english() else "fr",
        "words": headings(dataset),
        "cover": cover(dataset, label),
        "summary": told,
        "axes": [{**axis, "commitments": by_axis.get(axis["code"], [])} for axis in told["axes"]],
        "adjacent": [commitment_block(row, around) for row in dataset["adjacent"]],
        "postponements": [surroundings.postponement(row, label) for row in dataset["postponements"]],
        "decisions": [proofs.decision(row, label) for row in dataset["decisions"]],
        "unapproved": [proofs.unapproved(row, label) for row in dataset["unapproved"]],
        "merged": [proofs.merged(row) for row in dataset["merged"]],
        "envelopes": [surroundings.envelope(row, label) for row in dataset["envelopes"]],
        "funding_lines": [surroundings.funding_line(row, label) for row in dataset["funding_lines"]],
        "money_totals": surroundings.money_totals(dataset["money"]),
        "indicators": [surroundings.indicator(row, label) for row in dataset["indicators"]],
        "definitions": annex(dataset),
        # Those that a table may lead to: a decision may also concern what is out of the scope.
        "known": {row["code"]: True for row in [*dataset["commitments"], *dataset["adjacent"]]},
    }
