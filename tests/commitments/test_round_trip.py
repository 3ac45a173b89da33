"""Export, edit elsewhere, send back: what is applied, what is in conflict, what is refused (N10)."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, SecurityEvent
from commitments.models import ProgressUpdate, SheetExport, SheetImport, Status
from commitments.services import delete_old_sheets
from commitments.transitions import save_draft, statement_of, submit_update
from tests.commitments.sheets import ADDRESS, apply, book_of, edited, export, page_of, saved, send, tables
from tests.factories import make_actor, make_campaign, make_commitment, make_update, make_user

pytestmark = pytest.mark.django_db
TEXT, STEPS, PROGRESS, WEATHER = "texte public", "prochaines étapes", "avancement (%)", "météo"
STATEMENTS = "Points d’avancement"


@pytest.fixture
def thirty(client, region, paula):
    """Of the open campaign, led by the Region, each with a published text."""
    found = [make_commitment(code=f"eng-{n:02}", title=f"Engagement {n}", lead=region, status=Status.IN_PROGRESS)
             for n in range(1, 31)]  # fmt: skip
    author = make_user("auteur", Membership.Role.ADMINISTRATOR, region)
    make_update(found[0], author, publish=True, text_public="Déjà publié.")
    make_campaign()
    client.force_login(paula)
    return found


def drafts():
    return {update.commitment.code: statement_of(update) for update in ProgressUpdate.objects.filter(state="draft")}


def summary(response):
    return [int(n) for n in re.findall(r"<li>(\d+) (?:engagement|cellule)", page_of(response))]


@pytest.mark.parametrize("extension", ["ods", "xlsx"])
def test_five_edited_offline_while_a_colleague_edits_one_of_them_online(client, thirty, paula, rachel, extension):
    content = export(client, extension)
    changes = {
        "eng-01": {TEXT: "Écrit hors ligne.", PROGRESS: "45,5 %"},
        "eng-02": {
            WEATHER: "appuis nécessaires",
            "motif de la météo": "Manque.",
        },
        "eng-03": {STEPS: "Ensuite.\nEt après."},
        "eng-04": {TEXT: "=1+1"},
        "eng-05": {TEXT: "Le mien."},
    }
    mine = edited(content, extension, changes)
    save_draft(thirty[4], {"text_public": "Celui de Rachel.", "next_steps": "De Rachel."}, by=rachel)
    response = send(client, mine, extension)
    page = page_of(response)
    assert summary(response) == [4, 1, 0]
    assert all(text in page for text in ("À l’export", "Celui de Rachel.", "Le mien.", "Déjà publié."))
    assert drafts().keys() == {"eng-05"}

    response = apply(client, response)
    assert {code: stated["text_public"] for code, stated in drafts().items()} == {
        "eng-01": "Écrit hors ligne.", "eng-02": "", "eng-03": "", "eng-04": "=1+1", "eng-05": "Celui de Rachel.",
    }  # fmt: skip
    assert drafts()["eng-01"]["progress"] == Decimal("45.5")
    assert drafts()["eng-02"]["weather"] == "support_needed"
    assert drafts()["eng-03"]["next_steps"] == "Ensuite.\nEt après."
    written = ProgressUpdate.objects.get(commitment__code="eng-01", state="draft")
    assert (written.author, written.campaign.slug) == (paula, "2026-T4")
    event = SecurityEvent.objects.get(kind="imported")
    assert (event.user, event.details["commitments"]) == (paula, ["eng-01", "eng-02", "eng-03", "eng-04"])

    before = drafts()
    response = send(client, mine, extension)
    assert summary(response) == [0, 1, 0]
    apply(client, response)
    assert drafts() == before
    apply(client, response, **{f"keep-{thirty[4].pk}-text_public": "mine"})
    assert (drafts()["eng-05"]["text_public"], drafts()["eng-05"]["next_steps"]) == ("Le mien.", "De Rachel.")
    assert summary(send(client, mine, extension)) == [0, 0, 0]


def test_rows_one_may_not_edit_are_refused_by_name(client, thirty, rachel):
    foreign = make_commitment(code="eng-etat", title="Celui d’un autre", lead=make_actor("autre"))
    book = openpyxl.load_workbook(io.BytesIO(export(client, "xlsx")))
    submit_update(save_draft(thirty[2], {"text_public": "Dit.", "status": Status.IN_PROGRESS}, by=rachel), by=rachel)
    sheet = book[STATEMENTS]
    assert [cell.value for cell in sheet["A"]][1:] == [f"eng-{n:02}" for n in range(1, 31)]
    assert sheet["F1"].value == TEXT
    for place, text in {"A3": foreign.code, "F3": "Ailleurs.", "F4": "Trop tard.", "A5": "inconnu",
                        "F5": "Nulle part.", "F6": "Le bon."}.items():  # fmt: skip
        sheet[place] = text
    response = send(client, saved(book), "xlsx")
    page = page_of(response)
    assert summary(response) == [1, 0, 3]
    assert "eng-etat Celui d’un autre" in page
    assert all(cell in page for cell in ("<code>A3</code>", "<code>A4</code>", "<code>A5</code>"))
    apply(client, response)
    assert drafts().keys() == {"eng-05"}


def test_what_changes_between_the_preview_and_apply_is_shown_again(client, thirty, rachel):
    response = send(client, edited(export(client), "ods", {"eng-01": {TEXT: "Un."}, "eng-02": {TEXT: "Deux."}}))
    save_draft(thirty[0], {"text_public": "Entre-temps."}, by=rachel)
    again = apply(client, response)
    assert "Rien n’a été écrit" in page_of(again)
    assert drafts().keys() == {"eng-01"}
    assert summary(again) == [1, 1, 0]


def test_a_faulty_cell_is_told_where_it_stands_and_in_the_annotated_file(client, thirty, region):
    commitment = make_commitment("x.", code="eng-jalons", lead=region)
    commitment.campaign_lines.create(campaign=thirty[0].campaign_lines.get().campaign)
    wrong = edited(export(client, "xlsx"), "xlsx", {
        "eng-01": {PROGRESS: "beaucoup", TEXT: "Reste."}, "eng-02": {WEATHER: "orage"}, "eng-03": {PROGRESS: 0.45},
        "eng-jalons": {PROGRESS: "12"},
    })  # fmt: skip
    wrong = edited(wrong, "xlsx", {"eng-jalons": {"atteint le": "31/02/2026"}}, "Jalons")
    response = send(client, wrong, "xlsx")
    page = page_of(response)
    assert summary(response) == [1, 0, 5]
    assert all(read in page for read in ("« beaucoup »", "« orage »", "« 0,45 »", "« 31/02/2026 »"))
    assert "02/01/2026, 2 janv. 2026 ou 2026-01-02" in page
    annotated = client.get(f"{response.request['PATH_INFO']}annote/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(annotated.streaming_content)))
    sheet = book[STATEMENTS]
    assert "beaucoup" in sheet["E2"].comment.text
    assert sheet.cell(1, sheet.max_column).value == "à corriger"
    assert sheet.cell(2, sheet.max_column).value.startswith("E2")
    assert book["Jalons"]["E2"].comment is not None
    # Corrected there, it is read like any other.
    again = send(client, edited(saved(book), "xlsx", {"eng-01": {PROGRESS: "30"}}), "xlsx")
    apply(client, again)
    assert (drafts()["eng-01"]["progress"], drafts()["eng-01"]["text_public"]) == (30, "Reste.")


@pytest.mark.parametrize("written", ["2 janv. 2026", "02/01/2026", "2026-01-02", "2 janvier 2026", date(2026, 1, 2)])
def test_a_milestone_achieved_is_read_from_any_way_to_write_a_day(client, region, paula, written):
    commitment = make_commitment(".", code="eng-j", lead=region)
    client.force_login(paula)
    content = edited(export(client, "xlsx"), "xlsx", {"eng-j": {"atteint le": written}}, "Jalons")
    apply(client, send(client, content, "xlsx"))
    update = ProgressUpdate.objects.get(commitment=commitment)
    assert [claim.achieved_on for claim in update.claims.all()] == [date(2026, 1, 2)]


def test_libreoffice_excel_and_csv_say_the_same(client, thirty):
    rows = tables(export(client, "ods"), "ods")[STATEMENTS]
    title = rows[0].index(TEXT)
    rows[1][title], rows[2][title] = "Un\u202f; deux.", "Trois"
    pages = [page_of(send(client, book_of({"Feuille": rows}, kind), kind)) for kind in ("ods", "xlsx", "csv")]
    shown = [re.sub(r'name="csrf[^>]*', "", page.split('id="bilan"')[1]) for page in pages]
    assert shown[0] == shown[1] == shown[2]
    assert "Un\u202f; deux." in shown[0]


def test_the_key_of_the_export_is_found_in_the_properties_and_its_loss_is_told(client, thirty):
    book = openpyxl.load_workbook(io.BytesIO(export(client, "xlsx")))
    for sheet in (book[STATEMENTS], book["Jalons"]):
        sheet.delete_cols(sheet.max_column)
    book[STATEMENTS]["F2"] = "Sans la colonne."
    assert summary(send(client, saved(book), "xlsx")) == [1, 0, 0]
    book.properties.keywords = ""
    assert "La référence de l’export manque" in page_of(send(client, saved(book), "xlsx"))
    assert "un fichier vide" in page_of(send(client, b"", "xlsx"))


def test_an_import_is_its_author_s_alone_and_expires(client, thirty, rachel, paula):
    response = send(client, edited(export(client), "ods", {"eng-01": {TEXT: "À moi."}}))
    address = response.request["PATH_INFO"]
    client.force_login(rachel)
    assert [client.get(address).status_code, client.get(f"{address}annote/").status_code] == [404, 404]
    client.force_login(paula)
    delete_old_sheets(timezone.now() + timedelta(hours=13))
    assert client.get(address).status_code == 404
    assert (SheetImport.objects.count(), SheetExport.objects.count()) == (0, 1)
    delete_old_sheets(timezone.now() + timedelta(days=181))
    assert SheetExport.objects.count() == 0


def test_the_same_queries_whatever_the_number_of_rows(client, region, paula):
    make_commitment(".", lead=region)
    client.force_login(paula)

    def counted():
        with CaptureQueriesContext(connection) as exporting:
            content = export(client)
            exported = len(exporting.captured_queries)
        codes = [row[0] for row in tables(content, "ods")[STATEMENTS][1:]]
        response = send(client, edited(content, "ods", {code: {TEXT: "Neuf."} for code in codes}))
        with CaptureQueriesContext(connection) as looking:
            assert summary(client.get(response.request["PATH_INFO"]))[0] == len(codes)
        return exported, len(looking.captured_queries)

    few = counted()
    for _n in range(6):
        make_commitment(".", lead=region)
    assert counted() == few


def test_the_page_says_how_to_begin(client, thirty):
    page = page_of(client.get("/espace/"))
    assert f'href="{ADDRESS}"' in page
    assert "30 engagements à modifier" in page_of(client.get(ADDRESS))
