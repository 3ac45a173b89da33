"""Files as people leave them: whatever is in them, an answer and never an error, all of it written or nothing."""

import io

import odfdo
import openpyxl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commitments.models import ProgressUpdate, SheetImport
from commitments.services import ImportRefused, Write, apply_import
from commitments.transitions import save_draft, statement_of
from tests.commitments.sheets import apply, book_of, edited, export, page_of, saved, send, tables
from tests.factories import make_campaign, make_commitment

pytestmark = pytest.mark.django_db
STATEMENTS = "Points d’avancement"
TEXT, STEPS, PROGRESS, CODE = "texte public", "prochaines étapes", "avancement (%)", "code"
TYPED = st.one_of(
    st.sampled_from(
        ["", " ", "45", "45,5", "45,5\u00a0%", "1\u202f000", "-3", "NaN", "1e999", "2 janv. 2026", "31/02/2026",
         "en cours", "EN COURS", "appuis nécessaires", "=1+1", "@x", "\ufeff", "eng-a", "a;b\n\"c\"", "\u202e"]
    ),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30),
)  # fmt: skip


@pytest.fixture
def trio(client, region, paula, rachel):
    found = [make_commitment("x.", code=f"eng-{letter}", title=letter, lead=region) for letter in "abc"]
    make_campaign()
    for commitment in found:
        save_draft(commitment, {"text_public": f"Texte {commitment.title}.", "next_steps": "La suite."}, by=rachel)
    client.force_login(paula)
    return found


def stored():
    return {update.commitment.code: statement_of(update) for update in ProgressUpdate.objects.all()}


@st.composite
def disorder(draw, rows):
    """The same sheet, as it comes back from a busy office."""
    rows = [list(row) for row in rows]
    for _n in range(draw(st.integers(0, 4))):
        row = draw(st.integers(1, len(rows) - 1))
        rows[row][draw(st.integers(0, len(rows[0]) - 1))] = draw(TYPED)
    order = draw(st.permutations(range(len(rows[0]))))
    rows = [[row[at] for at in order] for row in rows]
    if draw(st.booleans()):
        rows = [["Note", *row] for row in rows]
    for _n in range(draw(st.integers(0, 3))):
        rows.insert(draw(st.integers(0, len(rows))), [""] * len(rows[0]))
    if draw(st.booleans()):
        rows.insert(0, ["Tableau de suivi"])
    return [rows[0], *draw(st.permutations(rows[1:]))] if rows[0].count(CODE) else rows


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), extension=st.sampled_from(["ods", "xlsx", "csv"]))
def test_whatever_comes_back_is_answered_and_written_whole_or_not_at_all(client, trio, data, extension):
    with transaction.atomic():
        rows = tables(export(client, "ods"), "ods")[STATEMENTS]
        sheets = {"Feuille 1": data.draw(disorder(rows)), "Autre": [["rien", 1], ["à voir", ""]]}
        before = stored()
        response = send(client, book_of(sheets, extension), extension)
        assert response.status_code == 200
        assert stored() == before
        if (preview := response.context.get("preview")) is not None:
            expected = {line.commitment.code: {c.name: c.mine for c in line.changes} for line in preview.lines}
            assert not preview.conflicting
            assert apply(client, response).status_code == 200
            assert stored() == {code: before[code] | expected.get(code, {}) for code in before}
            assert send(client, book_of(sheets, extension), extension).context["preview"].lines == []
            if preview.faults:
                assert client.get(f"{response.request['PATH_INFO']}annote/").status_code == 200
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), extension=st.sampled_from(["ods", "xlsx", "csv"]))
@example(content=b'code;texte public\neng-a;"ouvert', extension="csv")
@example(content=b"code\ttexte public\r\r\neng-a\tx", extension="csv")
def test_any_bytes_are_answered(client, trio, content, extension):
    assert send(client, content, extension).status_code == 200


