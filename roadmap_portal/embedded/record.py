"""What runs from a home, as its `addresses.json` remembers it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from roadmap_portal.processes import alive_since


@dataclass(frozen=True)
class Address:
    url: str
    pid: int
    since: str  # birth mark of the process: its number may have another bearer today

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def is_running(self) -> bool:
        return alive_since(self.pid) == self.since


def recorded(home: Path) -> dict[str, Address]:
    """By variable; also the stopped ones, whose port is taken again when it is free."""
    try:
        entries = json.loads((home / "addresses.json").read_text())
        return {variable: Address(**entry) for variable, entry in entries.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def record(home: Path, variable: str, url: str, pid: int) -> None:
    known = recorded(home) | {variable: Address(url, pid, alive_since(pid) or "")}
    written = home / "addresses.json.new"
    written.unlink(missing_ok=True)
    written.touch(mode=0o600)  # the URL holds the password
    written.write_text(json.dumps({name: asdict(address) for name, address in known.items()}, indent=2))
    written.replace(home / "addresses.json")
