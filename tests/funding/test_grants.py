"""Open data of grants: valid by the official fields, faults told by line, column and reason, nobody named."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import frictionless
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership
from commitments.transitions import TransitionRefused
from funding import scdl
from funding.models import Grant, GrantBeneficiary
from funding.queries.grants import file_rows
from funding.transitions.grants import publish_grant, save_grant
from tests.factories import make_actor, make_commitment, make_user
from tests.reports.situations import make_envelope, make_event, make_grant, make_line

OFFICIAL = Path(__file__).parent / "scdl-subventions-2.1.1.json"
SIRET = "20005376700014"
PERSON = "Marie Curie"
ROW = {
    "nomAttribuant": "Région", "idAttribuant": SIRET, "dateConvention": "2026-03-02", "referenceDecision": "D1",
    "nomBeneficiaire": "Atelier", "idBeneficiaire": SIRET, "rnaBeneficiaire": "", "objet": "=1+1", "montant": "1000.50",
    "nature": "aide en numéraire", "conditionsVersement": "unique", "datesPeriodeVersement": "2026-03-02/2026-09-01",
    "idRAE": "", "notificationUE": "non", "pourcentageSubvention": "1.00", "dispositifAide": "",
}  # fmt: skip


def official_schema():
    return frictionless.Schema.from_descriptor(json.loads(OFFICIAL.read_text()))


def report_of(text, tmp_path):
    (tmp_path / "subventions.csv").write_bytes(text.encode())
    resource = frictionless.Resource(path="subventions.csv", basepath=str(tmp_path), schema=official_schema())
    return frictionless.validate(resource)


@pytest.fixture
def rachel(db):
    return make_user("rachel", Membership.Role.VALIDATOR, make_actor("region", siret=SIRET))


def published_text(client):
    response = client.get(reverse("funding:grant_csv"))
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    return b"".join(response.streaming_content).decode()


# --- The schema ----------------------------------------------------------------------------------


def test_the_fields_are_the_official_ones():
    official = json.loads(OFFICIAL.read_text())["fields"]
    assert [field["name"] for field in official] == list(scdl.NAMES)
    ours = {field["name"]: field for field in scdl.table_schema()["fields"]}
    for field in official:
        assert (ours[field["name"]]["type"], ours[field["name"]]["constraints"]["required"]) == (
            field["type"], field["constraints"]["required"]
        )  # fmt: skip
    frictionless.Schema.from_descriptor(scdl.table_schema())


@pytest.mark.django_db
def test_the_file_of_the_demonstration_is_valid(client, settings, tmp_path):
    settings.DEBUG = True
    call_command("load_roadmap", verbosity=0)
    call_command("seed_demo", verbosity=0)
    text = published_text(client)
    assert not text.startswith("\ufeff")
    report = report_of(text, tmp_path)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    read = scdl.read_csv(text)
    assert len(read.rows) == 6
    assert [*read.faults, *scdl.faults(read.rows, read.lines)] == []
    assert "Prénom Nom" not in text + client.get(reverse("funding:grant_data")).text
    assert "sont fictifs" in client.get(reverse("funding:grant_data")).text
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"idBeneficiaire": "20005376700015"}, "idBeneficiaire"),
        ({"idAttribuant": "123"}, "idAttribuant"),
        ({"pourcentageSubvention": "0.60"}, "pourcentageSubvention"),
        ({"nomBeneficiaire": "Personne physique", "idBeneficiaire": ""}, "nomBeneficiaire"),
        ({"nomBeneficiaire": PERSON, "idBeneficiaire": ""}, "idBeneficiaire"),
        ({"dateConvention": "02/03/2026"}, "dateConvention"),
        ({"montant": "1 000,50"}, "montant"),
        ({"montant": "-1e5"}, "montant"),
        ({"nature": "don"}, "nature"),
        ({"objet": "x" * 257}, "objet"),
        ({"notificationUE": "true"}, "notificationUE"),
        ({"datesPeriodeVersement": "2026-09-01/2026-03-02"}, "datesPeriodeVersement"),
        ({"rnaBeneficiaire": "W12"}, "rnaBeneficiaire"),
        ({"nomAttribuant": ""}, "nomAttribuant"),
    ],
)
def test_a_fault_is_told_by_line_column_and_reason(client, rachel, change, column):
    wrong = {**ROW, "referenceDecision": "D2", **change}
    rows = [ROW, wrong]
    assert [(fault.line, fault.column) for fault in scdl.faults(rows)] == [(3, column)]
    assert scdl.faults(rows)[0].reason
    client.force_login(rachel)
    file = ContentFile("".join(scdl.as_csv(rows)).encode(), name="a.csv")
    page = client.post(reverse("funding:grant_check"), {"file": file})
    assert [(fault.line, fault.column) for fault in page.context["checked"]["faults"]] == [(3, column)]


def test_shares_are_added_over_the_rows_of_an_agreement():
    rows = [{**ROW, "pourcentageSubvention": "0.50"}, {**ROW, "pourcentageSubvention": "0.49"}]
    (fault,) = scdl.faults(rows)
    assert (fault.line, fault.column, fault.value) == (2, "pourcentageSubvention", "0.99")
    assert "lignes 2, 3" in fault.reason
    assert scdl.faults([rows[0], rows[0]]) == []


def test_a_file_without_its_columns_says_which(client, rachel):
    client.force_login(rachel)
    page = client.post(
        reverse("funding:grant_check"), {"file": ContentFile(b"nomAttribuant,montant\r\na,1", name="a.csv")}
    )
    (fault,) = page.context["checked"]["faults"]
    assert (fault.line, fault.column) == (1, "idAttribuant")


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {name: st.text(st.characters(exclude_categories=["C"]), max_size=8) for name in scdl.NAMES}
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read_back_as_it_was(rows):
    text = "".join(scdl.as_csv(rows))
    assert list(csv.DictReader(io.StringIO(text, newline=""))) == rows
    read = scdl.read_csv(text)
    assert (read.rows, read.faults) == (rows, [])


def test_lines_are_those_of_the_spreadsheet():
    header, row, wrong = "".join(scdl.as_csv([ROW, {**ROW, "referenceDecision": "D2", "montant": "x"}])).splitlines()
    read = scdl.read_csv("\r\n".join([header, row, "", wrong]))
    assert [(fault.line, fault.column) for fault in scdl.faults(read.rows, read.lines)] == [(4, "montant")]


@pytest.mark.parametrize(
    "text",
    [
        ",".join([*scdl.NAMES, "enPlus"]) + "\r\n",
        ",".join(reversed(scdl.NAMES)) + "\r\n",
        ",".join(scdl.NAMES) + "\r\n" + "a," * 16 + "b\r\n",
        ",".join(scdl.NAMES) + "\r\n" + "x" * 140_000,
        ",".join(scdl.NAMES) + "\r\n" + "a\r\n" * (scdl.MOST_ROWS + 1),
    ],
    ids=["a column too many", "another order", "an uneven row", "a huge cell", "too many rows"],
)
def test_a_file_of_another_form_is_not_called_sound(text):
    assert scdl.read_csv(text).faults


# --- Written and published -----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_database_holds_the_shares_and_what_is_published(rachel):
    def short_of_a_cent():
        make_grant(rachel.memberships.get().actor, [("private", "A", SIRET, "0.99")])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="font 1,00"), transaction.atomic():
        short_of_a_cent()
    grant = publish_grant(make_grant(rachel.memberships.get().actor), by=rachel)
    for act in (lambda: Grant.objects.update(published_on=None), lambda: Grant.objects.all().delete()):
        with pytest.raises(IntegrityError, match="ne se retire"), transaction.atomic():
            act()
    assert publish_grant(grant, by=rachel).published_on == grant.published_on


def stated(region, **fields):
    return {
        "grantor": region, "purpose": "Objet", "amount": Decimal(23_001), "signed_on": date(2026, 3, 2),
        "payment_terms": "unique", "pays_from": date(2026, 3, 2),
    } | fields  # fmt: skip


ONE = [{"kind": "private", "name": "Atelier", "siret": SIRET, "share": Decimal(1)}]


@pytest.mark.django_db
def test_what_the_law_asks_of_an_agreement(rachel):
    region = rachel.memberships.get().actor
    cases = [
        ({}, ONE, "a un numéro"),
        ({"agreement_number": "C1", "decided_on": date(2026, 3, 3)}, ONE, "au plus tôt le jour de la décision"),
        ({"agreement_number": "C1", "repayable_advance": Decimal(23_002)}, ONE, "avance récupérable en fait partie"),
        ({"agreement_number": "C1"}, [{**ONE[0], "share": Decimal("0.5")}], "doivent faire 1,00"),
        ({"agreement_number": "C1"}, [{**ONE[0], "siret": "20005376700015"}], "clé de contrôle"),
        ({"agreement_number": "C1"}, [{**ONE[0], "siret": ""}], "SIRET ou son numéro RNA"),
    ]
    for fields, beneficiaries, said in cases:
        with pytest.raises(TransitionRefused, match=said):
            save_grant(Grant(), stated(region, **fields), beneficiaries, seen=None, by=rachel)
        assert not Grant.objects.exists()
    grant = save_grant(Grant(), stated(region, agreement_number="C1"), ONE, seen=None, by=rachel)
    with pytest.raises(TransitionRefused, match="entre-temps"):
        save_grant(grant, stated(region), ONE, seen=99, by=rachel)


@pytest.mark.django_db
def test_a_payment_never_precedes_the_signature(rachel):
    line = make_line(make_commitment(), make_envelope("a"), funder="europe")
    make_event(line, "contracted", Decimal(10), date(2026, 1, 1))
    make_event(line, "paid", Decimal(5), date(2026, 3, 1))
    region = rachel.memberships.get().actor
    with pytest.raises(TransitionRefused, match="précède cette signature"):
        save_grant(Grant(), stated(region, agreement_number="C1", line=line), ONE, seen=None, by=rachel)
    make_grant(region, line=line, signed_on=date(2026, 3, 1))
    with pytest.raises(IntegrityError, match="ne précède pas la signature"), transaction.atomic():
        make_event(line, "paid", Decimal(1), date(2026, 2, 1))


@pytest.mark.django_db
def test_only_a_sound_grant_is_published(client, rachel):
    grant = make_grant(make_actor("sans-siret"))
    with pytest.raises(TransitionRefused, match="idAttribuant"):
        publish_grant(grant, by=rachel)
    assert list(file_rows()) == []


@pytest.mark.django_db
def test_a_natural_person_is_counted_and_never_named(client, rachel):
    region = rachel.memberships.get().actor
    person = [("private", "Atelier", SIRET, "0.5"), ("person", PERSON, "", "0.5")]
    publish_grant(make_grant(region, person, amount=Decimal(7)), by=rachel)
    publish_grant(make_grant(region), by=rachel)
    text = published_text(client)
    page = client.get(reverse("funding:grant_data"))
    assert PERSON not in text + page.text
    assert len(scdl.read_csv(text).rows) == 1
    assert (page.context["summary"].number, page.context["summary"].persons) == (1, 1)
    assert page.context["summary"].amount == Decimal(20_000)


@pytest.mark.django_db
def test_agreements_past_three_months_come_first(client, rachel):
    region, today = rachel.memberships.get().actor, localdate()
    late = make_grant(region, purpose="En retard", signed_on=today - timedelta(days=120))
    make_grant(region, purpose="Récente", signed_on=today - timedelta(days=30))
    client.force_login(rachel)
    page = client.get(reverse("funding:grant_list"))
    assert [grant.purpose for grant in page.context["to_publish"]] == ["En retard", "Récente"]
    assert page.text.count("dépassé de") == 1
    assert page.context["overdue"] == 1
    client.post(reverse("funding:grant_publish", args=[late.pk]))
    assert client.get(reverse("funding:grant_list")).context["overdue"] == 0


@pytest.mark.parametrize(
    ("signed_on", "publish_by"), [(date(2026, 3, 2), date(2026, 6, 2)), (date(2025, 11, 30), date(2026, 2, 28))]
)
def test_three_months_are_calendar_months(signed_on, publish_by):
    assert Grant(signed_on=signed_on).publish_by == publish_by


def test_a_grant_is_written_from_its_page(client, rachel):
    client.force_login(rachel)
    region = rachel.memberships.get().actor
    fields = stated(region, agreement_number="C1", nature="cash", repayable_advance=0)
    sent = {
        **{name: getattr(value, "pk", value) for name, value in fields.items()},
        "beneficiaires-TOTAL_FORMS": "2", "beneficiaires-INITIAL_FORMS": "0",
        **{f"beneficiaires-0-{name}": value for name, value in ONE[0].items()},
    }  # fmt: skip
    more = client.post(reverse("funding:grant_add"), {**sent, "more": "1"})
    assert (len(more.context["rows"].forms), 'value="Objet"' in more.text) == (4, True)
    assert client.post(reverse("funding:grant_add"), sent).status_code == 302
    assert GrantBeneficiary.objects.get().grant.purpose == "Objet"


@pytest.mark.django_db
def test_the_file_costs_the_same_whatever_its_length(client, rachel, django_assert_num_queries):
    region = rachel.memberships.get().actor
    for number in (1, 12):
        for n in range(number):
            publish_grant(make_grant(region, purpose=f"Objet {number} {n}"), by=rachel)
        with django_assert_num_queries(2):
            list(file_rows())
    assert client.head(reverse("funding:grant_csv")).status_code == 200


@pytest.mark.django_db
def test_a_correction_leaves_the_public_file_sound(rachel):
    region = rachel.memberships.get().actor
    fields = stated(region, agreement_number="C1")
    grant = publish_grant(save_grant(Grant(), fields, ONE, seen=None, by=rachel), by=rachel)
    seen = Grant.objects.get().row_version
    with pytest.raises(TransitionRefused, match="conforme"), transaction.atomic():
        save_grant(grant, fields | {"grantor": make_actor("sans-siret")}, ONE, seen=seen, by=rachel)
    other = save_grant(Grant(), fields | {"agreement_number": "C2"}, ONE, seen=None, by=rachel)
    with pytest.raises(TransitionRefused, match="font 1,00"):
        publish_grant(other, by=rachel)


@pytest.mark.django_db
def test_two_editors_of_the_beneficiaries_and_a_form_sent_twice(rachel):
    fields = stated(rachel.memberships.get().actor, agreement_number="", amount=Decimal(5))
    grant = save_grant(Grant(), fields, ONE, seen=None, by=rachel)
    with pytest.raises(TransitionRefused, match="déjà écrite"):
        save_grant(Grant(), fields, ONE, seen=None, by=rachel)
    seen = Grant.objects.get().row_version
    save_grant(grant, fields, [{**ONE[0], "name": "Autre"}], seen=seen, by=rachel)
    with pytest.raises(TransitionRefused, match="entre-temps"):
        save_grant(grant, fields, ONE, seen=seen, by=rachel)
    assert GrantBeneficiary.objects.get().name == "Autre"
