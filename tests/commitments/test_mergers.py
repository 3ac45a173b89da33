"""A commitment merged into another one: refused where it would hide something, and followed nowhere afterwards."""

from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from actors.queries import actors_by_kind
from commitments import queries
from commitments.models import Campaign, Commitment, Roadmap, Status
from commitments.queries import owed_on
from commitments.transitions import (
    TransitionRefused,
    add_evidence,
    add_missing_lines,
    confirm_unchanged,
    merge_commitments,
    postpone,
    save_draft,
    undo_merger,
    withdraw_evidence,
)
from tests.commitments.test_staff_pages import form
from tests.factories import (
    TODAY,
    make_axis,
    make_campaign,
    make_commitment,
    make_evidence,
    make_milestone,
    make_roadmap,
    make_update,
)

pytestmark = pytest.mark.django_db
REASON = "Même convention, même équipe."


@pytest.fixture
def into(region):
    return make_commitment(code="eng-formation", lead=region, title="Former aux métiers")


@pytest.fixture
def merged(commitment, into, amina):
    return merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY)


def page_of(response):
    return unescape(response.content.decode())


# --- What is written, and what is refused ---------------------------------------------------------


def test_merging_keeps_all_that_was_said(merged, commitment, into):
    now = Commitment.objects.get(pk=commitment.pk)
    assert (now.merged_into, now.merged_on, now.merge_reason) == (into, TODAY, REASON)
    assert (now.title, now.status, now.row_version > commitment.row_version) == (
        commitment.title,
        commitment.status,
        True,
    )


@pytest.mark.parametrize("who", ["paula", "stephane", "rachel", "louis"])
def test_only_the_administration_merges(request, commitment, into, who):
    with pytest.raises(TransitionRefused, match="Seule l’administration"):
        merge_commitments(commitment, into, reason=REASON, by=request.getfixturevalue(who), on=TODAY)


def refused(commitment, into, amina, match, field, reason=REASON):
    with pytest.raises(TransitionRefused, match=match) as refusal:
        merge_commitments(commitment, into, reason=reason, by=amina, on=TODAY)
    assert refusal.value.field == field
    assert not Commitment.objects.filter(pk=commitment.pk, merged_on=TODAY, merged_into=into).exists()


def test_not_into_itself(commitment, amina):
    refused(commitment, commitment, amina, "dans lui-même", "into")


def test_not_without_a_reason(commitment, into, amina):
    refused(commitment, into, amina, "dit pourquoi", "reason", reason="  ")


def test_not_into_one_that_is_merged_itself(merged, into, amina):
    refused(into, merged, amina, "eng-recherche est lui-même fusionné dans eng-formation", "into")


def test_not_twice(merged, amina):
    refused(merged, make_commitment(code="eng-autre"), amina, "déjà fusionné, depuis le 22/11/2026", "")


def test_not_across_roadmaps(commitment, amina):
    other = make_commitment(code="eng-ailleurs")
    Commitment.objects.filter(pk=other.pk).update(roadmap=Roadmap.objects.create(code="autre", title="Autre"))
    refused(commitment, other, amina, "feuilles de route différentes", "into")


def test_a_public_one_not_into_an_internal_one(commitment, amina):
    refused(commitment, make_commitment(code="eng-interne", visibility="internal"), amina, "interne", "into")


def test_a_counted_one_not_into_an_adjacent_action(commitment, amina):
    adjacent = make_commitment(code="act-voisine", provenance="adjacent")
    refused(commitment, adjacent, amina, "action voisine", "into")
    assert merge_commitments(adjacent, commitment, reason=REASON, by=amina, on=TODAY).merged_into == commitment


def test_an_abandoned_one_stays_counted_apart(commitment, into, amina):
    Commitment.objects.filter(pk=into.pk).update(status=Status.ABANDONED)
    refused(commitment, into, amina, "eng-formation est abandonné", "into")
    refused(into, commitment, amina, "compté à part", "")


@pytest.mark.parametrize("submitted", [False, True])
def test_not_while_a_text_is_being_written_and_it_is_said_whose(commitment, into, amina, paula, submitted):
    make_update(commitment, paula, submitted=submitted)
    refused(commitment, into, amina, "Un point de Paula est en cours", "")


def test_the_one_it_went_into_may_be_merged_in_its_turn(merged, into, amina):
    last = make_commitment(code="eng-dernier")
    merge_commitments(into, last, reason=REASON, by=amina, on=TODAY)
    merged.refresh_from_db()
    assert (merged.merged_into, merged.merged_into.merged_into) == (into, last)


