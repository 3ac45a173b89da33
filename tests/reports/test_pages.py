"""Reports in the browser: asked for, watched, downloaded, put online; and the page says what the files say."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from reports import services, transitions
from reports.models import Report, ReportFile
from roadmap_portal.templatetags.portal import percent
from tests.factories import make_campaign
from tests.reports.situations import at, draw_quarter

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


def test_a_failure_is_shown_with_a_way_to_try_again(client, quarter, amina, settings):
    settings.REPORT_RETRY_SECONDS = []
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
    pdf = built.files.get(format="pdf", language="fr")
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


# --- Sealed ---------------------------------------------------------------------------------------


@pytest.fixture
def sealed(quarter, amina):
    sealed = transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    services.produce(transitions.start(sealed.layout.pk))
    return sealed


def rectified(sealed, amina, **more):
    return transitions.rectify(sealed, reason="Un chiffre était faux.", by=amina, at=at(2026, 11, 2), **more)


def test_the_head_of_a_sealed_report_says_what_proves_it(client, sealed):
    page = text_of(client.get("/rapports/2026-T3/"))
    assert "n° 1, version 1" in page
    assert "provisoire, non scellé" not in page
    assert f"SHA-256 {sealed.sha256}" in page
    assert "aucun : c’est le premier rapport scellé" in page
    pdf = sealed.layout.files.get(format="pdf", language="fr")
    assert re.search(rf"PDF accessible \(PDF/UA-1\), français, \d+ Ko {pdf.name} SHA-256 {pdf.sha256}", page)
    assert not client.cookies


def test_files_that_are_not_there_yet_are_in_preparation(client, quarter, amina):
    transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    page = text_of(client.get("/rapports/2026-T3/"))
    assert "En préparation." in page
    assert "5 engagements suivis" in page


def with_files(quarter, amina, *states):
    """(format, state) of files in French, as a worker leaves them on the way."""
    sealed = transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    for format_, state in states:
        stored = {"file": "x", "size": 9, "sha256": sealed.sha256} if state == "ready" else {}
        error = "Panne." if state == "failed" else ""
        name = f"rapport.{format_}"
        ReportFile.objects.create(
            report=sealed.layout, format=format_, language="fr", state=state, error=error, name=name, **stored
        )
    return sealed


def test_a_file_that_failed_is_not_listed_as_available(client, quarter, amina):
    with_files(quarter, amina, ("ods", "ready"), ("odt", "failed"))
    response = client.get("/rapports/2026-T3/")
    assert "En préparation : Synthèse modifiable ODT (français)" in text_of(response)
    assert "rapport.ods" in response.content.decode()
    assert "rapport.odt" not in response.content.decode()
    assert client.get("/rapports/2026-T3/rapport.odt").status_code == 404


def test_the_json_file_comes_first_and_is_explained(client, quarter, amina):
    with_files(quarter, amina, ("ods", "ready"), ("json", "ready"))
    page = text_of(client.get("/rapports/2026-T3/"))
    assert "Le fichier JSON est exactement ce que l’empreinte couvre" in page
    assert page.index("rapport.json") < page.index("rapport.ods")


def test_a_rectified_report_and_its_rectification_lead_to_each_other(client, sealed, amina):
    corrected = rectified(sealed, amina)
    old, new = client.get("/rapports/2026-T3/v1/"), client.get("/rapports/2026-T3/v2/")
    assert "Ce rapport a été rectifié. Lire le rectificatif n° 1 Motif : Un chiffre était faux." in text_of(old)
    assert 'href="/rapports/2026-T3/v2/"' in old.content.decode()
    assert "Rectificatif n° 1. Motif : Un chiffre était faux." in text_of(new)
    assert "Lire le rapport qu’il rectifie (n° 1)" in text_of(new)
    assert f"SHA-256 {corrected.previous_sha256} rapport n° 1" in text_of(new)
    assert text_of(client.get("/rapports/2026-T3/")) == text_of(new)


def test_a_rectification_that_is_not_published_is_not_told_of(client, sealed, amina, louis):
    rectified(sealed, amina, publish_it=False)
    assert "rectifié" not in text_of(client.get("/rapports/2026-T3/")).replace("Rectificatif", "")
    assert client.get("/rapports/2026-T3/v2/").status_code == 404
    client.force_login(louis)
    assert "Ce rapport a été rectifié." in text_of(client.get("/rapports/2026-T3/"))
    assert client.get("/rapports/2026-T3/v2/").status_code == 200


def test_the_list_says_of_each_quarter_what_there_is(client, sealed, amina):
    rectified(sealed, amina)
    draft = Report.objects.create(
        campaign=make_campaign(2026, 4), state="ready", content="{}", dataset_sha256="0" * 64,
        finished_at=at(2027, 1, 2), published_at=at(2027, 1, 2),
    )  # fmt: skip
    page = text_of(client.get("/rapports/"))
    assert page.index(f"T4 {draft.campaign.year}") < page.index("T3 2026")
    assert "provisoire, non scellé" in page
    assert "Rectificatif n° 1 T3 2026 · n° 2, version 2 · scellé le 02/11/2026 · publié le 02/11/2026" in page
    assert "Rapport scellé T3 2026 · n° 1, version 1 · scellé le 20/10/2026 · publié le 20/10/2026 · rectifié" in page


def test_the_list_costs_the_same_whatever_its_length(client, sealed, amina, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get("/rapports/")
    rectified(sealed, amina)
    with django_assert_num_queries(4):
        client.get("/rapports/")


def test_a_published_file_is_kept_for_good_by_whoever_has_it(client, sealed, amina):
    pdf = sealed.layout.files.get(format="pdf", language="fr")
    address = f"/rapports/2026-T3/{pdf.name}"
    answer = client.get(address)
    content = b"".join(answer.streaming_content)
    assert answer.headers["ETag"] == f'"{pdf.sha256}"'
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not client.cookies
    assert f'filename="{pdf.name}"' in answer.headers["Content-Disposition"]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address)
    assert (head.status_code, int(head.headers["Content-Length"])) == (200, len(content))
    assert head.headers["ETag"] == answer.headers["ETag"]
    head.close()


def test_a_draft_s_file_is_asked_for_again(client, built, amina):
    transitions.put_online(built, by=amina)
    answer = client.get(f"/rapports/2026-T3/{built.files.get(format='pdf', language='fr').name}")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    answer.close()


def test_a_file_that_is_not_published_is_kept_by_nobody(client, quarter, amina, louis):
    sealed = transitions.seal(quarter, by=amina, publish_it=False, at=at(2026, 10, 20))
    services.produce(transitions.start(sealed.layout.pk))
    address = f"/rapports/2026-T3/{sealed.layout.files.get(format='pdf', language='fr').name}"
    assert client.get(address).status_code == 404
    client.force_login(louis)
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "private, no-store"
    answer.close()
