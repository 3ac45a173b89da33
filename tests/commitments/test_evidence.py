"""Evidence: who gives it, with what text it is approved, that it never changes, and what the public learns of it."""

import resource
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from commitments.models import Commitment, Evidence, ProgressUpdate, Roadmap, Status
from commitments.transitions import (
    TransitionRefused,
    add_evidence,
    discard_draft,
    give_visa,
    publish_update,
    save_draft,
    submit_update,
    take_back,
    withdraw_evidence,
)
from tests.factories import make_commitment, make_evidence, make_milestone, make_roadmap, make_update, make_user
from tests.uploads import PDF, sent

pytestmark = pytest.mark.django_db
Role = Membership.Role
ADDRESS = "/espace/engagements/eng-recherche/pieces/"
PUBLIC = "/engagements/eng-recherche/"
LINK = "https://example.org/deliberation"


def add(commitment, by, **fields):
    fields = {"kind": "deliberation", "title": "Délibération du 12 mars"} | fields
    if "file" not in fields:
        fields = {"url": LINK} | fields
    return add_evidence(commitment, by=by, **fields)


def page_of(client, address):
    return unescape(client.get(address).content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def fetch(client, piece):
    """The answer, read to its end where it is a file."""
    response = client.get(f"/pieces/{piece.pk}/")
    if response.streaming:
        response.read = b"".join(response.streaming_content)
    return response


@pytest.fixture
def completed(region):
    return make_commitment(code="eng-recherche", lead=region, status=Status.COMPLETED)


# --- Who, and with what text ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (None, False),
        (Role.READER, False),
        (Role.AUDITOR, False),
        (Role.CONTRIBUTOR, True),
        (Role.VALIDATOR, True),
        (Role.ADMINISTRATOR, True),
    ],
)
def test_who_may_write_gives_and_withdraws_evidence(role, may, commitment, region, paula):
    someone = make_user("someone", role, region)
    given = make_evidence(commitment, paula)
    if may:
        assert add(commitment, someone).added_by == someone
        assert withdraw_evidence(given, by=someone).withdrawn_by == someone
        return
    with pytest.raises(TransitionRefused, match="droit d’écrire"):
        add(commitment, someone)
    with pytest.raises(TransitionRefused, match="droit d’écrire"):
        withdraw_evidence(given, by=someone)
    given.refresh_from_db()
    assert (Evidence.objects.count(), given.withdrawn_at) == (1, None)


def test_a_mere_partner_gives_none(paula, region, files):
    commitment = make_commitment()
    commitment.participations.create(actor=region, role="partner")
    with pytest.raises(TransitionRefused):
        add(commitment, paula, file=sent("a.pdf", PDF))
    assert (Evidence.objects.count(), files()) == (0, [])


@pytest.mark.parametrize("stage", ["draft", "returned"])
def test_a_piece_belongs_to_the_text_being_written(stage, commitment, paula, rachel, stephane):
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    update = make_update(commitment, paula, submitted=stage == "returned")
    if stage == "returned":
        comment = {"decision": "changes_requested", "comment": "Joignez la délibération."}
        give_visa(update, side="state", by=stephane, seen_hash=update.text_hash, **comment)
    piece = add(commitment, rachel)
    update.refresh_from_db()
    assert (piece.update, update.state) == (update, stage)
    # She has written in the text: she does not approve it.
    assert set(update.writers.all()) == {paula, rachel}


def test_without_a_text_being_written_it_is_the_commitment_s_own(commitment, paula, rachel):
    assert add(commitment, paula).update is None
    make_update(commitment, rachel, publish=True)
    assert add(commitment, paula, title="Autre").update is None


def test_while_a_text_is_being_approved_no_piece_moves(commitment, paula):
    before = add(commitment, paula, title="Avant")
    update = make_update(commitment, paula)
    piece = add(commitment, paula)
    submit_update(update, by=paula)
    with pytest.raises(TransitionRefused, match="soumis au visa"):
        add(commitment, paula, title="De plus")
    with pytest.raises(TransitionRefused, match="reprenez-le d’abord"):
        withdraw_evidence(piece, by=paula)
    # What was already public may have to go at once.
    assert withdraw_evidence(before, by=paula).withdrawn_at
    take_back(update, by=paula)
    assert withdraw_evidence(piece, by=paula).withdrawn_at
    assert add(commitment, paula, title="De plus").update == update


