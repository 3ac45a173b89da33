"""Reports in the browser: asked for, watched, downloaded, put online; and the page says what the files say."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from reports import services, transitions
from reports.models import Report, ReportFile
from roadmap_portal.templatetags.portal import percent
from tests.reports.situations import draw_quarter

pytestmark = pytest.mark.django_db
LIST = "/espace/rapports/"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def quarter(db):
    return draw_quarter()


@pytest.fixture
def built(quarter, amina):
    report = transitions.start(transitions.request_report(quarter, by=amina).pk)
    services.produce(report)
    report.refresh_from_db()
    return report


def text_of(response) -> str:
    """What is read, with plain spaces only."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def test_amina_asks_and_is_led_to_the_report(client, quarter, amina):
    client.force_login(amina)
    response = client.post(LIST, {"campaign": quarter.pk, "axis": "", "actor": "", "provenance": ""})
    report = Report.objects.get()
    assert response.url == report.get_absolute_url()
    assert (report.state, report.scope, report.requested_by) == (Report.State.QUEUED, "", amina)
    page = client.get(response.url).content.decode()
    assert "hx-get" in page
    assert "Actualiser la page" in page


def test_asking_twice_leads_to_the_same(client, quarter, amina):
    client.force_login(amina)
    asked = {"campaign": quarter.pk, "axis": "", "actor": "", "provenance": ""}
    assert client.post(LIST, asked).url == client.post(LIST, asked).url
    assert Report.objects.count() == 1


def test_a_scope_is_kept_with_the_report(client, quarter, amina):
    client.force_login(amina)
    client.post(LIST, {"campaign": quarter.pk, "axis": "research", "actor": "", "provenance": "named"})
    assert Report.objects.get().scope == "axis=research&provenance=named"


@pytest.mark.parametrize("changes", [{"campaign": "999"}, {"axis": "inconnu"}, {"provenance": "lunaire"}])
def test_an_unknown_choice_is_told_and_asks_for_nothing(client, quarter, amina, changes):
    client.force_login(amina)
    response = client.post(LIST, {"campaign": quarter.pk, "axis": "", "actor": "", "provenance": "", **changes})
    assert set(changes) == set(response.context["form"].errors)
    assert not Report.objects.exists()


def test_a_failure_is_shown_with_a_way_to_try_again(client, quarter, amina):
    report = transitions.start(transitions.request_report(quarter, by=amina).pk)
    transitions.fail(report, "Le disque est plein.")
    client.force_login(amina)
    page = text_of(client.get(report.get_absolute_url()))
    assert "Le disque est plein." in page
    assert "Réessayer" in page
    client.post(reverse("reports:staff_act", args=[report.pk]), {"action": "retry"})
    report.refresh_from_db()
    assert report.state == Report.State.QUEUED


def test_files_are_shown_with_size_and_hash_and_downloaded(client, built, amina):
    client.force_login(amina)
    page = client.get(built.get_absolute_url()).content.decode()
    for file in built.files.all():
        assert file.sha256 in page
        answer = client.get(reverse("reports:staff_file", args=[built.pk, file.name]))
        assert len(b"".join(answer.streaming_content)) == file.size
        assert f'filename="{file.name}"' in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_report_is_nobody_else_s_before_it_is_online(client, built, rachel):
    file = built.files.first()
    addresses = [
        built.get_absolute_url(), reverse("reports:staff_file", args=[built.pk, file.name]),
        "/rapports/2026-T3/", f"/rapports/2026-T3/{file.name}",
    ]  # fmt: skip
    client.force_login(rachel)
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404, 404]


def test_online_everyone_reads_it_and_offline_nobody(client, built, amina):
    client.force_login(amina)
    act = reverse("reports:staff_act", args=[built.pk])
    client.post(act, {"action": "put_online"})
    client.logout()
    assert "provisoire, non scellé" in text_of(client.get("/rapports/"))
    pdf = built.files.get(format=ReportFile.Format.PDF, language="fr")
    assert b"".join(client.get(f"/rapports/2026-T3/{pdf.name}").streaming_content).startswith(b"%PDF")
    client.force_login(amina)
    client.post(act, {"action": "take_offline"})
    assert client.get("/rapports/2026-T3/").status_code == 404


def test_the_page_says_what_the_files_say(client, built, amina):
    """Requirement A9: the same figures, from the same dataset."""
    transitions.put_online(built, by=amina)
    page = text_of(client.get("/rapports/2026-T3/"))
    data = built.dataset
    assert f"{data['summary']['counted']} engagement" in page
    assert f"{data['summary']['late']} en retard" in page
    for commitment in [*data["commitments"], *data["adjacent"]]:
        _, found, after = page.partition(commitment["code"])
        assert found
        if commitment["progress"] is not None:
            assert " ".join(percent(Decimal(commitment["progress"])).split()) in after[:3000]
    for file in built.files.all():
        assert file.sha256 in page
    assert built.dataset_sha256 in page


def test_no_name_of_an_agent_is_in_the_page_nor_in_the_data(client, built, amina):
    transitions.put_online(built, by=amina)
    names = set(Report.objects.values_list("requested_by__name", flat=True))
    page = text_of(client.get("/rapports/2026-T3/"))
    assert not [name for name in names if name in page]
