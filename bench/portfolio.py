"""Portfolios of any size, shaped like the real one: four milestones, three actors, two sources, one update each."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from accounts.models import User
from actors.models import Actor, Confidence, Source
from commitments.models import (
    Axis,
    Campaign,
    CampaignLine,
    Commitment,
    Evidence,
    Milestone,
    Participation,
    ProgressUpdate,
    Roadmap,
    Status,
    Visa,
    Weather,
)
from commitments.progress import refresh_standing
from funding.models import Envelope, FundingEvent, FundingLine

TEXT = (
    "Le groupe de travail s’est réuni deux fois et a retenu trois priorités. La convention est en cours de "
    "signature ; les premiers projets sont attendus au trimestre suivant. "
)
STATUSES = [Status.IN_PROGRESS, Status.IN_PROGRESS, Status.NOT_STARTED, Status.COMPLETED, Status.SUSPENDED]
WEATHERS = [Weather.SECURED, Weather.REACHABLE, Weather.SUPPORT_NEEDED, Weather.NOT_PROVIDED]


def build(size: int) -> Campaign:
    """Fills an empty database with `size` commitments; returns the quarter their updates were published in."""
    roadmap = Roadmap.objects.create(code="bench", title="Feuille de route d’essai", signed_on=date(2022, 8, 30))
    campaign = Campaign.objects.create(
        roadmap=roadmap,
        year=2026,
        quarter=3,
        reference_on=date(2026, 9, 30),
        opens_on=date(2026, 9, 1),
        due_on=date(2026, 10, 15),
        closes_on=date(2026, 10, 20),
        state=Campaign.State.REVIEW,
    )
    author = User.objects.create(email="bench@example.org", name="Banc d’essai")
    axes = [
        Axis.objects.create(
            roadmap=roadmap,
            code=f"axe-{n}",
            kind=Axis.Kind.THEMATIC,
            title=f"Axe {n}",
            order=n,
            confidence=Confidence.SOURCED,
        )
        for n in range(8)
    ]
    actors = [
        Actor.objects.create(slug=f"acteur-{n}", name=f"Acteur {n}", kind=Actor.Kind.OTHER, confidence="sourced")
        for n in range(77)
    ]
    sources = [Source.objects.create(code=f"s{n}", url=f"https://s{n}.example/", publisher=f"S{n}") for n in range(20)]
    envelope = Envelope.objects.create(
        code="enveloppe", title="Enveloppe", reach=Envelope.Reach.REGIONAL, confidence="sourced"
    )
    commitments = Commitment.objects.bulk_create(_commitment(roadmap, axes, n) for n in range(size))
    _milestones(commitments)
    _surroundings(commitments, axes, actors, sources, envelope)
    _updates(commitments, campaign, author)
    refresh_standing([commitment.pk for commitment in commitments])
    return campaign


def _commitment(roadmap: Roadmap, axes: list[Axis], n: int) -> Commitment:
    # Of each forty, 26 commitments and 14 adjacent actions as in the real roadmap: pages of any size show the same.
    rank = n % 40
    provenance = Commitment.Provenance.ADJACENT if rank >= 26 else Commitment.Provenance.NAMED
    return Commitment(
        roadmap=roadmap, code=f"eng-{n:05}", title=f"Diffuser l’intelligence artificielle, volet {n}",
        official_text=TEXT * 2, main_axis=axes[rank % 8], provenance=provenance, confidence="sourced",
        progress_method=Commitment.ProgressMethod.MILESTONES, starts_on=date(2025, 1, 1),
        initial_due_on=date(2026, 1, 1) + timedelta(days=n % 700), due_on=date(2026, 3, 1) + timedelta(days=n % 900),
        status=STATUSES[rank % 5], weather=WEATHERS[rank % 4], weather_reason="Un appui est attendu.",
        published_at=datetime(2026, 10, 5, 9, n % 60, tzinfo=UTC), version=2,
    )  # fmt: skip


def _milestones(commitments: list[Commitment]) -> None:
    rows = []
    for n, commitment in enumerate(commitments):
        for rank in range(4):
            due_on = date(2025, 6, 30) + timedelta(days=200 * rank + n % 90)
            achieved = rank < n % 5
            status = Milestone.Status.ACHIEVED if achieved else Milestone.Status.PLANNED
            rows.append(
                Milestone(
                    commitment=commitment, title=f"Étape {rank + 1}", initial_due_on=due_on, status=status,
                    due_on=due_on + timedelta(days=60 * (n % 7 == 0)), achieved_on=due_on if achieved else None,
                )
            )  # fmt: skip
    Milestone.objects.bulk_create(rows)


def _surroundings(
    commitments: list[Commitment], axes: list[Axis], actors: list[Actor], sources: list[Source], envelope: Envelope
) -> None:
    roles = [Participation.Role.LEAD, Participation.Role.PARTNER, Participation.Role.PARTNER]
    Participation.objects.bulk_create(
        Participation(commitment=commitment, actor=actors[(n + 11 * rank) % 77], role=role)
        for n, commitment in enumerate(commitments)
        for rank, role in enumerate(roles)
    )
    listed, quoted = Commitment.axes.through, Commitment.sources.through
    listed.objects.bulk_create(
        listed(commitment_id=c.pk, axis_id=axes[(n + k) % 8].pk) for n, c in enumerate(commitments) for k in range(2)
    )
    quoted.objects.bulk_create(
        quoted(commitment_id=c.pk, source_id=sources[(n + k) % 20].pk)
        for n, c in enumerate(commitments)
        for k in (0, 7)
    )
    lines = [FundingLine(commitment=commitment, envelope=envelope) for commitment in commitments[1::2]]
    FundingLine.objects.bulk_create(lines)
    FundingEvent.objects.bulk_create(
        FundingEvent(
            line=line,
            kind=FundingEvent.Kind.PLANNED,
            amount=Decimal(10_000 + n),
            occurred_on=date(2026, 1, 15),
            fiscal_year=2026,
            document="Délibération",
        )
        for n, line in enumerate(lines)
    )


def _updates(commitments: list[Commitment], campaign: Campaign, author: User) -> None:
    """What each answered: a text with its two visas, and a piece of evidence."""
    people = {
        side: User.objects.create(email=f"{side}@example.org", name=f"Visa {side}") for side in ("state", "region")
    }
    ProgressUpdate.objects.bulk_create(
        ProgressUpdate(
            commitment=commitment, campaign=campaign, state=ProgressUpdate.State.PUBLISHED, status=commitment.status,
            weather=commitment.weather, weather_reason=commitment.weather_reason, text_public=TEXT * 3,
            next_steps=TEXT, published_version=2, status_before=Status.NOT_PROVIDED, author=author,
            publisher=author, published_at=commitment.published_at,
        )
        for commitment in commitments
    )  # fmt: skip
    CampaignLine.objects.bulk_create(
        CampaignLine(campaign=campaign, commitment=commitment) for commitment in commitments
    )
    Visa.objects.bulk_create(
        Visa(update=update, side=side, decision=Visa.Decision.APPROVED, by=people[side], text_hash=update.text_hash)
        for update in ProgressUpdate.objects.all()
        for side in people
    )
    Evidence.objects.bulk_create(
        Evidence(commitment=commitment, kind=Evidence.Kind.DELIVERABLE, title="Livrable", url="https://s1.example/",
                 added_by=author)
        for commitment in commitments
    )  # fmt: skip
