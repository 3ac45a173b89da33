"""`python -m bench.crowd ADDRESS EDITORS`: 200 visitors and 20 editors at once for a minute, told as JSON.

Visitors read a page, wait a second or so, read another. Editors save what they type, each on a commitment of their own:
what the portal said it saved is looked for in the database afterwards.
"""

import html
import http.client
import json
import random
import re
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

VISITORS, SECONDS, PAUSE = 200, 60.0, 2.0
PAGES = ("/", "/engagements/", "/axes/", "/calendrier/", "/acteurs/", "/financements/", "/donnees/", "/en/",
         "/engagements/?status=in_progress", "/recherche/?q=calcul")  # fmt: skip
BARE = "/healthz/"
# The text that a form says it started from.
STARTED_FROM = re.compile(r'<(?:input|textarea)[^>]*name="initial-text_public"[^>]*value="([^"]*)"')


@dataclass
class Crowd:
    """What all of them have lived through. `waits`: in seconds, by what was asked."""

    address: str
    waits: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "bare": [], "form": [], "save": []})
    refused: list[str] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.until = time.monotonic() + SECONDS

    def visit(self, n: int) -> None:
        draw = random.Random(n)
        time.sleep(draw.uniform(0, PAUSE))
        headers = {"X-Forwarded-For": f"198.51.100.{n}"}
        while time.monotonic() < self.until:
            path = draw.choice((*PAGES, BARE))
            self.ask("bare" if path == BARE else "page", "GET", path, headers)
            time.sleep(draw.uniform(0, PAUSE))

    def write(self, editor: dict[str, str]) -> None:
        """A text that grows; the form says each time what it started from."""
        headers = {"Cookie": editor["cookies"], "Content-Type": "application/x-www-form-urlencoded"}
        address, turn = f"/espace/engagements/{editor['code']}/point/", 0
        started_from = STARTED_FROM.search(self.ask("form", "GET", address, headers))
        before = html.unescape(started_from[1]) if started_from else ""
        while time.monotonic() < self.until:
            turn += 1
            text = f"Point n° {turn} de {editor['code']}."
            sent = {"text_public": text, "initial-text_public": before, "csrfmiddlewaretoken": editor["token"]}
            said = self.ask("save", "POST", f"{address}brouillon/", headers, sent)
            if "Brouillon enregistré" in said and "Modifié aussi" not in said:
                self.saved[editor["code"]] = before = text
            else:
                self.refused.append(said[:200])
            time.sleep(0.5)

    def ask(
        self, kind: str, method: str, path: str, headers: dict[str, str], sent: dict[str, str] | None = None
    ) -> str:
        parts, begun = urlsplit(self.address), time.monotonic()
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(method, path, urlencode(sent or {}), headers)
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        self.waits[kind].append(time.monotonic() - begun)
        if answer.status != 200:
            self.refused.append(f"{answer.status} {path} {answer.headers.get('Location', '')}")
        return body


def main(address: str, editors: list[dict[str, str]]) -> dict[str, object]:
    crowd = Crowd(address)
    threads = [threading.Thread(target=crowd.visit, args=(n,)) for n in range(VISITORS)]
    threads += [threading.Thread(target=crowd.write, args=(editor,)) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bare = statistics.median(crowd.waits["bare"])
    times = {kind: statistics.quantiles(crowd.waits[kind], n=20) for kind in ("page", "save")}
    return {
        "asked": {kind: len(waits) for kind, waits in crowd.waits.items()},
        "median_wait_against_bare": {kind: round(slower[9] / bare, 1) for kind, slower in times.items()},
        "95_in_100_wait_less_against_bare": {kind: round(slower[-1] / bare, 1) for kind, slower in times.items()},
        "refused": crowd.refused[:20],
        "saved": crowd.saved,
    }


if __name__ == "__main__":
    json.dump(main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text())), sys.stdout)
