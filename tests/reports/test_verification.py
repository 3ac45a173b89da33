"""What was sealed is computed again, whoever has written in the database and set its triggers aside."""

# ruff: noqa: S608 - SQL written here from constants of this module.

import hashlib
import json
import os
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from commitments.models import Campaign
from reports import services, transitions
from reports.models import ReportFile
from reports.verification import verdicts
from tests.factories import make_campaign, make_roadmap
from tests.reports.situations import at, draw_quarter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
PAGE = "/rapports/verification/"


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def chain(db, amina):
    """T3, its rectification, and T4, which is not published; without files."""
    first = transitions.seal(draw_quarter(), by=amina, at=at(2026, 10, 20))
    second = transitions.rectify(first, reason="Un chiffre était faux.", by=amina, at=at(2026, 11, 2))
    following = make_campaign(2026, 4, state=Campaign.State.REVIEW)
    third = transitions.seal(following, by=amina, publish_it=False, at=at(2027, 1, 20))
    return [first, second, third]


@pytest.fixture
def built(chain):
    """The files of the first one."""
    services.produce(transitions.start(chain[0].layout.pk))
    return chain


def verify(*options):
    """(exit code, what is printed)."""
    out = StringIO()
    try:
        call_command("verify_reports", *options, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


@contextmanager
def triggers_off():
    """As their owner may; foreign keys of deleted rows are looked at too late to matter here."""
    tables = ("reports_sealedreport", "reports_report", "reports_reportfile")
    with connection.cursor() as cursor:
        # Deferred checks still waiting would forbid the next statement.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor.execute


def findings(number):
    """Codes of what is wrong with that report, by the command."""
    code, printed = verify("--json")
    found = {row["number"]: [f["fault"] for f in row["findings"]] for row in json.loads(printed)}
    assert code == int(any(found.values()))
    return found[number]


def test_all_is_well_with_what_nobody_has_touched(built):
    code, printed = verify()
    assert code == 0
    assert printed.splitlines() == ["ia  n° 1, 2026-T3 v1: ok", "ia  n° 2, 2026-T3 v2: ok", "ia  n° 3, 2026-T4 v1: ok"]


def test_one_byte_of_the_data_is_found_and_the_report_named(chain):
    with triggers_off() as execute:
        execute("UPDATE reports_sealedreport SET content = replace(content, 'Pas de marché', 'Pas de Marché')"
                " WHERE number = 1")  # fmt: skip
    code, printed = verify()
    assert code == 1
    (wrong,) = [line for line in printed.splitlines() if not line.endswith(": ok")]
    assert "n° 1, 2026-T3 v1: les données ne sont plus celles de l’empreinte" in wrong


def test_data_written_anew_with_their_fingerprint_break_the_chain(chain):
    """Whoever changes the content and the column beside it cannot change what the next report says of them."""
    with triggers_off() as execute:
        execute("UPDATE reports_sealedreport SET content = replace(content, 'Pas de marché', 'Pas de Marché')"
                " WHERE number = 1")  # fmt: skip
        execute("UPDATE reports_sealedreport SET sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')"
                " WHERE number = 1")  # fmt: skip
    assert findings(1) == ["layout_differs"]
    assert findings(2) == ["seal_differs", "chain_broken"]


@pytest.mark.parametrize(
    ("change", "number", "expected"),
    [
        ("sha256 = '0' || substr(sha256, 2, 62) || 'g'", 3, ["content_changed", "layout_differs"]),
        ("content = content || ' '", 2, ["content_changed", "content_not_canonical"]),
        ("content = left(content, 100)", 2, ["content_changed", "content_unreadable"]),
        ("content = '[1]'", 2, ["content_changed", "content_unreadable"]),
        ("reason = 'Rien de grave.'", 2, ["seal_differs"]),
        ("sealed_at = sealed_at - interval '1 day'", 3, ["seal_differs"]),
        ("previous_sha256 = repeat('0', 64)", 3, ["seal_differs", "chain_broken"]),
        ("campaign_id = (SELECT id FROM commitments_campaign WHERE quarter = 3), version = 3, rectifies_id = NULL", 3,
         ["seal_differs", "layout_differs"]),
    ],
)  # fmt: skip
def test_each_column_is_held(chain, change, number, expected):
    with triggers_off() as execute:
        execute("ALTER TABLE reports_sealedreport DROP CONSTRAINT sealed_hash_is_complete")
        execute("ALTER TABLE reports_sealedreport DROP CONSTRAINT sealed_rectification_says_why")
        execute("ALTER TABLE reports_sealedreport DROP CONSTRAINT sealed_then_published")
        execute(f"UPDATE reports_sealedreport SET {change} WHERE number = {number}")
    assert findings(number) == expected


@pytest.mark.parametrize(("number", "named"), [(1, "n° 2, 2026-T3 v2"), (2, "n° 3, 2026-T4 v1"), (3, "2026-T4")])
def test_a_report_removed_leaves_a_hole(chain, number, named):
    """In the middle the chain tells; at its end, the quarter that is sealed and its files."""
    with triggers_off() as execute:
        execute("ALTER TABLE reports_sealedreport DROP CONSTRAINT sealed_rectification_says_why")
        execute("UPDATE reports_sealedreport SET rectifies_id = NULL")
        execute(f"UPDATE reports_report SET sealed_id = NULL WHERE sealed_id = {chain[number - 1].pk}")
        execute(f"DELETE FROM reports_sealedreport WHERE number = {number}")
    code, printed = verify()
    assert code == 1
    (line,) = [line for line in printed.splitlines() if "il manque" in line or "n’est plus là" in line]
    assert line.startswith(f"ia  {named}: ")


def in_french(format_):
    return ReportFile.objects.get(report__sealed__number=1, format=format_, language="fr")


def path_of(format_):
    return Path(in_french(format_).file.path)


def test_one_byte_of_a_file_is_found_and_the_file_named(built):
    path = path_of("pdf")
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    code, printed = verify()
    assert code == 1
    assert "n° 1, 2026-T3 v1: fichier différent de son empreinte (feuille-route-ia_rapport_2026-T3_v1.pdf)" in printed


def test_a_missing_file_is_found_and_named(built):
    os.remove(path_of("ods"))
    code, printed = verify()
    assert code == 1
    assert "n° 1, 2026-T3 v1: fichier absent (feuille-route-ia_rapport_2026-T3_v1.ods)" in printed


def test_files_that_are_all_gone_are_missed(built):
    with triggers_off() as execute:
        execute("DELETE FROM reports_reportfile")
    assert findings(1) == ["files_lost"]


def test_a_json_file_that_is_not_the_sealed_data_is_found(built):
    with triggers_off() as execute:
        execute("UPDATE reports_reportfile SET format = 'json' WHERE format = 'ods' AND language = 'fr'")
    assert "json_differs" in findings(1)


def test_a_hash_of_a_file_changed_in_the_table_is_found(built):
    with triggers_off() as execute:
        execute("UPDATE reports_reportfile SET sha256 = repeat('a', 64) WHERE format = 'xlsx' AND language = 'fr'")
    assert findings(1) == ["file_changed"]


def test_files_laid_out_again_on_another_day_are_the_same_bytes(built):
    with time_machine.travel(at(2031, 5, 6), tick=False):
        code, printed = verify("--rebuild")
    assert (code, printed.count(": ok")) == (0, 3), printed


def test_a_file_that_cannot_come_from_the_data_is_found(built):
    """Its bytes and its fingerprint agree with each other, not with what was sealed."""
    path = path_of("csv")
    path.write_bytes(path.read_bytes() + b"Un engagement de plus\n")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with triggers_off() as execute:
        execute(f"UPDATE reports_reportfile SET sha256 = '{sha256}', size = {path.stat().st_size}"
                " WHERE format = 'csv' AND language = 'fr'")  # fmt: skip
    assert verify()[0] == 0
    code, printed = verify("--rebuild")
    assert code == 1
    assert "reconstruit, le fichier diffère (feuille-route-ia_rapport_2026-T3_v1-excel.csv)" in printed


def test_the_number_of_queries_does_not_grow_with_the_chain(built, amina, django_assert_num_queries):
    roadmap = make_roadmap()
    with django_assert_num_queries(4):
        assert len(list(verdicts(roadmap, files=True))) == 3
    transitions.rectify(built[1], reason="Encore.", by=amina, at=at(2027, 2, 1))
    with django_assert_num_queries(4):
        assert len(list(verdicts(roadmap, files=True))) == 4


# --- The public page ------------------------------------------------------------------------------


def test_everyone_reads_the_chain_with_its_verdicts(client, chain):
    page = client.get(PAGE).content.decode()
    assert "Tous les rapports sont tels qu’ils ont été scellés." in page
    assert page[: page.index("<footer")].count("conforme") == 3
    assert chain[0].sha256 in page
    assert not client.cookies


def test_of_a_report_that_is_not_published_only_the_place_in_the_chain_is_told(client, chain):
    page = client.get(PAGE).content.decode()
    assert "scellé, pas encore publié" in page
    assert "2026-T4" not in page
    assert client.get(PAGE, {"rapport": "3"}).status_code == 404


def test_what_was_changed_is_told_to_everyone(client, chain):
    with triggers_off() as execute:
        execute("UPDATE reports_sealedreport SET content = content || ' ' WHERE number = 2")
    page = client.get(PAGE).content.decode()
    assert "1 rapport n’est plus ce qui a été scellé." in page
    assert "les données ne sont plus celles de l’empreinte" in page


def test_a_crowd_costs_one_computation(client, chain, django_assert_max_num_queries):
    client.get(PAGE)
    with django_assert_max_num_queries(4):
        client.get(PAGE)


def test_a_new_report_is_in_the_page_at_once(client, chain, amina):
    client.get(PAGE)
    transitions.publish(chain[2], by=amina, at=at(2027, 1, 21))
    assert "T4" in client.get(PAGE).content.decode()


def test_the_files_of_one_report_are_checked_when_asked(client, built):
    page = client.get(PAGE, {"rapport": "1"}).content.decode()
    assert "octet pour octet" in page
    cache.clear()
    path_of("xlsx").write_bytes(b"autre chose")
    page = client.get(PAGE, {"rapport": "1"}).content.decode()
    assert "fichier différent de son empreinte (feuille-route-ia_rapport_2026-T3_v1.xlsx)" in page


@pytest.mark.parametrize("asked", ["0", "99", "3", "x", "٣", "9999999"])
def test_a_report_that_is_not_there_is_not_checked(client, chain, asked):
    assert client.get(PAGE, {"rapport": asked}).status_code == 404


def dressed(sha256):
    """As some tools print it."""
    return " " + " ".join(sha256[i : i + 8] for i in range(0, 64, 8)).upper() + "\u00a0"


def test_a_fingerprint_leads_to_its_file(client, built):
    file = in_french("pdf")
    response = client.get(PAGE, {"empreinte": dressed(file.sha256)})
    page = response.content.decode()
    assert "Oui, cette empreinte est publiée" in page
    assert file.name in page
    assert "/rapports/2026-T3/v1/" in page
    assert not client.cookies


def test_a_fingerprint_of_data_leads_to_its_report(client, chain):
    answer = client.get(PAGE, {"empreinte": chain[1].sha256}).context["answer"]
    assert (answer["sealed"], answer["files"]) == ([chain[1]], [])


@pytest.mark.parametrize("unknown", ["0" * 64, "of a report that is not published"])
def test_an_unknown_fingerprint_is_told_to_be_unknown(client, chain, unknown):
    asked = unknown if unknown.startswith("0") else chain[2].sha256
    assert "n’est celle d’aucun fichier publié" in client.get(PAGE, {"empreinte": asked}).content.decode()


@pytest.mark.parametrize("typed", ["", "abc", "g" * 64, "0" * 65, "<script>"])
def test_what_is_no_fingerprint_is_told(client, chain, typed):
    response = client.get(PAGE, {"empreinte": typed})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert 'role="alert"' in response.content.decode()


def test_the_page_is_there_before_anything_is_sealed(client, db):
    assert "Aucun rapport n’a encore été scellé." in client.get(PAGE).content.decode()
