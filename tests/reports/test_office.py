"""The summary to edit (ODT) and the slides of the committee (ODP): opened again, they say what the dataset says."""

import re
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from odfdo import Document
from PIL import Image

from commitments.models import Campaign
from reports import transitions
from reports.dataset import Dataset, build_dataset
from reports.models import Report
from reports.writers import WRITERS, Format, file_name
from reports.writers.odp import TEMPLATE
from reports.writers.odp_fit import clipped, height, lines
from reports.writers.odp_frames import Deck
from reports.writers.odp_slides import slides
from reports.writers.office_text import AsWritten, plain
from reports.writers.office_words import Teller
from tests.commitments.test_steering import make_decision, make_meeting
from tests.factories import make_campaign, make_commitment, make_milestone, make_roadmap
from tests.reports.situations import (
    EMOJI,
    FORTY_LINES,
    HOSTILE,
    LATE,
    LONG_WORD,
    RIGHT_TO_LEFT,
    at,
    draw_quarter,
    postpone_then,
    publish,
)
from tests.reports.test_sealing import submitted

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("format_", [Format.ODT, Format.ODP])
PAGES = ["cover", "figures", "status", "weather", "axes", "late", "postponements", "support", "money", "decisions"]
NOTICE = "Activité de démonstration, fictive"


def dataset_of(campaign):
    return Dataset.of(build_dataset(Report(campaign=campaign, started_at=at(2026, 10, 1))))


@pytest.fixture
def quarter(roadmap):
    roadmap.is_demonstration = True
    roadmap.save()
    return draw_quarter()


@pytest.fixture
def full(quarter):
    return dataset_of(quarter)


@pytest.fixture
def empty(db):
    return dataset_of(make_campaign(2026, 3, state=Campaign.State.REVIEW))


@pytest.fixture
def write(tmp_path):
    def write(dataset, format_, language="fr"):
        path = tmp_path / file_name(dataset, format_, language)
        with translation.override(language):
            WRITERS[format_].write(dataset, path, language)
        return path

    return write


def part(path, name="content.xml"):
    return ZipFile(path).read(name).decode()


def text_of(element):
    """What is read, with the spaces of French typography as plain ones."""
    text = "\n".join(p.inner_text for p in element.get_elements("descendant::text:p | descendant::text:h"))
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def said(path):
    return text_of(Document(path).body)


def pages(path):
    return {page.get_attribute("draw:name"): page for page in Document(path).body.get_elements("//draw:page")}


def rows_of(element):
    """Each table under it, as texts."""
    return [
        [
            [text_of(cell) for cell in row.get_elements("table:table-cell")]
            for row in found.get_elements("descendant::table:table-row")
        ]
        for found in element.get_elements("descendant::table:table")
    ]


def table(path, heading):
    """The rows under the header that starts with this heading."""
    return next(rows[1:] for rows in rows_of(Document(path).body) if rows[0][0] == heading)


# --- The figures of the dataset -------------------------------------------------------------------


def test_the_summary_holds_the_figures_of_the_dataset(full, write):
    path, summary = write(full, Format.ODT), full["summary"]
    labels = full["labels"]["fr"]
    for group, heading in (("status", "Statut"), ("weather", "Météo")):
        counts = {row[0]: int(row[2]) for row in table(path, heading)}
        assert counts == {labels[group][i["code"]]: i["count"] for i in summary[f"by_{group}"]}
    axes = next(t for t in rows_of(Document(path).body) if t[0][-1] == "Attendu")
    assert [row[0] for row in axes[1:-1]] == [axis["title"] for axis in full["axes"]]
    assert [int(row[1]) for row in axes[1:]] == [*(axis["counted"] for axis in full["axes"]), summary["counted"]]
    assert [int(row[4]) for row in axes[1:]] == [*(axis["late"] for axis in full["axes"]), summary["late"]]
    figures = {row[0]: row[1] for row in table(path, "Ce qui est compté")}
    assert figures["Engagements suivis"] == "5"
    assert figures["Avancement moyen"] == "57 %" == f"{Decimal(summary['progress']):.0f} %"
    assert figures["En retard"] == str(summary["late"])
    text = said(path)
    assert full.sha256 in text
    assert "120 000 000,50 €" in text
    assert "54 000 000 000 €" in text


