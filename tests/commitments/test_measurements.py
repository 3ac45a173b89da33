"""Readings: who writes them, what is refused, what is asked to be confirmed, and that nothing is lost."""

import threading
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from actors.models import Source
from commitments.models import Commitment, Measurement
from commitments.transitions import Origin, ToConfirm, TransitionRefused, record_measurement
from tests.factories import make_actor, make_commitment, make_indicator, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
JUNE = date(2026, 6, 30)
PAGE = Origin("https://www.exemple.fr/bilan", "Région")


@pytest.fixture
def measured(region):
    """Led by the Region and measured by one indicator: 110 of the way from 100 to 200."""
    return make_commitment(code="eng-pme", lead=region, progress_method=Commitment.ProgressMethod.INDICATORS)


@pytest.fixture
def indicator(measured):
    return make_indicator(commitment=measured)


def record(indicator, by, value=120, on=JUNE, **fields):
    fields = {"origin": PAGE} | fields
    return record_measurement(indicator, by=by, reference_on=on, value=Decimal(str(value)), **fields)


def written(indicator):
    return [(m.reference_on, m.value) for m in indicator.measurements.order_by("pk")][1:]


# --- Who -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "actor", "may"),
    [
        (Role.READER, "region", False),
        (Role.AUDITOR, "region", False),
        (Role.CONTRIBUTOR, "autre", False),
        (Role.CONTRIBUTOR, "region", True),
        (Role.CONTRIBUTOR, "producteur", True),
        (Role.VALIDATOR, "prefecture", True),
        (Role.ADMINISTRATOR, "region", True),
        (Role.ADMINISTRATOR, "autre", False),
    ],
)
def test_who_writes_on_the_commitment_or_produces_the_figure_writes_it(role, actor, may, indicator, state):
    indicator.producer = make_actor("producteur")
    indicator.save()
    someone = make_user("someone", role, make_actor(actor))
    if may:
        assert record(indicator, someone).recorded_by == someone
        return
    with pytest.raises(TransitionRefused, match="pas le droit"):
        record(indicator, someone)
    assert written(indicator) == []


def test_without_a_commitment_only_its_producer_and_those_who_publish_write_it(paula, rachel):
    indicator = make_indicator()
    with pytest.raises(TransitionRefused, match="pas le droit"):
        record(indicator, paula)
    assert record(indicator, rachel)


# --- What it does ----------------------------------------------------------------------------------


def test_a_reading_moves_the_progress_of_the_commitment_it_measures(indicator, measured, paula):
    record(indicator, paula, 125)
    measured.refresh_from_db()
    assert measured.progress == 25


def test_the_same_form_writes_once(indicator, paula):
    key = uuid.uuid4()
    assert record(indicator, paula, form_key=key) == record(indicator, paula, form_key=key)
    assert written(indicator) == [(JUNE, 120)]


def test_a_page_is_quoted_once(indicator, paula):
    known = Source.objects.create(code="connue", url="https://www.exemple.fr/connue", publisher="Éditeur")
    assert record(indicator, paula, origin=Origin(known.url)).source == known
    new = record(indicator, paula, 130, date(2026, 9, 30)).source
    assert (new.publisher, new.url) == ("Région", PAGE.url)
    corrected = indicator.measurements.get(reference_on=date(2026, 9, 30))
    again = record(indicator, paula, 131, date(2026, 9, 30), supersedes=corrected, comment="Recompté.")
    assert again.source == new


def test_a_month_is_dated_by_its_last_day(indicator, paula):
    assert record(indicator, paula, on=date(2026, 6, 2), precision="month").reference_on == JUNE


# --- What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"on": date(2999, 1, 1)}, "reference_on", "Attendu : une date passée"),
        (
            {"on": JUNE, "precision": "year", "at": datetime(2026, 7, 2, tzinfo=UTC)},
            "reference_on",
            "2026, qui n’est pas terminé",
        ),
        ({"on": date(2026, 3, 31)}, "reference_on", "déjà cette date : 110 (31 mars 2026)"),
        ({"value": "120.5"}, "value", "0 décimale"),
        ({"value": "1e20"}, "value", ""),
        ({"origin": None}, "source_url", "nommez le document"),
        ({"origin": Origin("ftp://exemple.fr/", "Région")}, "source_url", "https://"),
        ({"origin": Origin("https://exemple.fr/")}, "source_publisher", "qui publie"),
        ({"quality": "parfaite"}, "quality", "parfaite"),
    ],
)
def test_a_faulty_reading_is_refused_at_its_field_and_nothing_is_written(fields, field, message, indicator, paula):
    with pytest.raises(TransitionRefused) as refusal:
        record(indicator, paula, **fields)
    assert refusal.value.field == field
    assert message in refusal.value.message.replace("\u00a0", " ")
    assert written(indicator) == []
    assert not Source.objects.exists()


