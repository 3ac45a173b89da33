"""Nadia shows the portal around: the facts, and on them an activity that is fictional and says so."""

from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership, User
from accounts.permissions import administered_actors, contributing_actor_ids, roles_of
from actors.models import Actor
from commitments.models import (
    Campaign,
    Commitment,
    Decision,
    Indicator,
    Measurement,
    Milestone,
    Postponement,
    ProgressUpdate,
    Roadmap,
    Status,
    SteeringMeeting,
    Weather,
)
from commitments.queries import agenda_for, indicator_lines, indicators, open_decisions
from commitments.working_days import is_working_day
from funding.models import FundingLine
from reports.models import SealedReport
from tests.factories import make_user
from tests.test_load_roadmap import NO_CHANGE, differing, load, snapshot

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
PUBLISHED = ["published", "superseded"]


@pytest.fixture(autouse=True)
def a_development_machine(settings):
    settings.DEBUG = True


def seed(today=TODAY):
    out = StringIO()
    call_command("seed_demo", "--today", today.isoformat(), stdout=out)
    return out.getvalue()


@pytest.fixture
def seeded():
    load()
    return seed()


def test_production_refuses_it(settings):
    load()
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG est désactivé"):
        seed()
    assert not User.objects.exists()


def test_it_asks_for_the_facts_first():
    with pytest.raises(CommandError, match="load_roadmap"):
        seed()


def test_it_does_not_mix_with_what_people_did():
    load()
    commitment = Commitment.objects.get(code="eng-06-former")
    ProgressUpdate.objects.create(commitment=commitment, status=Status.IN_PROGRESS, author=make_user("lucie"))
    with pytest.raises(CommandError, match="déjà une activité"):
        seed()
    assert not Campaign.objects.exists()


def test_a_second_time_nothing_happens(seeded):
    before = snapshot()
    assert "déjà en place" in seed()
    assert differing(before, snapshot()) == set()


def test_the_facts_may_be_loaded_again_after_it(seeded):
    before = snapshot()
    assert NO_CHANGE in load()
    assert differing(before, snapshot()) == set()


def test_it_always_tells_the_same_story():
    def told():
        with transaction.atomic():
            seed()
            updates = ProgressUpdate.objects.order_by("form_key").values_list("form_key", "published_at", "text_public")
            plan = Milestone.objects.order_by("commitment", "title").values_list("title", "due_on", "achieved_on")
            moves = Postponement.objects.order_by("postponed_at").values_list("to_on", "postponed_at")
            story = list(updates), list(plan), list(moves)
            transaction.set_rollback(True)
        return story

    load()
    assert told() == told()


def test_every_page_will_say_it_is_fictional(seeded):
    assert Roadmap.objects.get(code="ia-aura-2022").is_demonstration
    lines = FundingLine.objects.filter(from_facts=False)
    assert lines.values("commitment").distinct().count() >= 12
    assert set(lines.values_list("is_fictional", "envelope__reach")) == {(True, "regional")}


def test_eight_people_may_log_in(seeded):
    people = {user.email: user for user in User.objects.all()}
    assert {email: roles_of(user) for email, user in people.items()} == {
        "contributeur@demo.example": {"contributor"},
        "valideur-etat@demo.example": {"validator"},
        "valideur-region@demo.example": {"validator"},
        "redaction-etat@demo.example": {"validator"},
        "redaction-region@demo.example": {"validator"},
        "administration@demo.example": {"administrator"},
        "administration-pole@demo.example": {"reader"},
        "lecture@demo.example": {"reader"},
    }
    assert all(user.check_password("demonstration") for user in list(people.values())[:1])
    assert len({user.password for user in people.values()}) == 1
    assert [actor.slug for actor in administered_actors(people["administration-pole@demo.example"])] == ["minalogic"]
    contributing = Actor.objects.filter(pk__in=contributing_actor_ids(people["contributeur@demo.example"]))
    assert {actor.slug for actor in contributing} == {"region-aura", "bpifrance"}
    assert Membership.objects.get(role="reader").actor.kind == Actor.Kind.COMPETITIVENESS_POLE


@pytest.mark.parametrize(
    ("today", "earlier", "previous", "current"),
    [
        (date(2026, 11, 22), "2026-T2", "2026-T3", "2026-T4"),
        (date(2027, 1, 1), "2026-T3", "2026-T4", "2027-T1"),
        (date(2027, 3, 31), "2026-T3", "2026-T4", "2027-T1"),
    ],
)
def test_the_last_three_quarters_are_told(today, earlier, previous, current):
    load()
    seed(today)
    states = {campaign.slug: campaign.state for campaign in Campaign.objects.all()}
    assert states == {earlier: "sealed", previous: "sealed", current: "open"}
    published = ProgressUpdate.objects.filter(state__in=PUBLISHED).select_related("campaign")
    corrected = published.filter(published_at=F("campaign__sealed_reports__sealed_at")).distinct().get()
    published = published.exclude(pk=corrected.pk)
    assert [(s.campaign.slug, s.version) for s in SealedReport.objects.all()] == [
        (earlier, 1), (previous, 1), (previous, 2),
    ]  # fmt: skip
    for update in published:
        published_on = timezone.localdate(update.published_at)
        assert update.campaign.starts_on <= published_on <= min(update.campaign.reference_on, today)
        assert all(claim.achieved_on <= published_on for claim in update.claims.all())
    assert not Milestone.objects.filter(origin="plan", achieved_on__gt=today).exists()


