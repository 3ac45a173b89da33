"""How a report is asked for, built, fails, is tried again and goes online."""

import hashlib
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import Http404

from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports import queries, services, tasks, transitions
from reports.models import Report, ReportFile
from reports.transitions.tables import move
from reports.writers import variants
from tests.factories import make_actor, make_campaign, make_user
from tests.reports.situations import at, draw_quarter

State = Report.State
NOW = at(2026, 10, 1)
LATER = NOW + timedelta(minutes=2)


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
    assert transitions.request_report(quarter, by=amina, at=LATER) == amina_asks
    assert transitions.retry(amina_asks, by=amina, at=LATER).state == State.BUILDING
    assert transitions.start(amina_asks.pk, at=LATER).attempt == 2


def test_a_message_delivered_again_takes_a_stalled_report_over_and_leaves_the_others(amina_asks):
    assert transitions.start(amina_asks.pk, at=NOW) is not None
    assert transitions.start(amina_asks.pk, at=NOW) is None
    assert transitions.start(amina_asks.pk, at=LATER) is not None
    assert transitions.start(10**6) is None


def test_a_sign_of_life_keeps_the_report(amina_asks):
    held = transitions.start(amina_asks.pk, at=NOW)
    transitions.renew(held, at=NOW + timedelta(seconds=50))
    assert transitions.start(amina_asks.pk, at=NOW + timedelta(seconds=100)) is None
    transitions.progress(held, "PDF", 50, at=NOW + timedelta(seconds=100))
    assert transitions.start(amina_asks.pk, at=NOW + timedelta(seconds=150)) is None
    assert transitions.start(amina_asks.pk, at=NOW + timedelta(seconds=161)).attempt == 2


def test_a_worker_given_up_for_dead_writes_nothing_when_it_comes_back(amina, amina_asks):
    slow = transitions.start(amina_asks.pk, at=NOW)
    file = transitions.expect_files(slow, [("pdf", "fr")])[0]
    quick = transitions.start(amina_asks.pk, at=LATER)
    for write in (
        lambda: transitions.progress(slow, "PDF", 80),
        lambda: transitions.keep_data(slow, "{}"),
        lambda: transitions.expect_files(slow, [("ods", "fr")]),
        lambda: transitions.file_failed(slow, file, "Perdu."),
        lambda: transitions.fail(slow, "Perdu."),
        lambda: transitions.finish(slow),
        lambda: services.produce(slow),
    ):
        with pytest.raises(transitions.HoldLost, match="repris"):
            write()
    transitions.renew(slow, at=LATER + timedelta(hours=1))
    quick.refresh_from_db()
    assert (quick.state, quick.percent, quick.content, quick.lease_until) == (
        State.BUILDING, 0, "", LATER + timedelta(seconds=60),
    )  # fmt: skip
    assert [(f.format, f.state) for f in quick.files.all()] == [("pdf", "pending")]


def test_what_failed_is_tried_again_after_longer_and_longer_then_no_more(amina, amina_asks):
    now = NOW
    for minutes in (1, 5, 15):
        report = transitions.fail(transitions.start(amina_asks.pk, at=now), "Le disque est plein.", at=now)
        assert (report.state, report.error) == (State.QUEUED, "Le disque est plein.")
        now += timedelta(minutes=minutes)
        assert transitions.start(amina_asks.pk, at=now - timedelta(seconds=1)) is None
    report = transitions.fail(transitions.start(amina_asks.pk, at=now), "Le disque est plein.", at=now)
    assert (report.state, report.error) == (State.FAILED, "Le disque est plein.")
    again = transitions.retry(report, by=amina, at=now)
    assert (again.state, again.error, again.started_at) == (State.QUEUED, "", None)
    assert transitions.start(again.pk, at=now).tries == 1


def test_who_does_not_want_to_wait_for_the_next_try_does_not(amina, amina_asks):
    transitions.fail(transitions.start(amina_asks.pk, at=NOW), "Panne.", at=NOW)
    assert transitions.start(amina_asks.pk, at=NOW) is None
    transitions.retry(amina_asks, by=amina, at=NOW)
    assert transitions.start(amina_asks.pk, at=NOW).attempt == 2


def test_a_report_that_workers_die_of_is_given_to_ten_and_to_no_more(amina, amina_asks):
    now = NOW
    for attempt in range(1, 11):
        assert transitions.start(amina_asks.pk, at=now).attempt == attempt
        now += timedelta(seconds=61)
    assert transitions.start(amina_asks.pk, at=now) is None
    amina_asks.refresh_from_db()
    assert amina_asks.state == State.FAILED
    assert "interrompue 10 fois" in amina_asks.error
    transitions.retry(amina_asks, by=amina, at=now)
    assert transitions.start(amina_asks.pk, at=now).tries == 1


def test_a_failed_report_is_not_tried_again_while_another_runs(quarter, amina, amina_asks, settings):
    settings.REPORT_RETRY_SECONDS = []
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
    assert [(file.format, file.language) for file in stored] == list(variants())
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
    assert queries.report_to_read(AnonymousUser(), "2026-T3").dataset == second.dataset
    assert transitions.take_offline(second, by=amina).published_at is None
    first.refresh_from_db()
    assert first.published_at is None
    with pytest.raises(Http404):
        queries.report_to_read(AnonymousUser(), "2026-T3")


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
        queries.file_to_read(AnonymousUser(), "2026-T3", name)
    transitions.put_online(report, by=amina)
    assert queries.file_to_read(AnonymousUser(), "2026-T3", name).format == "pdf"
    for slug, other in (("2026-T3", "autre.pdf"), ("2026-T2", name), ("n’importe", name)):
        with pytest.raises(Http404):
            queries.file_to_read(AnonymousUser(), slug, other)


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
