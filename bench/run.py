"""The benchmarks of the portal, written to var/bench/results.json as ratios.

Pages: throughput of home, list and commitment page against a bare Django view (/healthz/) on the same server, in turn,
with 40 and with 1,000 commitments, answered from the page cache (« kept ») and without it (« made »).
PDF: time to lay out the report of 40, 1,000 and 4,000
commitments with Typst, against WeasyPrint on the HTML page of the same dataset (stopped after ten minutes;
`--without-4000` leaves out the longest). Tables: time to write each format for 1,000 commitments, XLSX against
openpyxl, and how much more memory 20,000 take. Forecast: its error on simulated histories, in months.
Lighthouse: its scores on the demonstration. Load: two hundred visitors and twenty editors at once, and what they wait
against a bare view; it fails when one is refused or a write is lost.
"""

import argparse
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.forecast import back_test  # noqa: E402
from bench.lighthouse import scores  # noqa: E402
from bench.load import requests_per_second  # noqa: E402
from roadmap_portal.processes import spawn, stop  # noqa: E402

PAGES = {"home": "/", "list": "/engagements/", "commitment": "/engagements/eng-00007/"}
BARE = "/healthz/"
ROUNDS, SECONDS = 9, 1.0
KEY = secrets.token_urlsafe(50)
PATIENCE = 600.0  # seconds given to WeasyPrint, whose time grows faster than the document


@contextmanager
def database_of(size: int) -> Iterator[dict[str, str]]:
    """The environment of a database of its own, filled with `size` commitments or left empty, dropped afterwards."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"bench_{os.getpid()}_{size}"
    admin = urlunsplit(server._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    environment = os.environ | {"DATABASE_URL": urlunsplit(server._replace(path=f"/{name}")), "DEBUG": "1"}
    try:
        run(["manage.py", "migrate", "-v0"], environment)
        if size:
            run(["-m", "bench.fill", str(size)], environment)
        with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        yield environment
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(arguments: list[str], environment: dict[str, str], patience: float | None = None) -> str:
    """Its output. Raises subprocess.TimeoutExpired after `patience` seconds."""
    command, pipe = [sys.executable, *arguments], subprocess.PIPE
    finished = subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=pipe, text=True, timeout=patience)
    return finished.stdout


@contextmanager
def web(environment: dict[str, str], port: int, *, is_kept: bool, workers: int = 1) -> Iterator[str]:
    """The server as the demonstration runs it, with the settings of production. `is_kept`: with the page cache."""
    address = f"http://127.0.0.1:{port}"
    production = {"DEBUG": "0", "SECRET_KEY": KEY, "PUBLIC_URL": address, "PAGE_CACHE": str(int(is_kept))}
    environment = environment | production
    run(["manage.py", "collectstatic", "--noinput", "-v0"], environment)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", str(workers)]
    command += ["--blocking-threads", "4", "--port", str(port), "roadmap_portal.wsgi:application"]
    process = spawn(command, stop_signal=signal.SIGTERM, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(address + BARE)
        yield address
    finally:
        stop(process, signal.SIGTERM)


def lighthouse() -> dict[str, dict[str, float]]:
    """Of the demonstration, whose reports are sealed and built."""
    with database_of(0) as environment, tempfile.TemporaryDirectory() as files:
        environment |= {"FILES_URL": files}
        run(["manage.py", "load_roadmap"], environment)
        run(["manage.py", "seed_demo", "--report"], environment)
        with web(environment, 8799, is_kept=True) as address:
            return scores(address)


def load() -> dict[str, Any]:
    """200 visitors and 20 editors for a minute on two web processes, while a worker builds a report."""
    with database_of(0) as environment, tempfile.TemporaryDirectory() as files:
        environment |= {"FILES_URL": files, "PROXIES": "1", "SECRET_KEY": KEY, "REQUIRE_SECOND_FACTOR": "0"}
        run(["manage.py", "load_roadmap"], environment)
        run(["manage.py", "seed_demo"], environment)
        editors = f"{files}/editors.json"
        celery = [sys.executable, "-m", "celery", "-A", "roadmap_portal", "worker", "--concurrency", "1"]
        with web(environment, 8798, is_kept=True, workers=2) as address:
            run(["-m", "bench.editors", editors], environment)
            worker = spawn(celery, stop_signal=signal.SIGTERM, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            try:
                told: dict[str, Any] = json.loads(run(["-m", "bench.crowd", address, editors], environment))
            finally:
                stop(worker, signal.SIGTERM)
        found = json.loads(run(["-m", "bench.editors", editors, "--check"], environment))
    saved = told.pop("saved")
    told["editors_who_saved"] = len(saved)
    kept = found["texts"]
    told["lost_writes"] = [f"{text} {kept.get(code)}" for code, text in saved.items() if kept.get(code) != text]
    told["reports"] = found["reports"]
    print("load  ", json.dumps(told, ensure_ascii=False), flush=True)
    if told["refused"] or told["lost_writes"]:
        raise SystemExit("Somebody was refused, or a write is lost.")
    return told


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer.")


def pages(sizes: tuple[int, ...]) -> dict[str, dict[str, dict[str, float]]]:
    """All servers up at once and asked in turn, so that the machine's moods fall on all alike."""
    with ExitStack() as stack:
        addresses: dict[str, str] = {}
        for size in sizes:
            environment = stack.enter_context(database_of(size))
            for is_kept in (True, False):
                name = f"{size} {'kept' if is_kept else 'made'}"
                port = 8790 + len(addresses)
                addresses[name] = stack.enter_context(web(environment, port, is_kept=is_kept))
        found: dict[str, dict[str, dict[str, float]]] = {name: {} for name in addresses}
        for page, path in PAGES.items():
            for name, rounds in asked_in_turn(addresses, path).items():
                ratio = statistics.median(asked / bare for asked, bare in rounds)
                per_second = statistics.median(asked for asked, _ in rounds)
                found[name][page] = {"ratio": round(ratio, 4), "per_second": round(per_second)}
                print(f"pages  {name:>10}  {page:<11} {ratio:.3f} of a bare view", flush=True)
    return found


