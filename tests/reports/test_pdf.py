"""The PDF of a sealed report: what it proves is printed, it is accessible, and it is the same file on another day."""

from collections import Counter
from datetime import UTC, datetime

import outloud
import pytest
import time_machine
from django.utils import translation
from pypdf import PdfReader

from accounts.models import User
from commitments.models import Campaign
from reports import transitions
from reports.dataset import Dataset, build_dataset, canonical_json
from reports.models import Report
from reports.writers import WRITERS, Format
from tests.factories import make_axis, make_campaign, make_commitment, make_evidence, make_user
from tests.reports.proven import SEALED_AT, draw_proven_quarter, seal_proven_quarter
from tests.reports.situations import FORTY_LINES, LONG_WORD, at, make_report

pytestmark = pytest.mark.django_db
LANGUAGES = ["fr", "en"]


@pytest.fixture
def quarter(db):
    return draw_proven_quarter()


@pytest.fixture
def sealed(quarter, amina):
    return seal_proven_quarter(quarter, amina)


@pytest.fixture
def dataset(sealed):
    return Dataset.read(sealed.content)


@pytest.fixture
def empty(db):
    return Dataset.of(build_dataset(make_report(make_campaign(2026, 3, state=Campaign.State.REVIEW))))


def written(dataset, folder, language="fr"):
    path = folder / f"rapport-{language}.pdf"
    with translation.override(language):
        WRITERS[Format.PDF].write(dataset, path, language)
    return path


def plain(text):
    """One line with plain spaces; a word broken to fit its column is whole again."""
    return " ".join(text.replace("\u200b", "").split())


def text_of(path):
    return plain("\n".join(page.extract_text() for page in PdfReader(path).pages))


def told(dataset, folder, language="fr"):
    return text_of(written(dataset, folder, language))


# --- Cover and summary ----------------------------------------------------------------------------


def test_the_cover_of_a_draft_says_that_nothing_is_sealed(quarter, tmp_path):
    draft = Dataset.of(build_dataset(make_report(quarter, scope="axis=research&side=region", period="year")))
    cover = plain(PdfReader(written(draft, tmp_path)).pages[0].extract_text())
    assert "provisoire, non scellé" in cover
    assert "Axe : Axe research ; Côté : Région" in cover
    assert "Année, du 1er janvier 2026 au 30 septembre 2026" in cover
    assert draft.sha256 in cover.replace(" ", "")
    assert "Précédent" not in cover


def test_the_cover_of_a_sealed_report_says_which_and_when(dataset, tmp_path):
    cover = plain(PdfReader(written(dataset, tmp_path)).pages[0].extract_text())
    assert "Rapport scellé n° 1, version 1, le 20/10/2026 à 14:00" in cover
    assert "Premier rapport scellé de la chaîne" in cover
    assert dataset.sha256 in cover.replace(" ", "")
    assert "Rectificatif" not in cover


def test_a_rectification_says_why_and_what_it_follows(sealed, amina, tmp_path):
    corrected = transitions.rectify(sealed, reason="Un engagement manquait.", by=amina, at=at(2026, 11, 2))
    cover = plain(PdfReader(written(Dataset.read(corrected.content), tmp_path)).pages[0].extract_text())
    for words in ("Rectificatif n° 1", "Corrige le rapport scellé n° 1.", "Un engagement manquait.", "version 2"):
        assert words in cover
    for fingerprint in (corrected.sha256, sealed.sha256):
        assert fingerprint in cover.replace(" ", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["dataset", "empty"])
def test_the_summary_holds_on_the_second_page(request, which, language, tmp_path):
    found = request.getfixturevalue(which)
    reader = PdfReader(written(found, tmp_path, language))
    starts = {entry.title: reader.get_destination_page_number(entry) for entry in flat(reader.outline)}
    first, second, *_ = [page for entry, page in starts.items() if entry in top(reader.outline)]
    assert (first, second) == (1, 3)
    page = plain(reader.pages[1].extract_text())
    labels = found["labels"][language]
    for group in ("status", "weather", "answer"):
        for label in labels[group].values():
            assert label in page
    with translation.override(language):
        assert plain(translation.gettext("Sommaire")) in plain(reader.pages[2].extract_text())


def flat(outline):
    for entry in outline:
        yield from flat(entry) if isinstance(entry, list) else [entry]


def top(outline):
    return [entry.title for entry in outline if not isinstance(entry, list)]


# --- What is proved -------------------------------------------------------------------------------


def test_a_block_says_who_answered_when_and_whose_visas_it_has(dataset, tmp_path):
    text = told(dataset, tmp_path)
    for words in [
        "point publié le 21 septembre 2026, par Région Auvergne-Rhône-Alpes, côté Région, contribution",
        "Visa Région : approuvé le 18 septembre 2026, par Région Auvergne-Rhône-Alpes, validation",
        "Visa État : accord tacite le 21 septembre 2026 ",
        "confirmé sans changement le 25 septembre 2026, par Région Auvergne-Rhône-Alpes, côté Région, contribution",
        "mesuré par jalons pondérés, poids 1 dans les moyennes",
    ]:
        assert words in text


def test_of_a_piece_that_is_not_public_nothing_is_said_but_that_it_exists(dataset, tmp_path):
    text = told(dataset, tmp_path)
    assert "Avis d’attribution du marché (page publique, versée le 20 septembre 2026 par Région" in text
    assert "pièce non publique" in text
    for kept in ("Convention secrète", "interne.example", "convention, versée", "À huis clos", "Pas encore visé."):
        assert kept not in text


