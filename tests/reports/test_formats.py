"""Each file is written, opened again, and says what the dataset says (requirement A9)."""

import json
import re
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import outloud
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odfdo import Document, Element
from openpyxl.utils import get_column_letter
from pypdf import PdfReader

from commitments.models import Campaign
from reports.dataset import sha256_of
from reports.writers import WRITERS, Format, csv_excel, file_name, ods
from reports.writers.columns import Column, Words
from reports.writers.sheets import COMMITMENT, READ_ME, SHEETS, SUMMARY
from tests.factories import make_campaign, make_commitment, make_roadmap
from tests.reports.reading import csv_rows, dataset_of, ods_table, written, xlsx_table
from tests.reports.situations import FORTY_LINES, HOSTILE, LONG_WORD, RIGHT_TO_LEFT, at, draw_quarter, publish

TITLES = [str(sheet.name) for sheet in SHEETS]
WORDS = Words("fr", {}, {})


@pytest.fixture
def full(db):
    roadmap = make_roadmap()
    roadmap.is_demonstration = True
    roadmap.save()
    return dataset_of(draw_quarter())


@pytest.fixture
def empty(db):
    return dataset_of(make_campaign(2026, 3, state=Campaign.State.REVIEW))


# The summary and the slides have tests of their own (test_office.py).
NOT_OFFICE = [format_ for format_ in WRITERS if format_ not in (Format.ODT, Format.ODP)]


def pdf_text(path):
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    return text.replace("\u200b", "").replace("\u202f", " ").replace("\u00a0", " ")


def test_file_names_are_plain_dated_and_say_the_scope(full):
    assert file_name(full, Format.PDF) == "feuille-route-ia_rapport_2026-T3_provisoire.pdf"
    assert file_name(full, Format.CSV_EXCEL) == "feuille-route-ia_rapport_2026-T3_provisoire-excel.csv"
    part = {**full, "scope": {"query": "axis=research&q=%C3%A9t%C3%A9"}}
    assert file_name(part, Format.ODS) == "feuille-route-ia_rapport_2026-T3_axis-research-q-ete_provisoire.ods"


# --- The same figures everywhere ----------------------------------------------------------------


@pytest.mark.parametrize("table", [xlsx_table, ods_table])
def test_workbooks_hold_the_figures_of_the_dataset(full, tmp_path, table):
    format_ = Format.XLSX if table is xlsx_table else Format.ODS
    path = written(full, format_, tmp_path)
    whole, *axes = table(path, "Synthèse")
    assert whole["Engagements comptés"] == full["summary"]["counted"] == 5
    assert whole["En retard"] == full["summary"]["late"]
    assert Decimal(str(whole["Avancement moyen"])) * 100 == Decimal(full["summary"]["progress"])
    assert [row["Groupe"] for row in axes] == [axis["title"] for axis in full["axes"]]
    assert len(table(path, "Engagements")) == 5
    (adjacent,) = table(path, "Actions voisines")
    assert (adjacent["Code"], adjacent["Compté"]) == ("act-voisine", "action voisine")
    assert len(table(path, "Jalons")) == sum(len(row["milestones"]) for row in full["commitments"])
    assert len(table(path, "Enveloppes")) == 2
    assert {line["Additionné"] for line in table(path, "Financements")} == {"oui", "non"}
    late = next(row for row in table(path, "Engagements") if row["Code"] == "eng-retard")
    assert Decimal(str(late["Programmé, région"])) == Decimal("1234567.89")
    assert late["Lignes sans montant"] == 0


def test_the_csv_holds_one_row_a_commitment_and_tells_the_adjacent_apart(full, tmp_path):
    rows = {row["Code"]: row for row in csv_rows(written(full, Format.CSV_EXCEL, tmp_path))}
    assert len(rows) == 6
    assert {row["Compté"] for code, row in rows.items() if code != "act-voisine"} == {"engagement compté"}
    assert rows["act-voisine"]["Compté"] == "action voisine"
    assert rows["eng-declare"]["Avancement (%)"] == "37,50"
    assert rows["eng-muet"]["Avancement (%)"] == ""
    assert rows["eng-retard"]["Programmé, région (€)"] == "1234567,89"
    assert rows["eng-retard"]["Situation au"] == "30/09/2026"


def test_the_pdf_prints_the_figures_of_the_dataset(full, tmp_path):
    text = pdf_text(written(full, Format.PDF, tmp_path))
    assert re.search(r"\b5\s+engagements suivis", text)
    assert "57 %" in text
    assert "mesuré sur 3 des 4, partiel" not in text
    assert "1 234 567,89 €" in text
    assert sha256_of(full) in text.replace("\n", "")
    for row in [*full["commitments"], *full["adjacent"]]:
        assert row["code"] in text.replace("\n", "")


