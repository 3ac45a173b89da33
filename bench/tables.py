"""`python -m bench.tables FILE SIZE WHAT`: prints, as JSON, the seconds it takes to write a table file of SIZE
commitments, and the most memory the process took (megabytes). FILE: a dataset, whose commitments are repeated.

WHAT: a format (xlsx, ods, csv, csv-open, json), « nothing » to only spool the dataset, or « openpyxl » and
« openpyxl-write-only » for the cells and styles of the XLSX written with that library.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")
django.setup()

from django.utils import translation  # noqa: E402

from reports.dataset import Dataset  # noqa: E402
from reports.writers import WRITERS, Format  # noqa: E402

Made = Callable[[Dataset, Path], None]
# Tables of which a row belongs to a commitment, by the key that names it.
REPEATED = {"commitments": "code", "adjacent": "code", "postponements": "commitment", "evidence": "commitment",
            "funding_lines": "commitment"}  # fmt: skip


def repeated(file: Path, size: int) -> Iterator[str]:
    """The canonical text of a dataset of `size` commitments, its rows repeated under other codes. Read beforehand, and
    written to a file, so that only its pieces are in memory when a format is measured."""
    parts = json.loads(file.read_text(encoding="utf-8"))
    times = size // (len(parts["commitments"]) + len(parts["adjacent"]))
    yield "{"
    for index, name in enumerate(sorted(parts)):
        yield f'{"," if index else ""}"{name}":'
        if name not in REPEATED:
            yield _canonical(parts[name])
            continue
        yield "["
        key, first = REPEATED[name], True
        for turn in range(times):
            for row in parts[name]:
                yield ("" if first else ",") + _canonical({**row, key: f"{row[key]}-{turn}"})
                first = False
        yield "]"
    yield "}"


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chunks(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="") as text:
        while chunk := text.read(1024 * 1024):
            yield chunk


def openpyxl(dataset: Dataset, path: Path, *, write_only: bool) -> None:
    from bench import with_openpyxl  # its weight is not that of the others

    with_openpyxl.write(dataset, path, write_only=write_only)


MADE: dict[str, Made] = {
    "nothing": lambda dataset, path: None,
    "openpyxl": lambda dataset, path: openpyxl(dataset, path, write_only=False),
    "openpyxl-write-only": lambda dataset, path: openpyxl(dataset, path, write_only=True),
}


def made(what: str) -> Made:
    if what in MADE:
        return MADE[what]
    writer = WRITERS[Format(what)]
    return lambda dataset, path: writer.write(dataset, path, writer.languages[0])


def main(file: Path, size: int, what: str) -> None:
    with tempfile.TemporaryDirectory() as folder, translation.override("fr"):
        dataset = Dataset.spooled(chunks(file), Path(folder))
        path = Path(folder) / "report"
        started = time.perf_counter()
        made(what)(dataset, path)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        weight = path.stat().st_size if path.exists() else 0
        print(json.dumps({"seconds": round(seconds, 2), "peak_mb": round(peak, 1), "file_mb": round(weight / 1e6, 2)}))


if __name__ == "__main__":
    if sys.argv[3] == "repeat":
        Path(sys.argv[4]).write_text("".join(repeated(Path(sys.argv[1]), int(sys.argv[2]))), encoding="utf-8")
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