def test_another_kind_or_another_milestone_is_another_text(commitment, paula):
    milestone = make_milestone(commitment)
    update = make_update(commitment, paula)
    hashes = set()
    for fields in ({}, {"kind": "order"}, {"milestone": milestone}, {"is_public": False}):
        piece = add(commitment, paula, **fields)
        hashes.add(submit_update(update, by=paula).text_hash)
        update = take_back(update, by=paula)
        withdraw_evidence(piece, by=paula)
    assert len(hashes) == 4


def test_a_draft_thrown_away_takes_its_pieces_with_it(client, commitment, paula):
    update = make_update(commitment, paula)
    piece = add(commitment, paula)
    discard_draft(update, by=paula)
    piece.refresh_from_db()
    assert (piece.update, piece.withdrawn_by) == (None, paula)
    assert piece.title not in page_of(client, PUBLIC)


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"title": "  "}, "title", "vide"),
        ({"title": "a" * 201}, "title", "200"),
        ({"kind": "rumour"}, "kind", "rumour"),
        ({"url": ""}, "url", "ou un fichier"),
        ({"url": LINK, "file": sent("a.pdf", PDF)}, "file", "l’un des deux"),
        ({"url": "javascript:alert(1)"}, "url", "javascript"),
        ({"url": "ftp://example.org/a"}, "url", "ftp"),
        ({"url": "https://"}, "url", ""),
        ({"url": "https://example.org/" + "a" * 1000}, "url", "1000"),
    ],
)
def test_wrong_values_are_told_by_the_field(fields, field, said, commitment, paula, files):
    with pytest.raises(TransitionRefused) as refusal:
        add(commitment, paula, **fields)
    assert refusal.value.field == field
    assert said in refusal.value.message
    assert (Evidence.objects.count(), files()) == (0, [])


def test_a_milestone_of_another_commitment_is_refused(commitment, paula):
    with pytest.raises(TransitionRefused) as refusal:
        add(commitment, paula, milestone=make_milestone(make_commitment()))
    assert refusal.value.field == "milestone"


def test_the_same_piece_sent_twice_is_one(commitment, paula, files):
    for _ in range(2):
        add(commitment, paula)
        add(commitment, paula, title="Fichier", file=sent("a.pdf", PDF))
    assert (Evidence.objects.count(), len(files())) == (2, 1)
    withdraw_evidence(Evidence.objects.first(), by=paula)
    add(commitment, paula)
    assert Evidence.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_give_one_piece(commitment, paula, files):
    barrier, faults = threading.Barrier(2), []

    def click():
        barrier.wait(5)
        try:
            add(commitment, paula, file=sent("a.pdf", PDF))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    assert (faults, Evidence.objects.count(), len(files())) == ([], 1, 1)


def test_a_row_that_is_lost_leaves_no_file(commitment, paula, files):
    with connection.cursor() as cursor:
        # The database refuses at the last moment, as a full disk or a rule to come would.
        cursor.execute("ALTER TABLE commitments_evidence ADD CONSTRAINT too_big CHECK (size < 10)")
    with pytest.raises(IntegrityError, match="too_big"):
        add(commitment, paula, file=sent("a.pdf", PDF))
    assert (files(), Evidence.objects.count()) == ([], 0)


@contextmanager
def no_room_beyond(size):
    """Of a file, in bytes: what a full disk says, without one. Python does not let the signal of it kill."""
    _soft, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_without_room_is_told_to_its_sender_and_leaves_nothing(client, commitment, paula, files):
    client.force_login(paula)
    with no_room_beyond(4096):
        response = client.post(ADDRESS, form(file=sent("a.pdf", PDF.replace(b"trailer", b"%" * 10_000 + b"\ntrailer"))))
    page = response.content.decode()
    assert "faute de place" in page
    assert "Arrêté du 3 mai" in page
    assert (files(), Evidence.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_not_given_inside_a_transaction_that_may_still_fail(commitment, paula, files):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        add(commitment, paula, file=sent("a.pdf", PDF))
    assert files() == []


# --- What never changes ---------------------------------------------------------------------------


def test_withdrawing_signs_and_dates_and_happens_once(commitment, paula, rachel):
    piece, at = add(commitment, paula), datetime(2026, 11, 22, 9, tzinfo=UTC)
    withdraw_evidence(piece, by=paula, at=at)
    withdraw_evidence(piece, by=rachel)
    piece.refresh_from_db()
    assert (piece.withdrawn_by, piece.withdrawn_at) == (paula, at)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "Autre"}, "ne se modifie pas"),
        ({"is_public": False}, "ne se modifie pas"),
        ({"url": "https://example.org/autre"}, "ne se modifie pas"),
        ({"milestone": None, "kind": "order"}, "ne se modifie pas"),
        ({"update": None}, "ou se retire avec lui"),
        ({"withdrawn_at": None, "withdrawn_by": None}, None),
        ({"failures": 1, "failing_since": "2026-11-22"}, None),
    ],
)
def test_a_piece_is_written_in_ink(changes, said, commitment, paula):
    make_update(commitment, paula)
    add(commitment, paula)
    if said is None:
        assert Evidence.objects.update(**changes) == 1
        return
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        Evidence.objects.update(**changes)


