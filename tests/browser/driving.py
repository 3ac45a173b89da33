"""The system's Chromium, driven by Playwright: no browser is downloaded; and what people do in it."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# It would otherwise call home, and wait for an answer that no test machine gives.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
PASSWORD = "demonstration"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
WITHOUT = "Chromium n’est pas installé : les essais dans un navigateur sont laissés de côté."


def require_chromium() -> str:
    """Its path. Where it is missing the test is left out, and says so; in CI that is a failure."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI=true et Chromium manque : apt-get install chromium")
        pytest.skip(WITHOUT)
    return CHROMIUM


@contextmanager
def chromium() -> Iterator[Browser]:
    path = require_chromium()
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*sandbox, *QUIET, "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


def log_in(page: Page, portal: str, who: str) -> None:
    page.goto(f"{portal}/connexion/")
    fill_in_login(page, who)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mon trimestre")


def fill_in_login(page: Page, who: str) -> None:
    page.get_by_label("Adresse électronique").fill(f"{who}@demo.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def press_tab_until(page: Page, selector: str, most: int = 80) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The keyboard never reaches {selector}.")


def faults(page: Page, *, in_the_dark: bool = True) -> list[str]:
    """What axe finds on the page as it stands, in light and dark, and whether it is wider than the screen."""
    # What waits to come near is looked at too.
    page.evaluate(
        "document.querySelectorAll('.laid-out-when-near').forEach(e => e.style.contentVisibility = 'visible')"
    )
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    # Colours alone differ in the dark: what else axe looks at was seen in the light. Without motion: a colour on its
    # way from one to the other would be judged.
    dark = []
    if in_the_dark:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        dark = Axe().run(page, options={"runOnly": {"type": "rule", "values": OF_COLOURS}}).response["violations"]
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    where = page.url.split("/", 3)[3]
    return [
        *[f"/{where} {fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found],
        *[f"/{where} in the dark, {fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in dark],
        *([f"/{where} is wider than the screen"] if wide else []),
    ]


def faults_at(page: Page, address: str, *, in_the_dark: bool = True) -> list[str]:
    response = page.goto(address)
    assert response is not None
    assert response.status in {200, 404}, address
    return faults(page, in_the_dark=in_the_dark)


def mail_to(who: str, folder: Path) -> str:
    """What a worker has put there, when it is there: the text for people whose reader shows no page."""
    for _ in range(100):
        for path in sorted(folder.glob("*")):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if mail["To"] == f"{who}@demo.example" and (text := mail.get_body(("plain",))) is not None:
                return str(text.get_content())
        time.sleep(0.3)
    raise AssertionError(f"No mail to {who}.")
