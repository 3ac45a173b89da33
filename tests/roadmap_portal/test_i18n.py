"""Everything said to a user is French as France sets it, and stands in English in the catalogue, whole."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from reports.dataset import build_dataset, canonical_json, sha256_of
from tests.reports.situations import at, draw_quarter, make_report, postpone_then
from tests.roadmap_portal.conftest import CATALOGUE, ROOT

PLACES = re.compile(r"%\(\w+\)[sd]")
BEFORE_SIGN = re.compile(r" (?=[;:!?](?:[\s\"'<)]|$))|« | »")
STRAIGHT_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
TAGS = re.compile(r"<[^>]*>")


@cache
def messages() -> dict[tuple[str, ...], str]:
    """What a new extraction finds: message → file. With the mapping and the keywords of `make messages`."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    line = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("KEYWORDS :="))
    keywords = DEFAULT_KEYWORDS | parse_keywords(line.replace("-k", "").split()[2:])
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return {message if isinstance(message, tuple) else (message,): name for name, _, message, _, _ in found}


def catalogue():
    with CATALOGUE.open("rb") as file:
        return {m.id if isinstance(m.id, tuple) else (m.id,): m for m in read_po(file, locale="en") if m.id}


def test_extraction_finds_templates_and_code():
    folders = {Path(name).parts[0] for name in messages().values()}
    assert {"templates", "accounts", "actors", "commitments", "funding", "reports", "roadmap_portal"} <= folders


def test_the_catalogue_is_up_to_date():
    """Otherwise: make messages, then translate what is new."""
    assert set(messages()) == set(catalogue())


def test_every_message_is_translated():
    def is_whole(message):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        return all(texts) and not message.fuzzy

    assert [ids for ids, message in catalogue().items() if not is_whole(message)] == []


def test_a_translation_keeps_the_places_and_the_tags():
    def shape(text):
        return sorted(PLACES.findall(text)), sorted(TAGS.findall(text)), text.count("%%")

    broken = []
    for ids, message in catalogue().items():
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        broken += [(one, text) for one, text in zip(ids, texts, strict=True) if shape(one) != shape(text)]
    assert broken == []


def test_french_messages_are_set_as_french():
    """U+202F before ; ! ?, U+00A0 before : and inside « », the typographic apostrophe (requirement T5)."""
    texts = [text for ids in messages() for text in ids]
    assert [text for text in texts if BEFORE_SIGN.search(text) or STRAIGHT_APOSTROPHE.search(text)] == []


@pytest.mark.parametrize("text", ["Où ?", "Motif : retard", "« oui »", "l'axe"])
def test_a_fault_of_typography_is_seen(text):
    assert BEFORE_SIGN.search(text) or STRAIGHT_APOSTROPHE.search(text)


def test_english_messages_are_set_as_english():
    french_marks = re.compile("[«»\u202f]| [;:!?]")
    texts = [t for m in catalogue().values() for t in (m.string if isinstance(m.string, tuple) else (m.string,))]
    assert [text for text in texts if french_marks.search(text)] == []


def text_of_templates():
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        yield path.name, re.sub(r"\{%(?!\s*(?:end)?trans).*?%\}", "", text, flags=re.DOTALL)


def test_templates_are_set_as_french():
    faults = [(name, found.group()) for name, text in text_of_templates() for found in BEFORE_SIGN.finditer(text)]
    assert faults == []


# --- The pages in English ------------------------------------------------------------------------

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "rect", "path", "circle", "use"}
SPOKEN = {"aria-label", "alt", "title", "placeholder", "data-label"}


class SaidInEnglish(HTMLParser):
    """What a page says outside the elements that declare themselves French."""

    def __init__(self, page):
        super().__init__()
        self.open, self.said = [], []
        self.feed(page)

    @property
    def is_french(self):
        return "fr" in self.open

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if not self.is_french and given.get("lang") != "fr":
            self.said += [text for name, text in attributes if name in SPOKEN]
        if tag not in VOID:
            self.open.append(given.get("lang", ""))

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, text):
        if not self.is_french:
            self.said.append(text)


def said_in_english(page):
    return " ".join(" ".join(SaidInEnglish(page).said).split())


def test_what_declares_itself_french_is_left_out():
    page = '<p>One</p><p lang="fr">Deux <b>trois</b></p><img alt="Four"><i lang="fr" title="Cinq"></i>'
    assert said_in_english(page) == "One Four"


@cache
def telling_pieces():
    """The longest piece of each French message that English does not share, without places and tags."""
    pieces = set()
    for ids, message in catalogue().items():
        english = " ".join(message.string) if isinstance(message.string, tuple) else message.string
        for text in ids:
            piece = max(re.split(r"%\(\w+\)[sd]|<[^>]*>|%%", text), key=len).strip()
            if len(piece) >= 12 and piece not in english:
                pieces.add(" ".join(piece.split()))
    return pieces


@pytest.fixture
def quarter_online(db, rachel):
    """A quarter with all there is to show, and its report online."""
    campaign = draw_quarter()
    commitment = campaign.roadmap.commitments.get(code="eng-retard")
    milestone = commitment.milestones.last()
    postpone_then(commitment, milestone, milestone.due_on, milestone.due_on.replace(year=2027), at(2026, 9, 1), rachel)
    report = make_report(campaign)
    dataset = build_dataset(report)
    report.content, report.dataset_sha256 = canonical_json(dataset).decode(), sha256_of(dataset)
    report.state = "ready"
    report.finished_at = report.published_at = at(2026, 10, 1)
    report.save()


PUBLIC = [
    "/en/",
    "/en/engagements/",
    "/en/engagements/?status=inconnu",
    "/en/engagements/?q=introuvable",
    "/en/engagements/eng-retard/",
    "/en/engagements/eng-muet/",
    "/en/engagements/act-voisine/",
    "/en/axes/",
    "/en/axes/research/",
    "/en/calendrier/",
    "/en/indicateurs/",
    "/en/indicateurs/ind-chaires/",
    "/en/acteurs/",
    "/en/acteurs/region/",
    "/en/financements/",
    "/en/rapports/",
    "/en/rapports/2026-T3/",
    "/en/connexion/",
    "/en/rien/",
]
STAFF = [
    "/en/espace/",
    "/en/espace/visas/",
    "/en/espace/engagements/eng-retard/point/",
    "/en/espace/engagements/eng-retard/report-echeance/",
    "/en/espace/rapports/",
    "/en/espace/comites/",
    "/en/espace/comites/nouveau/",
]


def french_left(page):
    said = said_in_english(page)
    return sorted(piece for piece in telling_pieces() if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", said))


def test_french_left_is_seen(client, quarter_online):
    page = client.get("/").content.decode().replace('<html lang="fr">', '<html lang="en">')
    assert "Les retards les plus anciens" in french_left(page)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_in_english_says_nothing_in_french(client, quarter_online, english_catalogue, address):
    page = client.get(address).content.decode()
    assert '<html lang="en">' in page
    assert french_left(page) == []


@pytest.mark.parametrize("address", STAFF)
def test_a_staff_page_in_english_says_nothing_in_french(client, quarter_online, english_catalogue, amina, address):
    client.force_login(amina)
    response = client.get(address)
    assert response.status_code == 200
    assert french_left(response.content.decode()) == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_in_french_declares_nothing_but_french(client, quarter_online, address):
    """On a French page nothing repeats the language; the link to the English one is the only other."""
    page = client.get(address.removeprefix("/en")).content.decode()
    assert re.findall(r' lang="(\w+)"', page) == ["fr", "en"]
