"""The pages of the steering committee, through the client: what each role sees and does, what is refused and where."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils.timezone import localdate

from commitments.models import Commitment, Decision, Postponement, SteeringMeeting, Weather
from commitments.transitions import close_decision, hold_meeting, plan_meeting, postpone, record_decision
from tests.factories import make_actor, make_commitment, make_roadmap

pytestmark = pytest.mark.django_db
LIST, PLAN = "/espace/comites/", "/espace/comites/nouveau/"
State = Decision.State


def page_of(response):
    """As one reads it: without tags, with plain spaces."""
    text = unescape(re.sub(r"<[^>]*>", " ", response.content.decode()))
    return " ".join(text.replace("\u00a0", " ").split())


def address(meeting, act=""):
    return f"/espace/comites/{meeting.held_on.isoformat()}/{act}"


@pytest.fixture
def today():
    return localdate()


@pytest.fixture
def planned(roadmap, rachel, today):
    return plan_meeting(make_roadmap(), held_on=today, place="Lyon", by=rachel)


@pytest.fixture
def held(roadmap, rachel, today):
    return held_on(today - timedelta(days=60), rachel)


def held_on(day, by):
    return hold_meeting(plan_meeting(make_roadmap(), held_on=day, by=by), by=by, on=day)


def decide(meeting, by, text="Saisir les juristes.", days=10, commitments=()):
    return record_decision(
        meeting,
        text=text,
        owner=make_actor("prefecture", name="Préfecture de région"),
        due_on=meeting.held_on + timedelta(days=days),
        commitments=commitments,
        by=by,
        on=meeting.held_on,
    )


def typed(client, meeting, **changes):
    """What a browser would send from the form of the page."""
    key = client.get(address(meeting)).context["form"]["form_key"].value()
    owner = make_actor("prefecture", name="Préfecture de région").pk
    due_on = (meeting.held_on + timedelta(days=30)).isoformat()
    return {"form_key": str(key), "text": "Saisir les juristes.", "owner": owner, "due_on": due_on} | changes


# --- Who ----------------------------------------------------------------------------------------

STAFF = ["louis", "paula", "rachel", "stephane", "amina"]
SECRETARIAT = {"rachel", "stephane", "amina"}


@pytest.mark.parametrize("name", STAFF)
def test_all_the_staff_reads_and_the_secretariat_writes(name, client, request, planned, held, rachel, amina):
    decision, noted = decide(held, rachel), decide(planned, rachel)
    client.force_login(request.getfixturevalue(name))
    for read in (LIST, address(planned), address(held), f"{LIST}decisions/{decision.pk}/"):
        assert client.get(read).status_code == 200
    writes = 200 if name in SECRETARIAT else 404
    for write in (PLAN, address(planned, "modifier/"), f"{LIST}decisions/{noted.pk}/corriger/"):
        assert client.get(write).status_code == writes
    if name not in SECRETARIAT:
        for act in (PLAN, address(planned), address(planned, "tenue/"), f"{LIST}decisions/{decision.pk}/"):
            assert client.post(act, {"held_on": "2030-01-01"}).status_code == 404
        pages = [page_of(client.get(a)) for a in (LIST, address(planned), f"{LIST}decisions/{decision.pk}/")]
        assert not [w for w in ("Prévoir un comité", "Écrire une décision", "Clore") if any(w in p for p in pages)]
    assert "Comités" in page_of(client.get("/espace/"))


@pytest.mark.parametrize("path", [LIST, PLAN, "/espace/comites/2026-10-13/", "/espace/comites/decisions/1/"])
def test_a_visitor_is_asked_to_log_in_and_a_stranger_finds_nothing(path, client, db, django_user_model):
    assert client.get(path).url.startswith("/connexion/")
    client.force_login(django_user_model.objects.create(email="sans-role@example.org", name="Sans rôle"))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["2026-10-14/", "2026-02-30/", "2026-1-1/", "demain/", "decisions/999999/"])
def test_what_is_not_there_answers_404(path, client, roadmap, amina):
    client.force_login(amina)
    assert client.get(LIST + path).status_code == 404


def test_a_portal_without_a_roadmap_has_no_meeting_to_plan(client, amina):
    client.force_login(amina)
    assert "Aucun comité n’est prévu" in page_of(client.get(LIST))
    assert client.get(PLAN).status_code == 404


# --- From one meeting to the next ---------------------------------------------------------------


def test_the_loop_from_agenda_to_decision_to_the_next_meeting(client, rachel, louis, roadmap, today):
    make_commitment(code="eng-deux", weather=Weather.COMPROMISED, weather_reason="Sans site.")
    client.force_login(rachel)
    response = client.post(PLAN, {"held_on": today.isoformat(), "place": "Lyon"}, follow=True)
    meeting = SteeringMeeting.objects.get()
    assert "Objectifs compromis (1) eng-deux" in page_of(response)
    assert "reporté de plus de 90 jours" in page_of(response)
    response = client.get(address(meeting) + "?engagement=eng-deux")
    chosen = re.findall(r'<input type="checkbox"[^>]*checked[^>]*>', response.content.decode())
    assert len(chosen) == 1
    commitment = Commitment.objects.get()
    client.post(address(meeting), typed(client, meeting, commitments=[commitment.pk], text="Trouver un site."))
    page = page_of(client.post(address(meeting, "tenue/"), follow=True))
    assert "il ne change plus" in page
    decision = Decision.objects.get()
    assert (decision.number, decision.text, list(decision.commitments.all())) == (1, "Trouver un site.", [commitment])
    plan = client.post(PLAN, {"held_on": (today + timedelta(days=90)).strftime("%d/%m/%Y")}, follow=True)
    page = page_of(plan)
    assert page.index("Trouver un site.") < page.index("Ordre du jour") < page.index("Décisions de ce comité")
    assert "1 1" in page_of(client.get(LIST))
    client.post(f"{LIST}decisions/{decision.pk}/", {"state": "done", "outcome": "Un site est trouvé à Lyon."})
    client.force_login(louis)
    page = page_of(client.get(f"{LIST}decisions/{decision.pk}/"))
    assert "exécutée" in page
    assert "Un site est trouvé à Lyon." in page
    assert "Aucune décision d’un comité précédent" in page_of(client.get(plan.redirect_chain[-1][0]))


def test_late_ones_are_marked(client, louis, held, planned, rachel):
    decide(held, rachel, "En retard.", days=5)
    decide(held, rachel, "À temps.", days=300)
    client.force_login(louis)
    page = page_of(client.get(address(planned)))
    assert page.count("échéance dépassée") == 1
    assert page.index("En retard.") < page.index("échéance dépassée") < page.index("À temps.")


def test_a_date_gone_by_asks_whether_the_meeting_was_held(client, louis, rachel, roadmap, today):
    plan_meeting(make_roadmap(), held_on=today - timedelta(days=1), by=rachel)
    client.force_login(louis)
    assert "dites si la réunion s’est tenue" in page_of(client.get(LIST))


def test_a_meeting_to_come_has_neither_button_nor_form(client, rachel, roadmap, today):
    meeting = plan_meeting(make_roadmap(), held_on=today + timedelta(days=1), by=rachel)
    client.force_login(rachel)
    page = page_of(client.get(address(meeting)))
    assert "à partir du jour de la réunion" in page
    assert "La réunion s’est tenue" not in page
    assert "ne s’est pas encore tenue" in page_of(client.post(address(meeting, "tenue/"), follow=True))
    response = client.post(address(meeting), typed(client, meeting))
    assert "rien n’y est encore décidé" in str(response.context["form"].non_field_errors())
    assert not Decision.objects.exists()


def test_a_meeting_is_moved_until_it_is_held(client, rachel, planned, today):
    client.force_login(rachel)
    later = today + timedelta(days=7)
    seen = client.get(address(planned, "modifier/")).context["form"]["seen"].value()
    client.post(address(planned, "modifier/"), {"held_on": later.isoformat(), "place": "Grenoble", "seen": seen})
    planned.refresh_from_db()
    assert (planned.held_on, planned.place) == (later, "Grenoble")
    stale = client.post(address(planned, "modifier/"), {"held_on": later.isoformat(), "place": "Lyon", "seen": seen})
    assert "Grenoble" in str(stale.context["form"].non_field_errors())
    again = {"held_on": later.isoformat(), "place": "Lyon", "seen": stale.context["form"]["seen"].value()}
    client.post(address(planned, "modifier/"), again)
    planned.refresh_from_db()
    assert planned.place == "Lyon"


def test_a_decision_is_corrected_in_the_browser_until_the_meeting_is_held(client, rachel, planned):
    decision = decide(planned, rachel, "Saisir les juriste.")
    client.force_login(rachel)
    correct = f"{LIST}decisions/{decision.pk}/corriger/"
    sent = typed(client, planned, text="Saisir les juristes.", seen=client.get(correct).context["form"]["seen"].value())
    client.post(correct, sent)
    decision.refresh_from_db()
    assert decision.text == "Saisir les juristes."
    client.post(address(planned, "tenue/"))
    assert client.get(correct).status_code == 404


def test_a_double_click_records_once_and_holds_once(client, rachel, planned):
    client.force_login(rachel)
    sent = typed(client, planned)
    for _ in range(2):
        assert "enregistrée" in page_of(client.post(address(planned), sent, follow=True))
    assert Decision.objects.count() == 1
    for _ in range(2):
        assert "arrêtés" in page_of(client.post(address(planned, "tenue/"), follow=True))


# --- Wrong values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"owner": ""}, "owner"),
        ({"owner": "999999"}, "owner"),
        ({"due_on": ""}, "due_on"),
        ({"due_on": "31/02/2026"}, "due_on"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"commitments": ["999999"]}, "commitments"),
        ({"commitments": ["abc"]}, "commitments"),
        ({"form_key": "abc"}, "form_key"),
    ],
)
def test_a_wrong_decision_is_told_by_its_field(changes, field, client, rachel, held):
    client.force_login(rachel)
    response = client.post(address(held), typed(client, held, **changes))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert "La décision n’est pas enregistrée" in page_of(response)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("day", ["", "31/02/2026", "hier", "1999-01-01"])
def test_a_wrong_day_is_told_by_its_field(day, client, rachel, held):
    client.force_login(rachel)
    response = client.post(PLAN, {"held_on": day})
    assert "held_on" in response.context["form"].errors
    assert SteeringMeeting.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"state": "done", "outcome": " "}, "outcome"),
        ({"state": "open", "outcome": "Fait."}, "state"),
        ({"outcome": "Fait."}, "state"),
    ],
)
def test_a_wrong_closing_is_told_by_its_field(sent, field, client, rachel, held):
    decision = decide(held, rachel)
    client.force_login(rachel)
    response = client.post(f"{LIST}decisions/{decision.pk}/", sent)
    assert field in response.context["form"].errors
    decision.refresh_from_db()
    assert decision.state == State.OPEN


def test_two_people_close_differently_and_the_second_is_told(client, rachel, held):
    decision = decide(held, rachel)
    close_decision(decision, State.DROPPED, outcome="Sans objet.", by=rachel, on=localdate())
    client.force_login(rachel)
    page = page_of(client.post(f"{LIST}decisions/{decision.pk}/", {"state": "done", "outcome": "Fait."}, follow=True))
    assert "La décision est « sans suite »" in page


def test_a_link_to_an_unknown_commitment_is_404(client, rachel, planned):
    client.force_login(rachel)
    assert client.get(address(planned) + "?engagement=rien").status_code == 404


# --- On the page of a commitment ----------------------------------------------------------------


@pytest.fixture
def dated(commitment):
    commitment.initial_due_on = commitment.due_on = date(2026, 6, 30)
    commitment.save()
    return commitment


def test_the_public_reads_that_it_was_decided_and_the_staff_what(client, rachel, louis, held, planned, dated):
    decision = decide(held, rachel, commitments=[dated])
    decide(planned, rachel, "Pas encore.", commitments=[dated])
    day = client.get(dated.get_absolute_url())
    page = page_of(day)
    assert "Décision n° 1 du comité du" in page
    assert "à suivre" in page
    assert ("Saisir les juristes." in page, "Préfecture" in page, "Pas encore." in page) == (False, False, False)
    client.force_login(louis)
    page = page_of(client.get(dated.get_absolute_url()))
    assert ("Saisir les juristes." in page, "Pas encore." in page) == (True, False)
    close_decision(decision, State.DONE, outcome="Fait hier.", by=rachel, on=localdate())
    client.logout()
    page = page_of(client.get(dated.get_absolute_url()))
    assert ("exécutée" in page, "Fait hier." in page) == (True, False)


def test_a_postponement_says_who_decided_it(client, rachel, louis, held, dated):
    decision = decide(held, rachel, commitments=[dated])
    postpone(dated, to_on=date(2026, 12, 31), reason_kind="scope", reason="Décalé.", decision=decision, by=rachel)
    public = page_of(client.get(dated.get_absolute_url()))
    assert re.search(r"Décidé par le comité de pilotage du .*, décision n° 1\.", public)
    client.force_login(louis)
    page = page_of(client.get(f"{LIST}decisions/{decision.pk}/"))
    assert "eng-recherche : l’engagement 30/06/2026 31/12/2026 (+184 jours) Décalé." in page


def test_a_postponement_cites_a_decision_in_the_browser(client, rachel, paula, held, dated):
    mine = decide(held, rachel, "Décaler.", commitments=[dated])
    other = decide(held, rachel, "Autre chose.", commitments=[make_commitment()])
    client.force_login(paula)
    form = "/espace/engagements/eng-recherche/report-echeance/"
    page = client.get(form)
    assert "Décaler." in page.content.decode()
    assert "Autre chose." not in page.content.decode()
    sent = {"to_on": "31/12/2026", "reason_kind": "scope", "reason": "Décidé en comité."}
    refused = client.post(form, sent | {"decision": other.pk})
    assert "ne porte pas sur cet engagement" in str(refused.context["form"].errors["decision"])
    assert not Postponement.objects.exists()
    client.post(form, sent | {"decision": mine.pk})
    assert Postponement.objects.get().decision == mine


def test_a_decision_sent_where_none_is_offered_is_refused_too(client, rachel, paula, held, dated):
    other = decide(held, rachel, commitments=[make_commitment()])
    client.force_login(paula)
    form = "/espace/engagements/eng-recherche/report-echeance/"
    assert "decision" not in client.get(form).context["form"].fields
    sent = {"to_on": "31/12/2026", "reason_kind": "scope", "reason": "Décidé.", "decision": other.pk}
    assert "decision" in client.post(form, sent).context["form"].errors
    assert not Postponement.objects.exists()


# --- Cost, print, admin -------------------------------------------------------------------------


def enlarge(held, planned, by, number):
    """Commitments that need the committee, and decisions on them: taken, and written in a meeting of the day."""
    actors = [make_actor(f"acteur-{n}") for n in range(3)]
    for n in range(number):
        commitment = make_commitment(
            ".",
            lead=actors[n % 3],
            weather=Weather.COMPROMISED,
            weather_reason="Sans site.",
            initial_due_on=date(2026, 1, 31),
            due_on=date(2026, 12, 31),
        )
        decide(held, by, commitments=[commitment])
        decide(planned, by, commitments=[commitment])


@pytest.mark.parametrize("page", ["list", "planned", "held", "decision"])
def test_queries_do_not_grow_with_the_data(page, client, rachel, held, planned, django_assert_max_num_queries):
    enlarge(held, planned, rachel, 2)
    decision = held.decisions.first()
    path = {
        "list": LIST,
        "planned": address(planned),
        "held": address(held),
        "decision": f"{LIST}decisions/{decision.pk}/",
    }[page]
    client.force_login(rachel)
    with django_assert_max_num_queries(18) as few:
        client.get(path)
    enlarge(held, planned, rachel, 8)
    for n in range(4):
        held_on(localdate() - timedelta(days=50 - n), rachel)
        commitment = decision.commitments.get()
        to_on = commitment.due_on + timedelta(days=n + 1)
        postpone(commitment, to_on=to_on, reason_kind="other", reason="Retard", decision=decision, by=rachel)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(path)


def test_the_page_of_a_commitment_costs_the_same_whatever_was_decided(
    client, rachel, held, dated, django_assert_num_queries, django_assert_max_num_queries
):
    decide(held, rachel, commitments=[dated])
    with django_assert_max_num_queries(20) as few:
        client.get(dated.get_absolute_url())
    for _ in range(6):
        decide(held, rachel, commitments=[dated])
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(dated.get_absolute_url())


def test_forms_are_not_printed_and_every_field_has_its_label(client, rachel, planned):
    make_commitment(weather=Weather.COMPROMISED, weather_reason="Sans site.")
    client.force_login(rachel)
    page = client.get(address(planned)).content.decode()
    main = page[page.index("<main") :]
    assert all("d-print-none" in form for form in re.findall(r"<form id[^>]*>", main))
    shown = re.findall(r"<(?:input|select|textarea)(?![^>]*type=\"hidden\")[^>]* id=\"([^\"]+)\"", main)
    assert len(shown) == 4
    assert [name for name in shown if f'for="{name}"' not in main] == []


@pytest.mark.parametrize("model", ["steeringmeeting", "decision"])
def test_the_admin_reads_and_does_not_write(model, client, amina, rachel, held, planned):
    decide(held, rachel)
    client.force_login(amina)
    row = Decision.objects.get() if model == "decision" else planned
    page = client.get(f"/admin/commitments/{model}/{row.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.get(f"/admin/commitments/{model}/").status_code == 200
    assert client.get(f"/admin/commitments/{model}/add/").status_code == 403
    assert client.post(f"/admin/commitments/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_pages_open_in_both_languages(language, client, rachel, held, planned):
    decision = decide(held, rachel)
    make_commitment(initial_due_on=date(2026, 1, 31), due_on=date(2026, 12, 31))
    client.force_login(rachel)
    for path in (LIST, PLAN, address(held), address(planned), f"{LIST}decisions/{decision.pk}/"):
        assert client.get(language + path).status_code == 200
