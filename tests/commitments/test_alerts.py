"""Alerts: each kind where it is due, and nowhere else; each with its reason and where to act."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Membership
from commitments.models import Commitment, Participation, Status, Weather
from commitments.queries.alerts import Kind, alerts
from funding.queries.alerts import money_without_evidence
from tests.factories import make_actor, make_commitment, make_evidence, make_milestone, make_update, make_user
from tests.reports.situations import make_envelope, make_event, make_line

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def rachel(db):
    return make_user("rachel", Role.VALIDATOR, make_actor("region"))


@pytest.fixture
def sound(rachel):
    """Led by both sides, heard of, on time."""
    today = localdate()
    commitment = make_commitment(
        "", starts_on=today - timedelta(days=100), initial_due_on=today + timedelta(days=900),
        due_on=today + timedelta(days=900), status=Status.IN_PROGRESS, published_at=timezone.now(),
        declared_progress=Decimal(20),
    )  # fmt: skip
    for slug in ("region", "prefecture"):
        actor = make_actor(slug)
        Participation.objects.create(commitment=commitment, actor=actor, role=Participation.Role.LEAD, side=actor.side)
    return commitment


def kinds(user, commitment):
    found = [*alerts(user, localdate()), *money_without_evidence(user)]
    return {alert.kind for alert in found if alert.commitment == commitment}


def change(commitment, **fields):
    Commitment.objects.filter(pk=commitment.pk).update(**fields)


def test_nothing_is_said_of_what_is_sound(rachel, sound):
    assert kinds(rachel, sound) == set()


def test_a_due_date_that_is_past(rachel, sound):
    day = localdate() - timedelta(days=5)
    change(sound, initial_due_on=day, due_on=day, declared_progress=Decimal(95))
    (alert,) = [a for a in alerts(rachel, localdate()) if a.kind == Kind.OVERDUE]
    assert "depuis 5 jours" in alert.reason
    assert alert.since == localdate() - timedelta(days=4)
    assert alert.url == reverse("commitments:update", args=[sound.code])


def test_a_milestone_long_overdue(rachel, sound):
    change(sound, progress_method="milestones")
    make_milestone(sound, ".", localdate() - timedelta(days=40))
    assert Kind.OVERDUE in kinds(rachel, sound)


def test_a_gap_to_what_was_expected(rachel, sound):
    change(sound, starts_on=localdate() - timedelta(days=900), declared_progress=Decimal(39))
    (alert,) = [a for a in alerts(rachel, localdate()) if a.kind == Kind.GAP]
    assert alert.reason == "Avancement de 39\u00a0% pour 50\u00a0% attendus\u00a0: 11 points de moins."
    change(sound, declared_progress=Decimal(40))
    assert Kind.GAP not in kinds(rachel, sound)


def test_a_falling_weather(rachel, sound):
    for days, weather in ((60, Weather.REACHABLE), (30, Weather.COMPROMISED)):
        at = timezone.now() - timedelta(days=days)
        make_update(sound, rachel, publish=True, at=at, weather=weather, weather_reason="Marché infructueux")
    assert Kind.WEATHER in kinds(rachel, sound)
    make_update(sound, rachel, publish=True, weather=Weather.REACHABLE, weather_reason="Relancé")
    assert Kind.WEATHER not in kinds(rachel, sound)


def test_no_news(rachel, sound):
    # At noon: 121 days ago the clock may have been that of the summer.
    noon = timezone.make_aware(datetime.combine(localdate() - timedelta(days=121), time(12)))
    change(sound, published_at=noon)
    (alert,) = [a for a in alerts(rachel, localdate()) if a.kind == Kind.STALE]
    assert "depuis 121 jours" in alert.reason
    change(sound, confirmed_at=timezone.now())
    assert Kind.STALE not in kinds(rachel, sound)


def test_a_forecast_beyond_the_date_promised(rachel, sound):
    today = localdate()
    change(sound, progress_method="milestones", starts_on=today - timedelta(days=400),
           initial_due_on=today + timedelta(days=30))  # fmt: skip
    for n in range(1, 11):
        make_milestone(sound, "x" if n <= 3 else ".", today + timedelta(days=100 * (n - 4)), f"Jalon {n}")
    (alert,) = [a for a in alerts(rachel, today) if a.kind == Kind.FORECAST]
    assert "après la date promise" in alert.reason
    assert alert.url == reverse("commitments:postpone", args=[sound.code])


def test_a_side_without_a_lead(rachel, sound):
    sound.participations.filter(actor__slug="prefecture").delete()
    (alert,) = [a for a in alerts(rachel, localdate()) if a.kind == Kind.LEAD]
    assert alert.reason == "Aucun chef de file côté État."


def test_nobody_who_writes(rachel, sound):
    Membership.objects.update(ends_on=localdate() - timedelta(days=1))
    admin = make_user("amina", Role.ADMINISTRATOR, make_actor("region"))
    assert Kind.CONTACT in kinds(admin, sound)


def test_money_without_evidence(rachel, sound):
    line = make_line(sound, make_envelope("a"), Decimal(10), "europe")
    assert Kind.EVIDENCE not in kinds(rachel, sound)
    make_event(line, "contracted", Decimal(10))
    make_event(line, "paid", Decimal(5))
    (alert,) = money_without_evidence(rachel)
    assert "5\u00a0€" in alert.reason
    make_evidence(sound, rachel, is_public=False)
    assert Kind.EVIDENCE in kinds(rachel, sound)
    make_evidence(sound, rachel, title="Autre")
    assert Kind.EVIDENCE not in kinds(rachel, sound)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.ABANDONED])
def test_what_is_over_needs_no_attention(rachel, sound, status):
    day = localdate() - timedelta(days=300)
    make_evidence(sound, rachel)
    change(sound, starts_on=day, initial_due_on=day, due_on=day, published_at=None, status=status)
    assert kinds(rachel, sound) == set()


# --- The page ------------------------------------------------------------------------------------


def test_the_page_filters_and_says_its_thresholds(client, rachel, sound):
    sound.participations.all().delete()
    client.force_login(rachel)
    page = client.get(reverse("commitments:alerts"))
    assert "120 jours sans point" in page.text
    assert {alert.kind for alert in page.context["alerts"]} == {Kind.LEAD}
    assert client.get(reverse("commitments:alerts"), {"nature": "gap"}).context["alerts"] == []
    assert "n’existe pas" in client.get(reverse("commitments:alerts"), {"nature": "rien"}).text
    assert "Agir" in page.text
    client.force_login(make_user("louis", Role.READER, make_actor("region")))
    assert "en lecture" in client.get(reverse("commitments:alerts")).text


def test_it_costs_the_same_whatever_their_number(client, rachel, sound, django_assert_max_num_queries):
    client.force_login(rachel)
    client.get(reverse("commitments:alerts"))
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("commitments:alerts"))
    for n in range(12):
        commitment = make_commitment("x..", lead=make_actor("region"))
        make_event(make_line(commitment, make_envelope(f"e{n}"), funder="europe"), "contracted", Decimal(1))
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("commitments:alerts"))