def test_postponements_decisions_texts_not_approved_and_merged_have_their_tables(dataset, tmp_path):
    text = told(dataset, tmp_path)
    for words in [
        "30 novembre 2026 +107 jours",
        "décision n° 3 du comité de pilotage du 12 septembre 2026",
        "n° 3 12 septembre 2026 Préfecture de région 1er décembre 2026 à suivre eng-prouve",
        "Former les agents publics eng-attend 10 octobre 2026 aucun État, Région",
        "Ouvrir un guichet unique eng-fusionne eng-prouve 1er août 2026 Même objet, mêmes porteurs.",
    ]:
        assert words in text


def test_a_draft_has_no_list_of_texts_not_approved(quarter, tmp_path):
    draft = Dataset.of(build_dataset(make_report(quarter)))
    assert "Textes non visés" not in told(draft, tmp_path)


def test_the_annex_has_the_formulas_their_version_and_their_limits(dataset, tmp_path):
    _before, _, annex = told(dataset, tmp_path).rpartition("Définitions et calculs")
    for group in dataset["definitions"]["fr"]:
        for item in group["terms"]:
            assert plain(item["text"])[:60] in annex
    assert "Version des formules de ce rapport : 1" in annex
    assert "dépassé de plus de 30 jours ; avancement inférieur de plus de 10 points" in annex
    assert "additionner poids × avancement, diviser par la somme des poids" in annex


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_agent_is_named(dataset, tmp_path, language):
    text = told(dataset, tmp_path, language)
    assert not [name for name in User.objects.values_list("name", flat=True) if name in text]


# --- Form -----------------------------------------------------------------------------------------


def test_no_text_is_cut(dataset, tmp_path):
    text = told(dataset, tmp_path).replace(" ", "")
    for line in FORTY_LINES.split("\n"):
        assert line.replace(" ", "") in text
    assert LONG_WORD * 2 in text
    assert "Lancement□réussi" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["dataset", "empty"])
def test_no_error_for_whoever_listens_to_it(request, which, language, tmp_path):
    found = outloud.check(str(written(request.getfixturevalue(which), tmp_path, language)))
    assert found.errors == 0, [finding.message for finding in found.findings]


def test_the_english_one_has_english_words_and_says_that_texts_are_french(dataset, tmp_path):
    path = written(dataset, tmp_path, "en")
    reader = PdfReader(path)
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    languages = Counter(tags(reader.trailer["/Root"]["/StructTreeRoot"]))
    assert set(languages) == {"fr-FR", "en-GB"}
    assert languages["fr-FR"] > len(dataset["commitments"])
    with translation.override("en"):
        says = translation.gettext("Les textes sont en français, tels qu’ils ont été écrits.")
    assert plain(says) in plain(reader.pages[0].extract_text())
    text = text_of(path)
    for group in ("status", "weather", "answer", "visa"):
        used = {"approved", "tacit"} if group == "visa" else dataset["labels"]["en"][group]
        for code in used:
            assert dataset["labels"]["en"][group][code] in text
    assert "Le marché est notifié." in text
    assert "30 September 2026" in text


def tags(element):
    """The language of each part of the tree of tags that has its own."""
    element = element.get_object()
    if isinstance(element, list):
        for child in element:
            yield from tags(child)
    elif isinstance(element, dict):
        if "/Lang" in element:
            yield element["/Lang"]
        if "/K" in element:
            yield from tags(element["/K"])


def test_a_french_one_has_one_language(dataset, tmp_path):
    assert not list(tags(PdfReader(written(dataset, tmp_path)).trailer["/Root"]["/StructTreeRoot"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_laid_out_on_another_day_is_the_same_file(dataset, tmp_path, language):
    first = written(dataset, tmp_path, language).read_bytes()
    with time_machine.travel(datetime(2031, 2, 3, 4, 5, tzinfo=UTC), tick=False):
        again = written(Dataset.read(canonical_json(dataset.parts).decode()), tmp_path, language).read_bytes()
    assert again == first
    assert PdfReader(tmp_path / f"rapport-{language}.pdf").metadata.creation_date == SEALED_AT


def test_a_blank_line_in_a_link_and_an_emoji_in_a_drawing_stop_nothing(tmp_path, db):
    """Found by tests/reports/test_portfolios.py: the first tore the tag of the link, no font shows the second."""
    axis = make_axis("research", title="Recherche 🚀")
    commitment = make_commitment("x.", code="eng-1", main_axis=axis)
    make_evidence(
        commitment, make_user("auteur"), title="Deux lignes,\n\nune pièce", added_at=datetime(2026, 8, 1, tzinfo=UTC)
    )
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    text = text_of(written(Dataset.of(build_dataset(Report(campaign=quarter, started_at=at(2026, 10, 1)))), tmp_path))
    assert "Recherche □" in text
    assert "Deux lignes," in text


@pytest.mark.parametrize("title", ["\x9f", "\u200b\ufeff"])
def test_a_title_that_shows_nothing_is_no_empty_heading(tmp_path, db, title):
    make_commitment(code="eng-1", title=title)
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    path = written(Dataset.of(build_dataset(Report(campaign=quarter, started_at=at(2026, 10, 1)))), tmp_path)
    assert "□" in text_of(path)
