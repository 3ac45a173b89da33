"""The steering committee: who plans, holds, decides and closes; what is kept as it was; what needs it."""

import threading
import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from accounts.models import Membership
from accounts.permissions import can_steer
from commitments.models import (
    AgendaItem,
    Commitment,
    Decision,
    Milestone,
    Postponement,
    Roadmap,
    Status,
    SteeringMeeting,
    Weather,
)
from commitments.queries import agenda_for, meetings, open_decisions
from commitments.transitions import (
    DECISION_CHANGES,
    MEETING_CHANGES,
    TransitionRefused,
    close_decision,
    correct_decision,
    hold_meeting,
    move_meeting,
    plan_meeting,
    postpone,
    record_decision,
)
from tests.factories import make_actor, make_commitment, make_milestone, make_roadmap, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
MeetingState, State = SteeringMeeting.State, Decision.State
DAY = date(2026, 10, 13)


def make_meeting(by, held_on=DAY, *, held=False):
    meeting = plan_meeting(make_roadmap(), held_on=held_on, by=by)
    return hold_meeting(meeting, by=by, on=held_on) if held else meeting


def make_decision(meeting, by, text="Saisir les juristes.", days=10, commitments=(), **fields):
    fields = {"owner": make_actor("prefecture"), "due_on": meeting.held_on + timedelta(days=days)} | fields
    return record_decision(meeting, text=text, commitments=commitments, by=by, on=meeting.held_on, **fields)


@pytest.fixture
def planned(roadmap, rachel):
    return make_meeting(rachel)


@pytest.fixture
def held(roadmap, rachel):
    return make_meeting(rachel, held=True)


# --- States -------------------------------------------------------------------------------------


def test_the_states_are_those_of_the_tables():
    assert set(MEETING_CHANGES) == set(MeetingState)
    assert {(str(a), str(b)) for a, targets in MEETING_CHANGES.items() for b in targets} == {("planned", "held")}
    assert set(DECISION_CHANGES) == set(State)
    assert {(str(a), str(b)) for a, targets in DECISION_CHANGES.items() for b in targets} == {
        ("open", "done"),
        ("open", "dropped"),
    }


@pytest.mark.parametrize("source", list(MeetingState))
def test_a_meeting_is_held_once(source, roadmap, rachel):
    meeting = make_meeting(rachel, held=source == MeetingState.HELD)
    frozen_on = meeting.frozen_on
    moved = hold_meeting(meeting, by=rachel, on=DAY + timedelta(days=2))
    assert moved.state == MeetingState.HELD
    assert (moved.frozen_on == frozen_on) == (MeetingState.HELD not in MEETING_CHANGES[source])


@pytest.mark.parametrize("source", list(State))
@pytest.mark.parametrize("target", list(State))
def test_a_decision_moves_as_the_table_says(source, target, held, rachel):
    decision = make_decision(held, rachel)
    if source != State.OPEN:
        decision = close_decision(decision, source, outcome="Avant.", by=rachel, on=DAY)
    if target in DECISION_CHANGES[source]:
        closed = close_decision(decision, target, outcome=" Fait. ", by=rachel, on=date(2026, 10, 20))
        assert (closed.state, closed.outcome, closed.closed_on) == (target, "Fait.", date(2026, 10, 20))
    else:
        with pytest.raises(TransitionRefused, match="pas permis") as refusal:
            close_decision(decision, target, outcome="Fait.", by=rachel, on=date(2026, 10, 20))
        assert refusal.value.field == "state"
        decision.refresh_from_db()
        assert decision.state == source


def test_the_same_closing_sent_twice_is_one(held, rachel):
    decision = make_decision(held, rachel)
    for on in (DAY, DAY + timedelta(days=1)):
        close_decision(decision, State.DONE, outcome="Fait.", by=rachel, on=on)
    decision.refresh_from_db()
    assert decision.closed_on == DAY


def test_a_closing_says_what_became_of_it(held, rachel):
    with pytest.raises(TransitionRefused) as refusal:
        close_decision(make_decision(held, rachel), State.DROPPED, outcome="  ", by=rachel, on=DAY)
    assert refusal.value.field == "outcome"


def test_an_unknown_state_is_refused(held, rachel):
    with pytest.raises(TransitionRefused):
        close_decision(make_decision(held, rachel), "lost", outcome="Fait.", by=rachel, on=DAY)