def test_every_status_and_every_weather_is_met(seeded):
    counted = Commitment.objects.counted()
    assert set(counted.values_list("status", flat=True)) == set(Status)
    assert set(counted.values_list("weather", flat=True)) == set(Weather)
    assert counted.filter(status=Status.NOT_PROVIDED).count() == 3
    abandoned = ProgressUpdate.objects.get(status=Status.ABANDONED)
    assert abandoned.reason


def test_progress_goes_from_nothing_to_all(seeded):
    measured = [value for value in Commitment.objects.counted().values_list("progress", flat=True) if value is not None]
    assert (min(measured), max(measured)) == (Decimal(0), Decimal(100))
    assert len(set(measured)) >= 10
    assert len(measured) < 26  # Some are not measured: every mean shows its coverage.


def test_some_are_late_and_some_of_them_are_on_time_on_the_revised_plan(seeded):
    late = Commitment.objects.counted().late(TODAY)
    assert late.count() >= 8
    assert len(set(late.values_list("late_since", flat=True))) >= 6
    assert late.filter(late_since_revised__gt=TODAY).count() >= 3
    assert Commitment.objects.counted().filter(late_since__gt=TODAY).count() >= 8


def test_due_dates_were_moved_for_many_reasons(seeded):
    assert Postponement.objects.count() >= 8
    assert set(Postponement.objects.values_list("reason_kind", flat=True)) == set(Postponement.Reason)


def test_updates_wait_at_every_step(seeded):
    states = Counter(ProgressUpdate.objects.values_list("campaign__quarter", "state"))
    assert states[3, "published"] + states[3, "superseded"] >= 20
    assert states[4, "published"] >= 9
    assert states[4, "submitted"] >= 3
    assert states[4, "draft"] >= 2


def test_nobody_publishes_what_they_wrote(seeded):
    published = ProgressUpdate.objects.filter(state__in=PUBLISHED)
    assert not [update for update in published if update.author_id == update.publisher_id]


@pytest.mark.parametrize(
    "today",
    [date(2026, 11, 22), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 4, 1), date(2027, 6, 30)],
)
def test_the_steering_committee_met_and_will_meet(today):
    load()
    seed(today)
    met, coming = SteeringMeeting.objects.order_by("held_on")
    previous = Campaign.objects.filter(state="sealed").latest("reference_on")
    assert (met.state, coming.state) == ("held", "planned")
    assert previous.starts_on < met.held_on < previous.reference_on
    assert 14 <= (coming.held_on - today).days <= 28
    assert is_working_day(met.held_on)
    assert is_working_day(coming.held_on)
    assert {str(group.reason) for group in agenda_for(met)} == {"compromised", "support_needed", "slipped"}
    assert agenda_for(coming)
    done = Decision.objects.get(state="done")
    assert met.held_on <= done.closed_on <= today
    late, still_open = open_decisions(before=coming.held_on)
    assert late.due_on < today < still_open.due_on
    cited = Postponement.objects.get(decision__isnull=False)
    assert cited.decision == still_open
    assert met.held_on < timezone.localdate(cited.postponed_at) <= today
    # What it looked at was known by then.
    for item in met.agenda.exclude(reason="slipped"):
        said = item.commitment.updates.get(campaign=previous)
        assert (said.weather, timezone.localdate(said.published_at) <= met.held_on) == (item.reason, True)


def test_what_is_sealed_says_that_it_is_fictional(seeded):
    reports = list(SealedReport.objects.all())
    assert len(reports) == 3
    assert {report.layout.dataset["demonstration_notice"] for report in reports} == {
        "Activité de démonstration, fictive"
    }


def test_fictional_indicators_say_so_and_the_real_ones_are_left_alone():
    load()
    real = snapshot_of_readings()
    seed()
    assert snapshot_of_readings() == real
    fictional = Indicator.objects.filter(code__startswith="demo-")
    assert all("fictif" in row.title and "fictifs" in row.note for row in fictional)
    late = [line.indicator.code for line in indicator_lines(indicators(), TODAY) if line.is_late]
    assert late == ["demo-personnes-formees"]
    (corrected,) = Measurement.objects.filter(indicator__in=fictional, supersedes__isnull=False)
    assert (corrected.value, corrected.supersedes.value) == (62, 72)
    assert Commitment.objects.get(code="eng-14-filiere-independante").progress == Decimal("37.50")


def snapshot_of_readings():
    return list(Measurement.objects.exclude(indicator__code__startswith="demo-").order_by("pk").values())
