"""The tables of a report: never wholly in memory, the same on any day, whole, in French and in English."""

import csv
import hashlib
import io
import json
import re
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from odfdo import Document

from reports import queries, transitions
from reports.dataset import Dataset, canonical_json, sha256_of
from reports.dataset.figures import tally
from reports.dataset.spool import LONG_TABLES
from reports.models import Report
from reports.writers import WRITERS, Format
from reports.writers.columns import pages_across
from reports.writers.csv_open import COMMON, FIELDS, INSIDE
from reports.writers.long_texts import CELL_LIMIT, units
from reports.writers.sheets import COMMITMENT, SHEETS
from tests.factories import make_commitment, make_evidence
from tests.reports.reading import dataset_of, ods_table, written, xlsx_table
from tests.reports.situations import FORTY_LINES, HOSTILE, at, draw_quarter, make_report

TABULAR = [format_ for format_ in WRITERS if format_ not in (Format.PDF, Format.ODT, Format.ODP)]
VARIANTS = [(format_, language) for format_ in TABULAR for language in WRITERS[format_].languages]
WORKBOOKS = [(Format.XLSX, xlsx_table), (Format.ODS, ods_table)]
in_each_workbook = pytest.mark.parametrize(("format_", "table"), WORKBOOKS)
in_each_table_file = pytest.mark.parametrize(("format_", "language"), VARIANTS)


@pytest.fixture
def quarter(db):
    return draw_quarter()


@pytest.fixture
def full(quarter):
    return dataset_of(quarter)


def cut(text, size):
    return (text[at : at + size] for at in range(0, len(text), size))


def spooled(data, folder, size=11):
    folder.mkdir(exist_ok=True)
    return Dataset.spooled(cut(canonical_json(data).decode(), size), folder)


# --- Read a piece at a time -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 1000, 10**7])
def test_a_dataset_read_in_pieces_says_the_same(full, tmp_path, size):
    dataset = spooled(full, tmp_path, size)
    assert dataset.sha256 == sha256_of(full)
    assert set(dataset) == set(full)
    for name, value in full.items():
        if name not in LONG_TABLES:
            assert dataset[name] == value
            continue
        assert len(dataset[name]) == len(value)
        assert list(dataset[name]) == value == list(dataset[name]), "read as often as needed"
    dataset.copy_to(tmp_path / "copy.json")
    assert (tmp_path / "copy.json").read_bytes() == canonical_json(full)


def test_long_tables_are_not_held(full, tmp_path):
    held = spooled(full, tmp_path).parts
    assert not any(isinstance(held[name], list) for name in LONG_TABLES)


def test_an_older_form_is_read_too(full, tmp_path):
    old = {**full, "schema": "2", "meanings": {"status": {}, "weather": {}}, "definitions": full["definitions"]["fr"]}
    dataset = spooled(old, tmp_path)
    assert dataset["seal"] is None
    assert dataset["labels"]["en"]
    assert dataset.sha256 == sha256_of(old)


@pytest.mark.parametrize("text", ['{"a":1.5}', '{"a":NaN}', '{"a":1} ', '{"a":1', '{"a" :1}', '{"evidence":[{}', "[]"])
def test_what_is_not_canonical_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match=r"float|JSON|delimiter|Expecting"):
        Dataset.spooled([text], tmp_path)


