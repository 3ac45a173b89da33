"""In a real browser, on a real server, with a real worker: the main path without JavaScript and by keyboard alone."""

import os
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from commitments.models import ProgressUpdate
from tests.browser.driving import PASSWORD, log_in, press_tab_until
from tests.worker import running_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE = "eng-24-f2030-innov"  # the contributor leads it, and it has not answered yet
TEXT = "Le cahier des charges de l’évaluation est en ligne depuis ce matin."


def write_and_submit(page: Page, portal: str) -> None:
    page.goto(f"{portal}/espace/")
    page.locator(f"#{CODE}").get_by_role("link", name="Écrire un point").click()
    page.get_by_label("Texte public").fill(TEXT)
    page.get_by_role("button", name="Soumettre au visa").click()
    expect(page.get_by_role("status").first).to_contain_text("Soumis")


def give_visa(page: Page, portal: str) -> None:
    page.goto(f"{portal}/espace/visas/")
    page.get_by_role("link", name=re.compile("Financer l’innovation des PME")).click()
    page.get_by_role("button", name=re.compile("^Donner le visa")).click()


def ask_for_the_report(page: Page, portal: str) -> None:
    """A draft of the present quarter: the past one is sealed. Comes back when its files are there."""
    page.goto(f"{portal}/espace/rapports/")
    page.get_by_label("Trimestre").select_option(label="T4 2026")
    page.get_by_role("button", name="Construire").click()
    for _ in range(120):
        if page.get_by_role("button", name="Mettre en ligne").count():
            return
        page.get_by_role("link", name="Actualiser la page").click()
        page.wait_for_timeout(500)
    raise AssertionError("The report was never ready.")


def test_the_main_path_without_javascript(portal, browser, tmp_path):
    """A text is written, approved by both sides and public; the report of the quarter is built and downloaded."""

    def seen_by(who):
        page = browser.new_context(java_script_enabled=False, accept_downloads=True).new_page()
        log_in(page, portal, who)
        return page

    write_and_submit(seen_by("contributeur"), portal)
    visitor = browser.new_context(java_script_enabled=False).new_page()
    visitor.goto(f"{portal}/engagements/{CODE}/")
    expect(visitor.locator("#contenu")).not_to_contain_text(TEXT)
    for side in ("etat", "region"):
        give_visa(seen_by(f"valideur-{side}"), portal)
    visitor.goto(f"{portal}/engagements/{CODE}/")
    expect(visitor.locator("#contenu")).to_contain_text(TEXT)
    page = seen_by("administration")
    with running_worker():
        ask_for_the_report(page, portal)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^PDF")).first.click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.read_bytes().startswith(b"%PDF-")
    assert saved.name == "feuille-route-ia_rapport_2026-T4_provisoire.pdf"
    page.get_by_role("button", name="Mettre en ligne").click()
    visitor.goto(f"{portal}/rapports/2026-T4/")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("2026")


def by_keyboard(page: Page, portal: str, who: str) -> None:
    page.goto(f"{portal}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    press_tab_until(page, "a[href='/connexion/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connexion/")
    expect(page.get_by_label("Adresse électronique")).to_be_focused()
    page.keyboard.type(f"{who}@demo.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/espace/")


def test_an_update_is_written_by_keyboard_alone(portal, browser):
    page = browser.new_page()
    by_keyboard(page, portal, "contributeur")
    press_tab_until(page, f"#{CODE} a[href$='/point/']", most=200)
    page.keyboard.press("Enter")
    page.wait_for_url("**/point/")
    press_tab_until(page, "textarea[name=text_public]")
    page.keyboard.press("Control+A")
    page.keyboard.type("Écrit sans souris.")
    press_tab_until(page, "button[value=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/espace/")
    expect(page.get_by_role("status").first).to_contain_text("Soumis")
    assert ProgressUpdate.objects.get(commitment__code=CODE, state="submitted").text_public == "Écrit sans souris."


def test_the_approval_queue_is_worked_by_keyboard_alone(portal, browser):
    """One visa leads to the next text that waits; a refusal without a word is told beside its field."""
    page = browser.new_page()
    by_keyboard(page, portal, "valideur-region")
    press_tab_until(page, "nav.staff a[href='/espace/visas/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visas/")
    press_tab_until(page, "ol.rows a.title")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/visas/\d+/$"))
    first = urlsplit(page.url).path
    press_tab_until(page, "button[value=changes_requested]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Dites quelles corrections")
    press_tab_until(page, "button[value=approved]")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path != first)
    assert re.search(r"/visas/\d+/$", page.url)
    expect(page.get_by_role("status").first).to_contain_text("publié")


def test_a_page_asks_nothing_of_others_and_logs_no_error(portal, browser):
    page = browser.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    for address in ["/", "/engagements/", f"/engagements/{CODE}/", "/indicateurs/ind-osez-tpe/"]:
        page.goto(portal + address)
    assert [url for url in asked if not url.startswith(portal)] == []
    assert errors == []
    assert page.context.cookies() == []
    assert os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
