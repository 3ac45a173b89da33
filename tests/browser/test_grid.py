"""Quick entry as in a spreadsheet: by the keyboard in the grid, without scripts, and through a file."""

import pytest
from playwright.sync_api import Locator, Page, expect

from commitments.models import ProgressUpdate
from tests.browser.driving import faults, faults_at, log_in
from tests.commitments.sheets import edited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""


def cell(page: Page, row: int, field: str) -> Locator:
    return page.locator("#grille tbody tr").nth(row).locator(f"[data-field={field}]")


def code_of(page: Page, row: int) -> str:
    return page.locator("#grille tbody tr").nth(row).locator(".code").inner_text()


def state_of(page: Page, row: int) -> Locator:
    return page.locator("#grille tbody tr").nth(row).locator("[data-state]")


def draft(code: str) -> ProgressUpdate:
    return ProgressUpdate.objects.get(commitment__code=code, state="draft")


def test_the_grid_by_the_keyboard(portal, browser):
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    log_in(page, portal, "valideur-region")
    page.get_by_role("link", name="Remplir dans une grille").click()
    type_and_move(page)
    paste(page)
    undo(page)
    assert refused == []
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert faults(page, in_the_dark=False) == []


def type_and_move(page: Page) -> None:
    # Typed, left with Enter: saved, and the cell below has the focus.
    cell(page, 0, "text_public").fill("Écrit dans la grille.")
    page.keyboard.press("Enter")
    expect(state_of(page, 0)).to_have_text("Enregistré")
    expect(cell(page, 1, "text_public")).to_be_focused()
    assert draft(code_of(page, 0)).text_public == "Écrit dans la grille."
    # Selected whole on arrival, a cell is left by any arrow; Tab goes on as everywhere.
    page.keyboard.press("ArrowUp")
    expect(cell(page, 0, "text_public")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 0, "next_steps")).to_be_focused()
    page.keyboard.press("Tab")
    expect(cell(page, 0, "weather_reason")).to_be_focused()


def paste(page: Page) -> None:
    # A block of a spreadsheet, with a cell of two lines and a label written by hand.
    cell(page, 1, "next_steps").focus()
    page.evaluate(PASTE, ["", 'Ensuite.\tManque\n"Une ligne\net une autre"\t\n'])
    expect(state_of(page, 1)).to_have_text("Enregistré")
    expect(state_of(page, 2)).to_have_text("Enregistré")
    second, third = code_of(page, 1), code_of(page, 2)
    assert (draft(second).next_steps, draft(second).weather_reason) == ("Ensuite.", "Manque")
    assert draft(third).next_steps.splitlines() == ["Une ligne", "et une autre"]
    cell(page, 1, "weather").focus()
    page.evaluate(PASTE, ["", "APPUIS NECESSAIRES\t"])
    expect(cell(page, 1, "weather")).to_have_value("support_needed")
    expect(state_of(page, 1)).to_have_text("Enregistré")


def undo(page: Page) -> None:
    first = code_of(page, 0)
    cell(page, 0, "text_internal").fill("À défaire.")
    cell(page, 0, "next_steps").focus()
    expect(page.locator("#etat")).to_have_text(f"{first} · Enregistré")
    page.keyboard.press("Control+z")
    expect(cell(page, 0, "text_internal")).not_to_have_value("À défaire.")
    expect(page.locator("#etat")).to_contain_text("Annulé")
    assert draft(first).text_internal != "À défaire."


def test_without_scripts_the_grid_is_a_form_and_a_file_comes_back(portal, browser, tmp_path):
    page = browser.new_context(java_script_enabled=False).new_page()
    log_in(page, portal, "contributeur")
    page.goto(f"{portal}/espace/mon-trimestre/grille/")
    first = code_of(page, 0)
    cell(page, 0, "text_public").fill("Sans script.")
    page.get_by_role("button", name="Enregistrer toute la grille").click()
    expect(page.get_by_role("status").first).to_contain_text("1 engagement enregistré")
    assert draft(first).text_public == "Sans script."

    page.goto(f"{portal}/espace/mon-trimestre/tableur/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter en ODS").click()
    changed = edited(download.value.path().read_bytes(), "ods", {first: {"texte public": "Depuis le tableur."}})
    file = tmp_path / "points.ods"
    file.write_bytes(changed)
    page.get_by_label("Fichier modifié (obligatoire)").set_input_files(file)
    page.get_by_role("button", name="Voir les changements").click()
    expect(page.locator("#bilan")).to_contain_text("1 engagement à modifier sans conflit")
    assert draft(first).text_public == "Sans script."
    page.get_by_role("button", name="Appliquer").click()
    expect(page.get_by_role("status").first).to_contain_text(f"Appliqué : {first}")
    assert draft(first).text_public == "Depuis le tableur."


def test_a_preview_with_all_it_can_say_is_accessible(portal, browser, tmp_path):
    """A clean change, a conflict, a refusal; wide and narrow, in both languages."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    log_in(page, portal, "contributeur")
    page.goto(f"{portal}/espace/mon-trimestre/grille/")
    clean, disputed, refused = (code_of(page, row) for row in range(3))
    page.goto(f"{portal}/espace/mon-trimestre/tableur/")
    found = faults(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter en ODS").click()
    page.goto(f"{portal}/espace/mon-trimestre/grille/")
    cell(page, 1, "text_public").fill("Écrit entre-temps.")
    page.keyboard.press("Enter")
    expect(state_of(page, 1)).to_have_text("Enregistré")
    typed = {
        clean: {"texte public": "Sans conflit."},
        disputed: {"texte public": "Depuis le tableur."},
        refused: {"météo": "beau temps"},
    }
    file = tmp_path / "points.ods"
    file.write_bytes(edited(download.value.path().read_bytes(), "ods", typed))
    page.goto(f"{portal}/espace/mon-trimestre/tableur/")
    page.get_by_label("Fichier modifié (obligatoire)").set_input_files(file)
    page.get_by_role("button", name="Voir les changements").click()
    preview = page.locator("main")
    expect(preview).to_contain_text("Écrit entre-temps.")
    expect(preview).to_contain_text("beau temps")
    address = page.url
    for path in (address, address.replace(portal, f"{portal}/en")):
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            found += faults_at(page, path)
    assert found == []
