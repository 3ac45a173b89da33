"""France 2030 awards: read cell by cell, shown before they are written, the same file twice being once."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from odfdo import Document, Table

from accounts.models import Membership
from commitments.spreadsheets import read_tables
from funding.award_rows import COLUMNS, NoAwards, read_awards
from funding.models import Award, AwardImport
from funding.transitions.awards import import_awards
from tests.factories import make_user

SIRET = "20005376700014"
ROW = {
    "date_dpm": "12/03/2024",
    "operateur": "Bpifrance",
    "procedure": "i-Démo",
    "nom_projet": "Vision",
    "nom_beneficiaire": "Atelier des Alpes",
    "siret": SIRET,
    "typologie": "Petites et moyennes entreprises",
    "regions": "Auvergne-Rhône-Alpes",
    "localisation_geo": "38",
    "acteur_emergent": "oui",
    "nom_strategie": "Intelligence artificielle",
    "code_nomenclature": "Objectif 4",
    "nomenclature": "IA",
    "montant_subvention": "1 000,50",
    "montant_avance_remboursable": "499,50 €",
    "montant_aide": "1\u202f500,00\u00a0€",
}


def csv_file(*rows, columns=COLUMNS, delimiter=";", name="laureats.csv"):
    lines = [delimiter.join(columns), *(delimiter.join(str(row.get(c, "")) for c in columns) for row in rows)]
    return ContentFile("\r\n".join(lines).encode("utf-8-sig"), name=name)


def read(*rows, all_regional=False, **options):
    return read_awards(read_tables(csv_file(*rows, **options)), all_regional=all_regional)


def told(reading):
    return [(fault.row, fault.column, fault.read) for fault in reading.faults]


def test_a_row_is_read_as_it_was_meant():
    (award,) = read(ROW).awards
    assert (award.decided_on, award.siret, award.is_emerging) == (date(2024, 3, 12), SIRET, True)
    assert (award.subsidy, award.repayable_advance, award.aid) == (
        Decimal("1000.50"), Decimal("499.50"), Decimal("1500.00")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"siret": "20005376700015"}, "siret"),
        ({"siret": "123"}, "siret"),
        ({"date_dpm": "31/02/2024"}, "date_dpm"),
        ({"montant_aide": "1500,01"}, "montant_aide"),
        ({"montant_subvention": "mille"}, "montant_subvention"),
        ({"montant_subvention": "-5"}, "montant_subvention"),
        ({"nom_beneficiaire": ""}, "nom_beneficiaire"),
        ({"acteur_emergent": "peut-être"}, "acteur_emergent"),
        ({"operateur": "x" * 121}, "operateur"),
        ({"montant_subvention": "", "montant_avance_remboursable": "", "montant_aide": ""}, "montant_aide"),
    ],
)
def test_a_fault_names_its_cell_what_was_read_and_what_was_expected(change, column):
    reading = read({**ROW, "nom_projet": "Autre"}, {**ROW, **change})
    assert told(reading) == [(3, column, ({**ROW, **change})[column])]
    assert reading.faults[0].expected


def test_blanks_are_not_faults():
    kept = {"nom_beneficiaire": "Atelier", "montant_aide": "10", "regions": "Auvergne-Rhône-Alpes"}
    (award,) = read(kept).awards
    assert (award.aid, award.subsidy, award.siret, award.decided_on) == (Decimal(10), Decimal(10), "", None)


def test_only_the_region_is_kept_and_the_rest_is_counted():
    elsewhere = {**ROW, "regions": "Bretagne", "localisation_geo": "35"}
    by_department = {**ROW, "regions": "", "localisation_geo": "1", "nom_projet": "Ain"}
    nowhere = {**ROW, "regions": "", "localisation_geo": "", "nom_projet": "Nulle part"}
    reading = read(ROW, elsewhere, by_department, nowhere)
    assert ([a.project for a in reading.awards], reading.outside, reading.nowhere) == (["Vision", "Ain"], 1, 1)
    assert reading.awards[1].department_code == "01"
    assert len(read(nowhere, all_regional=True).awards) == 1


def test_the_same_row_twice_is_a_fault():
    assert told(read(ROW, ROW)) == [(3, "nom_beneficiaire", "Atelier des Alpes")]


def test_a_file_without_awards_says_what_was_looked_for():
    with pytest.raises(NoAwards, match="montant_aide, nom_beneficiaire"):
        read_awards(read_tables(ContentFile(b"a;b\r\n1;2", name="a.csv")), all_regional=True)


def xlsx(rows, title="Feuille"):
    workbook, content = openpyxl.Workbook(), io.BytesIO()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    workbook.save(content)
    return ContentFile(content.getvalue(), name="laureats.xlsx")


def ods(rows):
    document, content = Document("spreadsheet"), io.BytesIO()
    document.body.clear()
    table = Table("Feuille")
    for row in rows:
        table.set_row_values(table.height, row)
    document.body.append(table)
    document.save(content)
    return ContentFile(content.getvalue(), name="laureats.ods")


TYPED = [
    date(2024, 3, 12), "Bpifrance", "i-Démo", "Vision", "Atelier des Alpes", int(SIRET), "PME",
    "Auvergne-Rhône-Alpes", 38,
    "oui", "IA", "Objectif 4", "IA", 1000.5, 499.5, 1500,
]  # fmt: skip


@pytest.mark.parametrize(
    "file",
    [
        lambda: xlsx([list(COLUMNS), TYPED]),
        lambda: ods([list(COLUMNS), TYPED]),
        # As the State's workbook stands: three rows of headings, then the published order.
        lambda: xlsx([["Liste"], ["au 1er mars"], ["Date", "Opérateur"], TYPED], "Liste des projets et bénef"),
    ],
    ids=["xlsx", "ods", "workbook of the State"],
)
def test_a_workbook_says_the_same_as_a_csv(file):
    (award,) = read_awards(read_tables(file()), all_regional=False).awards
    (same,) = read({**ROW, "typologie": "PME", "nom_strategie": "IA"}).awards
    assert award.values == same.values


@given(
    subsidy=st.decimals(0, 10**9, places=2),
    advance=st.decimals(0, 10**9, places=2),
    style=st.sampled_from(["{:.2f}", "{:,.2f}"]),
)
def test_amounts_are_read_to_the_cent_however_they_are_written(subsidy, advance, style):
    def french(amount):
        return style.format(amount).replace(",", "\u202f").replace(".", ",")

    parts = {"montant_subvention": french(subsidy), "montant_avance_remboursable": french(advance)}
    (award,) = read({**ROW, **parts, "montant_aide": french(subsidy + advance)}).awards
    assert (award.subsidy, award.repayable_advance, award.aid) == (subsidy, advance, subsidy + advance)


# --- Written -------------------------------------------------------------------------------------


def brought(*rows, by=None):
    return import_awards(read(*rows).awards, file_name="l.csv", sha256="0" * 64, stated_on=date(2026, 1, 1), by=by)


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing():
    first = brought(ROW, {**ROW, "nom_projet": "Autre"})
    assert (first.created_count, first.updated_count) == (2, 0)
    before = list(Award.objects.values())
    assert brought(ROW, {**ROW, "nom_projet": "Autre"}) is None
    assert list(Award.objects.values()) == before
    assert AwardImport.objects.count() == 1


@pytest.mark.django_db
def test_a_corrected_amount_updates_and_an_absent_award_stays():
    brought(ROW, {**ROW, "nom_projet": "Autre"})
    entry = brought({**ROW, "montant_subvention": "2000,50", "montant_aide": "2500"})
    assert (entry.created_count, entry.updated_count, entry.unchanged_count) == (0, 1, 0)
    assert sorted(Award.objects.values_list("project", "aid")) == [("Autre", Decimal(1500)), ("Vision", Decimal(2500))]


@pytest.mark.django_db
def test_the_database_holds_that_the_aid_is_the_sum():
    brought(ROW)
    with pytest.raises(IntegrityError, match="award_aid_is_subsidy_and_advance"), transaction.atomic():
        Award.objects.update(aid=Decimal(1))


# --- Pages ---------------------------------------------------------------------------------------


@pytest.fixture
def validator(client, db):
    client.force_login(make_user("valerie", Membership.Role.VALIDATOR))
    return client


def send(client, file):
    return client.post(reverse("funding:award_import"), {"file": file, "stated_on": "2026-01-01"})


def test_nothing_is_written_before_the_confirmation(validator):
    page = send(validator, csv_file(ROW))
    assert Award.objects.count() == 0
    assert "Atelier des Alpes" in page.text
    token = page.context["token"]
    answer = validator.post(reverse("funding:award_import"), {"token": token}, follow=True)
    assert "Import terminé" in answer.text
    assert Award.objects.get().last_import.imported_by.name == "Valerie"
    again = validator.post(reverse("funding:award_import"), {"token": token}, follow=True)
    assert "a expiré ou a déjà été confirmé" in again.text
    assert Award.objects.count() == 1


def test_a_fault_stops_the_whole_file_and_is_shown(validator):
    page = send(validator, csv_file(ROW, {**ROW, "siret": "20005376700015"}))
    assert page.context["reading"].faults
    assert "token" not in page.context
    assert "20005376700015" in page.text
    assert Award.objects.count() == 0


def test_a_preview_of_somebody_else_is_not_confirmed(validator):
    token = send(validator, csv_file(ROW)).context["token"]
    validator.force_login(make_user("victor", Membership.Role.VALIDATOR))
    validator.post(reverse("funding:award_import"), {"token": token})
    assert Award.objects.count() == 0


@pytest.mark.parametrize("file", [ContentFile(b"<html>", name="a.csv"), ContentFile(b"%PDF-1.7 %%EOF", name="a.pdf")])
def test_what_is_no_table_is_refused_at_its_field(validator, file):
    assert "file" in send(validator, file).context["form"].errors


@pytest.mark.django_db
def test_a_natural_person_is_never_named(client):
    person = {**ROW, "nom_beneficiaire": "Marie Curie", "typologie": "Personne physique", "siret": ""}
    brought(ROW, person)
    page = client.get(reverse("funding:award_list"))
    assert "Marie Curie" not in page.text
    assert "Personne physique" in page.text
    found = client.get(reverse("funding:award_list"), {"q": "Curie"})
    assert found.context["page"].paginator.count == 0


@pytest.mark.django_db
def test_each_cut_adds_up_to_the_same_sum(client, django_assert_num_queries):
    def ask(number):
        rows = [
            {
                **ROW,
                "nom_projet": f"p{n}",
                "localisation_geo": ["01", "38", ""][n % 3],
                "date_dpm": f"01/01/20{20 + n % 4}",
            }
            for n in range(number)
        ]
        brought(*rows)
        with django_assert_num_queries(9):
            return client.get(reverse("funding:award_list")).context["totals"]

    ask(2)
    totals = ask(30)
    assert totals.whole.aid == 30 * Decimal(1500)
    for cut in (totals.by_year, totals.by_department, totals.by_operator):
        assert sum(row.aid for row in cut) == totals.whole.aid
        assert sum(row.number for row in cut) == totals.whole.number
    assert all(row.aid == row.subsidy + row.repayable_advance for row in totals.by_department)


@pytest.mark.django_db
def test_an_unknown_department_shows_nothing_rather_than_all(client):
    brought(ROW)
    page = client.get(reverse("funding:award_list"), {"departement": "zz"})
    assert page.context["page"].paginator.count == 0
    assert "rien n’est affiché plutôt que tout" in page.text
