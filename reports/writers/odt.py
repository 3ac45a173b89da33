"""ODT: the summary, for those who must edit it. Headings, tables and fields are real; the styles are the template's."""

from pathlib import Path

from odfdo import Document

from reports.dataset import Dataset
from reports.writers.odt_sections import SECTIONS
from reports.writers.odt_summary import Summary
from reports.writers.office_text import plain, save
from reports.writers.office_words import Teller


def write(dataset: Dataset, path: Path, language: str) -> None:
    teller = Teller(dataset, language)
    summary = Summary(teller)
    for section in SECTIONS:
        section(summary, teller)
    title = f"{teller.title}, {teller.quarter_prose}"
    subject = " — ".join(plain(words) for words in (teller.state, teller.notice) if words)
    _fill_fields(summary.document, {"text:title": title, "text:subject": subject})
    save(summary.document, path, dataset, title=title, subject=subject, language=language)


def _fill_fields(document: Document, values: dict[str, str]) -> None:
    """The header names the document by fields: what they show before the reader's program computes them."""
    for name, value in values.items():
        for field in document.styles.get_elements(f"//{name}"):
            field.text = value