def test_what_is_withdrawn_stays_so_and_nothing_is_deleted(commitment, paula):
    piece = withdraw_evidence(add(commitment, paula), by=paula)
    with pytest.raises(IntegrityError, match="le reste"), transaction.atomic():
        Evidence.objects.update(withdrawn_at=None, withdrawn_by=None)
    with pytest.raises(IntegrityError, match="ne se supprime pas"), transaction.atomic():
        piece.delete()


def test_sql_does_not_touch_the_pieces_of_a_submitted_text_either(commitment, paula):
    update = make_update(commitment, paula)
    piece = add(commitment, paula)
    submit_update(update, by=paula)
    with pytest.raises(IntegrityError, match="reprenez-le d’abord"), transaction.atomic():
        Evidence.objects.filter(pk=piece.pk).update(withdrawn_at=piece.added_at, withdrawn_by=paula)
    with pytest.raises(IntegrityError, match="reprenez-le d’abord"), transaction.atomic():
        make_evidence(commitment, paula, update=update)


def test_the_last_proof_of_a_completed_commitment_stays(completed, paula):
    first, second = make_evidence(completed, paula), make_evidence(completed, paula)
    withdraw_evidence(first, by=paula)
    with pytest.raises(TransitionRefused, match="au moins une pièce"):
        withdraw_evidence(second, by=paula)
    with pytest.raises(IntegrityError, match="au moins une pièce"), transaction.atomic():
        Evidence.objects.filter(pk=second.pk).update(withdrawn_at=second.added_at, withdrawn_by=paula)
    second.refresh_from_db()
    assert second.withdrawn_at is None


def test_a_bulk_withdrawal_does_not_take_the_last_one_either(completed, paula):
    pieces = [make_evidence(completed, paula) for _ in range(2)]
    with pytest.raises(IntegrityError, match="au moins une pièce"), transaction.atomic():
        Evidence.objects.update(withdrawn_at=pieces[0].added_at, withdrawn_by=paula)


def test_a_piece_of_a_text_not_yet_published_does_not_replace_the_last_proof(completed, paula):
    proof = make_evidence(completed, paula)
    update = make_update(completed, paula, status=Status.COMPLETED)
    pending = add(completed, paula)
    with pytest.raises(TransitionRefused, match="au moins une pièce"):
        withdraw_evidence(proof, by=paula)
    with pytest.raises(IntegrityError, match="au moins une pièce"), transaction.atomic():
        Evidence.objects.filter(pk=proof.pk).update(withdrawn_at=proof.added_at, withdrawn_by=paula)
    assert withdraw_evidence(pending, by=paula).update == update


@pytest.mark.django_db(transaction=True)
def test_two_people_do_not_withdraw_the_last_two_at_once(completed, paula, rachel):
    wishes = [(make_evidence(completed, paula), paula), (make_evidence(completed, paula), rachel)]
    barrier, refusals = threading.Barrier(2), []

    def withdraw(piece, user):
        barrier.wait(5)
        try:
            withdraw_evidence(piece, by=user)
        except TransitionRefused as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=withdraw, args=wish) for wish in wishes]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    assert (len(refusals), Evidence.objects.valid().count()) == (1, 1)


# --- Milestones that ask for a proof --------------------------------------------------------------


