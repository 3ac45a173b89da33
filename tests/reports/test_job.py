"""The job: one file's failure does not lose the others, nothing is made twice, who asked is told, drafts expire."""

import hashlib
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from commitments.models import Delivery
from reports import queries, services, tasks, transitions
from reports.models import Report, ReportFile
from reports.services import building
from reports.writers import WRITERS, Writer, variants
from tests.factories import make_actor, make_user
from tests.reports.situations import at, draw_quarter, make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
State = Report.State
NOW = at(2026, 10, 1)
CSV = ReportFile.Format.CSV_EXCEL


def small(dataset, path, language):
    path.write_text(f"{dataset.sha256} {language}")


def out_of_paper(dataset, path, language):
    path.write_text("begun, and")
    raise OSError("no space left on device")


@pytest.fixture(autouse=True)
def light_writers(monkeypatch):
    """What each format looks like is another matter: these tests are about when files are written."""
    for format_, writer in list(WRITERS.items()):
        monkeypatch.setitem(WRITERS, format_, Writer(small, writer.ending, writer.languages))


@pytest.fixture
def quarter(db):
    return draw_quarter()


@pytest.fixture
def asked(quarter, amina):
    return transitions.request_report(quarter, by=amina)


@pytest.fixture
def csv_fails(monkeypatch):
    kept = WRITERS[CSV]
    monkeypatch.setitem(WRITERS, CSV, Writer(out_of_paper, kept.ending, kept.languages))
    return lambda: monkeypatch.setitem(WRITERS, CSV, kept)


def again(report):
    """The next try, whose hour has come."""
    Report.objects.filter(pk=report.pk).update(not_before=timezone.now())
    tasks.build_report(report.pk)
    report.refresh_from_db()
    return report


def names(report):
    return sorted(file.file.name for file in report.files.filter(state="ready"))


# --- Building -------------------------------------------------------------------------------------


def test_one_file_s_failure_does_not_lose_the_others(asked, amina, client, files, csv_fails):
    tasks.build_report(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.is_waiting_to_retry) == (State.QUEUED, True)
    states = {file.format: file.state for file in asked.files.all()}
    assert states.pop("csv") == "failed"
    assert set(states.values()) == {"ready"}
    assert files() == names(asked)
    client.force_login(amina)
    page = client.get(asked.get_absolute_url()).content.decode()
    assert "no space left on device" in page
    for file in asked.files.filter(state="ready"):
        address = reverse("reports:staff_file", args=[asked.pk, file.name])
        assert address in page
        assert len(b"".join(client.get(address).streaming_content)) == file.size


def test_only_what_is_missing_is_tried_again(asked, csv_fails):
    tasks.build_report(asked.pk)
    asked.refresh_from_db()
    before, data = list(asked.files.filter(state="ready").values()), asked.content
    csv_fails()
    again(asked)
    assert (asked.state, asked.content) == (State.READY, data)
    assert list(asked.files.exclude(format="csv").values()) == before
    assert asked.files.count() == len(list(variants()))


def test_after_the_last_try_it_fails_with_the_names_and_can_be_tried_again(asked, amina, csv_fails, files):
    for _ in range(4):
        again(asked)
    assert asked.state == State.FAILED
    told, *each = asked.error.split("\n")
    assert "n’ont pas pu être faits" in told
    assert each == ["CSV pour Excel en français – OSError: no space left on device"]
    assert len(names(asked)) == len(list(variants())) - 1
    assert files() == names(asked)
    csv_fails()
    transitions.retry(asked, by=amina)
    assert again(asked).state == State.READY


def test_data_that_cannot_be_read_are_tried_again_too(asked, monkeypatch):
    def no_answer(report):
        raise ConnectionError("the database is away")

    monkeypatch.setattr(building, "build_dataset", no_answer)
    tasks.build_report(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.content) == (State.QUEUED, "")
    assert asked.error.split("\n") == [
        "La construction s’est arrêtée à l’étape «\u00a0Lecture des données\u00a0».",
        "ConnectionError: the database is away",
    ]
    monkeypatch.undo()


def test_the_data_are_kept_before_any_file_is_written(asked, monkeypatch):
    seen = []

    def looks(dataset, path, language):
        report = Report.objects.get(pk=asked.pk)
        seen.append((hashlib.sha256(report.content.encode()).hexdigest(), report.step, report.percent))
        small(dataset, path, language)

    for format_, writer in list(WRITERS.items()):
        monkeypatch.setitem(WRITERS, format_, Writer(looks, writer.ending, writer.languages))
    tasks.build_report(asked.pk)
    asked.refresh_from_db()
    assert {sha256 for sha256, _step, _percent in seen} == {asked.dataset_sha256}
    assert seen[0][1] == "Classeur ODS en français"
    percents = [percent for _sha256, _step, percent in seen]
    assert percents == sorted(percents)
    assert 5 <= percents[0] < percents[-1] < 100


