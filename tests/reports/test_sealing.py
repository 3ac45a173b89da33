"""A quarter that is closed never moves again: sealed once, by one person, chained to the one before."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from commitments import transitions as campaign_transitions
from commitments.models import Campaign, Evidence, ProgressUpdate
from commitments.transitions import TransitionRefused
from reports import transitions
from reports.dataset import canonical_json, sha256_of
from reports.models import Report, ReportFile, SealedReport
from tests.factories import (
    make_actor,
    make_campaign,
    make_commitment,
    make_evidence,
    make_roadmap,
    make_update,
    make_user,
)
from tests.reports.situations import at, draw_quarter, publish

pytestmark = pytest.mark.django_db
NOON = at(2026, 10, 20)


@pytest.fixture
def quarter(db):
    return draw_quarter()


@pytest.fixture
def sealed(quarter, amina):
    return transitions.seal(quarter, by=amina, at=NOON)


def submitted(commitment, campaign, author):
    """Sent, and approved by nobody yet."""
    update = ProgressUpdate.objects.create(
        commitment=commitment, campaign=campaign, state="submitted", status="in_progress", author=author,
        text_public="Pas encore visé.", submitted_at=at(2026, 10, 10), text_hash="0" * 64,
    )  # fmt: skip
    update.writers.add(author)
    return update


# --- What is written ------------------------------------------------------------------------------


def test_sealing_closes_the_quarter_with_its_report(sealed, quarter, amina):
    quarter.refresh_from_db()
    assert quarter.state == Campaign.State.SEALED
    data = sealed.layout.dataset
    assert (sealed.number, sealed.version, sealed.previous_sha256) == (1, 1, "")
    assert sealed.sha256 == sha256_of(data)
    assert sealed.content.encode() == canonical_json(data)
    assert (sealed.layout.state, sealed.layout.scope, sealed.published_at) == ("queued", "", NOON)
    assert data["seal"] == {
        "number": 1, "version": 1, "previous_sha256": "", "reason": "", "rectifies": None, "unapproved": [],
        "sealed_at": "2026-10-20T14:00:00+02:00",
    }  # fmt: skip


@pytest.mark.parametrize("said", ["sound", "infected"])
def test_a_file_that_waited_for_the_antivirus_is_not_in_it_whatever_is_said_later(said, quarter, amina, paula):
    piece = {"url": "", "sha256": "0" * 64, "added_at": at(2026, 9, 20)}
    commitment = make_commitment(code="eng-pieces")
    for scan in ("", "waiting"):
        make_evidence(commitment, paula, title=f"Pièce {scan}", file=f"a{scan}", file_name="a.pdf", scan=scan, **piece)
    sealed = transitions.seal(quarter, by=amina, at=NOON)
    before = sealed.content
    assert [row["title"] for row in sealed.layout.dataset["evidence"] if row["commitment"] == "eng-pieces"] == [
        "Pièce "
    ]
    Evidence.objects.filter(scan="waiting").update(scan=said)
    sealed.refresh_from_db()
    assert sealed.content == before


def test_the_next_report_carries_the_fingerprint_of_the_one_before(sealed, amina):
    following = transitions.seal(make_campaign(2026, 4, state=Campaign.State.REVIEW), by=amina, at=at(2027, 1, 20))
    assert (following.number, following.version, following.previous_sha256) == (2, 1, sealed.sha256)
    assert following.layout.dataset["seal"]["previous_sha256"] == sealed.sha256


def test_a_draft_that_was_online_gives_way(quarter, amina):
    draft = Report.objects.create(
        campaign=quarter, state="ready", content="{}", dataset_sha256="0" * 64, finished_at=NOON, published_at=NOON
    )
    unpublished = transitions.seal(quarter, by=amina, publish_it=False, at=NOON)
    draft.refresh_from_db()
    assert draft.published_at == NOON
    transitions.publish(unpublished, by=amina, at=at(2026, 10, 21))
    draft.refresh_from_db()
    assert draft.published_at is None


@pytest.mark.parametrize("state", [Campaign.State.PLANNED, Campaign.State.OPEN, Campaign.State.SEALED])
def test_only_a_quarter_in_review_is_sealed(amina, state):
    quarter = make_campaign(2026, 3, state=state)
    with pytest.raises(TransitionRefused, match="n’est pas permis"):
        transitions.seal(quarter, by=amina)
    assert not SealedReport.objects.exists()


@pytest.mark.parametrize("who", ["paula", "stephane", "louis"])
def test_only_the_administration_seals(request, quarter, who):
    with pytest.raises(TransitionRefused, match="Seule l’administration"):
        transitions.seal(quarter, by=request.getfixturevalue(who))


def test_a_campaign_is_not_sealed_without_its_report(quarter, amina):
    with pytest.raises(TransitionRefused, match="avec son rapport"):
        campaign_transitions.move_campaign(quarter, Campaign.State.SEALED, by=amina)


# --- Half a visa ----------------------------------------------------------------------------------


def test_a_text_without_all_its_visas_stops_the_sealing_unless_it_is_named(quarter, amina, paula):
    roadmap = make_roadmap()
    roadmap.visa_policy = "both"
    roadmap.save()
    waiting = submitted(make_commitment(code="eng-attend"), quarter, paula)
    with pytest.raises(transitions.NotApproved, match="eng-attend") as refused:
        transitions.seal(quarter, by=amina)
    assert refused.value.updates == [waiting]
    quarter.refresh_from_db()
    assert quarter.state == Campaign.State.REVIEW
    sealed = transitions.seal(quarter, by=amina, unapproved=["eng-attend"], at=NOON)
    data = sealed.layout.dataset
    (told,) = data["unapproved"]
    assert (told["commitment"], told["missing_sides"], told["submitted_on"]) == (
        "eng-attend", ["state", "region"], "2026-10-10",
    )  # fmt: skip
    assert "Pas encore visé." not in sealed.content
    row = next(row for row in data["commitments"] if row["code"] == "eng-attend")
    assert (row["status"], row["answer"]) == ("not_provided", "not_answered")
    waiting.refresh_from_db()
    assert (waiting.campaign, waiting.state) == (None, "submitted")


def test_a_draft_leaves_the_quarter_when_it_is_sealed(quarter, amina):
    """Otherwise, sent afterwards without a word changed, it would answer a quarter that is closed."""
    draft = make_update(make_commitment(code="eng-brouillon"), amina, campaign=quarter)
    transitions.seal(quarter, by=amina, at=NOON)
    draft.refresh_from_db()
    assert (draft.campaign, draft.state) == (None, "draft")


# --- Rectification --------------------------------------------------------------------------------


def test_a_rectification_is_a_new_report_with_its_reason(sealed, quarter, amina):
    with pytest.raises(TransitionRefused, match="dit pourquoi") as refused:
        transitions.rectify(sealed, reason="  ", by=amina)
    assert refused.value.field == "reason"
    make_commitment(code="eng-oublie", title="Oublié")
    corrected = transitions.rectify(sealed, reason="Un engagement manquait.", by=amina, at=at(2026, 11, 2))
    assert (corrected.number, corrected.version, corrected.rectifies) == (2, 2, sealed)
    assert corrected.previous_sha256 == sealed.sha256
    assert corrected.layout.dataset["seal"]["rectifies"] == {"number": 1, "sha256": sealed.sha256}
    assert corrected.layout.dataset["summary"]["counted"] == sealed.layout.dataset["summary"]["counted"] + 1
    sealed.refresh_from_db()
    with pytest.raises(TransitionRefused, match="a déjà son rectificatif"):
        transitions.rectify(sealed, reason="Encore.", by=amina)


def test_a_text_corrected_afterwards_is_in_the_rectification_alone(quarter, amina, paula):
    commitment = make_commitment(code="eng-corrige")
    publish(commitment, quarter, "in_progress", at(2026, 9, 20), author=paula, text_public="Faux.")
    first = transitions.seal(quarter, by=amina, at=NOON)
    publish(commitment, quarter, "in_progress", at(2026, 11, 1), author=paula, text_public="Juste.")
    publish(
        commitment, make_campaign(2026, 4, state=Campaign.State.OPEN), "in_progress", at(2026, 10, 25), text_public="T4"
    )
    second = transitions.rectify(first, reason="Texte faux.", by=amina)
    texts = [
        next(r for r in s.layout.dataset["commitments"] if r["code"] == "eng-corrige")["text"] for s in (first, second)
    ]
    assert texts == ["Faux.", "Juste."]


# --- The database refuses -------------------------------------------------------------------------


def refuses(sql, match):
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_refuses_to_change_or_delete_what_is_sealed(sealed):
    refuses("UPDATE reports_sealedreport SET content = content || ' '", "ne change plus")
    refuses("UPDATE reports_sealedreport SET sha256 = repeat('0', 64)", "ne change plus")
    refuses("UPDATE reports_sealedreport SET reason = 'Autre.', version = 2", "ne change plus")
    refuses("UPDATE reports_sealedreport SET published_at = NULL", "le reste")
    refuses("DELETE FROM reports_sealedreport", "ne se supprime pas")
    refuses("DELETE FROM reports_report", "restent avec lui")
    refuses("UPDATE reports_report SET scope = 'axis=research'", "restent avec lui")


def test_publication_alone_may_still_be_written(quarter, amina):
    sealed = transitions.seal(quarter, by=amina, publish_it=False, at=NOON)
    transitions.publish(sealed, by=amina, at=at(2026, 10, 25))
    sealed.refresh_from_db()
    assert sealed.published_at == at(2026, 10, 25)
    assert transitions.publish(sealed, by=amina).published_at == at(2026, 10, 25)


def test_the_database_refuses_a_file_of_a_sealed_report_written_again(sealed):
    ReportFile.objects.create(
        report=sealed.layout, format="pdf", language="fr", state="ready", file="x", name="x.pdf", sha256="0" * 64
    )
    refuses("UPDATE reports_reportfile SET sha256 = repeat('1', 64)", "ne change plus")
    refuses("DELETE FROM reports_reportfile", "ne change plus")


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"sha256": "0" * 64}, "L’empreinte n’est pas celle des données"),
        ({"previous_sha256": "1" * 64}, "suit le précédent"),
        ({"number": 7}, "suit le précédent"),
    ],
)
def test_the_database_refuses_what_does_not_follow_the_chain(sealed, fields, match):
    other = make_campaign(2026, 4, state=Campaign.State.REVIEW)
    content = '{"schema":"3"}'
    row = {
        "roadmap": sealed.roadmap, "campaign": other, "number": 2, "content": content, "sealed_at": NOON,
        "sha256": sha256_of({"schema": "3"}), "previous_sha256": sealed.sha256,
    }  # fmt: skip
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        SealedReport.objects.create(**row | fields)
    SealedReport.objects.create(**row)


# --- Two at once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_sealings_at_once_one_wins():
    amina = make_user("amina", "administrator", make_actor("region", side="region"))
    quarter = draw_quarter()
    start, outcomes = threading.Barrier(4), []

    def attempt():
        try:
            start.wait()
            outcomes.append(transitions.seal(quarter, by=amina).number)
        except TransitionRefused as refusal:
            outcomes.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes))[0] == "1"
    assert sum("n’est pas permis" in str(outcome) for outcome in outcomes) == 3
    assert SealedReport.objects.count() == Report.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_publication_during_the_sealing_is_in_it_or_after_it():
    """A validator's transaction holds the text while the quarter is sealed: the sealing reads it published."""
    amina = make_user("amina", "administrator", make_actor("region", side="region"))
    paula = make_user("paula", "contributor", make_actor("region", side="region"))
    quarter = draw_quarter()
    update = submitted(make_commitment(code="eng-attend"), quarter, paula)
    found = []

    def seal():
        try:
            found.append(transitions.seal(quarter, by=amina))
        finally:
            connection.close()

    with transaction.atomic():
        locked = ProgressUpdate.objects.select_for_update(of=("self",)).get(pk=update.pk)
        thread = threading.Thread(target=seal)
        thread.start()
        thread.join(1.0)
        assert found == []
        locked.state, locked.published_at, locked.publisher = "published", at(2026, 10, 12), amina
        locked.save()
    thread.join(20)
    (sealed,) = found
    row = next(row for row in sealed.layout.dataset["commitments"] if row["code"] == "eng-attend")
    assert (row["answer"], row["text"], row["answered_on"]) == (
        "approved",
        "Pas encore visé.",
        date(2026, 10, 12).isoformat(),
    )