def test_a_milestone_that_asks_for_a_proof_is_achieved_with_one(commitment, rachel):
    milestone = make_milestone(commitment, title="Délibération votée", evidence_required=True)
    claim = f"milestone_{milestone.pk}"
    update = save_draft(commitment, {"text_public": "Voté.", claim: milestone.due_on}, by=rachel)
    add(commitment, rachel, title="Sur l’engagement, non sur le jalon")
    wrong = add(commitment, rachel, title="Retirée", milestone=milestone)
    withdraw_evidence(wrong, by=rachel)
    with pytest.raises(TransitionRefused, match="Délibération votée") as refusal:
        publish_update(update, by=rachel)
    assert refusal.value.field == claim
    proof = add(commitment, rachel, milestone=milestone)
    publish_update(update, by=rachel)
    milestone.refresh_from_db()
    assert milestone.status == "achieved"
    with pytest.raises(TransitionRefused, match="en garde au moins une"):
        withdraw_evidence(proof, by=rachel)
    with pytest.raises(IntegrityError, match="en garde au moins une"), transaction.atomic():
        Evidence.objects.filter(pk=proof.pk).update(withdrawn_at=proof.added_at, withdrawn_by=rachel)


def test_every_milestone_that_lacks_a_proof_is_named_at_once(commitment, rachel):
    milestones = [make_milestone(commitment, title=f"Jalon {n}", evidence_required=True) for n in (1, 2)]
    claims = {f"milestone_{m.pk}": m.due_on for m in milestones}
    update = save_draft(commitment, {"text_public": "Fait.", "status": "in_progress"} | claims, by=rachel)
    with pytest.raises(TransitionRefused) as refusal:
        publish_update(update, by=rachel)
    assert {refusal.value.field, *(other.field for other in refusal.value.others)} == set(claims)


def test_sql_does_not_achieve_it_without_a_proof_either(commitment, paula):
    milestone = make_milestone(commitment, evidence_required=True)
    achieved = {"status": "achieved", "achieved_on": milestone.due_on}
    with pytest.raises(IntegrityError, match="demande une pièce"), transaction.atomic():
        commitment.milestones.update(**achieved)
    make_evidence(commitment, paula, milestone=milestone)
    assert commitment.milestones.update(**achieved) == 1


# --- What the public learns -----------------------------------------------------------------------


@pytest.fixture
def portfolio(commitment, paula, rachel, files):
    """A piece of each sort, by name."""
    milestone = make_milestone(commitment, title="Jalon voté")
    pieces = {
        "link": add(commitment, paula, milestone=milestone),
        "file": add(commitment, paula, title="Rapport remis", file=sent("Bilan été.pdf", PDF)),
        "secret": add(commitment, paula, title="Convention secrète", file=sent("x.pdf", PDF), is_public=False),
        "withdrawn": add(commitment, paula, title="Retirée", file=sent("r.pdf", PDF)),
    }
    withdraw_evidence(pieces["withdrawn"], by=paula)
    make_update(commitment, rachel)
    pieces["pending"] = add(commitment, rachel, title="Pas encore", file=sent("p.pdf", PDF))
    return pieces


def test_the_public_page_shows_pieces_and_says_that_some_are_not_for_it(client, portfolio):
    page = page_of(client, PUBLIC)
    for shown in ("Délibération du 12 mars", LINK, "Rapport remis", f"PDF, {len(PDF)} octets", "jalon : Jalon voté"):
        assert shown in page
    assert page.count("pièce non publique") == 1
    for hidden in ("Convention secrète", f"/pieces/{portfolio['secret'].pk}/", "Retirée", "Pas encore"):
        assert hidden not in page


def test_staff_see_the_titles_and_what_is_pending(client, portfolio, louis):
    client.force_login(louis)
    page = page_of(client, PUBLIC)
    for shown in ("Convention secrète", "Pas encore", "pas encore publié", f"/pieces/{portfolio['secret'].pk}/"):
        assert shown in page
    assert "Retirée" not in page


def test_publishing_shows_the_pieces_of_the_text(client, portfolio, commitment, rachel):
    publish_update(commitment.updates.get(), by=rachel)
    assert "Pas encore" in page_of(client, PUBLIC)
    assert fetch(client, portfolio["pending"]).status_code == 200


