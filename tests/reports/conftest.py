"""Two sealed quarters, for what compares them."""

from datetime import date
from decimal import Decimal

import pytest

from commitments.models import Campaign, Commitment
from commitments.transitions import merge_commitments, postpone
from reports import transitions
from tests.factories import make_axis, make_campaign, make_commitment, make_milestone
from tests.reports.situations import at, make_envelope, make_line, publish


@pytest.fixture
def portfolio(region):
    """24 commitments on two axes, and an adjacent action."""
    axes = [make_axis("research", order=1), make_axis("training", order=2)]
    dates = {"due_on": date(2027, 3, 31), "initial_due_on": date(2027, 3, 31)}
    for n in range(24):
        make_commitment(code=f"eng-{n:02}", title=f"Engagement {n}", main_axis=axes[n % 2], lead=region, **dates)
    make_commitment(code="act-voisine", title="Action voisine", provenance="adjacent")
    return {commitment.code: commitment for commitment in Commitment.objects.order_by("code")}


@pytest.fixture
def two_quarters(portfolio, paula, rachel, amina):
    """T2 with 24, T3 with 25: eng-23 is merged, two enter. eng-00 and eng-01 speak, a due date and a milestone move."""
    said = {"progress": Decimal(20), "weather": "secured"}
    first, second = portfolio["eng-00"], portfolio["eng-01"]
    milestone = make_milestone(second, due_on=date(2026, 12, 31), title="Ouverture")
    spring = make_campaign(2026, 2, state=Campaign.State.REVIEW)
    publish(first, spring, "in_progress", at(2026, 6, 20), author=paula, **said)
    publish(portfolio["eng-23"], spring, "in_progress", at(2026, 6, 21), author=paula, progress=Decimal(90))
    before = transitions.seal(spring, by=amina, at=at(2026, 7, 20))
    merge_commitments(portfolio["eng-23"], first, reason="Même convention.", by=amina, on=date(2026, 8, 3))
    for code in ("eng-24", "eng-25"):
        make_commitment(code=code, title=f"Nouveau {code}", main_axis=make_axis("training"))
    make_line(first, make_envelope("fonds"), Decimal(250000))
    autumn = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    told = {"weather": "compromised", "weather_reason": "Le marché est infructueux.", "reason": "Marché sans suite."}
    publish(first, autumn, "suspended", at(2026, 9, 20), author=paula, progress=Decimal("32.50"), **told)
    moved = {"reason_kind": "budget", "reason": "Crédits gelés.", "by": rachel, "at": at(2026, 9, 1)}
    postpone(first, to_on=date(2027, 9, 30), **moved)
    postpone(second, milestone=milestone, to_on=date(2027, 1, 31), **moved)
    return before, transitions.seal(autumn, by=amina, at=at(2026, 10, 20))
