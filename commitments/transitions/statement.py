"""What an update states: its fields, where the next one starts from, and the hash that visas are given to."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from commitments.models import Commitment, MilestoneClaim, ProgressUpdate

STATED = (
    "status",
    "weather",
    "weather_reason",
    "progress",
    "reason",
    "text_public",
    "text_internal",
    "next_steps",
)
PROVED = ("kind", "title", "url", "sha256", "is_public", "milestone_id")  # of each piece of evidence
CLAIM = "milestone_"  # followed by the key of a milestone: the day on which it is said to be achieved, or None


@dataclass(frozen=True)
class Standing:
    """`update`: the open one, None where the statement in force is what comes next starts from."""

    update: ProgressUpdate | None
    stated: dict[str, Any]


def starting_point(commitment: Commitment) -> dict[str, Any]:
    """The statement in force, which the next one starts from. The reason of a change does not carry over."""
    return _starting_from(commitment, commitment.updates.filter(state=ProgressUpdate.State.PUBLISHED).first())


def statements_now(commitments: Iterable[Commitment]) -> dict[int, Standing]:
    """What a form on each would start from, by key of commitment: the open update where there is one. Two queries."""
    found = {commitment.pk: commitment for commitment in commitments}
    states = [*ProgressUpdate.OPEN_STATES, ProgressUpdate.State.PUBLISHED]
    updates = ProgressUpdate.objects.filter(commitment__in=found, state__in=states).order_by()
    published, opened = dict[int, ProgressUpdate](), dict[int, ProgressUpdate]()
    for update in updates.prefetch_related("claims"):
        (published if update.state == ProgressUpdate.State.PUBLISHED else opened)[update.commitment_id] = update
    return {
        pk: Standing(opened[pk], statement_of(opened[pk]))
        if pk in opened
        else Standing(None, _starting_from(commitment, published.get(pk)))
        for pk, commitment in found.items()
    }


def _starting_from(commitment: Commitment, published: ProgressUpdate | None) -> dict[str, Any]:
    published = published or ProgressUpdate()
    return {name: getattr(published, name) for name in STATED} | {
        "status": commitment.status,
        "weather": commitment.weather,
        "weather_reason": commitment.weather_reason,
        "progress": commitment.declared_progress,
        "reason": "",
    }


def statement_of(update: ProgressUpdate) -> dict[str, Any]:
    """Fields and claims, under the names that forms give them."""
    claims = {f"{CLAIM}{claim.milestone_id}": claim.achieved_on for claim in update.claims.all()}
    return {name: getattr(update, name) for name in STATED} | claims


def write_statement(update: ProgressUpdate, changes: Mapping[str, Any]) -> None:
    """Raises TypeError for a name that no update states. Claims are written at once, the fields set."""
    for name, value in changes.items():
        if name.startswith(CLAIM):
            _write_claim(update, int(name.removeprefix(CLAIM)), value)
        elif name in STATED:
            setattr(update, name, value)
        else:
            raise TypeError(f"An update states nothing called {name}.")


def _write_claim(update: ProgressUpdate, milestone_id: int, achieved_on: date | None) -> None:
    if achieved_on is None:
        update.claims.filter(milestone=milestone_id).delete()
    else:
        MilestoneClaim.objects.update_or_create(
            update=update, milestone_id=milestone_id, defaults={"achieved_on": achieved_on}
        )


def text_hash(update: ProgressUpdate) -> str:
    """SHA-256 of all that is stated, evidence included: one comma changed, and it is another text."""
    evidence = update.evidence.valid().order_by("pk")
    stated = statement_of(update) | {"evidence": [[getattr(e, name) for name in PROVED] for e in evidence]}
    if (progress := stated["progress"]) is not None:
        stated["progress"] = f"{progress:.2f}"  # 40 as typed and 40.00 as stored are one figure
    text = json.dumps(stated, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
