"""Writing in the ledger: what is refused leaves everything as it was, what is written obeys every rule."""

import threading
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from commitments.models import Commitment
from commitments.transitions import TransitionRefused
from funding.ledger import KINDS
from funding.models import FundingEvent, FundingLine
from funding.pasting import COLUMNS, read_pasted
from funding.pasting import KINDS as WORDS
from funding.transitions import EventRefused, NewEvent, add_line, correct_event, record_events
from roadmap_portal.one_line import RUN_BY_SPREADSHEETS
from tests.factories import make_actor, make_commitment, make_user
from tests.reports.situations import make_envelope, make_event, make_line

START = date(2024, 1, 1)


@pytest.fixture
def rachel(db):
    return make_user("rachel", Membership.Role.VALIDATOR, make_actor("region"))


@pytest.fixture
def line(db):
    line = make_line(make_commitment(code="eng-1"), make_envelope("a"), funder="region")
    FundingLine.objects.filter(pk=line.pk).update(authorisation_kind="AP")
    line.refresh_from_db()
    return line


def new(line, kind="planned", amount="10", on=START, **fields):
    fields = {"document": "Délibération", "reason": "Solde"} | fields
    return NewEvent(line, kind, Decimal(amount), on, on.year, **fields)


def stored():
    return list(FundingEvent.objects.order_by("pk").values())


STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from([1, 40, 60, 100]), st.integers(0, 400), st.integers(0, 4)),
    max_size=14,
)


def rules_hold(line):
    """By hand, day by day, without the code under test."""
    events = [e for e in FundingEvent.objects.filter(line=line) if e.amount and not hasattr(e, "superseded_by")]

    def total(kind, until):
        return sum(e.amount for e in events if e.kind == kind and e.occurred_on <= until)

    has = {kind: any(e.kind == kind for e in events) for kind in KINDS}
    for day in {e.occurred_on for e in events}:
        sums = {kind: total(kind, day) for kind in KINDS}
        contracted = sums["contracted"] - sums["decommitted"]
        outlay = sums["ordered"] if has["ordered"] else sums["paid"]
        assert contracted <= sums["authorised"]
        assert contracted >= 0
        assert sums["recovered"] <= sums["paid"]
        assert outlay - sums["recovered"] <= contracted
        assert sums["appropriated"] <= sums["authorised"]
        assert not has["ordered"] or sums["paid"] <= sums["ordered"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_no_sequence_of_allowed_events_breaks_a_rule(line, rachel, steps):
    for kind, amount, days, which in steps:
        before = stored()
        events = list(FundingEvent.objects.filter(superseded_by__isnull=True))
        try:
            if which == 4 and events:
                corrected = events[days % len(events)]
                fields = {
                    "occurred_on": corrected.occurred_on,
                    "fiscal_year": corrected.fiscal_year,
                    "document": "Titre",
                }
                correct_event(corrected, amount=Decimal(amount - 1), reason="Erreur", by=rachel, **fields)
            else:
                record_events([new(line, kind, amount, START + timedelta(days=days))], by=rachel)
        except TransitionRefused:
            assert stored() == before
        rules_hold(line)
    with connection.cursor() as cursor:
        # The database has the last word: it finds nothing to say.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_batch_is_judged_as_a_whole_and_written_whole_or_not_at_all(line, rachel):
    batch = [new(line, "contracted", 100), new(line, "authorised", 100), new(line, "paid", 100)]
    record_events(batch, by=rachel)
    before = stored()
    with pytest.raises(EventRefused, match="dépasse l’engagé") as refusal:
        record_events([new(line, "planned", 5), new(line, "paid", "0.01")], by=rachel)
    assert (refusal.value.row, refusal.value.field) == (1, "amount")
    assert stored() == before


def test_the_refusal_names_the_day_and_both_amounts(line, rachel):
    record_events([new(line, "authorised", 100)], by=rachel)
    with pytest.raises(EventRefused) as refusal:
        record_events([new(line, "contracted", "100.01", date(2024, 3, 5))], by=rachel)
    assert refusal.value.message == (
        "Au 05/03/2024, l’engagé (100,01\u00a0€) dépasse l’autorisation ouverte (100\u00a0€)."
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": "0"}, "__all__"),
        ({"document": "  "}, "document"),
        ({"kind": "gift"}, "kind"),
        ({"on": date(2999, 1, 1)}, "occurred_on"),
        ({"kind": "decommitted", "reason": ""}, "reason"),
        ({"document_url": "nulle part"}, "document_url"),
    ],
)
def test_an_unsound_event_is_refused_at_its_field(line, rachel, fields, field):
    with pytest.raises(EventRefused) as refusal:
        record_events([new(line, **fields)], by=rachel)
    assert refusal.value.field == field
    assert stored() == []