# --- Rights -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "steers"),
    [
        (None, False),
        (Role.READER, False),
        (Role.AUDITOR, False),
        (Role.CONTRIBUTOR, False),
        (Role.VALIDATOR, True),
        (Role.ADMINISTRATOR, True),
    ],
)
def test_the_secretariat_of_both_sides_keeps_the_records(role, steers, held, rachel, region):
    someone = make_user("someone", role, region)
    coming = make_meeting(rachel, DAY + timedelta(days=90))
    noted = make_decision(coming, rachel)
    taken = make_decision(held, rachel)
    words = {"text": "Autre.", "owner": region, "due_on": DAY + timedelta(days=99), "by": someone}
    acts = [
        lambda: plan_meeting(held.roadmap, held_on=DAY + timedelta(days=200), by=someone),
        lambda: move_meeting(coming, held_on=coming.held_on, place="Lyon", note="", by=someone),
        lambda: record_decision(coming, on=coming.held_on, **words),
        lambda: correct_decision(noted, commitments=[], **words),
        lambda: close_decision(taken, State.DONE, outcome="Fait.", by=someone, on=DAY),
        lambda: hold_meeting(coming, by=someone, on=coming.held_on),
    ]
    assert can_steer(someone) == steers
    for act in acts:
        if steers:
            act()
        else:
            with pytest.raises(TransitionRefused, match="valideurs"):
                act()
    taken.refresh_from_db()
    assert taken.state == (State.DONE if steers else State.OPEN)


# --- Meetings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (DAY, "déjà prévu ce jour-là"),
        (DAY - timedelta(days=1), "vient après"),
        (date(2022, 8, 29), "vient après"),
    ],
)
def test_meetings_follow_one_another(day, message, held, rachel):
    with pytest.raises(TransitionRefused, match=message) as refusal:
        plan_meeting(held.roadmap, held_on=day, by=rachel)
    assert refusal.value.field == "held_on"
    assert SteeringMeeting.objects.count() == 1


def test_no_meeting_before_the_signature(roadmap, rachel):
    Roadmap.objects.update(signed_on=date(2022, 8, 30))
    with pytest.raises(TransitionRefused, match="signée le 30/08/2022"):
        make_meeting(rachel, date(2022, 8, 29))


def test_a_planned_meeting_moves_and_a_held_one_does_not(planned, rachel, stephane):
    later = DAY + timedelta(days=7)
    moved = move_meeting(planned, held_on=later, place="Lyon", note="", by=stephane)
    assert (moved.held_on, moved.place) == (later, "Lyon")
    held = hold_meeting(moved, by=rachel, on=later)
    with pytest.raises(TransitionRefused, match="ne changent plus"):
        move_meeting(held, held_on=DAY, place="Lyon", note="", by=stephane)


def test_a_meeting_with_decisions_keeps_its_day(planned, rachel):
    make_decision(planned, rachel)
    with pytest.raises(TransitionRefused) as refusal:
        move_meeting(planned, held_on=DAY + timedelta(days=1), place="", note="", by=rachel)
    assert refusal.value.field == "held_on"
    assert move_meeting(planned, held_on=DAY, place="Grenoble", note="", by=rachel).place == "Grenoble"


def test_a_meeting_is_not_held_before_its_day(planned, rachel):
    with pytest.raises(TransitionRefused, match="13/10/2026"):
        hold_meeting(planned, by=rachel, on=DAY - timedelta(days=1))


def test_what_another_wrote_meanwhile_is_read_before_it_is_overwritten(planned, rachel, stephane):
    seen = planned.row_version
    move_meeting(planned, held_on=DAY, place="Lyon", note="", by=stephane, seen=seen)
    with pytest.raises(TransitionRefused, match="Lyon"):
        move_meeting(planned, held_on=DAY, place="Grenoble", note="", by=rachel, seen=seen)
    decision = make_decision(planned, rachel)
    words = {"owner": decision.owner, "due_on": decision.due_on, "commitments": []}
    correct_decision(decision, text="De Stéphane.", by=stephane, seen=decision.row_version, **words)
    with pytest.raises(TransitionRefused, match="De Stéphane"):
        correct_decision(decision, text="De Rachel.", by=rachel, seen=decision.row_version, **words)


# --- Decisions ----------------------------------------------------------------------------------


def test_decisions_are_numbered_in_their_meeting(held, rachel):
    other = make_meeting(rachel, DAY + timedelta(days=90))
    numbers = [make_decision(meeting, rachel).number for meeting in (held, held, other, held)]
    assert numbers == [1, 2, 1, 3]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"text": "  "}, "text"), ({"due_on": DAY - timedelta(days=1)}, "due_on")],
)
def test_a_decision_has_a_text_and_a_date_that_follows(changes, field, held, rachel):
    with pytest.raises(TransitionRefused) as refusal:
        make_decision(held, rachel, **changes)
    assert refusal.value.field == field
    assert not Decision.objects.exists()


