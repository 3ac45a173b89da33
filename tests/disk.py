"""A file system of its own, as small as a test wants it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# What a limit on the size of files shows is tested beside it, for whoever is not root.
mounts = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a file system")


@contextmanager
def disk_of(size: int, place: Path) -> Iterator[Path]:
    """`size`: in bytes; `place`: a folder that exists."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "portal", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def enlarge(place: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)


def files_in(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())
