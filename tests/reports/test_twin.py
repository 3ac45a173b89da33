"""The page of a report says what its PDF says (requirement A9): the sections, the figures and the texts of one dataset,
in the words frozen with it."""

import json
import re
from html import unescape

import pytest
from django.utils import translation
from pypdf import PdfReader

from accounts.models import User
from commitments.models import Commitment
from reports.dataset import Dataset, canonical_json, sha256_of
from reports.writers import WRITERS, Format
from reports.writers.prose import content
from tests.reports.proven import draw_proven_quarter, seal_proven_quarter
from tests.reports.situations import RIGHT_TO_LEFT, at, make_report
from tests.reports.test_pdf import flat, top

pytestmark = pytest.mark.django_db
ADDRESSES = {"fr": "/rapports/2026-T3/", "en": "/en/rapports/2026-T3/"}
# Addresses, lengths and codes, which the layout uses and nobody reads; and the titles, compared apart.
NOT_READ = {"url", "chart", "chart_alt", "lang", "words", "kind", "status_code", "weather_code", "known", "file"}
HEADER = re.compile(r"^.*(trimestre|quarter) 2026\s.*2026.*\n", re.MULTILINE)
FOOTER = re.compile(r"^.*2026\s*page \d+ .*$", re.MULTILINE)
MARKS = re.compile(r"[\s\u200b\u202f\u00a0]+")


@pytest.fixture
def quarter(db):
    return draw_proven_quarter()


@pytest.fixture
def dataset(quarter, amina):
    found = Dataset.read(seal_proven_quarter(quarter, amina, publish_it=False).content)
    put_online(quarter, found.parts)
    return found


def put_online(campaign, parts):
    return make_report(
        campaign, content=canonical_json(parts).decode(), dataset_sha256=sha256_of(parts), state="ready",
        finished_at=at(2026, 10, 20), published_at=at(2026, 10, 20),
    )  # fmt: skip


def page_of(client, language="fr"):
    response = client.get(ADDRESSES[language])
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def bare(text):
    """Without a space: where a text breaks depends on the width of its column."""
    return MARKS.sub("", text)


def read_on(page):
    return bare(unescape(re.sub(r"<[^>]*>", "", page)))


def read_in(reader):
    """Headers and footers aside, which come in the middle of texts that go on overleaf."""
    first, *others = [page.extract_text() for page in reader.pages]
    return bare(first + "".join(HEADER.sub("", FOOTER.sub("", page)) for page in others))


def pdf_of(dataset, folder, language):
    path = folder / "rapport.pdf"
    with translation.override(language):
        WRITERS[Format.PDF].write(dataset, path, language)
    return PdfReader(path)


def texts(told):
    """Every line that is to be read, wherever it stands in the content."""
    if isinstance(told, str):
        yield from (line for line in told.split("\n") if line)
    elif isinstance(told, list):
        for item in told:
            yield from texts(item)
    elif isinstance(told, dict):
        for key, value in told.items():
            is_of_a_row = key != "code" or "title" in told
            if key not in NOT_READ and is_of_a_row:
                yield from texts(value)


def content_in(dataset, language):
    with translation.override(language):
        return content(dataset)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_and_pdf_say_every_text_and_figure_of_the_same_content(client, dataset, tmp_path, language):
    told = content_in(dataset, language)
    lines = {bare(line) for line in texts({key: value for key, value in told.items() if key != "cover"})}
    assert len(lines) > 200
    page, pdf = read_on(page_of(client, language)), read_in(pdf_of(dataset, tmp_path, language))
    assert [line for line in sorted(lines) if line not in page] == []
    # The fonts of the PDF have no rocket, and pypdf reads right-to-left words backwards.
    printed = [line.replace("🚀", "□") for line in lines if RIGHT_TO_LEFT[0] not in line]
    assert [line for line in sorted(printed) if line not in pdf] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_and_pdf_have_the_same_sections_in_the_same_order(client, dataset, tmp_path, language):
    found = re.findall(r"<h2 id=\"([a-z-]+)\">(.*?)</h2>", page_of(client, language), re.DOTALL)
    titles = [read_on(title) for anchor, title in found if anchor != "fichiers"]
    outline = pdf_of(dataset, tmp_path, language).outline
    told = content_in(dataset, language)
    # In the PDF the axes stand under one title of their own.
    sections = [bare(title) for title in top(outline)]
    rank = sections.index(bare(told["words"]["commitments"]))
    axes = [bare("".join(texts(axis["title"]))) for axis in told["axes"]]
    assert titles == [*sections[:rank], *axes, *sections[rank + 1 :]]
    assert {*axes} <= {bare(entry.title) for entry in flat(outline)}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_heading_of_the_pdf_is_on_the_page(client, dataset, language):
    told, page = content_in(dataset, language), read_on(page_of(client, language))
    elsewhere = {"page", "missing", "keywords", "axes_note", "axes_chart", "commitments", "no_decision", "no_money"}
    elsewhere |= {"nothing_moved", "nothing_in_scope", "no_indicator", "no_reading", "no_target", "fictional", "limits"}
    missing = {name: text for name, text in told["words"].items() if name not in elsewhere and bare(text) not in page}
    assert missing == {}