def test_the_slides_hold_the_figures_of_the_dataset(full, write):
    path, summary = write(full, Format.ODP), full["summary"]
    found, labels = pages(path), full["labels"]["fr"]
    for group in ("status", "weather"):
        (rows,) = rows_of(found[group])
        assert {row[0]: int(row[1]) for row in rows[1:]} == {
            labels[group][i["code"]]: i["count"] for i in summary[f"by_{group}"]
        }
    shown = {f.get_attribute("draw:name"): text_of(f).split("\n") for f in found["figures"].get_elements("draw:frame")}
    assert shown["figure-1"][:2] == ["5", "engagements suivis"]
    assert shown["figure-2"][:2] == [f"{Decimal(summary['progress']):.0f} %", "avancement moyen"]
    assert shown["figure-5"][:2] == [str(summary["late"]), "en retard"]
    assert shown["figure-6"][:2] == [str(summary["not_answered"]), "sans réponse"]
    (axes,) = rows_of(found["axes"])
    assert [int(row[1]) for row in axes[1:]] == [summary["counted"], *(axis["counted"] for axis in full["axes"])]
    (late,) = rows_of(found["late"])
    assert [row[0] for row in late[1:]] == [r["title"] for r in full["commitments"] if r["is_late"]]
    assert full.sha256 in text_of(found["cover"])


def test_money_is_told_reach_by_reach_and_never_added(full, write):
    text = said(write(full, Format.ODT))
    assert "ne s’additionnent jamais" in text
    assert "54 120 000 000" not in text
    money = pages(write(full, Format.ODP))["money"]
    frames = {f.get_attribute("draw:name"): text_of(f) for f in money.get_elements("draw:frame")}
    assert "120,00 M€" in frames["reach-regional"]
    assert "54 Md€" in frames["reach-national"]
    assert "Aucune enveloppe." in frames["reach-european"]


def test_what_moves_and_what_was_decided_is_told(quarter, write, stephane, rachel):
    commitment = make_commitment(code="eng-recule", title="Ouvrir la plateforme")
    milestone = make_milestone(commitment, due_on=at(2026, 12, 31).date(), title="Marché notifié")
    postpone_then(commitment, milestone, at(2026, 9, 30).date(), at(2026, 12, 31).date(), at(2026, 8, 4), stephane)
    meeting = make_meeting(rachel, at(2026, 9, 22).date(), held=True)
    make_decision(meeting, rachel, text="Texte du comité", commitments=[commitment])
    dataset = dataset_of(quarter)
    for path in (write(dataset, Format.ODT), write(dataset, Format.ODP)):
        text = said(path)
        assert "Ouvrir la plateforme, jalon Marché notifié" in text
        assert "Crédits reportés." in text
        assert "+92 jours" in text
        assert "n° 1 du 22" in text
        assert "Texte du comité" not in text
    assert "Marché notifié ; Ouvrir la plateforme" in text_of(pages(write(dataset, Format.ODP))["decisions"])


def test_next_steps_tell_their_first_paragraph_and_say_when_there_is_more(quarter, write):
    commitment = make_commitment(code="eng-suite", title="Former les agents")
    publish(commitment, quarter, "in_progress", at(2026, 9, 25), next_steps="Lancer le marché.\n\nPuis le reste.")
    text = said(write(dataset_of(quarter), Format.ODT))
    assert "Former les agents : Lancer le marché. […]" in text
    assert "[…] : premier paragraphe seul" in text


# --- Which report ---------------------------------------------------------------------------------


@BOTH
def test_a_draft_says_that_it_is_provisional(full, write, format_):
    assert "provisoire" in said(write(full, format_))


@BOTH
def test_a_sealed_report_says_its_number_and_a_rectification_why(quarter, amina, write, format_):
    first = transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    text = said(write(Dataset.read(first.content), format_))
    assert "scellé n° 1" in text
    assert "rectificatif" not in text
    second = transitions.rectify(first, reason="Un montant était faux.", by=amina, at=at(2026, 10, 25))
    text = said(write(Dataset.read(second.content), format_))
    assert "scellé n° 2, rectificatif n° 1" in text
    assert "Un montant était faux." in text


