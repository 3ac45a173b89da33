"""How values are written in a dataset: as texts that every language reads exactly. No float, no NaN.

Dates are ISO 8601, percentages and euros decimal texts with two places ("62.50", "70000000.00"), indicator values
decimal texts with the places of the indicator. None stays None: missing is not zero.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from actors.models import Source
from commitments.formulas import rounded

Json = dict[str, Any]


def canonical_json(dataset: Json) -> bytes:
    """The one way to write a dataset: what the SHA-256 on the cover is computed from."""
    text = json.dumps(dataset, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def sha256_of(dataset: Json) -> str:
    return hashlib.sha256(canonical_json(dataset)).hexdigest()


def sha256_of_text(content: str) -> str:
    """Of what is stored, whether it is still a dataset or not."""
    return hashlib.sha256(content.encode()).hexdigest()


def iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def two_places(value: Decimal | None) -> str | None:
    return None if value is None else f"{rounded(value):.2f}"


def reading(value: Decimal | None, decimals: int) -> str | None:
    """With the places of the indicator, and more when the source was more precise: nothing is rounded away."""
    if value is None:
        return None
    exact = value.normalize()
    exponent = exact.as_tuple().exponent
    places = max(decimals, -exponent if isinstance(exponent, int) else 0, 0)
    return f"{exact:.{places}f}"


def sources(found: Iterable[Source]) -> list[Json]:
    return [
        {
            "publisher": source.publisher,
            "url": source.url,
            "published_on": iso(source.published_on),
            "precision": source.published_precision,
        }
        for source in found
    ]
