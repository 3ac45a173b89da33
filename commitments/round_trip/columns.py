"""The columns of the file, in the order of the form, and how a header is known again."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from commitments.models import ProgressUpdate
from commitments.spreadsheets import plain

STATEMENTS = _("Points d’avancement")
MILESTONES = _("Jalons")
# What says which commitment a row is about, and which export it comes from.
CODE, EXPORT, MILESTONE = "code", "export", "milestone"
ACHIEVED = "achieved_on"
KEY_COLUMNS: Mapping[str, Any] = {
    CODE: _("code"),
    "title": _("engagement"),
    "axis": _("axe"),
    "milestone_title": _("jalon"),
    "due_on": _("prévu le"),
    MILESTONE: _("n° du jalon"),
    EXPORT: _("référence de l’export"),
}
REMARKS = _("à corriger")
STATED_COLUMNS = (
    "weather",
    "progress",
    "text_public",
    "next_steps",
    "weather_reason",
    "status",
    "reason",
    "text_internal",
)


def label_of(name: str) -> str:
    """In the active language, as the form has it."""
    if name in KEY_COLUMNS:
        return str(KEY_COLUMNS[name])
    if name == ACHIEVED:
        return str(_("atteint le"))
    return str(ProgressUpdate._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def statement_columns() -> tuple[str, ...]:
    return (CODE, "title", "axis", *STATED_COLUMNS, EXPORT)


def claim_columns() -> tuple[str, ...]:
    return (CODE, "title", "milestone_title", "due_on", ACHIEVED, MILESTONE, EXPORT)


@cache
def names_by_header() -> Mapping[str, str]:
    """Plain title → name, in each language of the portal: a colleague may have exported in another."""
    names = {*statement_columns(), *claim_columns()}
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {plain(label_of(name)): name for name in names}
    return found


@cache
def remarks_headers() -> frozenset[str]:
    """Of the column that an annotated file adds: what it says is not read back."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(plain(str(REMARKS)))
    return frozenset(found)


@cache
def codes_by_label(name: str) -> Mapping[str, str]:
    """Plain label → code, of a field with choices; the code itself is read too."""
    choices = ProgressUpdate._meta.get_field(name).choices or ()  # type: ignore[union-attr]
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {plain(str(label)): str(code) for code, label in choices}
    return found | {plain(str(code)): str(code) for code, _label in choices}