def test_texts_without_their_visas_are_named(quarter, amina, paula, write):
    roadmap = make_roadmap()
    roadmap.visa_policy = "both"
    roadmap.save()
    submitted(make_commitment(code="eng-attend", title="Attendre le visa"), quarter, paula)
    sealed = transitions.seal(quarter, by=amina, unapproved=["eng-attend"], at=at(2026, 10, 20))
    rows = next(
        t for t in rows_of(Document(write(Dataset.read(sealed.content), Format.ODT)).body) if "Visa" in t[0][-1]
    )
    assert rows[1] == ["Attendre le visa", "10 octobre 2026", "État, Région"]


def test_a_demonstration_says_so_first_and_on_each_slide(full, write):
    body = Document(write(full, Format.ODT)).body
    assert body.get_elements("//text:p")[0].inner_text == NOTICE
    path = write(full, Format.ODP)
    assert NOTICE in text_of(pages(path)["cover"])
    (footer,) = Document(path).body.get_elements("//presentation:footer-decl")
    assert footer.text.startswith(NOTICE)
    assert {page.get_attribute("presentation:use-footer-name") for page in pages(path).values()} == {"footer"}


# --- Form -----------------------------------------------------------------------------------------


def test_the_summary_has_real_styles_tables_and_fields(full, write):
    path = write(full, Format.ODT)
    document = Document(path)
    assert (document.meta.title, document.meta.language) == ("Rapport d’avancement, 3e trimestre 2026", "fr-FR")
    levels = {int(h.get_attribute("text:outline-level")) for h in document.body.get_elements("//text:h")}
    assert levels == {1, 2}
    tables = document.body.get_elements("//table:table")
    assert tables
    for found in tables:
        assert len(found.get_elements("table:table-header-rows/table:table-row")) == 1
    names = [found.get_attribute("table:name") for found in tables]
    assert len(names) == len(set(names))
    used = set(re.findall(r'text:style-name="([^"]+)"', part(path)))
    known = set(re.findall(r'style:name="([^"]+)"', part(path) + part(path, "styles.xml")))
    assert used <= known
    assert "<text:page-number" in part(path, "styles.xml")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("data", ["full", "empty"])
def test_there_are_ten_slides_whatever_the_data(request, write, data, language):
    path = write(request.getfixturevalue(data), Format.ODP, language)
    assert list(pages(path)) == PAGES
    for page in pages(path).values():
        (title,) = page.get_elements("draw:frame[@presentation:class='title']")
        assert text_of(title)
        for frame in page.get_elements("draw:frame"):
            # A frame of the template that has nothing to show is taken away, not left with its name.
            assert text_of(frame) != frame.get_attribute("draw:name")


def test_each_chart_has_an_alternative_text_and_its_figures_beside_it(full, write):
    path = write(full, Format.ODP)
    for name in ("status", "weather", "axes"):
        (image,) = pages(path)[name].get_elements("descendant::draw:image")
        frame = image.parent
        assert frame.get_element("svg:title").text
        assert re.search(r"\d", frame.get_element("svg:desc").text)
        drawn = Image.open(BytesIO(ZipFile(path).read(image.get_attribute("xlink:href"))))
        assert drawn.width >= 1000
        assert rows_of(pages(path)[name])


def test_an_empty_roadmap_says_so(empty, write):
    text = said(write(empty, Format.ODT))
    assert "Aucun engagement dans ce périmètre." in text
    assert "Aucun engagement n’est en retard" in text
    slides_said = said(write(empty, Format.ODP))
    assert "Aucun engagement dans ce périmètre." in slides_said
    assert "Aucune échéance à venir." in slides_said


@BOTH
def test_in_english_what_was_written_in_french_is_told_as_such(full, write, format_):
    path = write(full, format_, "en")
    assert Document(path).meta.language == "en-GB"
    assert f'<text:span text:style-name="french">{LATE}</text:span>' in part(path)
    told = {row[0] for rows in rows_of(Document(path).body) for row in rows}
    for group in ("status", "weather"):
        assert {*full["labels"]["en"][group].values()} <= told
    assert "30 September 2026" in said(path)
    assert 'text:style-name="french"' not in part(write(full, format_))