def test_the_same_form_twice_is_one_event(line, rachel):
    event = new(line, form_key=uuid.uuid4())
    assert record_events([event], by=rachel) == record_events([event], by=rachel)
    assert len(stored()) == 1


def test_only_those_who_may_write_do(line, rachel):
    reader = make_user("louis", Membership.Role.READER)
    with pytest.raises(TransitionRefused, match="pas le droit"):
        record_events([new(line)], by=reader)
    Commitment.objects.filter(pk=line.commitment_id).update(
        merged_into=make_commitment(), merged_on=START, merge_reason="Même objet"
    )
    with pytest.raises(TransitionRefused, match="fusionné"):
        record_events([new(line)], by=rachel)


def test_a_correction_says_why_and_is_made_once(line, rachel):
    (event,) = record_events([new(line)], by=rachel)
    fields = {"amount": Decimal(7), "occurred_on": START, "fiscal_year": 2024, "document": "Titre"}
    with pytest.raises(TransitionRefused, match="Dites ce qui était faux"):
        correct_event(event, reason=" ", by=rachel, **fields)
    correct_event(event, reason="Erreur de saisie", by=rachel, **fields)
    with pytest.raises(TransitionRefused, match="déjà été corrigée"):
        correct_event(event, reason="Encore", by=rachel, **fields)
    assert [e.amount for e in FundingEvent.objects.effective()] == [Decimal(7)]


def test_the_state_has_no_authorisation_of_programme(rachel):
    fields = {"envelope": make_envelope("e"), "funder": make_actor("prefecture"), "authorisation_kind": "AP"}
    with pytest.raises(TransitionRefused, match="jamais des autorisations de programme"):
        add_line(make_commitment(), fields, by=rachel)
    assert add_line(make_commitment(), fields | {"authorisation_kind": "AE"}, by=rachel).pk


@pytest.mark.django_db(transaction=True)
def test_two_people_who_pay_at_once_are_judged_one_after_the_other():
    line = make_line(make_commitment(), make_envelope("a"), funder="region")
    FundingLine.objects.update(authorisation_kind="AP")
    for kind in ("authorised", "contracted"):
        make_event(line, kind, Decimal(100), START)
    people = [make_user(name, Membership.Role.VALIDATOR, make_actor("region")) for name in ("ana", "bob")]
    both, told = threading.Barrier(2), []

    def pay(person):
        try:
            both.wait(10)
            record_events([new(line, "paid", 60, START + timedelta(days=5))], by=person)
            told.append("written")
        except EventRefused:
            told.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=pay, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(told) == ["refused", "written"]


# --- Pages ---------------------------------------------------------------------------------------

HEADER = "\t".join(COLUMNS)
ROW = ["eng-1", "a", "region", "Programmé", "15/03/2024", "2024", "1\u202f234,56 €", "Délibération", "", ""]


@pytest.fixture
def writer(client, rachel):
    client.force_login(rachel)
    return client


def paste(client, *rows, **more):
    text = "\r\n".join([HEADER, *("\t".join(row) for row in rows)])
    return client.post(reverse("funding:paste"), {"text": text, "form_key": str(uuid.uuid4()), **more})


