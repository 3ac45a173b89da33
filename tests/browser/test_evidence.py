"""A piece of evidence, given and withdrawn in a browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.driving import faults, log_in
from tests.uploads import PDF

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PROVEN = "eng-16-ccsti"  # completed, on a piece that is not public


def test_a_piece_of_evidence_without_javascript(portal, browser, tmp_path):
    """A file is joined to the draft of the moment, read by its author alone, then withdrawn."""
    saved = tmp_path / "Délibération.pdf"
    saved.write_bytes(PDF)
    page = browser.new_context(java_script_enabled=False, accept_downloads=True).new_page()
    log_in(page, portal, "administration")
    page.goto(f"{portal}/espace/engagements/{PROVEN}/pieces/")
    page.get_by_role("button", name="Ajouter la pièce").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est ajouté")
    page.get_by_label("Nature").select_option(label="délibération")
    page.get_by_label("Intitulé").fill("Délibération du 12 mars")
    page.get_by_label("Fichier").set_input_files(saved)
    page.get_by_role("button", name="Ajouter la pièce").click()
    expect(page.get_by_role("status").first).to_contain_text("Pièce ajoutée")
    with page.expect_download() as download:
        page.get_by_role("link", name="Délibération du 12 mars").click()
    assert download.value.suggested_filename == "Délibération.pdf"
    row = page.get_by_role("row", name="Délibération du 12 mars")
    row.locator("summary").click()
    row.get_by_role("button").click()
    expect(row).to_contain_text("retirée")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_of_evidence_tells_its_errors_to_everyone(portal, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    log_in(page, portal, "administration")
    page.goto(f"{portal}/espace/engagements/{PROVEN}/pieces/")
    page.get_by_role("button", name="Ajouter la pièce").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est ajouté")
    assert faults(page) == []