@BOTH
def test_the_same_data_give_the_same_bytes_another_day(full, write, format_):
    with time_machine.travel(at(2026, 10, 2)):
        first = write(full, format_).read_bytes()
    with time_machine.travel(at(2027, 3, 9)):
        assert write(full, format_).read_bytes() == first
    assert "<dc:date>2026-10-01T14:00:00" in part(write(full, format_), "meta.xml")


# --- Texts that try to be something else ----------------------------------------------------------

HOSTILE_TEXTS = (HOSTILE, "<b>gras</b> & co", RIGHT_TO_LEFT, EMOJI, LONG_WORD, "a  b   c", "nul\x00\x0b\ufffe")


@BOTH
@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_comes_back_as_text(db, write, format_, text):
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    commitment = make_commitment(code="eng-piege", title="Piège")
    publish(commitment, quarter, "in_progress", at(2026, 9, 20), weather="compromised", weather_reason="Non.")
    dataset = build_dataset(Report(campaign=quarter, started_at=at(2026, 10, 1)))
    dataset["commitments"][0] |= {"title": text, "weather_reason": text, "next_steps": text}
    found = said(write(Dataset.of(dataset), format_))
    assert text.replace("\x00", "").replace("\x0b", "").replace("\ufffe", "") in found


def test_forty_lines_are_whole_in_the_summary_and_said_to_be_cut_on_the_slide(db, write):
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    commitment = make_commitment(code="eng-long", title="Long")
    publish(commitment, quarter, "in_progress", at(2026, 9, 20), weather="compromised", weather_reason=FORTY_LINES)
    dataset = dataset_of(quarter)
    assert FORTY_LINES in said(write(dataset, Format.ODT))
    slide = text_of(pages(write(dataset, Format.ODP))["support"])
    assert "Ligne 1 : suite du texte" in slide
    assert "Ligne 40" not in slide
    assert "[…] : texte abrégé, entier dans le rapport PDF et sur le portail." in slide


def test_a_long_list_loses_whole_rows_and_says_how_many(db, write):
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    late = {"status": "in_progress", "initial_due_on": at(2026, 6, 30).date(), "due_on": at(2026, 6, 30).date()}
    for number in range(30):
        make_commitment(code=f"eng-{number:02}", title=f"Engagement numéro {number:02}", **late)
    dataset = dataset_of(quarter)
    assert dataset["summary"]["late"] == 30
    slide = pages(write(dataset, Format.ODP))["late"]
    (rows,) = rows_of(slide)
    told = len(rows) - 1
    assert 5 < told < 30
    assert f"Et {30 - told} autres engagements, à lire dans le rapport PDF et sur le portail." in text_of(slide)
    assert all(re.fullmatch(r"Engagement numéro \d\d", row[0]) for row in rows[1:])
    assert len(table(write(dataset, Format.ODT), "Engagement")) == 30


# --- Nothing leaves its frame ---------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300), room=st.floats(2, 25), most=st.integers(1, 4))
def test_a_text_that_is_cut_takes_the_lines_it_may_and_ends_by_saying_so(text, room, most):
    found = plain(clipped(AsWritten(text), room, 14, most))
    assert found == text or (found.endswith(" […]") and text.startswith(found.removesuffix(" […]")))
    assert sum(1 for _line in lines(found, room, 14)) <= most


@pytest.mark.parametrize("data", ["full", "empty"])
def test_each_text_holds_in_its_frame(request, write, data):
    document = Document(write(request.getfixturevalue(data), Format.ODP))
    checked = 0
    for frame in document.body.get_elements("//draw:frame[draw:text-box]"):
        wide, high = (float(frame.get_attribute(name)[:-2]) for name in ("svg:width", "svg:height"))
        used = 0
        for paragraph in frame.get_elements("descendant::text:p"):
            size = float(paragraph.get_attribute("text:style-name").rpartition("-")[2])
            used += height(paragraph.inner_text, wide, size)
            checked += 1
        assert used <= high, frame.get_attribute("draw:name")
    assert checked > 20


def test_a_template_without_one_of_the_frames_says_which(full):
    document = Document(TEMPLATE)
    page = document.body.get_elements("//draw:page[@draw:name='late']")[0]
    page.get_element("draw:frame[@draw:name='table']").delete()
    slide = next(slide for slide in slides(Teller(full, "fr")) if slide.page == "late")
    with pytest.raises(ValueError, match="« table »"):
        Deck(document, "fr").fill(slide)