def test_columns_in_another_order_and_lines_left_out(client, trio):
    rows = tables(export(client), "ods")[STATEMENTS]
    names = [TEXT, "colonne à moi", CODE, "référence de l’export"]
    key = rows[1][rows[0].index(names[3])]
    table = [["Suivi"], [], names, [], ["Neuf.", "note", "eng-b", key]]
    apply(client, send(client, b"\xef\xbb\xbf" + book_of({"x": table}, "csv").removeprefix(b"\xef\xbb\xbf"), "csv"))
    assert {code: said["text_public"] for code, said in stored().items()} == {
        "eng-a": "Texte a.", "eng-b": "Neuf.", "eng-c": "Texte c.",
    }  # fmt: skip
    assert stored()["eng-b"]["next_steps"] == "La suite."


@pytest.mark.parametrize("extension", ["ods", "xlsx"])
def test_what_a_merged_cell_hides_is_not_taken_for_erased(client, trio, extension):
    content = edited(export(client, extension), extension, {"eng-a": {TEXT: "Pour les deux."}})
    if extension == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        book[STATEMENTS].merge_cells("F2:F3")
        content = saved(book)
    else:
        document = odfdo.Document(io.BytesIO(content))
        table = document.body.get_table(name=STATEMENTS)
        table.set_value((5, 2), "")
        table.set_span((5, 1, 5, 2))
        content = saved(document)
    response = send(client, content, extension)
    assert "celle-ci est fusionnée" in page_of(response)
    assert [(fault.cell, fault.sheet) for fault in response.context["preview"].faults] == [("F3", STATEMENTS)]
    apply(client, response)
    assert [stored()[code]["text_public"] for code in ("eng-a", "eng-b")] == ["Pour les deux.", "Texte b."]


@pytest.mark.parametrize("extension", ["ods", "xlsx"])
def test_a_cell_in_the_last_corner_of_a_sheet_is_refused_not_opened(client, trio, extension):
    if extension == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(export(client, "xlsx")))
        book[STATEMENTS]["XFD1048576"] = "z"
        content = saved(book)
    else:
        document = odfdo.Document("spreadsheet")
        table = odfdo.Table("x")
        for times in (1, 1_000_000, 1):
            row = odfdo.Row()
            row.append_cell(odfdo.Cell("a" if times == 1 else None, repeated=16_000 if times == 1 else None))
            row.repeated = times if times > 1 else None
            table.append_row(row)
        document.body.append(table)
        content = saved(document)
    assert "cellules au plus" in page_of(send(client, content, extension))


def test_a_null_character_is_refused_not_kept(client, trio):
    """XLSX can write one, PostgreSQL cannot."""
    content = edited(export(client, "xlsx"), "xlsx", {"eng-b": {TEXT: "fin_x0000_"}})
    page = page_of(send(client, content, "xlsx"))
    assert "un caractère nul, feuille « Points d’avancement », ligne 3" in page
    assert not SheetImport.objects.exists()


def test_the_same_commitment_twice_is_refused(client, trio):
    rows = tables(export(client), "ods")[STATEMENTS]
    rows.append([*rows[1]])
    rows[-1][rows[0].index(TEXT)] = "L’autre."
    response = send(client, book_of({"x": rows}, "ods"))
    assert {fault.cell for fault in response.context["preview"].faults} == {"A2", "A5"}
    assert response.context["preview"].lines == []


def test_one_row_that_someone_changes_meanwhile_keeps_all_others_from_being_written(client, trio, paula, rachel):
    """Past the last look, under the locks."""
    send(client, edited(export(client), "ods", {"eng-a": {TEXT: "Neuf."}}))
    pending = SheetImport.objects.get()
    writes = [Write(commitment, {"text_public": "Neuf."}, {"text_public": f"Texte {commitment.title}."})
              for commitment in trio]  # fmt: skip
    save_draft(trio[2], {"text_public": "À l’instant."}, by=rachel)
    with pytest.raises(ImportRefused, match="eng-c"):
        apply_import(pending, writes, by=paula, campaign=None, at=pending.uploaded_at)
    texts = {code: said["text_public"] for code, said in stored().items()}
    assert texts == {"eng-a": "Texte a.", "eng-b": "Texte b.", "eng-c": "À l’instant."}
