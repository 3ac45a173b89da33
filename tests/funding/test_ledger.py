"""The rules of the ledger: in Python, which words the refusal, and in the database, which is the last guard."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funding.ledger import KINDS, Entry, amounts_of, breaches, rate
from funding.models import FundingEvent, FundingLine
from tests.factories import make_actor, make_commitment
from tests.reports.situations import make_envelope, make_event, make_line

START = date(2024, 1, 1)
ENTRIES = st.builds(
    lambda kind, cents, days: Entry(
        kind, Decimal(cents) / 100, START + timedelta(days=days), (START + timedelta(days=days)).year
    ),
    st.sampled_from(KINDS),
    # Few amounts, so that equal sums are met too.
    st.sampled_from([1, 50, 100, 100, 10_000]),
    st.sampled_from([0, 0, 30, 200, 400]),
)


@dataclass
class Place:
    with_side: FundingLine
    without: FundingLine


@pytest.fixture
def place(db):
    commitment, envelope = make_commitment(), make_envelope("a")
    line = make_line(commitment, envelope, funder="region")
    FundingLine.objects.filter(pk=line.pk).update(authorisation_kind="AP")
    other = make_line(commitment, envelope, funder="europe")
    FundingLine.objects.filter(pk=other.pk).update(authorisation_kind="AE")
    return Place(line, other)


class Undone(Exception):
    """Takes back what an example wrote."""


def judged_by_the_database(line, entries):
    """Whether the ledger is refused at the end of its transaction."""
    refused = False
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for entry in entries:
                make_event(line, entry.kind, entry.amount, entry.occurred_on)
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except IntegrityError:
                refused = True
            raise Undone
    except Undone:
        return refused


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(entries=st.lists(ENTRIES, max_size=9), has_side=st.booleans())
def test_python_and_the_database_judge_alike(place, entries, has_side):
    line = place.with_side if has_side else place.without
    assert judged_by_the_database(line, entries) == bool(breaches(entries, has_side=has_side))


SOUND = [
    Entry("planned", Decimal(100), START, 2024),
    Entry("authorised", Decimal(100), START, 2024),
    Entry("appropriated", Decimal(40), START, 2024),
    Entry("contracted", Decimal(90), START + timedelta(days=30), 2024),
    Entry("ordered", Decimal(40), START + timedelta(days=60), 2024),
    Entry("paid", Decimal(40), START + timedelta(days=61), 2024),
    Entry("recovered", Decimal(5), START + timedelta(days=90), 2024),
    Entry("decommitted", Decimal(50), START + timedelta(days=91), 2024),
]


def test_a_sound_ledger_breaks_nothing(place):
    assert breaches(SOUND, has_side=True) == []
    assert not judged_by_the_database(place.with_side, SOUND)
    found = amounts_of(SOUND)
    assert (found.net_contracted, found.net_paid) == (Decimal(40), Decimal(35))
    assert (found.contracted_rate, found.paid_rate) == (Decimal(40), Decimal(35))


@pytest.mark.parametrize(
    ("kind", "amount", "rule"),
    [
        ("contracted", "60.01", "contracted"),
        ("decommitted", "40.01", "decommitted"),
        ("recovered", "35.01", "recovered"),
        ("paid", "0.01", "ordered"),
        ("ordered", "5.01", "paid"),
        ("appropriated", "60.01", "credits"),
        ("ordered", "0.01", "year"),
    ],
)
def test_one_cent_too_many_is_refused(place, kind, amount, rule):
    entries = [*SOUND, Entry(kind, Decimal(amount), START + timedelta(days=120), 2024)]
    assert rule in {str(breach.rule) for breach in breaches(entries, has_side=True)}
    assert judged_by_the_database(place.with_side, entries)


def test_a_rate_without_a_denominator_is_not_zero():
    assert rate(Decimal(5), Decimal(0)) is None
    assert rate(Decimal(5), None) is None
    assert rate(None, Decimal(5)) is None
    assert rate(Decimal(0), Decimal(5)) == 0


# --- The database, event by event ----------------------------------------------------------------


def test_an_event_never_changes(place):
    event = make_event(place.with_side, "planned", Decimal(5))
    for change in (
        lambda: FundingEvent.objects.update(amount=Decimal(6)),
        lambda: FundingEvent.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="une correction la remplace"), transaction.atomic():
            change()
    assert FundingEvent.objects.get().amount == event.amount


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"amount": Decimal(0)}, "funding_event_amount_is_positive"),
        ({"amount": Decimal(-1)}, "funding_event_amount_is_positive"),
        ({"document": ""}, "funding_event_has_its_document"),
        ({"kind": "decommitted", "reason": ""}, "funding_event_fall_has_a_reason"),
        ({"kind": "gift"}, "funding_event_kind_is_known"),
        ({"fiscal_year": 2030}, "funding_event_year_is_near_its_date"),
        ({"on": date(2999, 1, 1)}, "porte une date passée"),
    ],
)
def test_an_unsound_event_is_refused(place, fields, message):
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        make_event(place.with_side, **{"kind": "planned", "amount": Decimal(5)} | fields)


def test_a_correction_keeps_to_its_line_and_kind(place):
    event = make_event(place.with_side, "planned", Decimal(5))
    for line, kind in ((place.without, "planned"), (place.with_side, "authorised")):
        with pytest.raises(IntegrityError, match="même ligne et de même nature"), transaction.atomic():
            make_event(line, kind, Decimal(4), supersedes=event, reason="Erreur")
    with pytest.raises(IntegrityError, match="fall_has_a_reason"), transaction.atomic():
        make_event(place.with_side, "planned", Decimal(4), supersedes=event)
    make_event(place.with_side, "planned", Decimal(0), supersedes=event, reason="Écriture d’une autre ligne")
    assert not FundingEvent.objects.effective().exists()


def test_nothing_is_authorised_before_the_kind_of_authorisation_is_said(place):
    FundingLine.objects.update(authorisation_kind="")
    with pytest.raises(IntegrityError, match="AE ou des AP"), transaction.atomic():
        make_event(place.with_side, "authorised", Decimal(5))


def test_the_state_opens_no_authorisation_of_programme(db):
    line = make_line(make_commitment(), make_envelope("a"), funder="prefecture")
    with pytest.raises(IntegrityError, match="jamais des autorisations de programme"), transaction.atomic():
        FundingLine.objects.filter(pk=line.pk).update(authorisation_kind="AP")
    FundingLine.objects.filter(pk=line.pk).update(authorisation_kind="AE")


def test_a_line_with_events_keeps_what_it_is(place):
    make_event(place.with_side, "planned", Decimal(5))
    for change in ({"funder": make_actor("autre")}, {"commitment": make_commitment()}, {"authorisation_kind": "AE"}):
        with pytest.raises(IntegrityError, match="porte des écritures"), transaction.atomic():
            FundingLine.objects.filter(pk=place.with_side.pk).update(**change)
