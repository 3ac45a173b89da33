"""The values of a statement: as JSON keeps them, and as a cell shows them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from commitments.models import ProgressUpdate
from commitments.round_trip.columns import STATED_COLUMNS

# What a cell of Excel holds, less what its count of characters may differ by.
MOST_CHARACTERS = 32_000


def freeze(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if value is None else str(value) for name, value in statement.items()}


def thaw(frozen: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _thawed(name, value) for name, value in frozen.items()}


def _thawed(name: str, value: str | None) -> Any:
    if value is None or name in STATED_COLUMNS:
        return Decimal(value) if name == "progress" and value is not None else value
    return date.fromisoformat(value)


def digest(value: Any) -> str:
    """Short: what a page says of the value it has shown."""
    if isinstance(value, Decimal):
        value = f"{value:.2f}"
    text = json.dumps(None if value is None else str(value).replace("\r\n", "\n").strip())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def shown(name: str, value: Any) -> str:
    """As the cell has it, in the active language."""
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal | int | float):
        return f"{Decimal(value).normalize():f}".replace(".", ",")
    if name in STATED_COLUMNS and (choices := ProgressUpdate._meta.get_field(name).choices):  # type: ignore[union-attr]
        return str(dict(choices).get(value, value))
    text = str(value).replace("\r\n", "\n")
    return text if len(text) <= MOST_CHARACTERS else _("(texte trop long pour une cellule : modifiez-le en ligne)")
