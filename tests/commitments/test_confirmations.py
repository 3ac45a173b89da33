"""« Sans changement » is an answer, not a silence and not a new text; said three times running, someone looks."""

from datetime import UTC, datetime

import pytest

from commitments.queries import confirmed_again_and_again, is_stale
from commitments.transitions import TransitionRefused, confirm_unchanged, move_campaign, publish_update, save_draft
from tests.factories import TODAY, make_campaign, make_update

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2025, 1, 10, 12, tzinfo=UTC)


def quarters(amina, *answers):
    """The campaigns of successive quarters, from T1 2026 on: opened, answered by the function given, closed."""
    for quarter, answer in enumerate(answers, 1):
        campaign = make_campaign(2026, quarter)
        answer(campaign)
        if quarter < len(answers):
            move_campaign(campaign, campaign.State.REVIEW, by=amina)


def silence(campaign):
    return None


def test_a_confirmation_is_fresh_news_without_a_new_text(commitment, paula, rachel):
    make_update(commitment, rachel, publish=True, at=LONG_AGO)
    commitment.refresh_from_db()
    assert is_stale(commitment, TODAY)
    version = commitment.version
    confirm_unchanged(commitment, make_campaign(), by=paula)
    commitment.refresh_from_db()
    assert not is_stale(commitment, TODAY)
    assert (commitment.version, commitment.published_at) == (version, LONG_AGO)


def test_saying_it_twice_is_saying_it_once(commitment, paula, rachel, stephane):
    make_update(commitment, rachel, publish=True)
    campaign = make_campaign()
    first = confirm_unchanged(commitment, campaign, by=paula)
    second = confirm_unchanged(commitment, campaign, by=stephane)
    assert (second.confirmed_at, second.confirmed_by) == (first.confirmed_at, paula)


@pytest.mark.parametrize("number", [2, 3])
def test_after_three_in_a_row_one_who_approves_is_asked_to_look(client, number, commitment, paula, rachel, amina):
    make_update(commitment, rachel, publish=True, at=LONG_AGO)
    quarters(amina, *[lambda campaign: confirm_unchanged(commitment, campaign, by=paula)] * number)
    assert (commitment in confirmed_again_and_again()) == (number >= 3)
    client.force_login(rachel)
    assert ("trois fois de suite" in client.get("/espace/visas/").text) == (number >= 3)


def test_a_silence_or_a_text_breaks_the_row(commitment, paula, rachel, amina):
    def say(campaign):
        confirm_unchanged(commitment, campaign, by=paula)

    make_update(commitment, rachel, publish=True, at=LONG_AGO)
    quarters(amina, say, say, silence, say)
    assert confirmed_again_and_again() == []


def test_a_quarter_that_is_only_beginning_breaks_nothing(commitment, paula, rachel, amina):
    def say(campaign):
        confirm_unchanged(commitment, campaign, by=paula)

    make_update(commitment, rachel, publish=True, at=LONG_AGO)
    quarters(amina, say, say, say, silence)
    assert confirmed_again_and_again() == [commitment]


def test_one_who_has_begun_to_write_has_changed_something(commitment, paula, rachel):
    make_update(commitment, rachel, publish=True)
    campaign = make_campaign()
    draft = save_draft(commitment, {"text_public": "Autre chose."}, by=paula)
    with pytest.raises(TransitionRefused, match="en cours d’écriture"):
        confirm_unchanged(commitment, campaign, by=paula)
    publish_update(draft, by=rachel)
    assert campaign.lines.get().confirmed_at is None


def test_nothing_published_is_nothing_to_confirm(commitment, paula):
    with pytest.raises(TransitionRefused, match="rien à confirmer"):
        confirm_unchanged(commitment, make_campaign(), by=paula)