@pytest.mark.parametrize("size", [1000, 10**6])
def test_the_text_of_a_report_comes_from_the_database_in_slices(quarter, full, size):
    text = canonical_json({**full, "title": "é🚀" * 3000}).decode()
    report = make_report(quarter, state="ready", content=text, dataset_sha256="0" * 64, finished_at=at(2026, 10, 1))
    report = Report.objects.defer("content").get(pk=report.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        slices = list(queries.content_chunks(report, size))
    assert "".join(slices) == text
    assert max(len(piece.encode()) for piece in slices) <= size + 3
    assert len(asked) <= 1, "one query, whatever the size"


def test_a_sealed_report_is_read_from_its_seal(quarter, amina, tmp_path):
    sealed = transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    dataset = Dataset.spooled(queries.content_chunks(sealed.layout), tmp_path)
    assert dataset.sha256 == sealed.sha256


# --- The same file, wherever and whenever ----------------------------------------------------------


@in_each_table_file
def test_the_same_data_give_the_same_file_another_day(full, tmp_path, format_, language):
    """Once from memory, once from pieces, in another year."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with time_machine.travel(at(2026, 10, 2)):
        first = written(full, format_, tmp_path / "a", language)
    with time_machine.travel(at(2031, 3, 4)):
        second = written(spooled(full, tmp_path / "pieces"), format_, tmp_path / "b", language)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_the_fingerprint_of_the_json_is_that_of_the_data(full, tmp_path):
    content = written(full, Format.JSON, tmp_path, "").read_bytes()
    assert hashlib.sha256(content).hexdigest() == sha256_of(full)
    assert json.loads(content) == full


# --- CSV of open data ------------------------------------------------------------------------------


def test_the_open_csv_is_plain_and_untouched(full, tmp_path):
    content = written(full, Format.CSV_OPEN, tmp_path, "").read_bytes()
    assert content.startswith(b"demonstration_notice,quarter,reference_on,code,title,"), "no BOM, a comma"
    assert content.endswith(b"\r\n")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(content.decode(), newline=""))}
    assert len(rows) == 6
    late, told, adjacent = rows["eng-retard"], rows["eng-declare"], rows["act-voisine"]
    assert late["official_text"] == HOSTILE, "no apostrophe"
    assert (late["planned_regional"], told["progress"]) == ("1234567.89", "37.50")
    assert (late["reference_on"], late["is_late"]) == ("2026-09-30", "true")
    assert (late["is_adjacent"], adjacent["is_adjacent"]) == ("false", "true")
    assert told["official_text"] == FORTY_LINES
    assert rows["eng-muet"]["progress"] == ""


def test_the_fields_of_the_open_csv_are_those_of_the_dataset(full):
    (row, *_rest) = full["commitments"]
    assert {*FIELDS, *INSIDE} <= set(row)
    assert {"quarter", "demonstration_notice"} <= set(full)
    assert len({*COMMON, *FIELDS, *INSIDE}) == len(COMMON) + len(FIELDS) + len(INSIDE)


# --- No text is cut --------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["x", "🚀", "é\n"])
def test_a_text_longer_than_a_cell_goes_on_in_its_own_sheet(full, tmp_path, sign):
    text = (sign * (2 * CELL_LIMIT + 100)).strip()
    full["commitments"][0]["text"] = text
    path = written(full, Format.XLSX, tmp_path)
    first = xlsx_table(path, "Engagements")[0]["Où en est-on"]
    parts = xlsx_table(path, "Suite des textes")
    assert first.endswith(" […] suite du texte dans la feuille «\u00a0Suite des textes\u00a0»")
    assert first.split(" […]")[0] + "".join(part["Suite du texte"] for part in parts) == text
    assert all(units(piece) <= CELL_LIMIT for piece in [first, *[part["Suite du texte"] for part in parts]])
    assert {(part["Feuille"], part["Ligne"], part["Colonne"]) for part in parts} == {
        ("Engagements", "2", "Où en est-on")
    }
    assert ods_table(written(full, Format.ODS, tmp_path), "Engagements")[0]["Où en est-on"] == text


# --- What is in the sheets -------------------------------------------------------------------------


@in_each_workbook
def test_the_mean_is_found_again_from_the_sheet(full, tmp_path, format_, table):
    full["commitments"][1]["weight"] = 3
    path = written(full, format_, tmp_path)
    rows = [r for r in table(path, "Engagements") if r["Avancement"] is not None and r["Statut"] != "abandonné"]
    weights = [Decimal(str(row["Poids"])) for row in rows]
    total = sum(Decimal(str(r["Avancement"])) * 100 * w for r, w in zip(rows, weights, strict=True))
    assert abs(total / sum(weights) - Decimal(tally(full["commitments"])["progress"])) < Decimal("0.01")
    meanings = {row["Colonne"]: row["Sens"] for row in table(path, "Dictionnaire") if row["Feuille"] == "Engagements"}
    assert "somme de Poids × Avancement, divisée par la somme des poids" in meanings["Poids"]


@in_each_workbook
def test_answers_come_with_organisation_role_and_visas(full, tmp_path, format_, table):
    row = next(row for row in full["commitments"] if row["code"] == "eng-retard")
    row["answered_by"] = {"actor": "Région", "side": "region", "role": "contributor"}
    row["visas"] = [
        {"side": "state", "decision": "approved", "on": "2026-09-25", "actor": "SGAR", "role": "validator"},
        {"side": "region", "decision": "tacit", "on": "2026-09-28", "actor": "", "role": ""},
    ]
    words = full["labels"]["fr"]
    rows = {row["Code"]: row for row in table(written(full, format_, tmp_path), "Réponses et visas")}
    assert len(rows) == 6
    told = rows["eng-retard"]
    assert (told["Répondu par"], told["Côté de la réponse"]) == ("Région", words["side"]["region"])
    assert told["Rôle"] == words["role"]["contributor"]
    assert (told["Visa de l’État"], told["Visa de l’État par"]) == (words["visa"]["approved"], "SGAR")
    assert told["Visa de la Région"] == words["visa"]["tacit"]
    assert rows["eng-muet"]["Visa de l’État"] is None


@in_each_workbook
def test_a_piece_that_is_not_public_only_exists(quarter, tmp_path, format_, table, paula):
    shown = make_commitment(code="eng-pieces")
    make_evidence(shown, paula, title="Convention signée", added_at=at(2026, 9, 20))
    make_evidence(shown, paula, title="Note confidentielle", added_at=at(2026, 9, 20), is_public=False)
    path = written(dataset_of(quarter), format_, tmp_path)
    rows = [row for row in table(path, "Pièces") if row["Engagement"] == "eng-pieces"]
    assert {row["Pièce"] for row in rows} == {"Convention signée", "pièce non publique"}
    hidden = next(row for row in rows if row["Publique"] == "non")
    assert {name for name, value in hidden.items() if value is not None} == {"Engagement", "Pièce", "Publique"}
    assert "Note confidentielle" not in str(table(path, "Pièces"))


@in_each_workbook
def test_decisions_missing_visas_and_mergers_have_their_sheets(full, tmp_path, format_, table):
    full["decisions"] = [
        {"meeting_on": "2026-09-12", "number": 3, "owner": "Région", "due_on": "2026-12-31", "state": "open",
         "closed_on": None, "commitments": ["eng-retard", "eng-muet"]}
    ]  # fmt: skip
    full["unapproved"] = [
        {"commitment": "eng-muet", "title": "Muet", "submitted_on": "2026-10-10", "approved_sides": ["state"],
         "missing_sides": ["region"]}
    ]  # fmt: skip
    full["merged"] = [
        {"code": "eng-ancien", "title": "Ancien", "into": "eng-retard", "merged_on": "2026-08-01", "reason": "Double."}
    ]
    path, words = written(full, format_, tmp_path), full["labels"]["fr"]
    (decision,) = table(path, "Décisions")
    assert (decision["Décision n°"], decision["Responsable"]) == (3, "Région")
    assert decision["État"] == words["decision"]["open"]
    assert decision["Engagements"] == "eng-retard\u202f; eng-muet"
    (text,) = table(path, "Non visés")
    assert (text["Engagement"], text["Visas manquants"]) == ("eng-muet", words["side"]["region"])
    (merged,) = table(path, "Fusions")
    assert (merged["Code"], merged["Fusionné dans"], merged["Motif"]) == ("eng-ancien", "eng-retard", "Double.")


def read_me(path, table):
    return {row["Rubrique"]: row["Contenu"] for row in table(path, "Lisez-moi")}


@in_each_workbook
def test_the_read_me_says_whether_it_is_sealed(quarter, amina, tmp_path, format_, table):
    draft = read_me(written(dataset_of(quarter), format_, tmp_path), table)
    assert draft["État du rapport"].startswith("Provisoire")
    assert draft["Période racontée"] == "Le trimestre, du 1er juillet 2026 au 30 septembre 2026"
    first = transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    again = transitions.rectify(first, reason="Un montant était faux.", by=amina, at=at(2026, 11, 3))
    sealed = read_me(written(Dataset.read(again.content), format_, tmp_path), table)
    assert sealed["État du rapport"] == "Rectificatif n°\u00a01"
    assert (sealed["Numéro du rapport scellé"], sealed["Version"]) == ("2", "2")
    assert sealed["Empreinte SHA-256 du rapport précédent"] == first.sha256
    assert sealed["Empreinte SHA-256 des données"] == again.sha256
    assert sealed["Motif du rectificatif"] == "Un montant était faux."
    assert sealed["Scellé le"] == "03/11/2026 à 13:00"


# --- In English ------------------------------------------------------------------------------------


@in_each_workbook
def test_the_english_file_has_the_words_of_the_dataset_in_english(full, tmp_path, format_, table):
    path = written(full, format_, tmp_path, "en")
    assert path.name.endswith(f"_provisoire_en.{format_}")
    document = openpyxl.load_workbook(path).properties if format_ == Format.XLSX else Document(path).meta
    assert document.language == "en-GB"
    if format_ == Format.XLSX:
        names = openpyxl.load_workbook(path).sheetnames
    else:
        names = [found.name for found in Document(path).body.tables]
    # The titles are translated elsewhere: sheet and columns are found by their place.
    sheet = names[1 + [sheet.columns for sheet in SHEETS].index(COMMITMENT)]
    rows = [list(row.values()) for row in table(path, sheet)]
    title = [column.path for column in COMMITMENT].index("title")
    status = [str(column.title) for column in COMMITMENT].index("Statut")
    words = full["labels"]["en"]["status"]
    assert [row[status] for row in rows] == [words[row["status"]] for row in full["commitments"]]
    assert [row[title] for row in rows] == [row["title"] for row in full["commitments"]], "texts stay as written"


# --- Form ------------------------------------------------------------------------------------------


def test_a_wide_table_prints_in_landscape_over_pages_that_repeat_its_code(full, tmp_path):
    with ZipFile(written(full, Format.ODS, tmp_path)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == 0
        styles, content = (archive.read(name).decode() for name in ("styles.xml", "content.xml"))
    across = pages_across([column.width for column in COMMITMENT])
    assert across > 1
    layout = re.search(f'<style:page-layout style:name="layout-{across}"><style:page-layout-properties [^>]*>', styles)[
        0
    ]
    assert 'style:print-orientation="landscape"' in layout
    assert f'style:scale-to-X="{across}"' in layout
    assert f'style:master-page-name="across-{across}"' in content
    table = re.search('<table:table table:name="Engagements".*?<table:table-header-rows>', content)[0]
    assert "<table:table-header-columns>" in table
    sheet = openpyxl.load_workbook(written(full, Format.XLSX, tmp_path))["Engagements"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", across)
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$A")


def test_an_xlsx_of_our_own_rows_is_what_excel_expects(full, tmp_path):
    """Dates are days since 1899-12-30, texts are never escapes of Excel, and each line has its number."""
    full["commitments"][0] |= {"text": "_x0041_ & <b>\r\nsuite", "due_on": "1890-01-01", "late_since": "2026-09-30"}
    with ZipFile(written(full, Format.XLSX, tmp_path)) as archive:
        sheet = archive.read("xl/worksheets/sheet3.xml").decode()
    assert "_x005F_x0041_ &amp; &lt;b&gt;\nsuite" in sheet
    assert ">1890-01-01<" in sheet
    assert f"<v>{(date(2026, 9, 30) - date(1899, 12, 30)).days}</v>" in sheet
    assert re.findall(r'<row r="(\d+)"', sheet) == ["1", "2", "3", "4", "5", "6"]
    assert 'ht="409"' in re.findall("<row [^>]*>", sheet)[3], "forty lines are as tall as a row can be"
