"""Fictional money: the lines of the script, each with a ledger that its planned amount is followed through."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from funding.models import Envelope, FundingEvent, FundingLine
from roadmap_portal.demonstration.stage import Stage
from roadmap_portal.scenario import Calendar, Money, Story

FICTIONAL = "Montant fictif, donné pour la démonstration."
Kind = FundingEvent.Kind
# Months, counted as in the script, of what happens to a line, and the part of the planned amount it concerns.
PLANNED, AUTHORISED, CONTRACTED = -24, -21, -18
PAYMENTS = ((-15, 30), (-9, 25), (-3, 20))
DOCUMENTS = {
    Kind.PLANNED: "Maquette financière (fictive)",
    Kind.AUTHORISED: "Délibération de la commission permanente (fictive)",
    Kind.APPROPRIATED: "Budget primitif (fictif)",
    Kind.CONTRACTED: "Convention (fictive)",
    Kind.ORDERED: "Mandat (fictif)",
    Kind.PAID: "État des paiements (fictif)",
    Kind.DECOMMITTED: "Avenant (fictif)",
    Kind.RECOVERED: "Titre de recettes (fictif)",
}


def fund(stage: Stage, story: Story) -> None:
    envelopes = Envelope.objects.in_bulk([money.envelope for money in story.funding], field_name="code")
    for money in story.funding:
        place = {
            "commitment": stage.commitments[story.code],
            "envelope": envelopes[money.envelope],
            "funder": stage.actors[money.funder],
        }
        # Where the facts already have a line of this funder on this envelope, theirs is the one that stays.
        if FundingLine.objects.filter(**place).exists():
            continue
        line = FundingLine.objects.create(
            **place,
            beneficiary=stage.actors[money.beneficiary] if money.beneficiary else None,
            authorisation_kind=money.authorisation,
            is_fictional=True,
            note=FICTIONAL,
        )
        FundingEvent.objects.bulk_create(_ledger(line, money, stage.calendar, f"{story.code} {money.funder}"))


def _ledger(line: FundingLine, money: Money, calendar: Calendar, name: str) -> Iterator[FundingEvent]:
    """How far the money went depends on the name alone: some lines are only planned, one in five was cut down."""
    chance = Random(name)  # noqa: S311 - not a secret
    steps = chance.choice([1, 3, 4, 5, 5])
    amount = money.amount

    def event(kind: Kind, part: int, day: date, reason: str = "") -> FundingEvent:
        return FundingEvent(
            line=line,
            kind=kind,
            amount=amount * part / 100,
            occurred_on=day,
            fiscal_year=day.year,
            document=DOCUMENTS[kind],
            recorded_at=calendar.instant(day, name),
            reason=reason,
        )

    yield event(Kind.PLANNED, 100, calendar.month(PLANNED))
    if steps == 1:
        return
    if money.authorisation:
        yield event(Kind.AUTHORISED, 100, calendar.month(AUTHORISED) + timedelta(days=chance.randint(0, 27)))
    yield event(Kind.CONTRACTED, chance.choice([80, 95, 100]), calendar.month(CONTRACTED) + timedelta(days=12))
    for offset, part in PAYMENTS[: steps - 2]:
        paid_on = calendar.month(offset) + timedelta(days=chance.randint(0, 27))
        yield event(Kind.PAID, part, paid_on)
    if steps == 5 and chance.randint(1, 5) == 1:
        yield event(Kind.DECOMMITTED, 5, calendar.month(-1), reason="Projet réduit (fictif).")