def test_what_a_dead_worker_left_at_a_file_s_place_goes_first(asked, files):
    started = transitions.start(asked.pk)
    place = f"reports/{asked.pk}/feuille-route-ia_rapport_2026-T3_provisoire.pdf"
    default_storage.save(place, ContentFile(b"half a f"))
    services.produce(started)
    asked.refresh_from_db()
    assert asked.state == State.READY
    assert place in files()
    assert files() == names(asked)


def test_a_worker_that_lost_its_report_stores_nothing(asked, files, monkeypatch):
    def is_taken_over_meanwhile(dataset, path, language):
        small(dataset, path, language)
        Report.objects.filter(pk=asked.pk).update(attempt=7)

    monkeypatch.setitem(WRITERS, ReportFile.Format.ODS, Writer(is_taken_over_meanwhile, ".ods"))
    with pytest.raises(transitions.HoldLost):
        services.produce(transitions.start(asked.pk))
    assert files() == []
    assert not asked.files.filter(state="ready").exists()


def test_the_ready_files_of_a_sealed_report_are_left_alone(quarter, amina, csv_fails):
    report = transitions.seal(quarter, by=amina).layout
    tasks.build_report(report.pk)
    report.refresh_from_db()
    before = list(report.files.filter(state="ready").values())
    csv_fails()
    assert again(report).state == State.READY
    assert list(report.files.exclude(format="csv").values()) == before
    assert report.content == ""


@pytest.mark.django_db(transaction=True)
def test_a_step_longer_than_the_lease_keeps_its_report(monkeypatch, settings):
    settings.REPORT_LEASE_SECONDS = 1
    report = transitions.request_report(draw_quarter(), by=make_user("amina", "administrator", make_actor("region")))

    def takes_its_time(dataset, path, language):
        small(dataset, path, language)
        time.sleep(2.5)
        assert transitions.start(report.pk) is None

    monkeypatch.setitem(WRITERS, CSV, Writer(takes_its_time, "-excel.csv"))
    built = services.produce(transitions.start(report.pk))
    assert (built.state, built.attempt) == (State.READY, 1)


# --- Beat -----------------------------------------------------------------------------------------


def test_what_is_due_is_found_in_the_table(quarter):
    due = make_report(quarter, "axis=research", not_before=NOW)
    make_report(quarter, "axis=training", not_before=NOW + timedelta(seconds=1))
    held = {"state": State.BUILDING, "attempt": 1}
    dead = make_report(quarter, "provenance=named", lease_until=NOW - timedelta(seconds=1), **held)
    make_report(quarter, "provenance=direct", lease_until=NOW + timedelta(seconds=1), **held)
    make_report(quarter, state=State.FAILED, error="Panne.")
    assert queries.due_reports(NOW) == [due.pk, dead.pk]


# --- Mail -----------------------------------------------------------------------------------------


def test_who_asked_is_told_once_that_it_is_ready(asked, amina):
    tasks.build_report(asked.pk)
    assert queries.untold_reports(timezone.now()) == [asked.pk]
    tasks.tell_of_report(asked.pk)
    tasks.tell_of_report(asked.pk)
    [message] = mail.outbox
    assert (message.to, message.subject) == ([amina.email], "Rapport T3\u00a02026\u00a0: prêt")
    html, _kind = message.alternatives[0]
    for text in (message.body, html):
        assert asked.get_absolute_url() in text
        assert "Classeur ODS" in text
        assert "Que faire" not in text
    assert queries.untold_reports(timezone.now()) == []


def test_the_failure_is_told_with_what_is_missing_and_what_to_do(asked, amina, csv_fails):
    again(asked)
    tasks.tell_of_report(asked.pk)
    assert mail.outbox == []
    for _ in range(3):
        again(asked)
    tasks.tell_of_report(asked.pk)
    [message] = mail.outbox
    assert message.subject == "Rapport T3\u00a02026\u00a0: des fichiers manquent"
    missing = message.body.partition("Manquants")[2]
    assert "CSV pour Excel" in missing
    assert "no space left on device" in missing
    assert "Réessayer" in missing
    assert "CSV pour Excel" not in message.body.partition("Manquants")[0]