# --- Texts that try to be something else ----------------------------------------------------------


def test_a_text_that_starts_like_a_formula_stays_text(full, tmp_path):
    xlsx = written(full, Format.XLSX, tmp_path)
    cells = [cell for row in openpyxl.load_workbook(xlsx)["Engagements"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value == HOSTILE} == {"s"}
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert HOSTILE in [row["Texte officiel"] for row in ods_table(written(full, Format.ODS, tmp_path), "Engagements")]
    assert b"table:formula" not in ZipFile(tmp_path / file_name(full, Format.ODS)).read("content.xml")
    rows = {row["Code"]: row for row in csv_rows(written(full, Format.CSV_EXCEL, tmp_path))}
    assert rows["eng-retard"]["Texte officiel"] == f"'{HOSTILE}"
    assert rows["eng-realise"]["Où en est-on"].startswith("'+33 appels")
    assert HOSTILE in pdf_text(written(full, Format.PDF, tmp_path))


@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_emoji_right_to_left_and_forty_lines_come_back_whole(full, tmp_path, format_):
    table = xlsx_table if format_ == Format.XLSX else ods_table
    rows = {row["Code"]: row for row in table(written(full, format_, tmp_path), "Engagements")}
    assert rows["eng-muet"]["Titre"] == "Lancement 🚀 réussi"
    assert rows["eng-realise"]["Titre"] == RIGHT_TO_LEFT
    assert rows["eng-declare"]["Titre"] == LONG_WORD
    assert rows["eng-declare"]["Texte officiel"] == FORTY_LINES


def test_the_pdf_cuts_no_text_and_owns_up_to_signs_it_cannot_print(full, tmp_path):
    path = written(full, Format.PDF, tmp_path)
    text = pdf_text(path)
    assert LONG_WORD in text.replace("\n", "")
    assert all(f"Ligne {n} : suite du texte" in text for n in range(1, 41))
    assert "Lancement □ réussi" in text
    assert re.search(r"remplacés\s+par « □ » : \d", text)


def test_nothing_in_a_text_is_markup_for_the_pdf(full, tmp_path):
    full["commitments"][0]["text"] = '#panic("non") *gras* $x$ <label> @ref // fin \\ #include "/etc/passwd"'
    text = pdf_text(written(full, Format.PDF, tmp_path))
    assert '#panic("non") *gras* $x$ <label> @ref // fin \\ #include "/etc/passwd"' in text.replace("\n", " ")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
@pytest.mark.parametrize("prefix", ["=", "+", "-", "@", "\t", "\r", "\x00", ""])
def test_any_text_goes_through_the_tabular_formats(tmp_path, prefix, text):
    """One cell, three formats: what is written can be read, and is inert in a spreadsheet."""
    value = Column("Titre", "text", "title").value({"title": prefix + text}, WORDS)
    assert not csv_excel.cell(value).startswith(csv_excel.RUN_BY_SPREADSHEETS)
    told = ods.cell("text", value)
    assert "table:formula" not in told
    row = Element.from_tag(f"<table:table-row>{told}</table:table-row>")
    # A carriage return has no place in XML; a row of spaces is told by number: the rest comes back.
    assert row.get_values()[0] == ("" if value is None else value.replace("\r", "")) or value is None


# --- Form of each format --------------------------------------------------------------------------


@pytest.mark.parametrize("format_", NOT_OFFICE)
def test_a_demonstration_says_so_at_the_start_of_each_file(full, tmp_path, format_):
    path, notice = written(full, format_, tmp_path), "Activité de démonstration, fictive"
    if format_ == Format.PDF:
        assert notice in PdfReader(path).pages[0].extract_text()
    elif format_ == Format.CSV_EXCEL:
        assert {row["Avertissement"] for row in csv_rows(path)} == {notice}
    elif format_ in (Format.CSV_OPEN, Format.JSON):
        assert notice in path.read_text()
    else:
        table = xlsx_table if format_ == Format.XLSX else ods_table
        assert table(path, READ_ME)[0]["Contenu"] == notice


@pytest.mark.parametrize("format_", NOT_OFFICE)
def test_an_empty_scope_gives_a_file_that_opens(empty, tmp_path, format_):
    path = written(empty, format_, tmp_path)
    if format_ == Format.PDF:
        assert "Aucun engagement dans ce périmètre." in pdf_text(path)
        assert outloud.check(str(path)).errors == 0
    elif format_ in (Format.CSV_EXCEL, Format.CSV_OPEN):
        assert csv_rows(path) == []
    elif format_ == Format.JSON:
        assert json.loads(path.read_text())["commitments"] == []
    else:
        table = xlsx_table if format_ == Format.XLSX else ods_table
        assert table(path, "Synthèse")[0]["Engagements comptés"] == 0
        assert table(path, "Engagements") == []


def test_the_csv_is_that_of_a_french_excel(full, tmp_path):
    content = written(full, Format.CSV_EXCEL, tmp_path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfAvertissement;Code;Titre;")
    assert content.count(b"\r\n") >= 7
    assert "\u202f123".encode() not in content


def test_the_xlsx_has_tables_header_rows_frozen_panes_and_types(full, tmp_path):
    path = written(full, Format.XLSX, tmp_path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [READ_ME, *TITLES, "Suite des textes", "Dictionnaire"]
    assert (book.properties.title, book.properties.language) == ("Rapport d’avancement, 3e trimestre 2026", "fr-FR")
    for sheet in book:
        (table,) = sheet.tables.values()
        assert table.ref == f"A1:{get_column_letter(sheet.max_column)}{max(sheet.max_row, 2)}"
        assert table.autoFilter is not None
        assert sheet.freeze_panes in {"A2", "B2"}
        assert sheet.print_title_rows == "$1:$1"
        assert not sheet.merged_cells.ranges
    head, first = list(book["Engagements"].iter_rows(max_row=2))
    cells = dict(zip([cell.value for cell in head], first, strict=True))
    assert cells["Situation au"].is_date
    assert cells["Situation au"].number_format == "dd/mm/yyyy"
    assert cells["Avancement"].number_format == "0.0%"


def test_the_ods_has_header_rows_types_title_and_language(full, tmp_path):
    path = written(full, Format.ODS, tmp_path)
    document = Document(path)
    assert [table.name for table in document.body.tables] == [READ_ME, *TITLES, "Dictionnaire"]
    assert (document.meta.title, document.meta.language) == ("Rapport d’avancement, 3e trimestre 2026", "fr-FR")
    content, views = (ZipFile(path).read(name).decode() for name in ("content.xml", "settings.xml"))
    assert content.count("<table:table-header-rows>") == len(TITLES) + 2
    assert content.count("<table:database-range ") == len(TITLES) + 2
    assert "covered-table-cell" not in content
    assert views.count('config:name="VerticalSplitPosition" config:type="int">1<') == len(TITLES) + 2
    late = next(row for row in ods_table(path, "Engagements") if row["Code"] == "eng-retard")
    assert late["Situation au"] == date(2026, 9, 30)
    types = {cell.type for row in document.body.get_table(name="Engagements").rows for cell in row.cells}
    assert {"string", "date", "percentage", "currency", "float"} <= types


def test_the_pdf_is_accessible_and_dated_by_its_data(full, tmp_path):
    path = written(full, Format.PDF, tmp_path)
    found = outloud.check(str(path))
    assert found.errors == 0, [finding.message for finding in found.findings]
    reader = PdfReader(path)
    assert reader.metadata.title == "Rapport d’avancement, 3e trimestre 2026"
    assert reader.metadata.creation_date.date() == date(2026, 10, 1)
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    names = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert names == [
        "L’essentiel",
        "Axe par axe",
        "Les engagements",
        "Actions voisines",
        "Reports d’échéance du trimestre",
        "Décisions du comité de pilotage",
        "Argent",
        "Indicateurs",
        "Définitions et calculs",
    ]
    assert re.search(rf"page 2 sur {len(reader.pages)}", reader.pages[1].extract_text())
    fonts = {font for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert fonts


def test_the_same_data_give_the_same_pdf(full, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (written(full, Format.PDF, tmp_path / name).read_bytes() for name in "ab")
    assert first == second


def test_every_column_has_one_title():
    for sheet in SHEETS:
        titles = [column.title for column in sheet.columns]
        assert len(titles) == len(set(titles))
    assert {column.title for column in COMMITMENT} > {"Statut", "Météo", "Avancement", "Échéance initiale"}
    assert SUMMARY[1].title == "Engagements comptés"


def test_a_percentage_declared_comes_back_to_the_hundredth(db, tmp_path):
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    publish(make_commitment(code="eng-1"), quarter, "in_progress", at(2026, 9, 20), progress=Decimal("33.33"))
    dataset = dataset_of(quarter)
    (row,) = xlsx_table(written(dataset, Format.XLSX, tmp_path), "Engagements")
    assert round(row["Avancement"], 6) == 0.3333
    (row,) = csv_rows(written(dataset, Format.CSV_EXCEL, tmp_path))
    assert row["Avancement (%)"] == "33,33"
