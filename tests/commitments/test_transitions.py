"""Who may move what, from where to where: every pair of statuses, every role."""

import threading
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
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
    ChangedMeanwhile,
    TransitionRefused,
    UpdateText,
    move_campaign,
    postpone,
    publish_update,
    save_draft,
    submit_update,
)
from tests.factories import make_actor, make_campaign, make_commitment, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
State = ProgressUpdate.State
TEXT = "La convention est signée."


def draft(commitment, by, status=Status.IN_PROGRESS, achieved=None, **fields):
    text = UpdateText(status=status, **{"text_public": TEXT} | fields)
    return save_draft(
        commitment, text, by=by, form_key=uuid.uuid4(), base_version=commitment.version, achieved=achieved
    )


def publish(commitment, by, **fields):
    return publish_update(draft(commitment, by, **fields), by=by, seen_version=commitment.version)


ALLOWED = {(change.source, change.target): change.reason_required for change in STATUS_CHANGES}
PAIRS = [(a, b) for a in Status for b in Status]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_status_moves_only_as_the_table_says(source, target, rachel):
    commitment = make_commitment(status=source)
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
        assert draft(commitment, someone).author == someone
    else:
        with pytest.raises(TransitionRefused, match="droit d’écrire"):
            draft(commitment, someone)
    update = submit_update(draft(commitment, paula), by=paula)
    if publishes:
        assert publish_update(update, by=someone, seen_version=1).state == State.PUBLISHED
    else:
        with pytest.raises(TransitionRefused, match="droit de publier"):
            publish_update(update, by=someone, seen_version=1)


def test_a_contributor_does_not_write_where_her_actor_is_a_mere_partner(paula, region):
    commitment = make_commitment()
    commitment.participations.create(actor=region, role="partner")
    with pytest.raises(TransitionRefused):
        draft(commitment, paula)
    assert not ProgressUpdate.objects.exists()


def test_a_membership_that_is_over_gives_no_right(commitment, region):
    someone = make_user("someone")
    Membership.objects.create(
        user=someone, actor=region, role=Role.VALIDATOR, starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    with pytest.raises(TransitionRefused):
        draft(commitment, someone)


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
    update = draft(commitment, paula, **fields)
    with pytest.raises(TransitionRefused) as refusal:
        submit_update(update, by=paula)
    assert refusal.value.field == field
    update.refresh_from_db()
    commitment.refresh_from_db()
    assert (update.state, commitment.status) == (State.DRAFT, Status.NOT_PROVIDED)


def test_the_database_refuses_a_progress_of_101(commitment, paula):
    with pytest.raises(IntegrityError, match="progress_is_a_percentage"), transaction.atomic():
        draft(commitment, paula, progress=Decimal(101))
    assert not ProgressUpdate.objects.exists()


def test_completed_takes_every_milestone(rachel, region):
    commitment = make_commitment("x.-", status=Status.IN_PROGRESS, lead=region)
    with pytest.raises(TransitionRefused, match="Jalon 2"):
        publish(commitment, rachel, status=Status.COMPLETED)
    pending = commitment.milestones.get(status=Milestone.Status.PLANNED)
    publish(commitment, rachel, status=Status.COMPLETED, achieved={pending: date(2026, 11, 2)})
    pending.refresh_from_db()
    commitment.refresh_from_db()
    assert (pending.status, pending.achieved_on) == (Milestone.Status.ACHIEVED, date(2026, 11, 2))
    assert (commitment.status, commitment.progress) == (Status.COMPLETED, 100)


def test_the_same_form_sent_twice_is_one_update(commitment, rachel):
    key = uuid.uuid4()
    for _ in range(2):
        update = save_draft(
            commitment, UpdateText(status=Status.IN_PROGRESS, text_public=TEXT), by=rachel, form_key=key, base_version=1
        )
        publish_update(update, by=rachel, seen_version=1)
    assert ProgressUpdate.objects.count() == 1
    commitment.refresh_from_db()
    assert commitment.version == 2


def test_nobody_writes_in_another_s_draft(commitment, paula, rachel):
    update = draft(commitment, paula)
    with pytest.raises(TransitionRefused, match="pas le vôtre"):
        save_draft(commitment, UpdateText(status=Status.SUSPENDED), by=rachel, form_key=update.form_key, base_version=1)


def test_the_second_of_two_is_told_what_changed_and_loses_nothing(commitment, rachel, stephane):
    hers, his = draft(commitment, rachel, progress=Decimal(10)), draft(commitment, stephane, status=Status.NOT_STARTED)
    publish_update(hers, by=rachel, seen_version=1)
    with pytest.raises(ChangedMeanwhile) as told:
        publish_update(his, by=stephane, seen_version=1)
    assert [u.publisher for u in told.value.updates] == [rachel]
    his.refresh_from_db()
    assert (his.state, his.text_public) == (State.DRAFT, TEXT)
    publish_update(his, by=stephane, seen_version=told.value.version)
    assert commitment.updates.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_instant_leave_one_entry_each(commitment, rachel, stephane):
    updates = {rachel: draft(commitment, rachel), stephane: draft(commitment, stephane)}
    barrier, outcomes = threading.Barrier(2), []

    def press(user):
        barrier.wait(5)
        seen = 1
        try:
            try:
                publish_update(updates[user], by=user, seen_version=seen)
                outcomes.append("first")
            except ChangedMeanwhile as told:
                publish_update(updates[user], by=user, seen_version=told.version)
                outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[user]) for user in updates]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    commitment.refresh_from_db()
    assert sorted(outcomes) == ["first", "told"]
    assert commitment.version == 3
    assert sorted(commitment.updates.values_list("state", flat=True)) == [State.PUBLISHED, State.SUPERSEDED]


@pytest.mark.parametrize("source", list(State))
@pytest.mark.parametrize("target", list(State))
def test_an_update_goes_one_way(source, target):
    way = [State.DRAFT, State.SUBMITTED, State.PUBLISHED, State.SUPERSEDED]
    assert (target in UPDATE_CHANGES[source]) == (way.index(target) == way.index(source) + 1)


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
    if target in CAMPAIGN_CHANGES[source]:
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