def test_a_link_down_twice_is_said_with_its_day(client, commitment, paula):
    add(commitment, paula)
    Evidence.objects.update(failures=1, failing_since="2026-11-09")
    assert "lien indisponible" not in page_of(client, PUBLIC)
    Evidence.objects.update(failures=2)
    assert "lien indisponible depuis le 9 novembre 2026" in page_of(client, PUBLIC)


def test_the_page_costs_the_same_whatever_the_number_of_pieces(
    client, commitment, paula, django_assert_max_num_queries, django_assert_num_queries
):
    with django_assert_max_num_queries(20) as few:
        client.get(PUBLIC)
    for n in range(20):
        make_evidence(commitment, paula, title=f"Pièce {n}", milestone=make_milestone(commitment, title=f"J{n}"))
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(PUBLIC)


def test_the_staff_page_too(client, commitment, paula, django_assert_max_num_queries, django_assert_num_queries):
    client.force_login(paula)
    client.get(ADDRESS)
    make_evidence(commitment, paula)
    with django_assert_max_num_queries(20) as few:
        client.get(ADDRESS)
    for n in range(20):
        make_evidence(commitment, paula, title=f"Pièce {n}")
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(ADDRESS)


# --- Files ----------------------------------------------------------------------------------------


def test_a_file_is_downloaded_never_shown(client, portfolio):
    response = fetch(client, portfolio["file"])
    assert (response.status_code, response.streaming, response.read) == (200, True, PDF)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    disposition = response.headers["Content-Disposition"]
    assert disposition.lower() == "attachment; filename*=utf-8''bilan%20%c3%a9t%c3%a9.pdf"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "public", "staff"),
    [("file", 200, 200), ("secret", 404, 200), ("pending", 404, 200), ("withdrawn", 404, 200), ("link", 404, 404)],
)
def test_a_file_is_served_by_the_right_to_what_it_belongs_to(client, portfolio, louis, name, public, staff):
    assert fetch(client, portfolio[name]).status_code == public
    client.force_login(louis)
    assert fetch(client, portfolio[name]).status_code == staff


def test_a_file_of_an_internal_commitment_is_for_staff(client, portfolio, louis):
    Commitment.objects.update(visibility="internal")
    assert fetch(client, portfolio["file"]).status_code == 404
    client.force_login(louis)
    assert fetch(client, portfolio["file"]).status_code == 200


def test_an_account_without_a_role_is_the_public(client, portfolio):
    client.force_login(make_user("someone"))
    assert fetch(client, portfolio["secret"]).status_code == 404
    assert "Convention secrète" not in page_of(client, PUBLIC)


# --- The page of those who write ------------------------------------------------------------------


def form(**changes):
    return {"kind": "order", "title": "Arrêté du 3 mai", "is_public": "on"} | changes


