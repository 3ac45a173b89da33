"""The system's Chromium, driven by Playwright: no browser is downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# It would otherwise call home, and wait for an answer that no test machine gives.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
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
