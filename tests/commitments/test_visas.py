"""Two keys: each side approves what it has read, nobody approves what they wrote, silence is recorded as silence."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Membership
from commitments.models import Campaign, ProgressUpdate, Roadmap, Status, Visa
from commitments.queries import tacit_on
from commitments.transitions import (
    TransitionRefused,
    confirm_unchanged,
    give_tacit_visas,
    give_visa,
    publish_update,
    save_draft,
    submit_update,
    take_back,
)
from tests.factories import make_campaign, make_commitment, make_evidence, make_roadmap, make_update

pytestmark = pytest.mark.django_db
Role = Membership.Role
State = ProgressUpdate.State
Decision = Visa.Decision
Policy = Roadmap.VisaPolicy


@pytest.fixture
def both(db):
    return make_roadmap(visa_policy=Policy.BOTH)


@pytest.fixture
def submitted(both, commitment, paula):
    return make_update(commitment, paula, submitted=True)


def approve(update, by, side, **fields):
    update.refresh_from_db()
    fields = {"decision": Decision.APPROVED, "seen_hash": update.text_hash} | fields
    return give_visa(update, side=side, by=by, **fields)


@pytest.mark.parametrize("order", [("state", "region"), ("region", "state")])
def test_the_last_visa_publishes_whichever_side_gives_it(order, submitted, commitment, stephane, rachel):
    by = {"state": stephane, "region": rachel}
    assert approve(submitted, by[order[0]], order[0]).state == State.SUBMITTED
    commitment.refresh_from_db()
    assert commitment.status == Status.NOT_PROVIDED
    published = approve(submitted, by[order[1]], order[1])
    commitment.refresh_from_db()
    assert (published.state, published.publisher, commitment.status) == (
        State.PUBLISHED,
        by[order[1]],
        Status.IN_PROGRESS,
    )


@pytest.mark.parametrize(
    ("policy", "sides"), [(Policy.STATE, ["state"]), (Policy.REGION, ["region"]), (Policy.BOTH, ["state", "region"])]
)
def test_the_policy_says_which_sides(policy, sides, commitment, paula, stephane, rachel):
    make_roadmap(visa_policy=policy)
    update = make_update(commitment, paula, submitted=True)
    for side in {"state", "region"} - set(sides):
        with pytest.raises(TransitionRefused, match="ne demande pas"):
            approve(update, {"state": stephane, "region": rachel}[side], side)
    for side in sides:
        update = approve(update, {"state": stephane, "region": rachel}[side], side)
    assert update.state == State.PUBLISHED


def test_without_a_visa_policy_one_word_publishes_and_with_one_it_does_not(commitment, paula, rachel, both):
    update = make_update(commitment, paula, submitted=True)
    with pytest.raises(TransitionRefused, match="demande un visa"):
        publish_update(update, by=rachel)
    make_roadmap(visa_policy=Policy.NONE)
    assert publish_update(update, by=rachel).state == State.PUBLISHED


def test_changes_requested_say_which_and_come_back_to_the_author(submitted, rachel, paula):
    with pytest.raises(TransitionRefused) as refusal:
        approve(submitted, rachel, "region", decision=Decision.CHANGES_REQUESTED, comment="  ")
    assert refusal.value.field == "comment"
    returned = approve(submitted, rachel, "region", decision=Decision.CHANGES_REQUESTED, comment="Donnez un chiffre.")
    assert returned.state == State.RETURNED
    corrected = save_draft(returned.commitment, {"text_public": "Trois conventions."}, by=paula)
    assert (corrected.pk, corrected.state, corrected.round) == (submitted.pk, State.DRAFT, 2)


def corrected(update, by, **stated):
    save_draft(update.commitment, stated, by=by)
    return submit_update(update, by=by)


def test_a_text_changed_after_a_visa_cancels_it(submitted, paula, stephane, rachel):
    approve(submitted, stephane, "state")
    approve(submitted, rachel, "region", decision=Decision.CHANGES_REQUESTED, comment="Précisez.")
    corrected(submitted, paula, text_public="La convention est signée depuis mardi.")
    assert approve(submitted, rachel, "region").state == State.SUBMITTED
    assert approve(submitted, stephane, "state").state == State.PUBLISHED


def test_a_visa_holds_when_the_same_text_comes_back(submitted, paula, stephane, rachel):
    approve(submitted, stephane, "state")
    take_back(submitted, by=paula)
    submit_update(submitted, by=paula)
    assert approve(submitted, rachel, "region").state == State.PUBLISHED


@pytest.mark.parametrize("change", ["claim", "evidence"])
def test_a_claim_or_a_piece_of_evidence_is_part_of_the_text(change, both, region, paula, stephane):
    commitment = make_commitment(".", lead=region)
    update = make_update(commitment, paula, submitted=True)
    approve(update, stephane, "state")
    take_back(update, by=paula)
    if change == "claim":
        save_draft(commitment, {f"milestone_{commitment.milestones.get().pk}": date(2026, 1, 31)}, by=paula)
    else:
        make_evidence(commitment, paula, update=update)
    submit_update(update, by=paula)
    update.refresh_from_db()
    assert update.visas.get().text_hash != update.text_hash


def test_one_reads_before_one_approves(submitted, paula, stephane):
    old = submitted.text_hash
    take_back(submitted, by=paula)
    corrected(submitted, paula, text_public="Autre chose.")
    with pytest.raises(TransitionRefused, match="relisez"):
        give_visa(submitted, side="state", decision=Decision.APPROVED, by=stephane, seen_hash=old)
    assert not Visa.objects.exists()


def test_nobody_approves_what_they_wrote_even_in_part(both, commitment, paula, rachel):
    make_update(commitment, rachel)
    save_draft(commitment, {"next_steps": "Suite"}, by=paula)
    update = submit_update(commitment.updates.get(), by=paula)
    with pytest.raises(TransitionRefused, match="que l’on a écrit"):
        approve(update, rachel, "region")
    with pytest.raises(IntegrityError, match="que l’on a écrit"), transaction.atomic():
        Visa.objects.create(update=update, side="region", decision=Decision.APPROVED, by=rachel, text_hash="x")
    assert approve(update, rachel, "region", decision=Decision.CHANGES_REQUESTED, comment="Non").state == State.RETURNED


def test_nobody_approves_for_both_sides(submitted, stephane, region):
    Membership.objects.create(user=stephane, actor=region, role=Role.VALIDATOR, starts_on=date(2020, 1, 1))
    approve(submitted, stephane, "state")
    with pytest.raises(TransitionRefused, match="pour l’autre côté"):
        approve(submitted, stephane, "region")
    with pytest.raises(IntegrityError, match="visa_one_side_a_person"), transaction.atomic():
        Visa.objects.create(
            update=submitted, side="region", decision=Decision.APPROVED, by=stephane, text_hash=submitted.text_hash
        )


def test_a_visa_is_withdrawn_before_the_other_side_s(submitted, stephane, rachel):
    approve(submitted, stephane, "state")
    approve(submitted, stephane, "state", decision=Decision.WITHDRAWN)
    assert approve(submitted, rachel, "region").state == State.SUBMITTED
    with pytest.raises(TransitionRefused, match="pas de visa à retirer"):
        approve(submitted, stephane, "state", decision=Decision.WITHDRAWN)


def test_a_visa_is_written_in_ink(submitted, stephane):
    approve(submitted, stephane, "state")
    for act in (lambda: Visa.objects.update(decision=Decision.WITHDRAWN), lambda: Visa.objects.all().delete()):
        with pytest.raises(IntegrityError, match="ne se modifie"), transaction.atomic():
            act()


def test_the_database_publishes_nothing_without_its_visas(submitted, stephane):
    def publish_by_sql():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE commitments_progressupdate SET state = 'published', published_at = now() WHERE id = %s",
                [submitted.pk],
            )

    with pytest.raises(IntegrityError, match="manque un visa"):
        publish_by_sql()
    approve(submitted, stephane, "state")
    with pytest.raises(IntegrityError, match="manque un visa"):
        publish_by_sql()


def test_the_database_lets_nobody_touch_a_submitted_text(submitted):
    with pytest.raises(IntegrityError, match="ne se modifie plus"), transaction.atomic():
        ProgressUpdate.objects.filter(pk=submitted.pk).update(text_public="Glissé après coup.")


def test_a_commitment_has_one_open_update(submitted, commitment, paula):
    with pytest.raises(IntegrityError, match="update_one_open"), transaction.atomic():
        ProgressUpdate.objects.create(commitment=commitment, author=paula, status=Status.IN_PROGRESS)


# --- Silence -------------------------------------------------------------------------------------


def at(*moment):
    """In Paris."""
    return datetime(*moment, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("submitted_at", "days", "due_on"),
    [
        (at(2026, 4, 28, 17), 10, date(2026, 5, 15)),  # 1 and 8 May are Fridays, Ascension is Thursday 14
        (at(2026, 7, 10, 9), 3, date(2026, 7, 16)),  # Friday; 14 July is a Tuesday
        (at(2026, 7, 14, 9), 1, date(2026, 7, 15)),
        (at(2026, 12, 24, 18), 2, date(2026, 12, 29)),
        (at(2026, 3, 27, 23, 30), 1, date(2026, 3, 30)),  # the night when the clocks go forward lies between
        (at(2026, 6, 30, 0, 15), 1, date(2026, 7, 1)),  # still 29 June in UTC
    ],
)
def test_the_delay_counts_french_working_days(submitted_at, days, due_on, both, commitment, paula):
    Roadmap.objects.update(tacit_delay_days=days)
    commitment.refresh_from_db()
    update = make_update(commitment, paula, submitted=True, at=submitted_at)
    update.refresh_from_db()
    assert tacit_on(update) == due_on


def test_silence_is_recorded_as_silence_on_the_day_and_publishes(both, commitment, paula, rachel):
    Roadmap.objects.update(tacit_delay_days=10)
    update = make_update(commitment, paula, submitted=True, at=at(2026, 4, 28, 17))
    approve(update, rachel, "region", at=at(2026, 4, 29, 9))
    assert give_tacit_visas(date(2026, 5, 14)) == []
    assert [u.pk for u in give_tacit_visas(date(2026, 5, 15), at=at(2026, 5, 15, 22))] == [update.pk]
    update.refresh_from_db()
    silent = update.visas.get(decision=Decision.TACIT)
    assert (silent.side, silent.by, update.state, update.publisher) == ("state", None, State.PUBLISHED, None)
    assert give_tacit_visas(date(2026, 5, 18)) == []


def test_no_delay_no_tacit_visa_and_none_where_no_visa_is_asked(commitment, paula, both):
    make_update(commitment, paula, submitted=True, at=at(2026, 1, 5, 9))
    assert give_tacit_visas(date(2026, 12, 31)) == []
    make_roadmap(visa_policy=Policy.NONE)
    Roadmap.objects.update(tacit_delay_days=1)
    assert give_tacit_visas(date(2026, 12, 31)) == []


def test_changes_requested_stop_the_clock(submitted, rachel, paula):
    Roadmap.objects.update(tacit_delay_days=1)
    approve(submitted, rachel, "region", decision=Decision.CHANGES_REQUESTED, comment="Précisez.")
    assert give_tacit_visas(date(2027, 12, 31)) == []


def test_a_campaign_that_is_closed_takes_no_confirmation(commitment, paula, rachel, amina):
    make_update(commitment, rachel, publish=True)
    campaign = make_campaign(state=Campaign.State.REVIEW)
    with pytest.raises(TransitionRefused, match="n’est pas ouverte"):
        confirm_unchanged(commitment, campaign, by=paula)
