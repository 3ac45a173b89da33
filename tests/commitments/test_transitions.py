"""Who may move what, from where to where: every pair of statuses, every role."""

import threading
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from actors.models import Source
from commitments.models import (
    Campaign,
    Commitment,
    Milestone,
    Postponement,
    ProgressUpdate,
    Status,
    Weather,
)
from commitments.transitions import (
    CAMPAIGN_CHANGES,
    STATUS_CHANGES,
    UPDATE_CHANGES,
    EditConflict,
    TransitionRefused,
    move_campaign,
    postpone,
    publish_update,
    save_draft,
    statement_of,
    submit_update,
)
from tests.factories import (
    make_actor,
    make_campaign,
    make_commitment,
    make_evidence,
    make_milestone,
    make_update,
    make_user,
)

pytestmark = pytest.mark.django_db
Role = Membership.Role
State = ProgressUpdate.State
TEXT = "La convention est signée."


def publish(commitment, by, **stated):
    return make_update(commitment, by, publish=True, **stated)


ALLOWED = {(change.source, change.target): change.reason_required for change in STATUS_CHANGES}
PAIRS = [(a, b) for a in Status for b in Status]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_status_moves_only_as_the_table_says(source, target, rachel):
    commitment = make_commitment(status=source)
    make_evidence(commitment, rachel)
    if source == target or (source, target) in ALLOWED:
        publish(commitment, rachel, status=target, reason="Décision du comité")
        commitment.refresh_from_db()
        assert commitment.status == target
    else:
        with pytest.raises(TransitionRefused, match="On ne passe pas") as refusal:
            publish(commitment, rachel, status=target, reason="Décision du comité")
        assert refusal.value.field == "status"
        commitment.refresh_from_db()
        assert commitment.status == source


@pytest.mark.parametrize(("source", "target"), [pair for pair, needs in ALLOWED.items() if needs])
def test_abandoning_or_reopening_says_why(source, target, rachel):
    with pytest.raises(TransitionRefused) as refusal:
        publish(make_commitment(status=source), rachel, status=target, reason="  ")
    assert refusal.value.field == "reason"


def test_the_domain_s_own_list_of_changes_is_in_the_table():
    """As domain.md writes it; a first statement from « not provided » is ours (README, Decisions)."""
    by_design = {
        ("not_started", "in_progress"),
        ("in_progress", "not_started"),
        ("in_progress", "completed"),
        ("in_progress", "suspended"),
        ("suspended", "in_progress"),
        ("completed", "in_progress"),
        *[(str(s), "abandoned") for s in Status if s != Status.ABANDONED],
    }
    assert {(str(a), str(b)) for a, b in ALLOWED if a != Status.NOT_PROVIDED} == by_design - {
        ("not_provided", "abandoned")
    }


@pytest.mark.parametrize(
    ("role", "writes", "publishes"),
    [
        (None, False, False),
        (Role.READER, False, False),
        (Role.AUDITOR, False, False),
        (Role.CONTRIBUTOR, True, False),
        (Role.VALIDATOR, True, True),
        (Role.ADMINISTRATOR, True, True),
    ],
)
def test_each_role_does_what_its_line_says(role, writes, publishes, commitment, region, paula):
    someone = make_user("someone", role, region)
    if writes:
        assert make_update(commitment, someone).author == someone
    else:
        with pytest.raises(TransitionRefused, match="droit d’écrire"):
            make_update(commitment, someone)
    update = make_update(commitment, paula, submitted=True)
    if publishes:
        assert publish_update(update, by=someone).state == State.PUBLISHED
    else:
        with pytest.raises(TransitionRefused, match="droit de publier"):
            publish_update(update, by=someone)


def test_a_contributor_does_not_write_where_her_actor_is_a_mere_partner(paula, region):
    commitment = make_commitment()
    commitment.participations.create(actor=region, role="partner")
    with pytest.raises(TransitionRefused):
        make_update(commitment, paula)
    assert not ProgressUpdate.objects.exists()


