"""The public facts on the roadmap: a YAML file, read and checked into frozen dataclasses. No database."""

from roadmap_portal.facts.reading import FactsRefused, read_facts
from roadmap_portal.facts.shapes import Facts

__all__ = ["Facts", "FactsRefused", "read_facts"]
