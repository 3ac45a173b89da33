"""Staff pages, through the client: write, submit, publish, postpone; what is refused, and to whom."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils.timezone import localdate

from commitments.models import Commitment, ProgressUpdate, Status
from tests.factories import make_campaign, make_commitment, make_update

pytestmark = pytest.mark.django_db
State = ProgressUpdate.State
ADDRESS = "/espace/engagements/eng-recherche/point/"


def page_of(response):
    return unescape(response.content.decode())


def form(client, address=ADDRESS, **changes):
    """What a browser would send: all the fields of the page as they stand, and what the person types."""
    page = client.get(address).content.decode()
    shown = client.get(address).context["form"]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?', page))
    hidden.pop("csrfmiddlewaretoken", None)
    values = {field.name: "" if field.value() is None else str(field.value()) for field in shown.visible_fields()}
    typed = {"status": "in_progress", "weather": "secured", "text_public": "La convention est signée."}
    return {**values, **{name: unescape(value) for name, value in hidden.items()}, **typed, **changes}


def test_paula_submits_and_rachel_publishes(client, paula, rachel, commitment):
    campaign = make_campaign()
    client.force_login(paula)
    response = client.post(ADDRESS, form(client, action="submit", progress="35"), follow=True)
    assert "Soumis" in page_of(response)
    update = ProgressUpdate.objects.get()
    assert (update.state, update.author, update.campaign) == (State.SUBMITTED, paula, campaign)
    assert client.get(f"/espace/visas/{update.pk}/").status_code == 404
    client.force_login(rachel)
    assert "Soutenir la recherche" in page_of(client.get("/espace/visas/"))
    client.post(f"/espace/visas/{update.pk}/", {"decision": "publish"})
    assert "35\u00a0%" in page_of(client.get("/engagements/eng-recherche/"))


def test_a_contributor_who_asks_to_publish_submits(client, paula, commitment):
    client.force_login(paula)
    client.post(ADDRESS, form(client, action="publish"))
    assert ProgressUpdate.objects.get().state == State.SUBMITTED


def test_a_draft_comes_back(client, paula, commitment):
    client.force_login(paula)
    client.post(ADDRESS, form(client, text_public="À finir", action="draft"))
    assert "À finir" in page_of(client.get(ADDRESS))
    client.post(ADDRESS, form(client, text_public="Fini", action="draft"))
    assert [u.text_public for u in ProgressUpdate.objects.all()] == ["Fini"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"progress": "101"}, "progress", "100"),
        ({"progress": "abc"}, "progress", "nombre"),
        ({"status": "completed"}, "status", None),
        ({"status": "suspendu"}, "status", "choix"),
        ({"weather": "compromised"}, "weather_reason", "motif"),
        ({"status": "abandoned"}, "reason", "motif"),
        ({"text_public": ""}, "text_public", "phrase"),
    ],
)
def test_wrong_input_is_told_by_the_field_and_publishes_nothing(client, rachel, region, changes, field, message):
    commitment = make_commitment(code="eng-recherche", lead=region, status=Status.IN_PROGRESS)
    if field == "status" and message is None:
        commitment = Commitment.objects.get()
        commitment.progress_method = "milestones"
        commitment.save()
        commitment.milestones.create(title="Décision", initial_due_on=date(2026, 9, 1), due_on=date(2026, 9, 1))
        message = "Décision"
    client.force_login(rachel)
    response = client.post(ADDRESS, form(client, action="publish", **changes))
    assert response.status_code == 200
    assert message in " ".join(unescape(e) for e in response.context["form"].errors[field])
    assert "Rien n’est publié" in page_of(response)
    commitment.refresh_from_db()
    assert commitment.status == Status.IN_PROGRESS
    assert not ProgressUpdate.objects.exclude(state=State.DRAFT).exists()


def test_a_status_that_cannot_follow_is_not_offered(client, rachel, region):
    make_commitment(code="eng-recherche", lead=region, status=Status.NOT_STARTED)
    client.force_login(rachel)
    choices = dict(client.get(ADDRESS).context["form"].fields["status"].choices)
    assert set(choices) == {"not_started", "in_progress", "abandoned"}
    response = client.post(ADDRESS, form(client, status="completed", action="publish"))
    assert "status" in response.context["form"].errors


def test_a_milestone_is_not_reached_tomorrow(client, rachel, region):
    commitment = make_commitment(".", code="eng-recherche", lead=region)
    name = f"milestone_{commitment.milestones.get().pk}"
    client.force_login(rachel)
    tomorrow = (localdate() + timedelta(days=1)).isoformat()
    response = client.post(ADDRESS, form(client, action="publish", **{name: tomorrow}))
    assert name in response.context["form"].errors
    client.post(ADDRESS, form(client, action="publish", **{name: "02/11/2026"}))
    assert commitment.milestones.get().achieved_on == date(2026, 11, 2)


def test_the_second_sees_both_texts_and_chooses(client, rachel, stephane, commitment):
    client.force_login(stephane)
    his = form(client, text_public="En pause.", next_steps="Reprendre.", action="draft")
    client.force_login(rachel)
    client.post(ADDRESS, form(client, text_public="En cours.", action="draft"))
    client.force_login(stephane)
    response = client.post(ADDRESS, his)
    page = page_of(response)
    assert "deux textes" in page
    assert ("En pause." in page, "En cours." in page) == (True, True)
    assert ProgressUpdate.objects.get().next_steps == ""
    again = {name: his[name] for name in his} | dict(response.context["form"].data.items())
    client.post(ADDRESS, again | {"keep_text_public": "theirs"})
    update = ProgressUpdate.objects.get()
    assert (update.text_public, update.next_steps) == ("En cours.", "Reprendre.")
    client.post(ADDRESS, form(client, text_public="Mieux dit.", action="draft"))
    assert ProgressUpdate.objects.get().text_public == "Mieux dit."


def test_what_is_typed_is_saved_and_the_page_starts_from_there(client, paula, rachel, commitment):
    client.force_login(paula)
    autosave = ADDRESS + "brouillon/"
    sent = form(client, text_public="Première phrase.")
    page = page_of(client.post(autosave, sent))
    assert "Brouillon enregistré" in page
    assert 'value="Première phrase." id="initial-id_text_public" hx-swap-oob="true"' in page
    client.force_login(rachel)
    client.post(ADDRESS, form(client, text_public="Première phrase, corrigée.", action="draft"))
    client.force_login(paula)
    late = sent | {"initial-text_public": "Première phrase.", "text_public": "Une autre.", "next_steps": "Suite."}
    page = page_of(client.post(autosave, late))
    assert "Modifié aussi par quelqu’un d’autre : Texte public" in page.replace("\u00a0", " ")
    update = ProgressUpdate.objects.get()
    assert (update.text_public, update.next_steps) == ("Première phrase, corrigée.", "Suite.")


def test_a_page_with_fewer_fields_leaves_the_others_alone(client, paula, commitment):
    client.force_login(paula)
    client.post(ADDRESS, form(client, next_steps="Suite.", text_internal="Entre nous.", action="draft"))
    key = str(ProgressUpdate.objects.get().form_key)
    for address in (ADDRESS, ADDRESS + "brouillon/"):
        client.post(address, {"form_key": key, "weather": "reachable", "status": "in_progress", "action": "draft"})
    update = ProgressUpdate.objects.get()
    assert (update.weather, update.next_steps, update.text_internal) == ("reachable", "Suite.", "Entre nous.")


def test_the_text_of_a_lost_session_is_back_after_login(client, paula, louis, commitment):
    paula.set_password("un mot de passe assez long")
    paula.save()
    client.force_login(paula)
    sent = form(client, text_public="Écrit pendant une heure.", action="submit")
    client.logout()
    assert client.post(ADDRESS + "brouillon/", sent).status_code == 401
    response = client.post(ADDRESS, sent)
    assert response.url == f"/connexion/?next={ADDRESS}"
    client.post("/connexion/", {"username": paula.email, "password": "un mot de passe assez long"})
    assert not ProgressUpdate.objects.exists()
    page = page_of(client.get(ADDRESS))
    assert ("Écrit pendant une heure." in page, "rien n’est perdu" in page) == (True, True)
    client.post(ADDRESS, sent)
    assert ProgressUpdate.objects.get().text_public == "Écrit pendant une heure."
    assert "rien n’est perdu" not in page_of(client.get(ADDRESS))


def test_the_text_of_a_lost_session_is_not_shown_to_someone_else(client, paula, rachel, commitment):
    rachel.set_password("un mot de passe assez long")
    rachel.save()
    client.force_login(paula)
    sent = form(client, text_public="De Paula seule.")
    client.logout()
    client.post(ADDRESS, sent)
    client.post("/connexion/", {"username": rachel.email, "password": "un mot de passe assez long"})
    assert "De Paula seule." not in page_of(client.get(ADDRESS))


def test_a_submitted_text_is_taken_back_then_written_again(client, paula, commitment):
    client.force_login(paula)
    client.post(ADDRESS, form(client, action="submit"))
    page = page_of(client.get(ADDRESS))
    assert ("Reprendre pour modifier" in page, "<textarea" in page) == (True, False)
    client.post(ADDRESS + "reprendre/")
    client.post(ADDRESS, form(client, text_public="Deuxième version.", action="submit"))
    update = ProgressUpdate.objects.get()
    assert (update.state, update.text_public) == (State.SUBMITTED, "Deuxième version.")


def test_a_draft_is_abandoned_and_a_submitted_text_is_not(client, paula, commitment):
    client.force_login(paula)
    client.post(ADDRESS, form(client, action="draft"))
    client.post(ADDRESS + "abandonner/")
    assert not ProgressUpdate.objects.exists()
    client.post(ADDRESS, form(client, action="submit"))
    client.post(ADDRESS + "abandonner/")
    assert ProgressUpdate.objects.get().state == State.SUBMITTED


def test_unchanged_in_one_click(client, paula, rachel, commitment):
    make_update(commitment, rachel, publish=True)
    make_campaign()
    client.force_login(paula)
    assert "Sans changement, je confirme" in page_of(client.get("/espace/"))
    response = client.post("/espace/engagements/eng-recherche/sans-changement/", follow=True)
    page = page_of(response)
    assert "confirmé sans changement" in page
    assert "Sans changement, je confirme" not in page
    public = page_of(client.get("/engagements/eng-recherche/"))
    assert "T4\u00a02026" in public
    assert "confirmé sans changement" in public


def test_a_double_click_publishes_once(client, rachel, commitment):
    client.force_login(rachel)
    sent = form(client, action="publish")
    client.post(ADDRESS, sent)
    client.post(ADDRESS, sent)
    assert ProgressUpdate.objects.count() == 1


def test_a_due_date_is_moved_in_the_browser(client, paula, region):
    commitment = make_commitment(
        code="eng-recherche", lead=region, initial_due_on=date(2026, 6, 30), due_on=date(2026, 6, 30)
    )
    client.force_login(paula)
    address = "/espace/engagements/eng-recherche/report-echeance/"
    wrong = client.post(address, {"to_on": "30/06/2026", "reason_kind": "budget", "reason": "Crédits"})
    assert "to_on" in wrong.context["form"].errors
    client.post(address, {"to_on": "31/12/2026", "reason_kind": "budget", "reason": "Crédits gelés"})
    commitment.refresh_from_db()
    assert commitment.due_on == date(2026, 12, 31)
    assert "Crédits gelés" in page_of(client.get("/engagements/eng-recherche/"))


STAFF = [
    "/espace/",
    ADDRESS,
    "/espace/engagements/eng-recherche/report-echeance/",
    "/espace/visas/",
    "/espace/rapports/",
]
MATRIX = {
    "louis": {"/espace/"},
    "paula": {"/espace/", ADDRESS, "/espace/engagements/eng-recherche/report-echeance/"},
    "rachel": set(STAFF) - {"/espace/rapports/"},
    "amina": set(STAFF),
}


@pytest.mark.parametrize("name", MATRIX)
@pytest.mark.parametrize("address", STAFF)
def test_each_staff_page_opens_to_its_roles_and_is_404_to_others(client, request, commitment, name, address):
    client.force_login(request.getfixturevalue(name))
    assert client.get(address).status_code == (200 if address in MATRIX[name] else 404)


@pytest.mark.parametrize("address", STAFF)
def test_a_visitor_is_asked_to_log_in(client, commitment, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response.url.startswith("/connexion/?next=")


def test_the_admin_is_for_administrators_and_offers_no_status(client, amina, rachel, commitment):
    client.force_login(rachel)
    assert client.get("/admin/").status_code == 302
    client.force_login(amina)
    page = client.get(f"/admin/commitments/commitment/{commitment.pk}/change/").content.decode()
    assert 'name="title"' in page
    assert 'name="status"' not in page
    assert 'name="weather"' not in page
    for model in ("roadmap", "axis", "commitment", "indicator", "event", "campaign", "progressupdate"):
        assert client.get(f"/admin/commitments/{model}/").status_code == 200


def test_login_by_address_and_password(client, paula):
    paula.set_password("un mot de passe assez long")
    paula.save()
    wrong = client.post("/connexion/", {"username": paula.email, "password": "faux"})
    assert "incorrect" in page_of(wrong)
    right = client.post("/connexion/", {"username": paula.email.upper(), "password": "un mot de passe assez long"})
    assert right.url == "/espace/"