# --- Nobody writes on it any more -----------------------------------------------------------------


def test_nothing_more_is_written_on_it(merged, commitment, paula):
    """Told where to write, even to somebody whose page still holds the commitment as it was."""
    with pytest.raises(TransitionRefused, match="fusionné dans eng-formation, « Former aux métiers »"):
        save_draft(commitment, {"status": "in_progress"}, by=paula)
    milestone = make_milestone(commitment)
    with pytest.raises(TransitionRefused, match="fusionné dans eng-formation"):
        postpone(commitment, milestone=milestone, to_on=date(2027, 1, 1), reason_kind="budget", reason="x", by=paula)
    with pytest.raises(TransitionRefused, match="fusionné dans eng-formation"):
        add_evidence(commitment, kind="public_page", title="Page", url="https://example.org/", is_public=True, by=paula)


def test_a_piece_given_by_mistake_may_still_be_withdrawn(commitment, into, amina, paula):
    piece = make_evidence(commitment, paula)
    merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY)
    assert withdraw_evidence(piece, by=paula).withdrawn_at is not None


def test_what_is_sent_from_an_old_page_is_refused_in_words(client, commitment, into, amina, paula):
    client.force_login(paula)
    sent = form(client, text_public="Mon texte tapé.", action="submit")
    merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY)
    page = page_of(client.post("/espace/engagements/eng-recherche/point/", sent))
    assert "fusionné dans eng-formation" in page
    assert "Mon texte tapé." in page


# --- The campaign ---------------------------------------------------------------------------------


def states(campaign):
    return {line.commitment.code: line.state for line in queries.lines_of(campaign).select_related("commitment")}


def test_its_line_in_the_open_campaign_waits_for_nothing_and_nobody_is_reminded(commitment, into, amina, paula):
    campaign = make_campaign()
    assert [owed.unanswered for owed in owed_on(campaign, TODAY)] == [{commitment.pk, into.pk}]
    merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY)
    assert states(campaign) == {"eng-recherche": "nothing_due", "eng-formation": "to_answer"}
    assert [owed.unanswered for owed in owed_on(campaign, TODAY)] == [{into.pk}]
    with pytest.raises(TransitionRefused, match="fusionné dans eng-formation"):
        confirm_unchanged(commitment, campaign, by=paula)


def test_what_was_answered_before_stays_answered(commitment, into, amina, paula, rachel):
    campaign = make_campaign()
    make_update(commitment, rachel, publish=True, campaign=campaign)
    merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY)
    assert states(campaign)["eng-recherche"] == "approved"


def test_a_campaign_closed_to_answers_keeps_what_it_says(commitment, into, amina):
    campaign = make_campaign(2026, 3, state=Campaign.State.REVIEW)
    merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY)
    assert states(campaign)["eng-recherche"] == "not_answered"


def test_campaigns_opened_afterwards_have_no_line_for_it(merged):
    campaign = make_campaign(state=Campaign.State.PLANNED)
    add_missing_lines(campaign)
    assert states(campaign) == {"eng-formation": "to_answer"}


# --- Undone ---------------------------------------------------------------------------------------


def test_a_slip_of_the_hand_is_undone(commitment, into, amina):
    campaign = make_campaign()
    merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY)
    undone = undo_merger(commitment, by=amina)
    assert (undone.merged_into, undone.merged_on, undone.merge_reason) == (None, None, "")
    assert states(campaign)["eng-recherche"] == "to_answer"
    assert undo_merger(commitment, by=amina).merged_on is None


def test_a_merger_that_a_sealed_report_tells_is_history(merged, amina, paula):
    make_campaign(2026, 3, state=Campaign.State.SEALED)  # its last day is before the merger: it tells nothing of it
    with pytest.raises(TransitionRefused, match="Seule l’administration"):
        undo_merger(merged, by=paula)
    make_campaign(2026, 4, state=Campaign.State.SEALED)
    with pytest.raises(TransitionRefused, match="T4 2026 dit cette fusion"):
        undo_merger(merged, by=amina)
    merged.refresh_from_db()
    assert merged.merged_on == TODAY


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def everywhere(region, amina):
    """Late, on an axis, with a milestone to come and a text: each list would show it."""
    axis, today = make_axis("research"), localdate()
    title = {
        "title": "À fusionner",
        "main_axis": axis,
        "due_on": date(2026, 1, 31),
        "initial_due_on": date(2026, 1, 31),
    }
    found = make_commitment("..", code="eng-fusion", lead=region, **title)
    make_milestone(found, due_on=today + timedelta(days=20), title="Jalon à venir")
    into = make_commitment(code="eng-suite", lead=region, main_axis=axis, title="La suite")
    make_update(found, amina, publish=True)
    return found, into