def test_several_faults_are_said_at_once(indicator, paula):
    with pytest.raises(TransitionRefused) as refusal:
        record(indicator, paula, on=date(2999, 1, 1), origin=None)
    assert [refusal.value.field, *(each.field for each in refusal.value.others)] == ["reference_on", "source_url"]


# --- Odd values ------------------------------------------------------------------------------------


def test_a_jump_is_asked_to_be_confirmed_and_explained(indicator, paula):
    with pytest.raises(ToConfirm) as asked:
        record(indicator, paula, 300)
    said = asked.value.message.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Lu : 300." in said
    assert "Valeur précédente : 110 (31 mars 2026)" in said
    assert "+173 %" in said
    with pytest.raises(ToConfirm) as asked:
        record(indicator, paula, 300, confirmed=Decimal(300))
    assert [each.field for each in asked.value.others] == ["comment"]
    with pytest.raises(ToConfirm):
        record(indicator, paula, 3000, confirmed=Decimal(300), comment="Nouveau périmètre.")
    assert written(indicator) == []
    record(indicator, paula, 300, confirmed=Decimal(300), comment="Nouveau périmètre.")
    assert written(indicator) == [(JUNE, 300)]


def test_an_indicator_has_a_threshold_of_its_own(indicator, paula, settings):
    settings.PLAUSIBLE_JUMP_PERCENT = 5
    with pytest.raises(ToConfirm):
        record(indicator, paula, 120)
    indicator.jump_percent = 10
    indicator.save()
    assert record(indicator, paula, 120)


def test_the_first_reading_is_compared_with_the_baseline_and_a_correction_with_the_reading_before(indicator, paula):
    first = indicator.measurements.get()
    with pytest.raises(ToConfirm, match="100 "):
        record(indicator, paula, 40, date(2026, 2, 28))
    last = record(indicator, paula, 120)
    with pytest.raises(ToConfirm, match="110"):
        record(indicator, paula, 12, supersedes=last, comment="Faute de frappe.")
    assert record(indicator, paula, 115, first.reference_on, supersedes=first, comment="Recompté.")


def test_a_percentage_out_of_bounds_is_asked_to_be_confirmed(rachel):
    indicator = make_indicator(unit="percent", baseline=90, target=None)
    with pytest.raises(ToConfirm, match="de 0 à 100"):
        record(indicator, rachel, 103)


# --- Corrections -----------------------------------------------------------------------------------


def test_a_correction_says_why_and_keeps_what_it_replaces(indicator, measured, paula):
    wrong = record(indicator, paula, 150)
    with pytest.raises(TransitionRefused) as refusal:
        record(indicator, paula, 130, supersedes=wrong)
    assert refusal.value.field == "comment"
    right = record(indicator, paula, 130, supersedes=wrong, comment="Vingt doubles comptes.")
    assert written(indicator) == [(JUNE, 150), (JUNE, 130)]
    assert right.supersedes == wrong
    measured.refresh_from_db()
    assert measured.progress == 30
    with pytest.raises(TransitionRefused, match="déjà été corrigée"):
        record(indicator, paula, 140, supersedes=wrong, comment="Encore.")


def test_a_correction_stays_on_its_indicator(indicator, paula, rachel):
    other = make_indicator("autre")
    with pytest.raises(TransitionRefused, match="autre indicateur"):
        record(indicator, rachel, supersedes=other.measurements.get(), comment="Non.")


# --- What the database refuses whoever writes ------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reference_on": date(2999, 1, 1)}, "date passée"),
        ({"supersedes": "other", "comment": "Non."}, "même indicateur"),
        ({"supersedes": "own"}, "dit pourquoi"),
        ({"reference_on": date(2026, 3, 31)}, "déjà datée"),
    ],
)
def test_the_database_holds_the_rules(fields, message, indicator, paula):
    rows = {"own": indicator.measurements.get(), "other": make_indicator("autre").measurements.get()}
    fields = {name: rows.get(value, value) if name == "supersedes" else value for name, value in fields.items()}
    fields = {"reference_on": JUNE, "value": 1, "recorded_by": paula} | fields
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        Measurement.objects.create(indicator=indicator, **fields)


def test_a_reading_never_changes(indicator):
    with pytest.raises(IntegrityError, match="ne se modifie"), transaction.atomic():
        indicator.measurements.update(value=1)
    with pytest.raises(IntegrityError, match="ne se modifie"), transaction.atomic():
        indicator.measurements.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_write_one_reading_of_a_date():
    indicator, refused = make_indicator(), []
    people = [make_user(name, Role.VALIDATOR, make_actor("region")) for name in ("anne", "bilal")]
    start = threading.Barrier(2)

    def write(by):
        try:
            start.wait()
            record(indicator, by)
        except TransitionRefused as refusal:
            refused.append(refusal.field)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written(indicator) == [(JUNE, 120)]
    assert refused == ["reference_on"]
