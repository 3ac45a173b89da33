"""ODP: ten slides for the steering committee, in the pages of a template whose frames are filled by their names.

Whoever runs the portal may put their own `committee.odp` in its place: pages and frames keep their names, all the rest
(place, size, colours, fonts, master pages) is theirs.
"""

from pathlib import Path

from odfdo import Document, Element

from reports.dataset import Dataset
from reports.writers.odp_frames import Deck
from reports.writers.odp_slides import slides
from reports.writers.office_text import TEMPLATES, save
from reports.writers.office_words import Teller

TEMPLATE = TEMPLATES / "committee.odp"


def write(dataset: Dataset, path: Path, language: str) -> None:
    teller = Teller(dataset, language)
    document = Document(TEMPLATE)
    deck = Deck(document, language)
    for slide in slides(teller):
        deck.fill(slide)
    title = f"{teller.title}, {teller.quarter_prose}"
    _say_on_each_slide(document, " — ".join(text for text in (teller.notice, title, teller.state) if text))
    save(document, path, dataset, title=title, subject=teller.state, language=language)


def _say_on_each_slide(document: Document, words: str) -> None:
    footers: list[Element] = document.body.get_elements("//presentation:footer-decl")
    for footer in footers:
        footer.text = words