LISTS = ["/", "/engagements/", "/engagements/?q=fusionner", "/axes/research/", "/calendrier/", "/acteurs/region/",
         "/espace/", "/api/v1/commitments/", "/api/v1/milestones/", "/espace/comites/nouveau/"]  # fmt: skip


def test_it_leaves_every_list_and_figure(client, everywhere, amina):
    found, into = everywhere
    client.force_login(amina)
    shown = [address for address in LISTS if "À fusionner" in page_of(client.get(address))]
    assert {"/", "/engagements/", "/axes/research/", "/calendrier/", "/acteurs/region/", "/espace/"} <= set(shown)
    assert queries.overview(amina, localdate()).whole.late == 1
    merge_commitments(found, into, reason=REASON, by=amina, on=localdate())
    assert [address for address in LISTS if "À fusionner" in page_of(client.get(address))] == []
    whole = queries.overview(amina, localdate()).whole
    assert (whole.total, whole.late) == (1, 0)
    assert queries.counts(queries.commitments_for(amina)).total == queries.whole_list(amina).total().total == 1
    assert sum(queries.listed_by_axis(amina).values()) == 1
    assert [actor.roles for _kind, actors in actors_by_kind() for actor in actors] == [1]


def test_both_pages_say_it_to_everyone(client, merged):
    page = page_of(client.get("/engagements/eng-recherche/"))
    assert "Fusionné le 22\u00a0novembre\u00a02026 dans" in page or "Fusionné le 22 novembre 2026 dans" in page
    assert REASON in page
    assert 'href="/engagements/eng-formation/"' in page
    assert "Annuler la fusion" not in page
    page = page_of(client.get("/engagements/eng-formation/"))
    assert "Reprend, depuis le 22 novembre 2026" in page
    assert 'href="/engagements/eng-recherche/"' in page


def test_the_api_keeps_its_address_and_says_into_what(client, merged):
    told = client.get("/api/v1/commitments/eng-recherche/").json()
    assert (told["merged_into"], told["merged_on"], told["merge_reason"]) == ("eng-formation", "2026-11-22", REASON)
    assert client.get("/api/v1/commitments/eng-formation/").json()["merged_into"] is None


def test_an_internal_one_merged_into_a_public_one_is_not_told_to_the_public(client, into, amina):
    internal = make_commitment(code="eng-secret", title="Non public", visibility="internal")
    merge_commitments(internal, into, reason=REASON, by=amina, on=TODAY)
    assert "Non public" not in page_of(client.get("/engagements/eng-formation/"))
    client.force_login(amina)
    assert "Non public" in page_of(client.get("/engagements/eng-formation/"))


def test_amina_merges_from_the_page_and_undoes_it(client, commitment, into, amina):
    client.force_login(amina)
    assert "/espace/engagements/eng-recherche/fusion/" in page_of(client.get("/engagements/eng-recherche/"))
    page = page_of(client.get("/espace/engagements/eng-recherche/fusion/"))
    assert "eng-formation – Former aux métiers" in page
    assert f'value="{commitment.pk}"' not in page
    page = page_of(client.post("/espace/engagements/eng-recherche/fusion/", {"into": into.pk, "reason": ""}))
    assert "Ce champ est obligatoire" in page
    page = page_of(
        client.post("/espace/engagements/eng-recherche/fusion/", {"into": into.pk, "reason": REASON}, follow=True)
    )
    assert "Fusionné" in page
    assert "Écrire un point d’avancement" not in page
    page = page_of(client.post("/espace/engagements/eng-recherche/fusion/annuler/", follow=True))
    assert "de nouveau suivi" in page
    assert Commitment.objects.get(pk=commitment.pk).merged_on is None


def test_lists_cost_no_more_queries_with_merged_commitments(client, everywhere, amina):
    found, into = everywhere
    costs = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get("/engagements/?late=0")
            client.get("/engagements/eng-suite/")
        costs.append(len(captured))
        if found.merged_on is None:
            found = merge_commitments(found, into, reason=REASON, by=amina, on=localdate())
    assert costs[0] == costs[1]


def test_the_roadmap_in_force_lets_a_merger_through(commitment, into, amina):
    roadmap = make_roadmap()
    roadmap.in_force_since = date(2026, 1, 1)
    roadmap.save()
    assert merge_commitments(commitment, into, reason=REASON, by=amina, on=TODAY).merged_on == TODAY
