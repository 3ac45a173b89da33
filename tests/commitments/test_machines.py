"""Every machine, from every state, for every role: what is not in the tables happens to nobody."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import timezone

from accounts.models import Membership
from commitments.models import Campaign, Decision, ProgressUpdate, Roadmap, Status, SteeringMeeting, Visa
from commitments.transitions import (
    CAMPAIGN_CHANGES,
    DECISION_CHANGES,
    STATUS_CHANGES,
    UPDATE_CHANGES,
    TransitionRefused,
    close_decision,
    confirm_unchanged,
    discard_draft,
    give_visa,
    hold_meeting,
    move_campaign,
    plan_meeting,
    publish_update,
    record_decision,
    save_draft,
    submit_update,
    take_back,
)
from reports import transitions as report_transitions
from reports.models import Report
from tests.factories import make_actor, make_campaign, make_commitment, make_evidence, make_roadmap, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
State = ProgressUpdate.State
VisaDecision = Visa.Decision

# Role, actor: the Region leads the commitment, « Autre » has nothing to do with it.
ROLES = {
    "nobody": None,
    "reader": (Role.READER, "region"),
    "auditor": (Role.AUDITOR, "region"),
    "contributor": (Role.CONTRIBUTOR, "region"),
    "foreign contributor": (Role.CONTRIBUTOR, "autre"),
    "state validator": (Role.VALIDATOR, "prefecture"),
    "region validator": (Role.VALIDATOR, "region"),
    "administrator": (Role.ADMINISTRATOR, "region"),
    "actor's administrator": (Role.ADMINISTRATOR, "autre"),
}
WRITERS = {"contributor", "state validator", "region validator", "administrator"}
VALIDATORS = {"state validator": "state", "region validator": "region"}


@pytest.fixture
def cast(region, state):
    """What each role needs to act, and three people to bring an update where the test begins."""
    make_actor("autre")
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    return {
        "author": make_user("zoe", Role.CONTRIBUTOR, region),
        "state": make_user("simone", Role.VALIDATOR, state),
        "region": make_user("regis", Role.VALIDATOR, region),
    }


def someone(role):
    if ROLES[role] is None:
        return make_user("personne")
    kind, actor = ROLES[role]
    return make_user("quelquun", kind, make_actor(actor))


def visa(update, side, by, decision=VisaDecision.APPROVED):
    return give_visa(update, side=side, decision=decision, by=by, seen_hash=update.text_hash, comment="Précisez.")


# --- Status of a commitment ----------------------------------------------------------------------

ALLOWED = {(change.source, change.target) for change in STATUS_CHANGES} | {(status, status) for status in Status}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("source", "target"), list(product(Status, Status)))
def test_a_status_moves_only_as_the_table_says_and_for_those_who_may(role, source, target, cast, region):
    commitment = make_commitment(status=source, lead=region)
    make_evidence(commitment, cast["author"])
    stated = {"status": target, "text_public": "Le texte.", "reason": "Décision du comité."}
    by = someone(role)
    with suppress(TransitionRefused):
        update = submit_update(save_draft(commitment, stated, by=by), by=by)
        for side in ("state", "region"):
            update = visa(update, side, cast[side])
    commitment.refresh_from_db()
    moves = role in WRITERS and (source, target) in ALLOWED
    assert commitment.status == (target if moves else source)
    assert commitment.updates.filter(state=State.PUBLISHED).exists() == moves


# --- State of an update --------------------------------------------------------------------------


def brought_to(state, commitment, cast):
    """An update in that state, the other side of the one who acts having approved where it is submitted."""
    update = save_draft(commitment, {"status": Status.IN_PROGRESS, "text_public": "Un texte."}, by=cast["author"])
    if state == State.DRAFT:
        return update
    update = submit_update(update, by=cast["author"])
    if state == State.RETURNED:
        return visa(update, "region", cast["region"], VisaDecision.CHANGES_REQUESTED)
    if state in {State.PUBLISHED, State.SUPERSEDED}:
        update = visa(visa(update, "state", cast["state"]), "region", cast["region"])
    if state == State.SUPERSEDED:
        brought_to(State.PUBLISHED, commitment, cast)
    if state == State.APPROVED:
        # It lasts only inside a transaction: a machine that stopped there would have left this.
        ProgressUpdate.objects.filter(pk=update.pk).update(state=State.APPROVED)
    update.refresh_from_db()
    return update


def approve(update, by, side):
    other = {"state": "region", "region": "state"}[side]
    if update.state == State.SUBMITTED:
        update = visa(update, other, make_user("autre-cote", Role.VALIDATOR, make_actor(SIDE_ACTORS[other])))
    visa(update, side, by)


SIDE_ACTORS = {"state": "prefecture", "region": "region"}
ACTS = {
    "write": lambda update, by, side: save_draft(update.commitment, {"text_public": "Autre."}, by=by),
    "submit": lambda update, by, side: submit_update(update, by=by),
    "take back": lambda update, by, side: take_back(update, by=by),
    "discard": lambda update, by, side: discard_draft(update, by=by),
    "approve": approve,
    "ask for changes": lambda update, by, side: visa(update, side, by, VisaDecision.CHANGES_REQUESTED),
    "publish": lambda update, by, side: publish_update(update, by=by),
}
CONFIRMABLE = {State.PUBLISHED, State.SUPERSEDED}  # nobody is writing, and something was published
# (state, act) → who may, and where it leads. Everything else leaves the update where it is.
OUTCOMES = {
    (State.DRAFT, "submit"): (WRITERS, State.SUBMITTED),
    (State.DRAFT, "discard"): (WRITERS, None),
    (State.RETURNED, "write"): (WRITERS, State.DRAFT),
    (State.SUBMITTED, "take back"): (WRITERS, State.DRAFT),
    (State.SUBMITTED, "approve"): (set(VALIDATORS), State.PUBLISHED),
    (State.SUBMITTED, "ask for changes"): (set(VALIDATORS), State.RETURNED),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("source", State)
def test_an_update_moves_only_by_those_who_may(role, act, source, cast, region):
    update = brought_to(source, make_commitment(lead=region), cast)
    with suppress(TransitionRefused):
        ACTS[act](update, someone(role), VALIDATORS.get(role, "state"))
    may, target = OUTCOMES.get((source, act), (set(), source))
    expected = target if role in may else source
    found = ProgressUpdate.objects.filter(pk=update.pk).first()
    assert (None if found is None else found.state) == expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("source", State)
def test_unchanged_is_said_by_those_who_may_write_of_what_was_published(role, source, cast, region):
    commitment = make_commitment(lead=region)
    brought_to(source, commitment, cast)
    campaign = make_campaign()
    with suppress(TransitionRefused):
        confirm_unchanged(commitment, campaign, by=someone(role))
    is_confirmed = campaign.lines.get().confirmed_at is not None
    assert is_confirmed == (role in WRITERS and source in CONFIRMABLE)


def test_each_change_of_the_table_is_brought_about_by_an_act():
    """approved: passed through on the way to published; superseded: by the next publication."""
    reached = {(source, target) for (source, _act), (_who, target) in OUTCOMES.items() if target is not None}
    through = {
        (State.SUBMITTED, State.APPROVED),
        (State.APPROVED, State.PUBLISHED),
        (State.PUBLISHED, State.SUPERSEDED),
    }
    table = {(source, target) for source, targets in UPDATE_CHANGES.items() for target in targets}
    assert (reached - {(State.SUBMITTED, State.PUBLISHED)}) | through == table


# --- State of a campaign -------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("source", "target"), list(product(Campaign.State, Campaign.State)))
def test_a_campaign_moves_only_as_the_table_says_and_for_administrators(role, source, target, cast):
    campaign = make_campaign(state=source)
    with suppress(TransitionRefused):
        move_campaign(campaign, target, by=someone(role), on=date(2026, 11, 22))
    campaign.refresh_from_db()
    # Sealing comes with its report (tests/reports/test_sealing.py).
    moves = role == "administrator" and target in CAMPAIGN_CHANGES[source] - {Campaign.State.SEALED}
    assert campaign.state == (target if moves else source)


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 11, 1), date(2027, 1, 20), date(2027, 1, 21)])
@pytest.mark.parametrize(("source", "target"), list(product(Campaign.State, Campaign.State)))
def test_the_calendar_moves_a_campaign_on_its_own_dates_alone(source, target, day, cast):
    """It opens from 1 November to 20 January, and closes from the 21st on."""
    campaign = make_campaign(state=source)
    with suppress(TransitionRefused):
        move_campaign(campaign, target, by=None, on=day)
    campaign.refresh_from_db()
    opens = (source, target) == ("planned", "open") and date(2026, 11, 1) <= day <= date(2027, 1, 20)
    closes = (source, target) == ("open", "review") and day > date(2027, 1, 20)
    assert campaign.state == (target if opens or closes else source)


# --- Meetings, decisions, reports ----------------------------------------------------------------

SECRETARIAT = {"state validator", "region validator", "administrator"}
DAY = date(2026, 10, 13)


def a_decision(cast, region):
    meeting = plan_meeting(make_roadmap(), held_on=DAY, by=cast["region"])
    return record_decision(meeting, text="Décidé.", owner=region, due_on=DAY, by=cast["region"], on=DAY)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("source", SteeringMeeting.State)
def test_a_meeting_is_held_by_the_secretariat_alone(role, source, cast, region):
    meeting = a_decision(cast, region).meeting
    if source == SteeringMeeting.State.HELD:
        hold_meeting(meeting, by=cast["region"], on=DAY)
    with suppress(TransitionRefused):
        hold_meeting(meeting, by=someone(role), on=DAY)
    meeting.refresh_from_db()
    assert meeting.state == (SteeringMeeting.State.HELD if role in SECRETARIAT else source)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("source", "target"), list(product(Decision.State, Decision.State)))
def test_a_decision_moves_only_as_the_table_says_and_for_the_secretariat(role, source, target, cast, region):
    decision = a_decision(cast, region)
    if source != Decision.State.OPEN:
        close_decision(decision, source, outcome="Fait.", by=cast["region"], on=DAY)
    with suppress(TransitionRefused):
        close_decision(decision, target, outcome="Autrement.", by=someone(role), on=DAY)
    decision.refresh_from_db()
    moves = role in SECRETARIAT and target in DECISION_CHANGES[source]
    assert decision.state == (target if moves else source)


REPORT_ACTS = {
    "retry": report_transitions.retry,
    "put online": report_transitions.put_online,
    "take offline": report_transitions.take_offline,
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", REPORT_ACTS)
@pytest.mark.parametrize("source", Report.State)
def test_a_report_is_restarted_and_shown_by_administrators_alone(role, act, source, cast):
    """The other changes are a worker's: tests/reports/test_transitions.py."""
    what_it_holds = {
        Report.State.READY: {"content": "{}", "dataset_sha256": "0" * 64, "finished_at": timezone.now()},
        Report.State.BUILDING: {"attempt": 1, "lease_until": timezone.now() + timedelta(hours=1)},
        Report.State.FAILED: {"error": "Disque plein."},
    }.get(source, {})
    report = Report.objects.create(campaign=make_campaign(), state=source, started_at=timezone.now(), **what_it_holds)
    with suppress(TransitionRefused):
        REPORT_ACTS[act](report, by=someone(role))
    report.refresh_from_db()
    restarts = role == "administrator" and act == "retry" and source == Report.State.FAILED
    shows = role == "administrator" and act == "put online" and source == Report.State.READY
    assert report.state == (Report.State.QUEUED if restarts else source)
    assert (report.published_at is not None) == shows