def test_pasted_rows_are_shown_then_written_once(writer, line):
    page = paste(writer, ROW)
    assert (page.context["faults"], stored()) == ([], [])
    key = {"form_key": str(uuid.UUID(int=1)), "confirm": "1"}
    assert paste(writer, ROW, **key).status_code == 302
    paste(writer, ROW, **key)
    (event,) = stored()
    assert (event["amount"], event["kind"], event["occurred_on"]) == (Decimal("1234.56"), "planned", date(2024, 3, 15))


@pytest.mark.parametrize(
    ("column", "read"),
    [
        ("montant", "mille"), ("montant", "-5"), ("montant", "0,001"), ("date", "31/02/2024"), ("nature", "donné"),
        ("exercice", "24"), ("document", ""), ("document", "=HYPERLINK(A1)"), ("engagement", "eng-inconnu"),
        ("enveloppe", "b"),
    ],
)  # fmt: skip
def test_a_fault_names_line_column_and_what_was_read(writer, line, column, read):
    row = [read if name == column else cell for name, cell in zip(COLUMNS, ROW, strict=True)]
    page = paste(writer, ROW, row, confirm="1")
    (fault,) = page.context["faults"]
    assert (fault.row, fault.column, read in fault.read) == (3, column, True)
    assert fault.expected
    assert stored() == []
    assert ROW[6] in page.context["form"].data["text"]


def test_a_rule_of_the_ledger_is_told_of_its_row(writer, line):
    paid = [*ROW[:3], "payé", *ROW[4:]]
    page = paste(writer, ROW, paid, confirm="1")
    (fault,) = page.context["faults"]
    assert (fault.row, fault.column) == (3, "montant")
    assert "dépasse l’engagé" in fault.expected
    assert stored() == []


def test_a_header_that_lacks_a_column_says_which():
    (fault,) = read_pasted("engagement;montant\neng-1;5").faults
    assert "enveloppe, nature, date, document" in fault.expected


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(sorted(WORDS)), st.decimals("0.01", 10**9, places=2),
            st.dates(date(2020, 1, 1), date(2030, 1, 1)),
            st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='"'), min_size=1, max_size=20)
            .filter(lambda text: not text.startswith(RUN_BY_SPREADSHEETS)),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_what_is_written_as_text_is_read_back(rows):
    lines = [
        "\t".join(["eng-1", "a", "", kind, f"{day:%d/%m/%Y}", "", f"{amount:.2f}".replace(".", ","), document, "", ""])
        for kind, amount, day, document in rows
    ]
    pasted = read_pasted("\n".join([HEADER, *lines]))
    assert pasted.faults == []
    assert [(row.kind, row.amount, row.occurred_on, row.document) for row in pasted.rows] == rows


def test_an_event_is_written_and_corrected_from_the_page(writer, line):
    address = reverse("funding:ledger", args=["eng-1"])
    sent = {"line": line.pk, "kind": "planned", "amount": "5000", "occurred_on": "2024-03-01", "fiscal_year": 2024,
            "document": "Délibération 12", "form_key": str(uuid.uuid4())}  # fmt: skip
    assert "5 000" not in writer.get(address).text
    assert writer.post(address, sent).status_code == 302
    event = FundingEvent.objects.get()
    assert event.recorded_by.name == "Rachel"
    refused = writer.post(address, {**sent, "kind": "paid", "form_key": str(uuid.uuid4())})
    assert "amount" in refused.context["event_form"].errors
    correct = reverse("funding:event_correct", args=["eng-1", event.pk])
    again = {**sent, "amount": "4000", "reason": "Erreur", "form_key": str(uuid.uuid4())}
    assert writer.post(correct, again).status_code == 302
    page = writer.get(address)
    assert "<s>5\u202f000\u00a0€</s>" in page.text
    assert "Délibération 12" in writer.get(line.commitment.get_absolute_url()).text
