"""JSON of open data: the canonical text itself, so that the fingerprint of the file is that of the data."""

from pathlib import Path

from reports.dataset import Dataset


def write(dataset: Dataset, path: Path, language: str) -> None:
    dataset.copy_to(path)
