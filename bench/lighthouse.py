"""Lighthouse (npm, fetched by npx) on the system's Chromium, as a telephone: its four scores, of 100, by page."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

PACKAGE = "lighthouse@12"
PAGES = {
    "home": "/",
    "list": "/engagements/",
    "commitment": "/engagements/eng-06-former/",
    "report": "/rapports/2026-T3/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# Its score of performance moves by a few points from one run to the next.
RUNS = 3
# Chromium now and then loses the beginning of its trace; Lighthouse says so and asks to be run again.
TRIES = 4


def scores(site: str) -> dict[str, dict[str, float]]:
    """Median of the runs. Says so and returns nothing where npx or Chromium is missing."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or shutil.which("npx") is None:
        print("lighthouse: npx or Chromium is missing, left out", flush=True)
        return {}
    found = {}
    for name, path in PAGES.items():
        runs = [_run(site + path, chromium) for _ in range(RUNS)]
        found[name] = {each: statistics.median(run[each] for run in runs) for each in CATEGORIES}
        print(f"lighthouse  {name:<11} {found[name]}", flush=True)
    return found


def _run(url: str, chromium: str) -> dict[str, float]:
    """Raises subprocess.CalledProcessError when it fails each time."""
    for _ in range(TRIES - 1):
        try:
            return _tried(url, chromium)
        except subprocess.CalledProcessError:
            continue
    return _tried(url, chromium)


def _tried(url: str, chromium: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "report.json"
        command = ["npx", "--yes", PACKAGE, url, "--quiet", "--output=json", f"--output-path={written}"]
        flags = ["--chrome-flags=--headless=new --no-sandbox"]
        subprocess.run([*command, *flags], check=True, env=os.environ | {"CHROME_PATH": chromium})
        categories = json.loads(written.read_text())["categories"]
    return {each: round(100 * categories[each]["score"]) for each in CATEGORIES}
