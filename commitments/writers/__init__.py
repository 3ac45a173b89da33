"""The spreadsheets in which updates are edited elsewhere, and those that say what is wrong in them."""

from commitments.writers.annotated import annotated_pages
from commitments.writers.ods import write_ods
from commitments.writers.pages import Page, Sending, export_pages
from commitments.writers.xlsx import write_xlsx

WRITERS = {"ods": write_ods, "xlsx": write_xlsx}

__all__ = ["WRITERS", "Page", "Sending", "annotated_pages", "export_pages"]
