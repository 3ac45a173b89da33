"""In a real browser, on a real server, with a real worker: the main path, without JavaScript and by keyboard alone;
and every public and staff page checked for accessibility."""

import os
import re
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.models import User
from commitments.models import Commitment, Indicator
from reports.models import Report
from reports.transitions import put_online
from tests.browser import chromium
from tests.worker import running_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "demonstration"
CODE, LATE = "eng-06-former", "eng-25-f2030-idemo"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]


@pytest.fixture(autouse=True)
def _django_beside_playwright(monkeypatch):
    """Playwright runs an event loop in this thread, in which Django otherwise refuses its database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def _sessions_ended(django_db_setup, django_db_blocker):
    """A thread of the server that still waits for a closed browser would keep the test database from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def portal(live_server, settings, _sessions_ended):
    settings.DEBUG = True  # seed_demo asks for it
    call_command("load_roadmap", verbosity=0)
    call_command("seed_demo", today=date(2026, 11, 22), verbosity=0)
    settings.DEBUG = False
    return live_server.url


@pytest.fixture
def browser():
    with chromium() as browser:
        yield browser


def log_in(page: Page, portal: str, who: str) -> None:
    page.goto(f"{portal}/connexion/")
    page.get_by_label("Adresse électronique").fill(f"{who}@demo.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mon trimestre")


def write_and_publish(page: Page, portal: str, text: str) -> None:
    page.goto(f"{portal}/engagements/{CODE}/")
    page.get_by_role("link", name="Écrire un point d’avancement").click()
    page.get_by_label("Texte public").fill(text)
    page.get_by_label("Prochaines étapes").fill("Mesurer les inscriptions.")
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_role("status").first).to_contain_text("Publié")


def ask_for_the_report(page: Page, portal: str) -> None:
    """Of the past quarter; comes back when its files are there."""
    page.goto(f"{portal}/espace/rapports/")
    page.get_by_label("Trimestre").select_option(label="T3 2026")
    page.get_by_role("button", name="Construire").click()
    for _ in range(120):
        if page.get_by_role("heading", name="Fichiers").count():
            return
        page.get_by_role("link", name="Actualiser la page").click()
        page.wait_for_timeout(500)
    raise AssertionError("The report was never ready.")


def test_the_main_path_without_javascript(portal, browser, tmp_path):
    """An administrator logs in, publishes an update, sees it public, and downloads the report a worker built."""
    page = browser.new_context(java_script_enabled=False, accept_downloads=True).new_page()
    visitor = browser.new_context(java_script_enabled=False).new_page()
    log_in(page, portal, "administration")
    write_and_publish(page, portal, "Le catalogue des formations est en ligne depuis ce matin.")
    visitor.goto(f"{portal}/engagements/{CODE}/")
    expect(visitor.locator("#contenu")).to_contain_text("Le catalogue des formations est en ligne depuis ce matin.")
    with running_worker():
        ask_for_the_report(page, portal)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^PDF")).click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.read_bytes().startswith(b"%PDF-")
    assert saved.name == "feuille-route-ia_rapport_2026-T3.pdf"
    page.get_by_role("button", name="Mettre en ligne").click()
    visitor.goto(f"{portal}/rapports/2026-T3/")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("2026")


def press_tab_until(page: Page, selector: str, most: int = 80) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The keyboard never reaches {selector}.")


def test_the_main_path_by_keyboard_alone(portal, browser):
    page = browser.new_page()
    page.goto(f"{portal}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    press_tab_until(page, "a[href='/connexion/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connexion/")
    expect(page.get_by_label("Adresse électronique")).to_be_focused()
    page.keyboard.type("valideur-region@demo.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/espace/")
    press_tab_until(page, "a[href$='/eng-06-former/point/']", most=200)
    page.keyboard.press("Enter")
    page.wait_for_url("**/point/")
    press_tab_until(page, "textarea[name=text_public]")
    page.keyboard.press("Control+A")
    page.keyboard.type("Écrit sans souris.")
    press_tab_until(page, "button[value=publish]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/engagements/{CODE}/")
    expect(page.locator("#contenu")).to_contain_text("Écrit sans souris.")


def complaints(page: Page, address: str) -> list[str]:
    response = page.goto(address)
    assert response is not None
    assert response.status == 200, address
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [
        *[f"{address} {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found],
        *([f"{address} is wider than the screen"] if wide else []),
    ]


def public_addresses() -> list[str]:
    adjacent = Commitment.objects.filter(provenance="adjacent").order_by("code").values_list("code", flat=True)[0]
    indicators = Indicator.objects.filter(code__in=["ind-entreprises-ia", "ind-osez-tpe"])
    return [
        "/", "/engagements/", "/engagements/?axis=research&status=in_progress", "/engagements/?status=rien",
        "/engagements/?q=zzzz", f"/engagements/{CODE}/", f"/engagements/{adjacent}/", f"/engagements/{LATE}/",
        f"/engagements/{LATE}/historique/", f"/en/engagements/{LATE}/historique/",
        "/axes/", "/axes/research/", "/acteurs/", "/acteurs/bpifrance/", "/financements/", "/indicateurs/",
        *[indicator.get_absolute_url() for indicator in indicators],
        "/calendrier/", "/rapports/", "/connexion/", "/en/", "/en/engagements/", f"/en/engagements/{CODE}/",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 360])
def test_no_public_page_has_an_accessibility_fault(portal, browser, width):
    call_command("build_report", "2026-T3", verbosity=0)
    report = put_online(Report.objects.get(), by=User.objects.get(email="administration@demo.example"))
    addresses = [*public_addresses(), "/rapports/2026-T3/", "/en/rapports/2026-T3/"]
    page = browser.new_page(viewport={"width": width, "height": 800})
    assert [c for address in addresses for c in complaints(page, portal + address)] == []
    assert report.published_at is not None


STAFF = ["/espace/", f"/espace/engagements/{CODE}/point/", "/espace/engagements/eng-25-f2030-idemo/report-echeance/",
         "/espace/visas/", "/espace/rapports/", f"/espace/engagements/{LATE}/historique/"]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 360])
def test_no_staff_page_has_an_accessibility_fault(portal, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    log_in(page, portal, "administration")
    found = [c for address in STAFF for c in complaints(page, portal + address)]
    page.goto(f"{portal}/espace/engagements/{CODE}/point/")
    page.get_by_label("Texte public").fill("")
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est publié")
    found += [v["id"] for v in Axe().run(page).response["violations"]]
    assert found == []


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
