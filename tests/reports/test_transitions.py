"""How a report is asked for, built, fails, is tried again and goes online."""

import hashlib
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import Http404

from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports import queries, services, tasks, transitions
from reports.models import Report, ReportFile
from reports.transitions.tables import move
from reports.writers import WRITERS, Writer
from tests.factories import make_actor, make_campaign, make_user
from tests.reports.situations import at, draw_quarter

State = Report.State
NOW = at(2026, 10, 1)
LATER = NOW + timedelta(minutes=16)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """Files of the tests go where the tests can be rid of them."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    return tmp_path


@pytest.fixture
def quarter(db):
    return make_campaign(2026, 3, state=Campaign.State.REVIEW)


@pytest.fixture
def amina_asks(quarter, amina):
    return transitions.request_report(quarter, by=amina, at=NOW)


@pytest.mark.parametrize(
    ("source", "target"),
    [(source, target) for source in State for target in State if target not in transitions.REPORT_CHANGES[source]],
)
def test_what_the_table_does_not_list_is_refused(source, target):
    with pytest.raises(TransitionRefused, match="pas permis"):
        move(Report(state=source), target)


@pytest.mark.parametrize("who", ["paula", "stephane", "louis"])
def test_others_than_an_administrator_ask_for_nothing(quarter, who, request):
    with pytest.raises(TransitionRefused, match="administration"):
        transitions.request_report(quarter, by=request.getfixturevalue(who))
    assert not Report.objects.exists()


def test_an_administrator_asks_and_waits(amina_asks, amina):
    assert (amina_asks.state, amina_asks.requested_by, amina_asks.percent) == (State.QUEUED, amina, 0)


def test_asking_twice_gives_the_one_that_runs(quarter, amina, amina_asks):
    assert transitions.request_report(quarter, by=amina, at=NOW) == amina_asks
    transitions.start(amina_asks.pk, at=NOW)
    assert transitions.request_report(quarter, by=amina, at=NOW) == amina_asks
    assert transitions.request_report(quarter, "provenance=named", by=amina, at=NOW) != amina_asks


@pytest.mark.parametrize("scope", ["status=nimporte", "inconnu=1", "provenance=named&axis="])
def test_a_scope_that_cannot_be_read_is_refused(quarter, amina, scope):
    with pytest.raises(TransitionRefused, match="illisible") as refusal:
        transitions.request_report(quarter, scope, by=amina)
    assert refusal.value.field == "scope"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_report():
    quarter = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    amina = make_user("amina", "administrator", make_actor("region"))
    together, found = Barrier(2), []

    def click():
        together.wait()
        found.append(transitions.request_report(quarter, by=amina, at=NOW).pk)
        connection.close()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(found) == 2
    assert len(set(found)) == 1
    assert Report.objects.count() == 1


def test_a_worker_that_died_does_not_keep_the_report_for_ever(quarter, amina, amina_asks):
    transitions.start(amina_asks.pk, at=NOW)
    again = transitions.request_report(quarter, by=amina, at=LATER)
    amina_asks.refresh_from_db()
    assert again != amina_asks
    assert (amina_asks.state, again.state) == (State.FAILED, State.QUEUED)
    assert "sans nouvelle depuis 15" in amina_asks.error


def test_a_stalled_report_can_be_tried_again(amina, amina_asks):
    transitions.start(amina_asks.pk, at=NOW)
    assert transitions.retry(amina_asks, by=amina, at=NOW).state == State.BUILDING
    assert transitions.retry(amina_asks, by=amina, at=LATER).state == State.QUEUED


def test_a_message_delivered_again_builds_a_stalled_report_and_leaves_the_others(amina_asks):
    assert transitions.start(amina_asks.pk, at=NOW) is not None
    assert transitions.start(amina_asks.pk, at=NOW) is None
    assert transitions.start(amina_asks.pk, at=LATER) is not None
    assert transitions.start(10**6) is None


def test_a_worker_given_up_for_dead_writes_nothing_when_it_comes_back(amina, amina_asks):
    slow = transitions.start(amina_asks.pk, at=NOW)
    quick = transitions.start(amina_asks.pk, at=LATER)
    transitions.progress(slow, "PDF", 80)
    transitions.fail(slow, "Perdu.")
    with pytest.raises(TransitionRefused, match="relancé"):
        transitions.finish(slow, {})
    quick.refresh_from_db()
    assert (quick.state, quick.percent) == (State.BUILDING, 0)


def test_a_failure_says_why_and_is_tried_again(amina, amina_asks):
    report = transitions.start(amina_asks.pk)
    transitions.fail(report, "Le disque est plein.")
    report.refresh_from_db()
    assert (report.state, report.error) == (State.FAILED, "Le disque est plein.")
    again = transitions.retry(report, by=amina)
    assert (again.state, again.error, again.started_at) == (State.QUEUED, "", None)


def test_a_failed_report_is_not_tried_again_while_another_runs(quarter, amina, amina_asks):
    transitions.fail(transitions.start(amina_asks.pk), "Panne.")
    transitions.request_report(quarter, by=amina)
    with pytest.raises(TransitionRefused, match="déjà en cours"):
        transitions.retry(amina_asks, by=amina)


# --- Building -------------------------------------------------------------------------------------


def test_a_report_is_built_with_its_files(amina, files):
    report = transitions.request_report(draw_quarter(), by=amina)
    tasks.build_report(report.pk)
    report.refresh_from_db()
    assert (report.state, report.percent, report.step) == (State.READY, 100, "")
    assert report.dataset["summary"]["counted"] == 5
    stored = list(report.files.all())
    assert [file.format for file in stored] == ["ods", "xlsx", "pdf", "pdf", "csv"]
    for file in stored:
        content = file.file.read()
        file.file.close()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert file.file.name.startswith(f"reports/{report.pk}/")


def test_building_twice_changes_nothing(amina, files):
    report = transitions.request_report(draw_quarter(), by=amina)
    tasks.build_report(report.pk)
    before = list(ReportFile.objects.values())
    tasks.build_report(report.pk)
    services.produce(Report.objects.get(pk=report.pk))
    assert list(ReportFile.objects.values()) == before


def test_a_format_that_fails_leaves_no_file_and_a_reason_in_french(amina, files, monkeypatch):
    def out_of_paper(dataset, path, language):
        raise OSError("no space left on device")

    monkeypatch.setitem(WRITERS, ReportFile.Format.CSV_EXCEL, Writer(out_of_paper, "-excel.csv"))
    report = transitions.request_report(draw_quarter(), by=amina)
    with pytest.raises(OSError, match="no space"):
        tasks.build_report(report.pk)
    report.refresh_from_db()
    assert report.state == State.FAILED
    told, technical = report.error.split("\n")
    assert "CSV pour Excel en français" in told
    assert technical == "OSError: no space left on device"
    assert not ReportFile.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_a_storage_that_fails_half_way_keeps_nothing(amina, files, monkeypatch):
    kept = ReportFile.save

    def full_at_the_third(self, *args, **kwargs):
        if self.format == ReportFile.Format.PDF:
            raise OSError("disk full")
        kept(self, *args, **kwargs)

    monkeypatch.setattr(ReportFile, "save", full_at_the_third)
    report = transitions.request_report(draw_quarter(), by=amina)
    with pytest.raises(OSError, match="disk full"):
        tasks.build_report(report.pk)
    report.refresh_from_db()
    assert (report.state, report.dataset) == (State.FAILED, None)
    assert not ReportFile.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_the_command_builds_and_prints_the_files(quarter, capsys):
    call_command("build_report", "2026-T3")
    printed = capsys.readouterr().out
    for file in ReportFile.objects.all():
        assert f"{file.sha256}  {file.size:>10}  {file.file.name}" in printed
    assert Report.objects.get().requested_by is None


@pytest.mark.parametrize("slug", ["2026-T4", "2026T3", "", "²-T3", "99999999999-T1"])
def test_the_command_names_a_quarter_it_does_not_know(quarter, slug):
    with pytest.raises(CommandError, match="Quarter"):
        call_command("build_report", slug)


# --- Calendar -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "of"),
    [("2026-10-01", "2026-T3"), ("2026-10-02", "2026-T3"), ("2026-09-30", "2026-T2"), ("2027-01-01", "2026-T4")],
)
def test_the_draft_is_that_of_the_quarter_just_ended_planned_or_not(quarter, today, of):
    with time_machine.travel(f"{today}T04:00:00+02:00", tick=False):
        tasks.draft_quarter_just_ended()
        tasks.draft_quarter_just_ended()
    assert [r.campaign.slug for r in Report.objects.filter(requested_by=None, scope="")] == [of]


def test_no_draft_is_made_without_a_roadmap(db):
    tasks.draft_quarter_just_ended()
    assert not Report.objects.exists()


def test_no_draft_is_made_when_somebody_has_asked_before(amina_asks):
    with time_machine.travel("2026-10-01T04:00:00+02:00", tick=False):
        tasks.draft_quarter_just_ended()
    assert Report.objects.count() == 1


# --- Online ---------------------------------------------------------------------------------------


def ready(report):
    transitions.start(report.pk)
    report.refresh_from_db()
    services.produce(report)
    report.refresh_from_db()
    return report


def test_a_report_goes_online_in_the_place_of_the_former(quarter, amina, amina_asks):
    first = transitions.put_online(ready(amina_asks), by=amina)
    second = transitions.put_online(ready(transitions.request_report(quarter, by=amina)), by=amina)
    assert list(queries.public_reports()) == [second]
    assert queries.public_report("2026-T3").dataset == second.dataset
    assert transitions.take_offline(second, by=amina).published_at is None
    first.refresh_from_db()
    assert first.published_at is None
    with pytest.raises(Http404):
        queries.public_report("2026-T3")


def test_only_a_ready_report_on_the_whole_roadmap_goes_online(quarter, amina, amina_asks, paula):
    with pytest.raises(TransitionRefused, match="prêt"):
        transitions.put_online(amina_asks, by=amina)
    part = ready(transitions.request_report(quarter, "provenance=named", by=amina))
    with pytest.raises(TransitionRefused, match="toute la feuille de route"):
        transitions.put_online(part, by=amina)
    with pytest.raises(TransitionRefused, match="administration"):
        transitions.put_online(amina_asks, by=paula)


def test_a_file_is_public_once_its_report_is_online(amina, amina_asks):
    report, name = ready(amina_asks), "feuille-route-ia_rapport_2026-T3_provisoire.pdf"
    with pytest.raises(Http404):
        queries.public_file("2026-T3", name)
    transitions.put_online(report, by=amina)
    assert queries.public_file("2026-T3", name).format == "pdf"
    for slug, other in (("2026-T3", "autre.pdf"), ("2026-T2", name), ("n’importe", name)):
        with pytest.raises(Http404):
            queries.public_file(slug, other)


def test_reports_are_those_of_administrators(amina, paula, amina_asks):
    assert queries.report_for(amina, amina_asks.pk) == amina_asks
    assert not queries.reports_for(paula)
    for user, pk in ((paula, amina_asks.pk), (amina, 10**6)):
        with pytest.raises(Http404):
            queries.report_for(user, pk)


def test_lists_cost_the_same_whatever_their_length(quarter, amina, django_assert_num_queries):
    for index in range(3):
        Report.objects.create(campaign=quarter, state=State.FAILED, error="Panne.", step=str(index))
    assert amina.current_memberships
    with django_assert_num_queries(2):
        reports = [(r.campaign.slug, r.requested_by, list(r.files.all())) for r in queries.reports_for(amina)]
    assert len(reports) == 3