def test_a_membership_that_is_over_gives_no_right(commitment, region):
    someone = make_user("someone")
    Membership.objects.create(
        user=someone, actor=region, role=Role.VALIDATOR, starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    with pytest.raises(TransitionRefused):
        make_update(commitment, someone)


def test_publishing_moves_the_commitment_and_leaves_the_trace(commitment, rachel):
    campaign = make_campaign()
    first = publish(commitment, rachel, weather=Weather.SECURED, progress=Decimal(30))
    commitment.refresh_from_db()
    assert (commitment.status, commitment.weather, commitment.progress, commitment.version) == (
        Status.IN_PROGRESS,
        Weather.SECURED,
        30,
        2,
    )
    second = publish(commitment, rachel, status=Status.SUSPENDED, progress=Decimal(40))
    first.refresh_from_db()
    assert first.state == State.SUPERSEDED
    assert (second.status_before, second.status, second.progress_before, second.progress_after) == (
        Status.IN_PROGRESS,
        Status.SUSPENDED,
        30,
        40,
    )
    assert campaign.updates.count() == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"weather": Weather.COMPROMISED}, "weather_reason"),
        ({"weather": Weather.SUPPORT_NEEDED, "weather_reason": " "}, "weather_reason"),
        ({"text_public": "  "}, "text_public"),
    ],
)
def test_a_statement_that_lacks_something_is_refused_by_its_field(fields, field, commitment, paula):
    update = make_update(commitment, paula, **fields)
    with pytest.raises(TransitionRefused) as refusal:
        submit_update(update, by=paula)
    assert refusal.value.field == field
    update.refresh_from_db()
    commitment.refresh_from_db()
    assert (update.state, commitment.status) == (State.DRAFT, Status.NOT_PROVIDED)


def test_the_database_refuses_a_progress_of_101(commitment, paula):
    with pytest.raises(IntegrityError, match="progress_is_a_percentage"), transaction.atomic():
        make_update(commitment, paula, progress=Decimal(101))
    assert not ProgressUpdate.objects.exists()


def test_completed_takes_every_milestone(rachel, region):
    commitment = make_commitment("x.-", status=Status.IN_PROGRESS, lead=region)
    make_evidence(commitment, rachel)
    with pytest.raises(TransitionRefused, match="Jalon 2"):
        publish(commitment, rachel, status=Status.COMPLETED)
    pending = commitment.milestones.get(status=Milestone.Status.PLANNED)
    publish(commitment, rachel, status=Status.COMPLETED, **{f"milestone_{pending.pk}": date(2026, 11, 2)})
    pending.refresh_from_db()
    commitment.refresh_from_db()
    assert (pending.status, pending.achieved_on) == (Milestone.Status.ACHIEVED, date(2026, 11, 2))
    assert (commitment.status, commitment.progress) == (Status.COMPLETED, 100)


def test_the_same_form_sent_twice_is_one_update(commitment, rachel):
    key = uuid.uuid4()
    for _ in range(2):
        update = save_draft(
            commitment, {"status": Status.IN_PROGRESS, "text_public": TEXT}, by=rachel, form_key=key, base={}
        )
        publish_update(update, by=rachel)
    assert ProgressUpdate.objects.count() == 1
    commitment.refresh_from_db()
    assert commitment.version == 2


def test_other_words_on_a_page_whose_draft_was_sent_meanwhile_are_not_swallowed(commitment, paula, rachel, stephane):
    """Both pages were opened on one draft, and carry its key. Sent or published by the first, it is not a double click
    of the second, whose words are refused aloud or start the next draft."""
    draft = make_update(commitment, paula)
    base = statement_of(draft)
    submit_update(draft, by=rachel)
    with pytest.raises(TransitionRefused, match="déjà soumis"):
        save_draft(commitment, {"text_public": "Autre chose."}, base=base, form_key=draft.form_key, by=stephane)
    publish_update(draft, by=rachel)
    following = save_draft(commitment, {"next_steps": "Ensuite."}, base=base, form_key=draft.form_key, by=stephane)
    assert following.pk != draft.pk
    assert (following.next_steps, following.text_public) == ("Ensuite.", TEXT)