def asked_in_turn(addresses: dict[str, str], path: str) -> dict[str, list[tuple[float, float]]]:
    """(requests per second of the page, of the bare view), by server and round."""
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in addresses}
    for address in addresses.values():
        requests_per_second(address + path, 1)  # warm
    for _ in range(ROUNDS):
        for name, address in addresses.items():
            bare = requests_per_second(address + BARE, SECONDS)
            rounds[name].append((requests_per_second(address + path, SECONDS), bare))
    return rounds


def pdf(size: int) -> dict[str, float | bool]:
    """Seconds, each tool in a process of its own so that neither warms the other; and their ratio."""
    with database_of(size) as environment, tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder) / "dataset.json"
        run(["-m", "bench.render", "dataset", str(dataset)], environment)
        typst = float(run(["-m", "bench.render", "typst", str(dataset)], environment))
        try:
            weasyprint = float(run(["-m", "bench.render", "weasyprint", str(dataset)], environment, PATIENCE))
        except subprocess.TimeoutExpired:
            weasyprint = PATIENCE
    is_least = weasyprint == PATIENCE
    ratio = f"{'at least ' if is_least else ''}{weasyprint / typst:.1f}"
    print(f"pdf    {size:>5}  Typst {typst:.2f} s, WeasyPrint {weasyprint:.2f} s: {ratio}", flush=True)
    seconds = {"typst_s": round(typst, 3), "weasyprint_s": round(weasyprint, 3)}
    return {**seconds, "ratio": round(weasyprint / typst, 1), "ratio_is_a_minimum": is_least}


TABLES = ("nothing", "json", "csv-open", "csv", "ods", "xlsx", "openpyxl", "openpyxl-write-only")
SMALL, LARGE = 1_000, 20_000
TURNS = 3


def tables() -> dict[str, object]:
    """Each file in a process of its own: median of the seconds, most memory in megabytes."""
    with database_of(SMALL) as environment, tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "dataset.json"
        run(["-m", "bench.render", "dataset", str(source)], environment)
        found: dict[str, dict[str, float]] = {}
        for size in (SMALL, LARGE):
            dataset = Path(folder) / f"{size}.json"
            run(["-m", "bench.tables", str(source), str(size), "repeat", str(dataset)], environment)
            # What takes the memory of the whole is only measured on the smaller.
            for what in TABLES if size == SMALL else TABLES[:-2]:
                found.setdefault(what, {}).update(table(what, dataset, size, environment))
        for what in TABLES[:-2]:
            growth = found[what][f"peak_mb_{LARGE}"] - found[what][f"peak_mb_{SMALL}"]
            found[what]["growth_mb"] = round(growth, 1)
            print(f"tables {what:<20} +{growth:.1f} MB from {SMALL} to {LARGE} commitments", flush=True)
    ours = found["xlsx"][f"seconds_{SMALL}"]
    ratios = {name: round(found[name][f"seconds_{SMALL}"] / ours, 2) for name in TABLES[-2:]}
    for name, ratio in ratios.items():
        print(f"tables {name} takes {ratio} times as long as our XLSX", flush=True)
    return {"formats": found, "xlsx_ratio": ratios}


def table(what: str, dataset: Path, size: int, environment: dict[str, str]) -> dict[str, float]:
    turns = [
        json.loads(run(["-m", "bench.tables", str(dataset), str(size), what], environment))
        for _ in range(TURNS if size == SMALL else 1)
    ]
    seconds = statistics.median(turn["seconds"] for turn in turns)
    peak = max(turn["peak_mb"] for turn in turns)
    print(f"tables {what:<20} {size:>6}  {seconds:.2f} s, {peak:.0f} MB, file of {turns[0]['file_mb']} MB", flush=True)
    return {f"seconds_{size}": seconds, f"peak_mb_{size}": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["pages", "pdf", "tables", "forecast", "lighthouse", "load"])
    parser.add_argument("--without-4000", action="store_true")
    options = parser.parse_args()
    results: dict[str, object] = {"python": sys.version.split()[0], "processors": os.cpu_count()}
    if options.only in (None, "pages"):
        results["pages"] = pages((40, 1000))
    if options.only in (None, "tables"):
        results["tables"] = tables()
    if options.only in (None, "lighthouse"):
        results["lighthouse"] = lighthouse()
    if options.only in (None, "load"):
        results["load"] = load()
    if options.only in (None, "forecast"):
        results["forecast"] = back_test()
    if options.only in (None, "pdf"):
        results["pdf"] = {size: pdf(size) for size in ((40, 1000) if options.without_4000 else (40, 1000, 4000))}
    written = ROOT / "var" / "bench" / "results.json"
    written.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(written.read_text()) if options.only and written.exists() else {}
    written.write_text(json.dumps(before | results, indent=2))
    print(f"Written to {written.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
