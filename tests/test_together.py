"""Fifty people answer, approve, confirm, postpone and edit the same ten commitments at random for half a minute, on
real PostgreSQL. Afterwards the journal explains every value, and nothing anyone saved is missing from it."""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from accounts.models import Membership
from commitments.models import Commitment, Milestone, Postponement, ProgressUpdate, Roadmap, Visa
from commitments.progress import refresh_standing
from tests.factories import TODAY, make_campaign, make_commitment, make_milestone, make_roadmap, make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE, COMMITMENTS, SECONDS = 50, 10, 30
ACTIONS = ["draft", "submit", "submit"]
State = ProgressUpdate.State
Role = Membership.Role
HIDDEN = re.compile(r'<input type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
DUE = date(2027, 1, 31)


@dataclass
class Seen:
    """What the people of the test were answered."""

    answers: Counter[str] = field(default_factory=Counter)
    saved: list[tuple[str, str]] = field(default_factory=list)  # (commitment, text) that the portal said it had kept
    faults: list[str] = field(default_factory=list)


@dataclass
class Person:
    client: Client
    random: Random
    name: str
    side: str  # the one they approve for, "" for a contributor
    seen: Seen
    said: int = 0

    def act(self) -> None:
        code = f"eng-{self.random.randrange(COMMITMENTS)}"
        acts = [self.write, self.write, self.confirm, self.postpone, self.take_back]
        self.random.choice([self.decide, self.decide, self.write] if self.side else acts)(code)

    def ask(self, method: str, address: str, data: dict[str, str] | None = None):
        response = getattr(self.client, method)(address, data or {})
        connection.close()  # as a server does after each request: fifty people share the pool
        self.seen.answers[f"{method} {response.status_code}"] += 1
        if response.status_code >= 500:
            self.seen.faults.append(f"{method} {address}: {response.status_code}")
        return response

    def write(self, code: str) -> None:
        """From the form as it came: what its hidden fields say it started from is sent back with it."""
        address = f"/espace/engagements/{code}/point/"
        form = hidden_fields(self.ask("get", address).text)
        if "form_key" not in form:
            return  # submitted: there is no form
        self.said += 1
        text = f"{self.name} {self.said}."
        name = self.random.choice(["text_public", "next_steps", "text_internal"])
        typed = {key.removeprefix("initial-"): value for key, value in form.items() if key.startswith("initial-")}
        typed["text_public"] = typed["text_public"] or "Un texte."
        sent = form | typed | {name: text, "status": "in_progress", "action": self.random.choice(ACTIONS)}
        if self.ask("post", address, sent).status_code == 302:
            self.seen.saved.append((code, text))

    def decide(self, code: str) -> None:
        updates = ProgressUpdate.objects.filter(state=State.SUBMITTED, commitment__code=code)
        for pk in list(updates.values_list("pk", flat=True)):
            connection.close()
            page = self.ask("get", f"/espace/visas/{pk}/").text
            form = hidden_fields(page)
            if "seen_hash" in form:
                decision = self.random.choice(["approved"] * 4 + ["changes_requested"])
                self.ask("post", f"/espace/visas/{pk}/", form | {"decision": decision, "comment": "Précisez."})

    def confirm(self, code: str) -> None:
        self.ask("post", f"/espace/engagements/{code}/sans-changement/")

    def take_back(self, code: str) -> None:
        self.ask("post", f"/espace/engagements/{code}/point/reprendre/")

    def postpone(self, code: str) -> None:
        target = Milestone.objects.filter(commitment__code=code).values_list("pk", flat=True)[0]
        connection.close()
        day = DUE + timedelta(days=self.random.randrange(1, 400))
        milestone = self.random.choice(["", str(target)])
        sent = {"to_on": day.isoformat(), "reason_kind": "budget", "reason": "Crédits.", "milestone": milestone}
        self.ask("post", f"/espace/engagements/{code}/report-echeance/", sent)


def hidden_fields(page: str) -> dict[str, str]:
    """As a browser sends them: one without a value is sent empty."""
    inputs = (dict(ATTRIBUTE.findall(tag)) for tag in HIDDEN.findall(page))
    return {given["name"]: given.get("value", "") for given in inputs}


@pytest.fixture
def afterwards(region, state):
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    for number in range(COMMITMENTS):
        commitment = make_commitment(code=f"eng-{number}", lead=region, initial_due_on=DUE, due_on=DUE)
        make_milestone(commitment, due_on=date(2026, 6, 30), title="Jalon")
        refresh_standing([commitment.pk])
    make_campaign()
    Roadmap.objects.update(in_force_since=TODAY)
    seen = Seen()
    people = [_person(number, region, state, seen) for number in range(PEOPLE)]
    deadlocks = _deadlocks()
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=_live, args=(person, until)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen, _deadlocks() - deadlocks


def _person(number, region, state, seen) -> Person:
    side, actor, role = [("", region, Role.CONTRIBUTOR), ("state", state, Role.VALIDATOR),
                         ("region", region, Role.VALIDATOR)][number % 3]  # fmt: skip
    user = make_user(f"personne-{number}", role, actor)
    client = Client()
    client.force_login(user)
    return Person(client, Random(number), f"P{number}", side, seen)  # noqa: S311 - not a secret


def _live(person: Person, until: float) -> None:
    while time.monotonic() < until:
        try:
            person.act()
        except Exception as fault:  # told by the test, with the others
            person.seen.faults.append(f"{type(fault).__name__}: {fault}")
        finally:
            connection.close()


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def changes(name: str):
    return apps.get_model("commitments", f"{name}Change").objects.order_by("pgh_id")


def test_fifty_people_and_nothing_is_lost(afterwards):
    seen, deadlocks = afterwards
    assert seen.faults == []
    assert deadlocks == 0
    assert len(seen.saved) > COMMITMENTS
    assert Visa.objects.exists()
    assert ProgressUpdate.objects.filter(state__in=[State.PUBLISHED, State.SUPERSEDED]).exists()
    for commitment in Commitment.objects.select_related("roadmap"):
        the_journal_explains(commitment)
        the_ledger_explains(commitment)
        every_publication_had_its_visas(commitment)
    every_saved_text_was_kept(seen)
    the_history_ends_at_what_is_stored()


def the_journal_explains(commitment: Commitment) -> None:
    out = list(commitment.updates.filter(published_at__isnull=False).order_by("published_version"))
    assert [update.published_version for update in out] == list(range(2, 2 + len(out)))
    assert commitment.version == 1 + len(out)
    assert [update.state for update in out] == [State.SUPERSEDED] * (len(out) - 1) + [State.PUBLISHED] * bool(out)
    for before, after in pairwise(out):
        assert after.status_before == before.status
    if out:
        last = out[-1]
        assert (commitment.status, commitment.weather, commitment.published_at) == (
            last.status, last.weather, last.published_at,
        )  # fmt: skip
    assert commitment.updates.filter(state__in=ProgressUpdate.OPEN_STATES).count() <= 1


def the_ledger_explains(commitment: Commitment) -> None:
    milestone = commitment.milestones.get()
    for thing, moves in [
        (commitment, commitment.postponements.filter(milestone__isnull=True)),
        (milestone, Postponement.objects.filter(milestone=milestone)),
    ]:
        days = [thing.initial_due_on]
        for move in moves.order_by("pk"):
            assert move.from_on == days[-1]
            days.append(move.to_on)
        assert thing.due_on == days[-1]
    stored = (commitment.late_since, commitment.late_since_revised, commitment.progress)
    refresh_standing([commitment.pk])
    commitment.refresh_from_db()
    assert (commitment.late_since, commitment.late_since_revised, commitment.progress) == stored


def every_publication_had_its_visas(commitment: Commitment) -> None:
    for update in commitment.updates.filter(published_at__isnull=False).prefetch_related("visas", "writers"):
        last = {visa.side: visa for visa in update.visas.all()}
        assert {side: (visa.decision, visa.text_hash) for side, visa in last.items()} == {
            side: ("approved", update.text_hash) for side in ("state", "region")
        }
        assert {visa.by_id for visa in last.values()}.isdisjoint(writer.pk for writer in update.writers.all())


def every_saved_text_was_kept(seen: Seen) -> None:
    """In a version of an update of that commitment: overwritten later, knowingly, but never unwritten."""
    written = set()
    for row in changes("ProgressUpdate").values("commitment__code", "text_public", "next_steps", "text_internal"):
        code = row.pop("commitment__code")
        written |= {(code, text) for text in row.values()}
    assert [pair for pair in seen.saved if pair not in written] == []


def the_history_ends_at_what_is_stored() -> None:
    for name in ("Commitment", "Milestone", "ProgressUpdate", "CampaignLine", "Visa", "Postponement"):
        model = apps.get_model("commitments", name)
        kept = [f.attname for f in model._meta.local_fields if f.attname not in {"id", "row_version"}]
        last = {row["pgh_obj_id"]: row for row in changes(name).values("pgh_obj_id", "pgh_label", *kept)}
        alive = {pk: {k: row[k] for k in kept} for pk, row in last.items() if row["pgh_label"] != "delete"}
        assert alive == {row.pop("id"): row for row in model.objects.values("id", *kept)}, name
