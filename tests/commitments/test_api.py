"""The API, through the client: the figures of the pages, by the rights of the pages; a fault names itself."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db.models import F, Sum
from django.test import Client
from django.utils.http import urlencode
from django.utils.timezone import localdate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitments.models import Campaign, Commitment, Decision, Participation, Postponement, SteeringMeeting, Weather
from commitments.transitions import (
    confirm_unchanged,
    move_campaign,
    postpone,
    publish_update,
    save_draft,
    submit_update,
)
from tests.factories import (
    make_actor,
    make_axis,
    make_campaign,
    make_commitment,
    make_milestone,
    make_roadmap,
    make_update,
)

pytestmark = pytest.mark.django_db
API = "/api/v1"
LIST = f"{API}/commitments/"
MILESTONES = f"{API}/milestones/"
ADJACENT = Commitment.Provenance.ADJACENT
INTERNAL = Commitment.Visibility.INTERNAL


def read(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.content)


def codes(client, query=""):
    return [row["code"] for row in read(client, LIST + query)["results"]]


@pytest.fixture
def portfolio(region):
    research, training = make_axis("research"), make_axis("training")
    lyon = make_actor("lyon", name="Ville de Lyon", department_code="69")
    miai = make_commitment(code="eng-miai", title="Soutenir MIAI", main_axis=research, status="in_progress")
    make_commitment(code="eng-former", title="Former", main_axis=training, weather=Weather.SECURED)
    make_commitment(code="eng-tout", title="Articuler", lead=region)
    make_commitment(code="eng-voisin", title="Voisine", main_axis=research, provenance=ADJACENT)
    make_commitment(code="eng-tard", initial_due_on=date(2026, 1, 31), due_on=date(2026, 1, 31))
    Participation.objects.create(commitment=miai, actor=lyon, role="partner")
    make_milestone(miai, title="Premier jalon", due_on=date(2026, 3, 1))
    make_milestone(Commitment.objects.get(code="eng-voisin"), title="Jalon voisin", due_on=date(2026, 2, 1))


# --- Who sees what --------------------------------------------------------------------------------


def test_everyone_reads_what_is_public_and_staff_what_is_internal(client, commitment, louis):
    secret = make_commitment("x", code="eng-interne", visibility=INTERNAL)
    assert codes(client) == ["eng-recherche"]
    assert read(client, MILESTONES)["count"] == 0
    assert client.get(f"{LIST}{secret.code}/").status_code == 404
    client.force_login(louis)
    assert codes(client) == ["eng-interne", "eng-recherche"]
    assert read(client, MILESTONES)["results"][0]["commitment"] == "eng-interne"
    assert read(client, f"{LIST}{secret.code}/")["visibility"] == "internal"


def test_someone_without_a_membership_reads_what_the_public_reads(client, commitment, louis):
    make_commitment(code="eng-interne", visibility=INTERNAL)
    louis.memberships.update(ends_on=localdate() - timedelta(days=1))
    client.force_login(louis)
    assert codes(client) == ["eng-recherche"]


def test_a_missing_commitment_and_a_hidden_one_are_told_alike(client, commitment):
    make_commitment(code="eng-interne", visibility=INTERNAL)
    hidden, missing = (client.get(f"{LIST}{code}/") for code in ("eng-interne", "eng-rien"))
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert hidden.status_code == 404


def test_no_note_no_draft_and_no_name_of_a_person_comes_out(client, commitment, rachel, paula, stephane, louis):
    make_campaign()
    commitment.suggested_lead = make_actor("suggere", name="Acteur suggéré")
    commitment.initial_due_on = commitment.due_on = date(2027, 1, 31)
    commitment.save()
    postpone(commitment, to_on=date(2027, 6, 30), reason_kind="budget", reason="Crédits reportés.", by=rachel)
    make_update(commitment, rachel, publish=True, text_internal="Entre nous.")
    make_update(commitment, paula, text_public="Brouillon de Paula.")
    client.force_login(louis)
    for address in (LIST, f"{LIST}{commitment.code}/"):
        text = client.get(address).content.decode()
        for hidden in ("Entre nous", "Brouillon", "suggéré", "Rachel", "Paula", "@example.org"):
            assert hidden not in text


# --- The filters of the list page -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["eng-former", "eng-miai", "eng-tard", "eng-tout", "eng-voisin"]),
        ("?q=soutenir+miai", ["eng-miai"]),
        ("?axis=research", ["eng-miai", "eng-voisin"]),
        ("?axis=transversal", ["eng-tard", "eng-tout"]),
        ("?status=in_progress", ["eng-miai"]),
        ("?weather=secured", ["eng-former"]),
        ("?actor=region", ["eng-tout"]),
        ("?actor=region&role=partner", []),
        ("?role=partner", ["eng-miai"]),
        ("?side=region", ["eng-tout"]),
        ("?side=state", []),
        ("?department=69", ["eng-miai"]),
        ("?late=1", ["eng-tard"]),
        ("?late=0", ["eng-former", "eng-miai", "eng-tout", "eng-voisin"]),
        ("?provenance=adjacent", ["eng-voisin"]),
        ("?ordering=title&axis=research", ["eng-miai", "eng-voisin"]),
        ("?ordering=title", ["eng-tout", "eng-former", "eng-miai", "eng-tard", "eng-voisin"]),
        ("?status=&axis=&q=", ["eng-former", "eng-miai", "eng-tard", "eng-tout", "eng-voisin"]),
    ],
)
def test_the_list_narrows_as_its_page_does(client, portfolio, query, found):
    assert codes(client, query) == found
    page = client.get(f"/engagements/{query}")
    assert [line.code for group in page.context["shown"].values() for line in group] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Jalon voisin", "Premier jalon"]),
        ("?status=in_progress", ["Premier jalon"]),
        ("?provenance=adjacent", ["Jalon voisin"]),
        ("?late=1", []),
        ("?page_size=1", ["Jalon voisin"]),
    ],
)
def test_milestones_narrow_by_their_commitment(client, portfolio, query, found):
    assert [row["title"] for row in read(client, MILESTONES + query)["results"]] == found


@pytest.mark.parametrize("address", [LIST, MILESTONES])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("status", "in_progress"),
        ("weather", "secured"),
        ("late", "1, 0"),
        ("provenance", "named, implied, adjacent"),
        ("role", "co_lead"),
        ("department", "69"),
        ("axis", "n’existe pas"),
        ("actor", "n’existe pas"),
        ("cursor", "Ce curseur n’est pas l’un des nôtres"),
        ("page_size", "un nombre entier de 1 à 200"),
        ("statut", "Attendu\u00a0: actor, axis"),
    ],
)
def test_an_unknown_value_is_refused_by_name_with_what_was_expected(client, portfolio, address, name, expected):
    (named, (message,)), = read(client, f"{address}?{name}=inconnu", status=400).items()  # fmt: skip
    assert named == name
    assert expected in message


def test_several_faults_are_told_at_once(client, portfolio):
    faults = read(client, f"{LIST}?status=inconnu&axis=rien", status=400)
    assert set(faults) == {"status", "axis"}


def test_an_order_is_asked_of_commitments_and_not_of_milestones(client, portfolio):
    assert set(read(client, f"{LIST}?ordering=poids", status=400)) == {"ordering"}
    assert set(read(client, f"{MILESTONES}?ordering=title", status=400)) == {"ordering"}


def test_a_filter_given_twice_is_refused_and_not_half_read(client, portfolio):
    faults = read(client, f"{LIST}?status=in_progress&status=completed", status=400)
    assert faults == {"status": ["Donné plusieurs fois."]}


NAMES = ["q", "axis", "status", "weather", "actor", "role", "department", "late", "provenance", "ordering", "cursor"]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.lists(
        st.tuples(st.sampled_from([*NAMES, "page_size"]) | st.text(max_size=8), st.text(max_size=30)), max_size=4
    ),
    raw=st.binary(max_size=20),
)
def test_no_query_string_is_a_500(client, portfolio, query, raw):
    encoded = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in query if name.isprintable()])
    for asked in (encoded, "&".join(f"%{byte:02x}" for byte in raw), f"q=%{raw[:1].hex() or '00'}"):
        for address in (LIST, MILESTONES):
            response = client.get(f"{address}?{asked}")
            assert response.status_code in {200, 400}
            json.loads(response.content)


@pytest.mark.parametrize(
    "query", ["?q=%00", "?axis=%00", "?status=%ff", "?cursor=%D9%A1", "?cursor=1e3", "?cursor=" + "9" * 5000, "?%00=1"]
)
def test_odd_values_are_faults_of_the_reader(client, portfolio, query):
    assert read(client, LIST + query, status=400)


# --- Pages ----------------------------------------------------------------------------------------


def test_pages_follow_each_other_both_ways_and_keep_the_filters(client, portfolio):
    first = read(client, f"{LIST}?late=0&page_size=2")
    assert (first["count"], first["previous"]) == (4, None)
    second = read(client, first["next"])
    assert second["next"] is None
    assert second["previous"] == "http://testserver/api/v1/commitments/?late=0&page_size=2"
    shown = [row["code"] for page in (first, second) for row in page["results"]]
    assert shown == ["eng-former", "eng-miai", "eng-tout", "eng-voisin"]


@pytest.mark.parametrize("order", ["", "&ordering=-progress", "&ordering=late_since"])
def test_a_row_that_comes_or_goes_meanwhile_is_neither_told_twice_nor_skipped(client, portfolio, order):
    before = codes(client, f"?page_size=200{order}")
    first = read(client, f"{LIST}?page_size=2{order}")
    gone = first["results"][1]["code"]
    make_commitment(code="aaa-nouveau", title="Avant tous les autres")
    Commitment.objects.filter(code=gone).update(visibility=INTERNAL)
    told = [row["code"] for row in first["results"]]
    page = first
    while page["next"]:
        page = read(client, page["next"])
        told += [row["code"] for row in page["results"]]
    assert [code for code in told if code != "aaa-nouveau"] == before
    assert len(told) == len(set(told))
    back = read(client, page["previous"])
    assert {row["code"] for row in back["results"]}.isdisjoint(row["code"] for row in page["results"])


@pytest.mark.parametrize("query", ["?page_size=0", "?page_size=201", "?cursor=x", "?cursor=YTEuMQé", "?page=2"])
def test_a_page_that_is_not_there_is_refused(client, portfolio, query):
    name = query[1:].partition("=")[0]
    assert set(read(client, f"{LIST}{query}", status=400)) == {name}


def test_an_empty_portal_answers_an_empty_page(client, db):
    for address in (LIST, MILESTONES):
        assert read(client, address) == {"count": 0, "next": None, "previous": None, "results": []}


# --- What is told ---------------------------------------------------------------------------------


def test_a_commitment_is_told_with_codes_labels_and_missing_values(client, region, rachel):
    axis = make_axis("research")
    commitment = make_commitment("x.", code="eng-1", main_axis=axis, lead=region, official_text="Soutenir.")
    make_update(commitment, rachel, publish=True, at=datetime(2026, 9, 20, 22, 30, tzinfo=UTC))
    row = read(client, f"{LIST}eng-1/")
    assert (row["code"], row["official_text"], row["provenance"]) == ("eng-1", "Soutenir.", "named")
    assert (row["status"], row["status_label"]) == ("in_progress", "en cours")
    assert (row["weather"], row["weather_label"]) == ("not_provided", "non renseignée")
    assert row["progress"] == 50.0
    assert (row["axis"], row["axes"]) == ("research", [{"code": "research", "title": "Axe research"}])
    assert row["participants"] == [
        {"actor": "region", "name": "Région", "role": "lead", "role_label": "chef de file", "side": "region"}
    ]
    assert (row["starts_on"], row["due_on"], row["slippage_days"], row["postponements"]) == (None, None, None, [])
    assert row["published_at"] == "2026-09-20T22:30:00Z"
    # Half past midnight in Paris: the day after.
    assert row["freshness_days"] == (localdate() - date(2026, 9, 21)).days
    assert row["url"] == "http://testserver/engagements/eng-1/"
    commitment.refresh_from_db()
    assert row["version"] == commitment.row_version
    assert [m["status_label"] for m in row["milestones"]] == ["atteint", "prévu"]
    assert row["milestones"][0]["achieved_on"] == "2026-01-31"


def test_an_actor_that_takes_part_for_no_side_in_particular_is_told_with_its_own(client, commitment, state):
    Participation.objects.create(commitment=commitment, actor=state, role="partner")
    Participation.objects.create(commitment=commitment, actor=make_actor("lyon"), role="partner")
    told = read(client, f"{LIST}{commitment.code}/")["participants"]
    assert {p["actor"]: p["side"] for p in told} == {"region": "region", "prefecture": "state", "lyon": None}


def test_what_nobody_measured_is_null_and_not_zero(client, commitment):
    row = read(client, f"{LIST}{commitment.code}/")
    for name in ("progress", "published_at", "confirmed_at", "freshness_days", "latest_answer", "late_since", "axis"):
        assert row[name] is None


def test_late_is_told_from_the_day_it_is_true(client):
    make_commitment(code="eng-tard", initial_due_on=date(2026, 1, 31), due_on=date(2999, 1, 31))
    make_commitment(code="eng-temps", initial_due_on=date(2999, 1, 31), due_on=date(2999, 1, 31))
    assert Commitment.objects.get(code="eng-temps").late_since == date(2999, 2, 1)
    late, on_time = read(client, LIST)["results"]
    assert (late["late_since"], late["late_since_revised"]) == ("2026-02-01", None)
    assert (on_time["late_since"], on_time["late_since_revised"]) == (None, None)


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def test_the_ledger_says_what_the_page_and_the_rows_say(client, commitment, rachel):
    """N5: « Échéance initiale … · révisée … (+275 jours, 2 reports) », and each move with its reason."""
    Commitment.objects.filter(pk=commitment.pk).update(initial_due_on=date(2026, 3, 31), due_on=date(2026, 3, 31))
    milestone = make_milestone(commitment, due_on=date(2026, 2, 28), title="Marché notifié")
    decision = decide_on(commitment, number=3)
    postpone(commitment, to_on=date(2026, 6, 30), reason_kind="budget", reason="Crédits reportés.", by=rachel)
    postpone(
        commitment, to_on=date(2026, 12, 31), reason_kind="scope", reason="Périmètre élargi.", decision=decision,
        by=rachel, at=datetime(2026, 10, 1, 22, 30, tzinfo=UTC),
    )  # fmt: skip
    relaunched = {"to_on": date(2026, 4, 30), "reason_kind": "procurement", "reason": "Relance."}
    postpone(commitment, milestone=milestone, by=rachel, **relaunched)
    row = read(client, f"{LIST}{commitment.code}/")
    (told,) = row["milestones"]

    own = Postponement.objects.filter(commitment=commitment, milestone=None)
    assert row["postponements_count"] == own.count() == 2
    assert row["slippage_days"] == own.aggregate(days=Sum(F("to_on") - F("from_on")))["days"].days == 275
    assert (row["initial_due_on"], row["due_on"]) == ("2026-03-31", "2026-12-31")
    assert (told["initial_due_on"], told["due_on"]) == ("2026-02-28", "2026-04-30")
    assert (told["slippage_days"], told["postponements_count"]) == (61, milestone.postponements.count())
    rows = Postponement.objects.order_by("postponed_at", "pk")
    assert [
        (p["milestone"], p["from_on"], p["to_on"], p["days"], p["reason_kind"], p["reason"])
        for p in row["postponements"]
    ] == [
        (p.milestone and p.milestone.title, f"{p.from_on}", f"{p.to_on}", p.days, p.reason_kind, p.reason) for p in rows
    ]
    cited = [p for p in row["postponements"] if p["decision"]]
    assert [(p["decided_on"], p["reason_kind_label"], p["decision"]) for p in cited] == [
        ("2026-10-02", "périmètre", {"meeting_on": "2026-09-12", "number": 3})
    ]

    page = text_of(client.get(commitment.get_absolute_url()))
    assert f"(+{row['slippage_days']} jours, {row['postponements_count']} reports)" in page
    assert f"+{told['slippage_days']} jours {told['postponements_count']} report" in page
    for listed in (read(client, LIST)["results"][0], read(client, f"{MILESTONES}")["results"][0]):
        assert {k: listed[k] for k in ("slippage_days", "postponements_count")} in [
            {k: of[k] for k in ("slippage_days", "postponements_count")} for of in (row, told)
        ]


def decide_on(commitment, number):
    meeting = SteeringMeeting.objects.create(roadmap=make_roadmap(), held_on=date(2026, 9, 12))
    decision = Decision.objects.create(
        meeting=meeting, number=number, text="Reporter.", owner=make_actor("region"), due_on=date(2026, 12, 1)
    )
    decision.commitments.add(commitment)
    SteeringMeeting.objects.filter(pk=meeting.pk).update(state="held", frozen_on=meeting.held_on)
    return decision


# --- What was answered this quarter ---------------------------------------------------------------


def answer(client, commitment):
    return read(client, f"{LIST}{commitment.code}/")["latest_answer"]


def test_silence_is_awaited_then_missing_and_an_old_text_does_not_hide_it(client, commitment, rachel, amina):
    make_update(commitment, rachel, publish=True)
    campaign = make_campaign()
    assert answer(client, commitment) == {
        "quarter": "2026-T4", "state": "to_answer", "state_label": "à répondre", "confirmed_at": None,
    }  # fmt: skip
    move_campaign(campaign, Campaign.State.REVIEW, by=amina)
    assert answer(client, commitment)["state"] == "not_answered"
    assert answer(client, commitment)["state_label"] == "non renseigné"


def test_confirmed_unchanged_is_no_new_text(client, commitment, rachel, paula):
    make_update(commitment, rachel, publish=True, at=datetime(2026, 6, 20, 12, tzinfo=UTC))
    confirmed_at = datetime(2026, 11, 12, 12, tzinfo=UTC)
    confirm_unchanged(commitment, make_campaign(), by=paula, at=confirmed_at)
    row = read(client, f"{LIST}{commitment.code}/")
    assert (row["published_at"], row["confirmed_at"]) == ("2026-06-20T12:00:00Z", "2026-11-12T12:00:00Z")
    assert (row["latest_answer"]["state"], row["latest_answer"]["confirmed_at"]) == (
        "confirmed",
        "2026-11-12T12:00:00Z",
    )
    assert row["freshness_days"] == (localdate() - date(2026, 11, 12)).days


def test_a_text_published_in_the_campaign_is_the_answer(client, commitment, rachel):
    campaign = make_campaign()
    stated = {"status": "in_progress", "text_public": "La convention est signée."}
    publish_update(save_draft(commitment, stated, by=rachel, campaign=campaign), by=rachel)
    assert answer(client, commitment)["state"] == "approved"


@pytest.mark.parametrize("submitted", [True, False])
def test_a_text_that_waits_for_a_visa_is_no_answer_yet(client, commitment, paula, amina, submitted):
    make_roadmap(visa_policy="both")
    campaign = make_campaign()
    stated = {"status": "in_progress", "text_public": "La convention est signée."}
    draft = save_draft(commitment, stated, by=paula, campaign=campaign)
    if submitted:
        submit_update(draft, by=paula)
    client.force_login(amina)
    assert answer(client, commitment)["state"] == "to_answer"
    move_campaign(campaign, Campaign.State.REVIEW, by=amina)
    assert answer(client, commitment)["state"] == "not_answered"


def test_nothing_is_awaited_of_what_was_finished(client):
    done = make_commitment(code="eng-fini", status="abandoned")
    make_campaign()
    assert answer(client, done)["state"] == "nothing_due"


def test_the_latest_campaign_that_has_begun_is_told(client, commitment):
    make_campaign(2026, 2, state=Campaign.State.SEALED)
    make_campaign(2026, 3, state=Campaign.State.REVIEW)
    make_campaign(2026, 4, state=Campaign.State.PLANNED)
    assert answer(client, commitment)["quarter"] == "2026-T3"


# --- Cost and manners -----------------------------------------------------------------------------


def enlarge(number, rachel, axis, campaign):
    due = {"initial_due_on": date(2026, 2, 1), "due_on": date(2026, 2, 1)}
    for n in range(number):
        c = make_commitment("x.-", main_axis=axis, lead=make_actor(f"acteur-{n % 5}"), **due)
        Participation.objects.create(commitment=c, actor=make_actor("lyon"), role="partner")
        postpone(c, to_on=date(2026, 5, 1), reason_kind="other", reason="Retard.", by=rachel)
        milestone = c.milestones.first()
        postpone(c, milestone=milestone, to_on=date(2026, 5, 1), reason_kind="other", reason="Retard.", by=rachel)
        campaign.lines.create(commitment=c)
        if n % 3 == 0:
            make_update(c, rachel, publish=True)


@pytest.mark.parametrize("query", ["?page_size=200", "?page_size=200&axis=research&ordering=-progress"])
@pytest.mark.parametrize("address", [LIST, MILESTONES])
def test_a_list_costs_the_same_queries_whatever_its_length(
    client, rachel, django_assert_max_num_queries, django_assert_num_queries, address, query
):
    query = query.replace("&ordering=-progress", "") if address == MILESTONES else query
    axis, campaign = make_axis("research"), make_campaign()
    enlarge(3, rachel, axis, campaign)
    with django_assert_max_num_queries(8) as few:
        assert read(client, address + query)["count"] > 0
    enlarge(25, rachel, axis, campaign)
    with django_assert_num_queries(len(few.captured_queries)):
        assert read(client, address + query)["count"] in {28, 84}


def test_a_commitment_costs_the_same_queries_however_often_it_slipped(
    client, rachel, django_assert_max_num_queries, django_assert_num_queries
):
    enlarge(1, rachel, make_axis("research"), make_campaign())
    commitment = Commitment.objects.get()
    with django_assert_max_num_queries(8) as few:
        read(client, f"{LIST}{commitment.code}/")
    decision = decide_on(commitment, 1)
    for month in range(6, 12):
        reason = {"reason_kind": "other", "reason": "Encore.", "decision": decision}
        postpone(commitment, to_on=date(2026, month, 1), by=rachel, **reason)
    with django_assert_num_queries(len(few.captured_queries)):
        assert len(read(client, f"{LIST}{commitment.code}/")["postponements"]) == 8


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", [LIST, f"{LIST}eng-recherche/", MILESTONES])
@pytest.mark.parametrize("who", [None, "amina"])
def test_nothing_is_written_through_the_api(commitment, amina, method, address, who):
    client = Client(enforce_csrf_checks=True)
    if who:
        client.force_login(amina)
    # Refused for what it is, not for a missing token.
    response = getattr(client, method)(address, "{}", content_type="application/json")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("address", [LIST, f"{LIST}eng-recherche/", MILESTONES])
def test_head_and_options_answer(client, commitment, address):
    assert client.head(address).status_code == 200
    assert client.options(address).status_code == 200


def test_a_browser_gets_json_and_no_page(client, commitment):
    response = client.get(LIST, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.headers["Content-Type"] == "application/json"
    assert not response.cookies
    assert "Cookie" in response.headers["Vary"]


def test_the_api_has_one_address_whatever_the_language(client, commitment):
    assert client.get("/en/api/v1/commitments/").status_code == 404
    row = json.loads(client.get(LIST, headers={"accept-language": "en"}).content)["results"][0]
    assert row["status_label"] == "non renseigné"