def test_different_fields_of_two_people_are_both_kept(commitment, paula, rachel):
    start = {"text_public": "", "next_steps": "", "weather": "not_provided"}
    save_draft(commitment, start | {"text_public": "De Paula."}, by=paula, base=start)
    update = save_draft(commitment, start | {"next_steps": "De Rachel."}, by=rachel, base=start)
    assert (update.text_public, update.next_steps) == ("De Paula.", "De Rachel.")
    assert set(update.writers.all()) == {paula, rachel}


def test_the_same_field_is_put_to_the_second_who_loses_nothing(commitment, paula, rachel):
    start = {"text_public": "", "next_steps": ""}
    save_draft(commitment, {"text_public": "De Paula."}, by=paula, base=start)
    hers = {"text_public": "De Rachel.", "next_steps": "Suite"}
    with pytest.raises(EditConflict) as told:
        save_draft(commitment, hers, by=rachel, base=start)
    assert told.value.stored == {"text_public": "De Paula."}
    assert ProgressUpdate.objects.get().next_steps == ""
    update = save_draft(commitment, hers, by=rachel, base=start | told.value.stored)
    assert (update.text_public, update.next_steps) == ("De Rachel.", "Suite")


def test_what_another_has_published_meanwhile_counts_as_a_change(commitment, stephane, rachel):
    start = {"text_public": "", "status": "not_provided", "next_steps": ""}
    publish(commitment, rachel, text_public="Publié par Rachel.")
    with pytest.raises(EditConflict) as told:
        save_draft(commitment, {"text_public": "Écrit avant."}, by=stephane, base=start)
    assert told.value.stored == {"text_public": "Publié par Rachel."}
    update = save_draft(commitment, {"next_steps": "Suite"}, by=stephane, base=start)
    assert (update.text_public, update.status) == ("Publié par Rachel.", Status.IN_PROGRESS)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_instant_write_one_draft(commitment, rachel, stephane):
    barrier, faults = threading.Barrier(2), []

    def write(user, field):
        barrier.wait(5)
        try:
            save_draft(commitment, {field: user.name}, by=user, base={field: ""})
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    wishes = [(rachel, "text_public"), (stephane, "next_steps")]
    threads = [threading.Thread(target=write, args=wish) for wish in wishes]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    assert faults == []
    update = ProgressUpdate.objects.get()
    assert (update.text_public, update.next_steps) == ("Rachel", "Stephane")


def test_an_update_moves_as_the_table_says():
    """As domain.md writes it; taking back a submitted text is ours (README, Decisions)."""
    assert {(str(a), str(b)) for a, targets in UPDATE_CHANGES.items() for b in targets} == {
        ("draft", "submitted"),
        ("submitted", "approved"),
        ("approved", "published"),
        ("published", "superseded"),
        ("submitted", "returned"),
        ("returned", "draft"),
        ("submitted", "draft"),
    }


# --- Postponements and campaigns ------------------------------------------------------------------


def test_a_due_date_moves_with_its_reason_and_the_first_date_stays(commitment, paula):
    commitment = make_commitment(lead=make_actor("region"), initial_due_on=date(2026, 6, 30), due_on=date(2026, 6, 30))
    for to_on in (date(2026, 9, 30), date(2026, 12, 31)):
        postpone(commitment, to_on=to_on, reason_kind="budget", reason="Crédits gelés", by=paula)
    commitment.refresh_from_db()
    assert (commitment.initial_due_on, commitment.due_on, commitment.slippage_days) == (
        date(2026, 6, 30),
        date(2026, 12, 31),
        184,
    )
    assert [p.days for p in commitment.postponements.all()] == [92, 92]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to_on": date(2026, 6, 30)}, "to_on"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_postponement_without_a_move_or_a_reason_is_refused(change, field, paula, region):
    commitment = make_commitment(lead=region, initial_due_on=date(2026, 6, 30), due_on=date(2026, 6, 30))
    wish = {"to_on": date(2026, 9, 30), "reason_kind": "other", "reason": "Retard du marché"} | change
    with pytest.raises(TransitionRefused) as refusal:
        postpone(commitment, by=paula, **wish)
    assert refusal.value.field == field
    assert not Postponement.objects.exists()