@pytest.mark.parametrize("sent_as", ["link", "file"])
def test_paula_adds_a_piece_in_the_browser(client, commitment, paula, files, sent_as):
    client.force_login(paula)
    what = {"url": LINK} if sent_as == "link" else {"file": sent("arrêté.pdf", PDF)}
    response = client.post(ADDRESS, form(**what), follow=True)
    assert "Pièce ajoutée" in response.content.decode()
    piece = Evidence.objects.get()
    assert (piece.title, piece.added_by, piece.is_public) == ("Arrêté du 3 mai", paula, True)
    assert (piece.url, piece.file_name) == ((LINK, "") if sent_as == "link" else ("", "arrêté.pdf"))
    assert "Pièces justificatives (1)" in page_of(client, "/espace/engagements/eng-recherche/point/")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "url"),
        ({"url": LINK, "file": sent("a.pdf", PDF)}, "file"),
        ({"file": sent("a.pdf", b"")}, "file"),
        ({"file": sent("a.svg", b"<svg/>")}, "file"),
        ({"url": "javascript:1"}, "url"),
        ({"url": LINK, "title": ""}, "title"),
        ({"url": LINK, "kind": "rumour"}, "kind"),
        ({"url": LINK, "milestone": "999999"}, "milestone"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_at_the_top(client, commitment, paula, files, changes, field):
    client.force_login(paula)
    response = client.post(ADDRESS, form(**changes))
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {field}
    page = response.content.decode()
    assert f'<a href="#id_{field}">' in page
    assert "Rien n’est ajouté" in page
    assert (Evidence.objects.count(), files()) == (0, [])


def test_a_piece_is_withdrawn_in_the_browser_and_stays_in_the_list(client, commitment, paula):
    piece = add(commitment, paula)
    client.force_login(paula)
    for _ in range(2):
        client.post(f"{ADDRESS}{piece.pk}/retirer/")
    page = page_of(client, ADDRESS)
    assert "retirée" in page
    assert piece.title in page
    assert piece.title not in page_of(client, PUBLIC)
    assert client.get(f"{ADDRESS}{piece.pk}/retirer/").status_code == 405


def test_the_last_proof_is_kept_in_the_browser_too(client, completed, paula):
    piece = make_evidence(completed, paula)
    client.force_login(paula)
    response = client.post(f"{ADDRESS}{piece.pk}/retirer/", follow=True)
    assert "garde au moins une pièce" in response.content.decode()


def test_while_a_text_is_approved_the_page_says_so_and_offers_no_form(client, commitment, paula):
    make_update(commitment, paula, submitted=True)
    client.force_login(paula)
    page = page_of(client, ADDRESS)
    assert ("soumis au visa" in page, 'name="title"' in page) == (True, False)
    response = client.post(ADDRESS, form(url=LINK))
    assert "soumis au visa" in response.content.decode()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("name", "status"), [(None, 302), ("louis", 404), ("paula", 200), ("stephane", 200), ("amina", 200)]
)
def test_the_page_opens_to_those_who_write_and_is_404_to_others(client, request, commitment, paula, name, status):
    piece = add(commitment, paula)
    if name:
        client.force_login(request.getfixturevalue(name))
    assert client.get(ADDRESS).status_code == status
    client.post(ADDRESS, form(url="https://example.org/2"))
    client.post(f"{ADDRESS}{piece.pk}/retirer/")
    piece.refresh_from_db()
    assert (Evidence.objects.count(), piece.withdrawn_at is not None) == ((2, True) if status == 200 else (1, False))


def test_a_piece_of_another_commitment_is_not_withdrawn_from_here(client, commitment, paula):
    piece = make_evidence(make_commitment(), paula)
    client.force_login(paula)
    assert client.post(f"{ADDRESS}{piece.pk}/retirer/").status_code == 404


def test_one_who_approves_reads_the_pieces_with_the_text(client, commitment, paula, rachel, files):
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    update = make_update(commitment, paula)
    piece = add(commitment, paula, title="Rapport remis", file=sent("r.pdf", PDF), is_public=False)
    submit_update(update, by=paula)
    client.force_login(rachel)
    page = page_of(client, f"/espace/visas/{update.pk}/")
    assert f'href="/pieces/{piece.pk}/"' in page
    assert "délibération, non publique" in page


def test_the_admin_reads_evidence_and_changes_none(client, portfolio, amina, commitment):
    client.force_login(amina)
    assert client.get("/admin/commitments/evidence/").status_code == 200
    assert client.get("/admin/commitments/evidence/add/").status_code == 403
    page = page_of(client, f"/admin/commitments/evidence/{portfolio['file'].pk}/change/")
    assert f'href="/pieces/{portfolio["file"].pk}/"' in page
    assert 'type="submit" value="Enregistrer"' not in page
    assert client.get(f"/admin/commitments/evidence/{portfolio['file'].pk}/delete/").status_code == 403
    page = page_of(client, f"/admin/commitments/commitment/{commitment.pk}/change/")
    assert 'name="milestones-0-evidence_required"' in page


def test_everything_of_the_story_holds_together(client, commitment, paula, stephane, rachel, files):
    """Written with its proof, approved by both sides with it, then seen by everyone."""
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    update = make_update(commitment, paula, status=Status.COMPLETED)
    with pytest.raises(TransitionRefused, match="délibération, arrêté, convention"):
        submit_update(update, by=paula)
    piece = add(commitment, paula, file=sent("d.pdf", PDF))
    update = submit_update(update, by=paula)
    assert fetch(client, piece).status_code == 404
    for side, user in (("state", stephane), ("region", rachel)):
        give_visa(update, side=side, decision="approved", by=user, seen_hash=update.text_hash)
    commitment.refresh_from_db()
    assert commitment.status == Status.COMPLETED
    assert ProgressUpdate.objects.get().state == "published"
    assert fetch(client, piece).status_code == 200
    assert default_storage.exists(piece.file.name)
