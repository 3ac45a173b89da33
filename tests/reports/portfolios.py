"""Random portfolios: 0 to 200 commitments with odd texts, missing values, long names, huge amounts."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from actors.models import Actor
from commitments.models import (
    Campaign,
    CampaignLine,
    Commitment,
    Evidence,
    Milestone,
    Participation,
    Postponement,
    ProgressUpdate,
    Status,
    Weather,
)
from funding.models import FundingEvent, FundingLine
from roadmap_portal.one_line import RUN_BY_SPREADSHEETS
from tests.factories import make_actor, make_axis, make_campaign, make_roadmap, make_user
from tests.reports.situations import FORTY_LINES, make_envelope, make_indicator, make_source

HUGE = Decimal("999999999999.99")
ODD_TEXTS = [
    "=1+1",
    "+33 4 00 00 00 00",
    "-5 % de consommation",
    "@tous",
    "\tdécalé",
    "Énergie & réseaux <b>gras</b> #[x] *y* _z_ $1 \\ `code`",
    "שלום עולם",
    "مرحبا بالعالم",
    "Lancement 🚀👩🏽‍🔬 réussi",
    "anticonstitutionnellement" * 8,
    "l’« œuvre » à 100\u00a0%\u202f; fin\u202f!",
    FORTY_LINES,
    "Deux  espaces, puis\n\ndeux lignes",
    "漢字かな",
    "a\u0301 combiné \u200b invisible \ufeff",
]
# Anything a form could send: PostgreSQL refuses NUL, and a lone surrogate is no text.
ANY_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60
).filter(lambda text: text.strip())


@dataclass(frozen=True)
class Drawn:
    """What hypothesis chooses; chance, seeded by it, does the rest."""

    size: int
    seed: int
    texts: list[str]


DRAWINGS = st.builds(
    Drawn, size=st.integers(0, 200), seed=st.integers(0, 2**32), texts=st.lists(ANY_TEXT, min_size=1, max_size=8)
)


class Chance:
    def __init__(self, drawn: Drawn) -> None:
        self.random = random.Random(drawn.seed)  # noqa: S311 - not a secret
        self.texts = [*ODD_TEXTS, *drawn.texts]

    def one_in(self, number: int) -> bool:
        return self.random.randrange(number) == 0

    def text(self, longest: int = 5000) -> str:
        return self.random.choice(self.texts)[:longest].strip() or "Texte"

    def line(self, longest: int) -> str:
        """No text of one line begins as a formula (tests/roadmap_portal/test_one_line.py)."""
        return self.text(longest).lstrip("".join(RUN_BY_SPREADSHEETS)) or "Texte"

    def maybe_text(self) -> str:
        return "" if self.one_in(3) else self.text()

    def day(self) -> date:
        return date(2023, 1, 1) + timedelta(days=self.random.randrange(1800))

    def percent(self) -> Decimal | None:
        return None if self.one_in(3) else Decimal(self.random.randrange(10001)) / 100

    def amount(self) -> Decimal | None:
        return self.random.choice(
            [None, Decimal(0), Decimal("0.01"), HUGE, Decimal(self.random.randrange(10**10)) / 100]
        )


def draw_portfolio(drawn: Drawn) -> Campaign:
    """T3 2026, in review, of a roadmap of its own in an empty database."""
    chance = Chance(drawn)
    campaign = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    author = make_user("auteur", "contributor", make_actor("region", name=chance.line(100), side="region"))
    axes = [None, *(make_axis(f"axe-{n}", order=n, title=chance.line(150)) for n in range(3))]
    actors = [make_actor(f"acteur-{n}", name=f"{n} {chance.text(150)}") for n in range(4)]
    commitments = _commitments(drawn, chance, axes)
    _around(chance, commitments, actors, campaign, author)
    _money(chance, commitments, actors)
    if not chance.one_in(4):
        make_indicator()
    return campaign


def _commitments(drawn, chance, axes):
    made = []
    for n in range(drawn.size):
        due_on = None if chance.one_in(5) else chance.day()
        made.append(
            Commitment(
                roadmap=make_roadmap(),
                code=f"eng-{n:03}",
                title=chance.line(280),
                official_text=chance.maybe_text(),
                summary=chance.maybe_text(),
                main_axis=chance.random.choice(axes),
                provenance="adjacent" if chance.one_in(6) else "named",
                confidence="sourced",
                weight=chance.random.choice([1, 1, 2, 32767]),
                initial_due_on=due_on,
                due_on=due_on,
                progress_method="milestones" if chance.one_in(2) else "declared",
            )
        )
    return Commitment.objects.bulk_create(made)


def _around(chance, commitments, actors, campaign, author):
    """Answers, milestones, people, proofs and postponements."""
    source = make_source()
    updates, milestones, people, lines, evidence, moves = [], [], [], [], [], []
    for commitment in commitments:
        if not chance.one_in(4):
            updates.append(_update(chance, commitment, campaign, author))
        elif chance.one_in(2):
            lines.append(CampaignLine(campaign=campaign, commitment=commitment))
        for n in range(chance.random.randrange(4)):
            milestones.append(_milestone(chance, commitment, n))
        people += [
            Participation(commitment=commitment, actor=chance.random.choice(actors), role=role)
            for role in ("operator", "partner")
            if chance.one_in(2)
        ]
        if chance.one_in(3):
            commitment.sources.add(source)
        if chance.one_in(4):
            evidence.append(_evidence(chance, commitment, author))
        if commitment.due_on and chance.one_in(4):
            moves.append(_postponement(chance, commitment, author))
    ProgressUpdate.objects.bulk_create(updates)
    Milestone.objects.bulk_create(milestones)
    Participation.objects.bulk_create(people)
    CampaignLine.objects.bulk_create(lines)
    Evidence.objects.bulk_create(evidence)
    Postponement.objects.bulk_create(moves)


def _update(chance, commitment, campaign, author):
    weather = chance.random.choice(Weather.values)
    return ProgressUpdate(
        commitment=commitment,
        campaign=campaign,
        state="published",
        status=chance.random.choice(Status.values),
        weather=weather,
        weather_reason=chance.text(),
        progress=chance.percent(),
        reason=chance.maybe_text(),
        text_public=chance.text(),
        next_steps=chance.maybe_text(),
        author=author,
        publisher=author,
        published_at=datetime(2026, 9, chance.random.randrange(1, 30), 12, tzinfo=UTC),
    )


def _milestone(chance, commitment, number):
    due_on = chance.day()
    is_achieved = chance.one_in(2)
    return Milestone(
        commitment=commitment,
        title=f"{number} {chance.text(250)}",
        weight=chance.random.choice([1, 2, 5]),
        initial_due_on=due_on,
        due_on=due_on,
        status="achieved" if is_achieved else "planned",
        achieved_on=due_on if is_achieved else None,
    )


def _evidence(chance, commitment, author):
    return Evidence(
        commitment=commitment,
        kind="deliverable",
        title=chance.line(180),
        is_public=not chance.one_in(3),
        url="https://exemple.fr/piece",
        added_by=author,
        added_at=datetime(2026, 8, 1, 12, tzinfo=UTC),
    )


def _postponement(chance, commitment, author):
    return Postponement(
        commitment=commitment,
        from_on=commitment.due_on - timedelta(days=chance.random.randrange(1, 900)),
        to_on=commitment.due_on,
        reason_kind="budget",
        reason=chance.text(),
        postponed_by=author,
        postponed_at=datetime(2026, chance.random.randrange(3, 10), 3, 12, tzinfo=UTC),
    )


def _money(chance, commitments, actors: list[Actor]):
    national = make_envelope("nationale", reach="national", amount=HUGE)
    envelopes = [national, make_envelope("regionale", parent=national, amount=Decimal("0.01")), make_envelope("muette")]
    lines = [
        FundingLine(
            commitment=commitment,
            envelope=chance.random.choice(envelopes),
            funder=chance.random.choice([None, *actors]),
            instrument=chance.line(60),
        )
        for commitment in commitments
        if chance.one_in(2)
    ]
    FundingLine.objects.bulk_create(lines)
    FundingEvent.objects.bulk_create(
        FundingEvent(
            line=line,
            kind="planned",
            amount=amount,
            occurred_on=date(2026, 1, 15),
            fiscal_year=2026,
            document=chance.line(60),
        )
        for line in lines
        if (amount := chance.amount())
    )