def test_each_chart_of_the_pdf_has_its_table_on_the_page(client, dataset):
    page = page_of(client)
    captions = [read_on(caption) for caption in re.findall(r"<caption.*?</caption>", page, re.DOTALL)]
    told = content_in(dataset, "fr")
    for name in ("by_status", "by_weather", "axes_in_figures", "indicators_table"):
        assert bare(told["words"][name]) in captions
    charted = [row for row in told["indicators"] if row["chart"]]
    assert charted
    for row in charted:
        for value in [*row["readings"], *row["targets"]]:
            assert bare("".join(texts(value))) in read_on(page)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_figures_are_those_of_the_dataset(dataset, language):
    summary = content_in(dataset, language)["summary"]
    found = dataset["summary"]
    figures = [item["figure"] for item in summary["figures"]]
    assert figures[0] == str(found["counted"])
    assert figures[3:] == [
        str(next(item["count"] for item in found["by_status"] if item["code"] == "completed")),
        str(found["late"]),
        str(found["not_answered"]),
    ]
    for told, rows in (("status", "by_status"), ("weather", "by_weather"), ("answers", "answers")):
        assert [(row["code"], row["figure"]) for row in summary[told]] == [(r["code"], r["count"]) for r in found[rows]]
        assert sum(row["figure"] for row in summary[told]) == found["counted"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_label_or_a_definition_changed_later_changes_no_report(client, quarter, dataset, tmp_path, language):
    """What is printed is what was frozen: here the dataset has words that the code never had."""
    parts = json.loads(canonical_json(dataset.parts))
    parts["labels"][language]["status"]["in_progress"] = "mot figé en son temps"
    parts["labels"][language]["weather"]["secured"] = "météo figée"
    parts["labels"][language]["side"]["region"] = "côté figé"
    parts["definitions"][language][0]["terms"][0]["text"] = "Définition figée."
    quarter.reports.all().update(published_at=None)
    put_online(quarter, parts)
    for text in (read_on(page_of(client, language)), read_in(pdf_of(Dataset.of(parts), tmp_path, language))):
        for words in ("mot figé en son temps", "météo figée", "côté figé", "Définition figée."):
            assert bare(words) in text
        for group, code in (("status", "in_progress"), ("weather", "secured")):
            assert f">{dataset['labels'][language][group][code]}<" not in text


def test_what_happens_afterwards_changes_nothing_on_the_page(client, dataset):
    before = page_of(client)
    Commitment.objects.filter(code="eng-prouve").update(title="Autre titre")
    assert page_of(client) == before


def test_in_english_what_people_wrote_is_marked_as_french(client, dataset):
    page = page_of(client, "en")
    assert '<span lang="fr">Délais de livraison.</span>' in page
    assert '<span lang="fr">Créer un centre de calcul partagé</span>' in page
    assert 'lang="fr"' not in page_of(client)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nobody_is_named_and_nothing_kept_is_told(client, dataset, language):
    page = unescape(page_of(client, language))
    kept = ["Convention secrète", "interne.example", "À huis clos", "Pas encore visé."]
    assert not [words for words in [*kept, *User.objects.values_list("name", flat=True)] if words in page]


def test_nothing_in_a_text_is_markup_for_the_page(client, quarter, dataset):
    parts = json.loads(canonical_json(dataset.parts))
    parts["commitments"][0]["text"] = "<script>alert(1)</script> & le 1er"
    quarter.reports.all().update(published_at=None)
    put_online(quarter, parts)
    for language in ADDRESSES:
        page = page_of(client, language)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; le 1er" in page
        assert "<script>alert" not in page


def test_the_first_of_a_month_is_written_as_in_print(client, dataset):
    assert "Trimestre, du 1<sup>er</sup> juillet 2026 au 30 septembre 2026" in page_of(client)
