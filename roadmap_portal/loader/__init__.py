"""Writes the facts into the database: what the file says follows the file, what staff wrote stays."""

from roadmap_portal.loader.load import Loaded, LoadRefused, load_facts

__all__ = ["LoadRefused", "Loaded", "load_facts"]