def test_a_decision_may_be_due_on_the_day(held, rachel):
    assert make_decision(held, rachel, days=0).due_on == DAY


def test_nothing_is_decided_before_the_day(planned, rachel, region):
    with pytest.raises(TransitionRefused, match="rien n’y est encore décidé"):
        record_decision(planned, text="Oui.", owner=region, due_on=DAY, by=rachel, on=DAY - timedelta(days=1))


def test_the_same_form_sent_twice_is_one_decision(held, rachel):
    key = uuid.uuid4()
    first = make_decision(held, rachel, form_key=key)
    assert make_decision(held, rachel, form_key=key) == first
    assert Decision.objects.count() == 1
    with pytest.raises(TransitionRefused, match="autre réunion"):
        make_decision(make_meeting(rachel, DAY + timedelta(days=90)), rachel, form_key=key)


def test_a_decision_is_corrected_until_the_meeting_is_held(planned, rachel, region, commitment):
    decision = make_decision(planned, rachel)
    words = {"owner": region, "due_on": DAY + timedelta(days=30), "commitments": [commitment]}
    corrected = correct_decision(decision, text="Saisir la CNIL.", by=rachel, **words)
    assert (corrected.number, corrected.text, corrected.owner) == (1, "Saisir la CNIL.", region)
    assert list(corrected.commitments.all()) == [commitment]
    hold_meeting(planned, by=rachel, on=DAY)
    with pytest.raises(TransitionRefused, match="telle qu’elle fut prise"):
        correct_decision(decision, text="Non.", by=rachel, **words)