def test_a_date_read_in_the_press_is_not_postponed(paula, region, source_of_the_press):
    commitment = make_commitment(lead=region)
    quoted = make_milestone(commitment, origin=Milestone.Origin.SOURCE, source=source_of_the_press)
    with pytest.raises(TransitionRefused) as refusal:
        postpone(commitment, milestone=quoted, to_on=date(2027, 1, 1), reason_kind="other", reason="Retard", by=paula)
    assert refusal.value.field == "milestone"


@pytest.fixture
def source_of_the_press(db):
    return Source.objects.create(code="src", url="https://example.org/", publisher="La Presse")


def test_a_postponement_is_written_in_ink(paula, region):
    commitment = make_commitment(lead=region, initial_due_on=date(2026, 6, 30), due_on=date(2026, 6, 30))
    entry = postpone(commitment, to_on=date(2026, 9, 30), reason_kind="other", reason="Retard", by=paula)
    with pytest.raises(IntegrityError, match="ne se modifie"), transaction.atomic():
        Postponement.objects.filter(pk=entry.pk).update(reason="Rien")
    with pytest.raises(IntegrityError, match="ne se modifie"), transaction.atomic():
        entry.delete()


@pytest.mark.parametrize("source", list(Campaign.State))
@pytest.mark.parametrize("target", list(Campaign.State))
def test_a_campaign_moves_as_the_table_says(source, target, amina):
    campaign = make_campaign(state=source)
    if target in CAMPAIGN_CHANGES[source] - {Campaign.State.SEALED}:  # sealed with its report alone
        assert move_campaign(campaign, target, by=amina).state == target
    else:
        with pytest.raises(TransitionRefused):
            move_campaign(campaign, target, by=amina)


def test_one_campaign_is_open_at_a_time(amina):
    make_campaign(quarter=3)
    with pytest.raises(TransitionRefused, match="T3 2026"):
        move_campaign(make_campaign(quarter=4, state=Campaign.State.PLANNED), Campaign.State.OPEN, by=amina)


def test_only_an_administrator_opens_a_campaign(rachel):
    with pytest.raises(TransitionRefused):
        move_campaign(make_campaign(state=Campaign.State.PLANNED), Campaign.State.OPEN, by=rachel)


# --- The database is the last guard ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        (
            {"starts_on": date(2026, 5, 1), "initial_due_on": date(2026, 4, 1), "due_on": date(2026, 4, 1)},
            "dates_in_order",
        ),
        ({"due_on": date(2026, 4, 1)}, "initial_due_date_kept"),
        ({"progress": Decimal(101)}, "is_a_percentage"),
        ({"weight": 0}, "weight_is_positive"),
        ({"status": "lost"}, "status_is_known"),
        ({"weather": Weather.COMPROMISED}, "poor_weather_has_a_reason"),
    ],
)
def test_sql_cannot_break_a_rule_either(changes, constraint, commitment):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(**changes)


@pytest.mark.parametrize("changes", [{"status": "achieved"}, {"achieved_on": date(2026, 1, 1)}])
def test_a_milestone_is_achieved_if_and_only_if_it_is_dated(changes):
    commitment = make_commitment(".")
    with pytest.raises(IntegrityError, match="achieved_means_dated"), transaction.atomic():
        commitment.milestones.update(**changes)


def test_a_side_has_one_lead(commitment, region):
    other = make_actor("autre", side="region")
    with pytest.raises(IntegrityError, match="one_lead_a_side"), transaction.atomic():
        commitment.participations.create(actor=other, role="lead", side="region")
