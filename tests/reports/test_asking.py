"""Who asks for what: the administration for anything, who administers an actor for the report of that actor."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import administered_actors, can_request_report, is_administrator, roles_of
from commitments.models import Campaign
from commitments.transitions import TransitionRefused
from reports import queries, transitions
from reports.models import Report, ReportFile
from tests.factories import make_actor, make_axis, make_campaign, make_commitment, make_user
from tests.reports.situations import at, make_report

pytestmark = pytest.mark.django_db
LIST = "/espace/rapports/"
NOON = at(2026, 10, 1)
Role = Membership.Role


@pytest.fixture
def quarter(db):
    make_axis("research", title="Recherche")
    return make_campaign(2026, 3, state=Campaign.State.REVIEW)


@pytest.fixture
def pole(db):
    pole = make_actor("pole", name="Pôle")
    make_commitment(code="eng-pole").participations.create(actor=pole, role="partner")
    return pole


@pytest.fixture
def aline(pole):
    """Administers for the cluster."""
    return make_user("aline", Role.ADMINISTRATOR, pole)


def fields_of(response):
    return list(response.context["form"].fields)


# --- Rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        ("actor=pole", True),
        ("", False),
        ("actor=region", False),
        ("actor=pole&axis=research", False),
        ("side=region", False),
        ("actor=pole2", False),
    ],
)
def test_who_administers_an_actor_asks_for_its_report_and_no_other(quarter, aline, region, scope, may):
    make_actor("pole2")
    assert can_request_report(aline, scope) == may
    for period in Report.Period:
        if may:
            assert transitions.request_report(quarter, scope, period=period, by=aline).requested_by == aline
        else:
            with pytest.raises(TransitionRefused, match="Seule l’administration"):
                transitions.request_report(quarter, scope, period=period, by=aline)


@pytest.mark.parametrize("act", [transitions.put_online, transitions.take_offline, transitions.retry])
def test_and_does_nothing_else_with_it(quarter, aline, act):
    report = make_report(quarter, "actor=pole", state="failed", error="Disque plein.")
    with pytest.raises(TransitionRefused, match="Seule l’administration"):
        act(report, by=aline)


def test_the_admin_of_django_stays_closed_to_them(client, aline):
    client.force_login(aline)
    assert (roles_of(aline), is_administrator(aline), aline.is_staff) == ({"reader"}, False, False)
    assert client.get("/admin/").status_code == 302
    page = client.get(LIST).text
    assert "/admin/" not in page
    assert f'href="{LIST}"' in page


def test_a_membership_that_ended_gives_nothing(client, aline, quarter):
    aline.memberships.update(ends_on="2021-01-01")
    client.force_login(aline)
    assert administered_actors(aline) == []
    assert client.get(LIST).status_code == 404


@pytest.mark.parametrize("who", ["amina", "aline", "paula", "louis"])
def test_each_sees_the_reports_that_are_theirs(request, client, quarter, aline, region, who):
    """Missing and forbidden answer alike."""
    person = request.getfixturevalue(who)
    shown = {"amina": {"", "actor=pole", "actor=region"}, "aline": {"actor=pole"}}.get(who, set())
    reports = {
        scope: make_report(quarter, scope, state="ready", content="{}", dataset_sha256="0" * 64, finished_at=NOON)
        for scope in ("", "actor=pole", "actor=region")
    }
    client.force_login(person)
    assert {report.scope for report in queries.reports_for(person)} == shown
    for scope, report in reports.items():
        ReportFile.objects.create(report=report, format="pdf", name="r.pdf", size=1, sha256="0" * 64,
                                  file=ContentFile(b"%PDF-", "r.pdf"), state="ready")  # fmt: skip
        addresses = [reverse(f"reports:staff_{name}", args=[report.pk]) for name in ("detail", "state")]
        addresses.append(reverse("reports:staff_file", args=[report.pk, "r.pdf"]))
        answers = [client.get(address) for address in addresses]
        assert [answer.status_code for answer in answers] == [200 if scope in shown else 404] * 3
        if scope in shown:
            assert b"".join(answers[-1].streaming_content) == b"%PDF-"
        act = client.post(reverse("reports:staff_act", args=[report.pk]), {"action": "take_offline"})
        assert act.status_code == (302 if who == "amina" else 404)


def test_their_page_offers_no_button_that_would_be_refused(client, quarter, aline, amina):
    report = make_report(quarter, "actor=pole", state="failed", error="Disque plein.")
    client.force_login(aline)
    assert "Réessayer" not in client.get(report.get_absolute_url()).text
    client.force_login(amina)
    assert "Réessayer" in client.get(report.get_absolute_url()).text


# --- The form -------------------------------------------------------------------------------------


def test_the_administration_chooses_among_all(client, quarter, amina, pole):
    client.force_login(amina)
    assert fields_of(client.get(LIST)) == ["campaign", "period", "axis", "actor", "side", "provenance"]
    sent = {"campaign": quarter.pk, "period": "year", "axis": "research", "actor": "pole", "side": "region"}
    client.post(LIST, sent)
    report = Report.objects.get()
    assert (report.scope, report.period) == ("actor=pole&axis=research&side=region", "year")


def test_the_actor_is_fixed_to_theirs(client, quarter, aline, region):
    client.force_login(aline)
    page = client.get(LIST)
    assert fields_of(page) == ["campaign", "period", "actor"]
    assert [label for _code, label in page.context["form"].fields["actor"].choices] == ["Pôle"]
    sent = {"campaign": quarter.pk, "period": "beginning", "actor": "pole", "axis": "research", "side": "region"}
    client.post(LIST, sent)
    report = Report.objects.get()
    assert (report.scope, report.period, report.requested_by) == ("actor=pole", "beginning", aline)


@pytest.mark.parametrize("actor", ["region", "", "inconnu"])
def test_another_actor_is_refused_at_its_field(client, quarter, aline, region, actor):
    client.force_login(aline)
    response = client.post(LIST, {"campaign": quarter.pk, "period": "quarter", "actor": actor})
    assert set(response.context["form"].errors) == {"actor"}
    assert 'href="#id_actor"' in response.text
    assert not Report.objects.exists()


def test_of_several_actors_one_is_chosen(client, quarter, aline):
    other = make_actor("autre-pole", name="Autre pôle")
    Membership.objects.create(user=aline, actor=other, role=Role.ADMINISTRATOR, starts_on="2020-01-01")
    client.force_login(aline)
    choices = client.get(LIST).context["form"].fields["actor"].choices
    assert [label for _code, label in choices] == ["Autre pôle", "Pôle"]


@pytest.mark.parametrize("changes", [{"period": "siecle"}, {"side": "ailleurs"}, {"campaign": ""}])
def test_what_is_not_known_is_told_at_its_field(client, quarter, amina, changes):
    client.force_login(amina)
    response = client.post(LIST, {"campaign": quarter.pk, "period": "quarter", **changes})
    assert set(response.context["form"].errors) == set(changes)


# --- The list -------------------------------------------------------------------------------------


def test_the_list_says_scopes_in_words(client, quarter, amina, pole):
    make_report(quarter, "actor=pole&axis=research", period="year")
    client.force_login(amina)
    page = client.get(LIST).text
    assert "Acteur\u00a0: " in page
    assert "Recherche" in page
    assert "actor=pole" not in page.partition('id="demandes"')[2]


def test_it_has_pages_and_costs_the_same_whatever_its_length(
    client, quarter, amina, django_assert_num_queries, django_assert_max_num_queries
):  # fmt: skip
    client.force_login(amina)
    make_report(quarter, "actor=parti", state="failed", error="Non.")
    client.get(LIST)
    with django_assert_max_num_queries(18) as few:
        client.get(LIST)
    for number in range(60):
        make_report(quarter, f"actor=parti{number}", state="failed", error="Non.")
    with django_assert_num_queries(len(few.captured_queries)):
        response = client.get(LIST)
    assert response.text.count('<th scope="row">') == 50
    assert "?page=2" in response.text
    assert client.get(f"{LIST}?page=2").text.count('<th scope="row">') == 11