def at_once(*acts):
    """Each in its own thread, at the same instant; what they raised."""
    barrier, faults = threading.Barrier(len(acts)), []

    def run(act):
        barrier.wait(5)
        try:
            act()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    return faults


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_instant_get_two_numbers(held, rachel, stephane):
    make_actor("prefecture")
    assert at_once(
        lambda: make_decision(held, rachel, "De Rachel."), lambda: make_decision(held, stephane, "De Stéphane.")
    ) == []  # fmt: skip
    assert sorted(Decision.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_one_form_at_the_same_instant_twice_is_one_decision(held, rachel):
    make_actor("prefecture")
    key = uuid.uuid4()
    assert at_once(*[lambda: make_decision(held, rachel, form_key=key)] * 2) == []
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_freeze_one_agenda(planned, rachel):
    make_commitment(weather=Weather.COMPROMISED, weather_reason="Sans site.")
    assert at_once(*[lambda: hold_meeting(planned, by=rachel, on=DAY)] * 2) == []
    assert AgendaItem.objects.count() == 1


# --- What needs the committee -------------------------------------------------------------------


def slip(days, **fields):
    initial = date(2026, 3, 31)
    return make_commitment(initial_due_on=initial, due_on=initial + timedelta(days=days), **fields)


def told(meeting):
    return {
        str(group.reason): [(e.code, [str(r.reason) for r in e.reasons]) for e in group.entries]
        for group in agenda_for(meeting)
    }


def test_the_agenda_gathers_what_needs_the_committee(planned, region):
    slip(90, code="eng-90")
    slip(91, code="eng-91")
    slip(200, code="eng-fini", status=Status.COMPLETED)
    slip(200, code="eng-laisse", status=Status.ABANDONED)
    slip(120, code="eng-deux", weather=Weather.COMPROMISED, weather_reason="Sans site.", lead=region)
    make_commitment(code="eng-appui", weather=Weather.SUPPORT_NEEDED, weather_reason="Un juriste.")
    make_commitment(code="eng-serein", weather=Weather.SECURED)
    for letter, code in (("x", "eng-atteint"), ("-", "eng-annule"), (".", "eng-jalon")):
        make_milestone(make_commitment(code=code), letter, initial_due_on=date(2026, 1, 1), due_on=date(2026, 6, 30))
    assert told(planned) == {
        "compromised": [("eng-deux", ["compromised", "slipped"])],
        "support_needed": [("eng-appui", ["support_needed"])],
        "slipped": [("eng-91", ["slipped"]), ("eng-jalon", ["slipped"])],
    }


def test_the_threshold_is_a_setting(planned, settings):
    slip(31, code="eng-31")
    assert told(planned) == {}
    settings.STEERING_SLIPPAGE_DAYS = 30
    assert told(planned) == {"slipped": [("eng-31", ["slipped"])]}


def test_the_detail_is_in_words_with_who_is_in_charge(planned, rachel, region):
    commitment = slip(0, code="eng-deux", lead=region, weather=Weather.COMPROMISED, weather_reason="Sans site.")
    commitment.participations.create(actor=make_actor("agence", name="Agence"), role="operator")
    milestone = make_milestone(commitment, title="Site retenu", due_on=date(2026, 4, 30))
    for target, to_on in ((milestone, date(2026, 8, 30)), (None, date(2026, 6, 30)), (None, date(2026, 9, 30))):
        postpone(commitment, milestone=target, to_on=to_on, reason_kind="other", reason="Site", by=rachel)
    (group,) = agenda_for(planned)
    entry = group.entries[0]
    assert entry.in_charge == "Région, Agence"
    assert [r.detail.replace("\u00a0", " ") for r in entry.reasons] == [
        "Sans site.",
        "Échéance de l’engagement : 183 jours de glissement, 2 reports (à présent : 30 septembre 2026).\n"
        "Jalon « Site retenu » : 122 jours de glissement, 1 report (à présent : 30 août 2026).",
    ]


def test_a_proposed_lead_is_named_where_nobody_is_in_charge(planned, region):
    make_commitment(code="eng-a", weather=Weather.COMPROMISED, weather_reason="Sans site.")
    make_commitment(code="eng-b", weather=Weather.COMPROMISED, weather_reason="Sans site.", suggested_lead=region)
    (group,) = agenda_for(planned)
    assert [entry.in_charge for entry in group.entries] == ["", "Région (chef de file proposé)"]


def test_a_held_meeting_keeps_its_agenda_in_french(planned, rachel, region):
    commitment = slip(120, code="eng-deux", lead=region, weather=Weather.COMPROMISED, weather_reason="Sans site.")
    before = agenda_for(planned)
    with override("en"):
        held = hold_meeting(planned, by=rachel, on=DAY)
    assert agenda_for(held) == before
    Commitment.objects.update(weather=Weather.SECURED, weather_reason="")
    commitment.participations.all().delete()
    make_commitment(code="eng-neuf", weather=Weather.COMPROMISED, weather_reason="Plus tard.")
    assert agenda_for(held) == before


def test_two_queries_whatever_the_number(planned, django_assert_num_queries, region):
    for _ in range(8):
        make_milestone(slip(120, lead=region), initial_due_on=date(2026, 1, 1), due_on=date(2026, 6, 30))
    with django_assert_num_queries(2):
        agenda_for(planned)


def test_the_next_meeting_opens_with_what_is_still_open(held, rachel):
    second = make_decision(held, rachel, days=20)
    first = make_decision(held, rachel, days=5)
    done = make_decision(held, rachel, days=1)
    close_decision(done, State.DONE, outcome="Fait.", by=rachel, on=DAY)
    coming = make_meeting(rachel, DAY + timedelta(days=90))
    own = make_decision(coming, rachel)
    assert list(open_decisions(before=coming.held_on)) == [first, second]
    assert not open_decisions(before=DAY).exists()
    assert list(open_decisions(before=coming.held_on + timedelta(days=1))) == [first, second, own]
    assert [(m.held_on, m.decided, m.still_open) for m in meetings()] == [(coming.held_on, 1, 1), (DAY, 3, 2)]


# --- Postponements cite a decision --------------------------------------------------------------


@pytest.fixture
def dated(commitment):
    commitment.initial_due_on = commitment.due_on = date(2026, 6, 30)
    commitment.save()
    return commitment


def postponed(commitment, by, decision):
    return postpone(
        commitment, to_on=date(2026, 12, 31), reason_kind="scope", reason="Décidé.", decision=decision, by=by
    )


def test_a_postponement_cites_a_decision_on_its_commitment(dated, held, rachel, paula):
    decision = make_decision(held, rachel, commitments=[dated])
    assert postponed(dated, paula, decision).decision == decision


def test_a_decision_on_another_commitment_is_refused(dated, held, rachel, paula):
    decision = make_decision(held, rachel, commitments=[make_commitment()])
    with pytest.raises(TransitionRefused, match="ne porte pas") as refusal:
        postponed(dated, paula, decision)
    assert refusal.value.field == "decision"
    assert not Postponement.objects.exists()


def test_what_is_dropped_or_not_decided_yet_justifies_nothing(dated, held, rachel, paula):
    dropped = make_decision(held, rachel, commitments=[dated])
    close_decision(dropped, State.DROPPED, outcome="Sans objet.", by=rachel, on=DAY)
    coming = make_decision(make_meeting(rachel, DAY + timedelta(days=90)), rachel, commitments=[dated])
    for decision in (dropped, coming):
        with pytest.raises(TransitionRefused, match="à exécuter"):
            postponed(dated, paula, decision)


# --- The database is the last guard -------------------------------------------------------------


def refused(message, act):
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        act()


@pytest.mark.parametrize(
    "changes",
    [
        {"held_on": DAY + timedelta(days=1)},
        {"state": MeetingState.PLANNED, "frozen_on": None},
        {"frozen_on": DAY + timedelta(days=9)},
    ],
)
def test_a_held_meeting_is_kept(changes, held):
    refused("ne change plus", lambda: SteeringMeeting.objects.filter(pk=held.pk).update(**changes))


def test_a_held_meeting_is_not_deleted_and_its_note_may_grow(held):
    refused("elle reste", held.delete)
    SteeringMeeting.objects.filter(pk=held.pk).update(note="Relevé diffusé.")


def test_a_planned_meeting_is_free(planned):
    SteeringMeeting.objects.filter(pk=planned.pk).update(held_on=DAY + timedelta(days=1))
    planned.delete()


def test_a_frozen_agenda_is_kept(planned, rachel, commitment):
    make_commitment(weather=Weather.COMPROMISED, weather_reason="Sans site.")
    held = hold_meeting(planned, by=rachel, on=DAY)
    item = held.agenda.get()
    coming = make_meeting(rachel, DAY + timedelta(days=90))
    message = "ordre du jour ne change plus"
    refused(message, lambda: AgendaItem.objects.update(detail="Rien."))
    refused(message, lambda: AgendaItem.objects.update(meeting=coming))
    refused(message, item.delete)
    refused(message, lambda: AgendaItem.objects.create(meeting=held, commitment=commitment, reason="slipped"))


@pytest.mark.parametrize(
    "changes", [{"text": "Autre."}, {"number": 9}, {"due_on": DAY + timedelta(days=300)}, {"meeting": "other"}]
)
def test_a_decision_is_kept_as_it_was_taken(changes, planned, rachel):
    make_decision(planned, rachel)
    other = make_meeting(rachel, DAY + timedelta(days=1))
    changes = {name: other if value == "other" else value for name, value in changes.items()}
    with transaction.atomic():
        Decision.objects.update(**changes)
        transaction.set_rollback(True)
    hold_meeting(planned, by=rachel, on=DAY)
    refused("telle qu’elle fut prise", lambda: Decision.objects.update(**changes))


def test_a_decision_of_a_held_meeting_is_not_deleted(held, rachel):
    refused("telle qu’elle fut prise", make_decision(held, rachel).delete)


def test_a_closed_decision_is_not_opened_again(held, rachel):
    decision = make_decision(held, rachel)
    close_decision(decision, State.DONE, outcome="Fait.", by=rachel, on=DAY)
    refused("ne se rouvre pas", lambda: Decision.objects.update(state="open", closed_on=None, outcome=""))
    refused("ne se rouvre pas", lambda: Decision.objects.update(outcome="Autre."))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "done", "outcome": "Fait."}, "closed_means_dated"),
        ({"state": "done", "closed_on": DAY}, "closed_says_how"),
        ({"outcome": "Fait."}, "closed_says_how"),
    ],
)
def test_a_closing_is_dated_and_told(changes, constraint, held, rachel):
    make_decision(held, rachel)
    refused(constraint, lambda: Decision.objects.update(**changes))


def test_a_decision_is_due_after_its_meeting_whoever_writes(planned, rachel, region):
    refused(
        "au plus tôt le jour de la réunion",
        lambda: Decision.objects.create(
            meeting=planned, number=1, text="Oui.", owner=region, due_on=DAY - timedelta(days=1)
        ),
    )


def test_a_postponement_cites_its_own_decision_whoever_writes(dated, held, rachel):
    decision = make_decision(held, rachel, commitments=[make_commitment()])
    refused(
        "ne porte pas sur cet engagement",
        lambda: Postponement.objects.create(
            commitment=dated,
            from_on=DAY,
            to_on=DAY + timedelta(days=1),
            reason_kind="other",
            reason="Retard",
            decision=decision,
            postponed_by=rachel,
        ),
    )


def test_a_date_read_in_the_press_does_not_slip(planned):
    source = make_actor("region").sources.create(code="src", url="https://example.org/", publisher="La Presse")
    make_milestone(
        make_commitment(),
        origin=Milestone.Origin.SOURCE,
        source=source,
        initial_due_on=date(2026, 1, 1),
        due_on=date(2026, 6, 30),
    )
    assert agenda_for(planned) == []