def test_the_mail_says_what_is_fictional(asked, amina, roadmap):
    type(roadmap).objects.update(is_demonstration=True)
    tasks.build_report(asked.pk)
    tasks.tell_of_report(asked.pk)
    assert mail.outbox[0].subject.startswith("[Démonstration] ")


def test_all_administrators_are_told_of_a_sealed_report(quarter, amina, paula):
    other = make_user("autre", "administrator", make_actor("prefecture"))
    report = transitions.seal(quarter, by=None).layout
    tasks.build_report(report.pk)
    tasks.tell_of_report(report.pk)
    assert sorted(message.to[0] for message in mail.outbox) == sorted([amina.email, other.email])
    assert Delivery.objects.filter(kind="report", sent_at__isnull=False).count() == 2


# --- Expiry ---------------------------------------------------------------------------------------


def test_drafts_expire_with_their_files_and_the_page_says_when(quarter, amina, client, files, settings):
    old = transitions.request_report(quarter, by=amina)
    tasks.build_report(old.pk)
    client.force_login(amina)
    assert "sera supprimé" in client.get(old.get_absolute_url()).content.decode()
    online = transitions.request_report(quarter, by=amina)
    tasks.build_report(online.pk)
    transitions.put_online(online, by=amina)
    sealed = transitions.seal(quarter, by=amina, publish_it=False).layout
    tasks.build_report(sealed.pk)
    long_ago = timezone.now() - timedelta(days=settings.REPORT_DRAFT_DAYS + 1)
    Report.objects.update(finished_at=long_ago)
    young = transitions.request_report(quarter, "provenance=named", by=amina)
    tasks.build_report(young.pk)
    default_storage.save(f"reports/{online.pk}/left-by-a-dead-worker.pdf", ContentFile(b"half"))
    tasks.delete_expired_drafts()
    assert set(Report.objects.values_list("pk", flat=True)) == {online.pk, sealed.pk, young.pk}
    assert files() == sorted([*names(online), *names(sealed), *names(young)])
    for kept in (online, sealed):
        assert "sera supprimé" not in client.get(kept.get_absolute_url()).content.decode()


def test_the_files_of_what_runs_are_not_swept(asked, files):
    place = default_storage.save(f"reports/{asked.pk}/being-stored.pdf", ContentFile(b"half"))
    services.sweep()
    assert files() == [place]


# --- Pages ----------------------------------------------------------------------------------------


def test_administrators_see_the_queue(quarter, amina, client, django_assert_num_queries):
    def draw(scope):
        make_report(quarter, f"axis={scope}")
        held = {"state": State.BUILDING, "attempt": 12, "lease_until": NOW, "step": "PDF en français"}
        make_report(quarter, f"provenance={scope}", **held)
        make_report(quarter, state=State.FAILED, error="Panne du disque.", finished_at=NOW)
        make_report(
            quarter, state=State.READY, content="{}", dataset_sha256="0" * 64, finished_at=NOW + timedelta(seconds=42)
        )

    draw("research")
    with django_assert_num_queries(4):
        queue = queries.queue()
    assert (queue.waiting, queue.oldest_at) == (1, at(2026, 10, 1))
    draw("training")
    with django_assert_num_queries(4):
        queue = queries.queue()
    assert (queue.waiting, queue.usual_seconds, len(queue.building), len(queue.failed)) == (2, 42, 2, 2)
    client.force_login(amina)
    page = client.get("/espace/rapports/").content.decode()
    for told in ("essai n°\u00a02", "PDF en français", "Panne du disque.", "42\u00a0s"):
        assert told in page


def test_without_scripts_the_page_loads_itself_again_until_told_not_to(asked, amina, client):
    client.force_login(amina)
    refresh = '<noscript><meta http-equiv="refresh" content="10"></noscript>'
    assert refresh in client.get(asked.get_absolute_url()).content.decode()
    assert refresh not in client.get(asked.get_absolute_url() + "?actualiser=non").content.decode()
    tasks.build_report(asked.pk)
    assert refresh not in client.get(asked.get_absolute_url()).content.decode()


def test_a_change_of_state_is_said_aloud_and_nothing_else(asked, amina, client):
    client.force_login(amina)
    state = reverse("reports:staff_state", args=[asked.pk])
    assert "#annonce" not in client.get(state, {"vu": "queued"}).content.decode()
    transitions.start(asked.pk)
    answer = client.get(state, {"vu": "queued"}).content.decode()
    assert '<div hx-swap-oob="innerHTML:#annonce">En construction</div>' in answer
    assert 'role="status"' not in answer
