"""Role × object × action, asked of the portal's own querysets; and that no line of the table could be left out."""

from pathlib import Path

import pytest

from accounts import permissions
from accounts.models import Membership
from accounts.permissions import GRANTS
from commitments.models import Commitment
from commitments.queries import commitments_for, measurable_indicators, writable_commitments
from tests.factories import make_actor, make_commitment, make_indicator, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
READS = {"reads the internal commitment of another"}
OWN = {"writes on its own", "measures its own"}
EVERYWHERE = OWN | {"writes on another's", "measures another's"}
STEERS = {"publishes", "steers"}
OWN_REPORT = {"asks for the report of its actor"}
EXPECTED: dict[tuple[str | None, str], set[str]] = {
    (None, "region"): set(),
    (Role.READER, "region"): READS,
    (Role.AUDITOR, "region"): READS,
    (Role.ADMINISTRATOR, "pole"): READS | OWN_REPORT,
    (Role.CONTRIBUTOR, "region"): READS | OWN,
    (Role.CONTRIBUTOR, "pole"): READS | OWN,
    (Role.VALIDATOR, "region"): READS | EVERYWHERE | STEERS | {"visa for region"},
    (Role.VALIDATOR, "prefecture"): READS | EVERYWHERE | STEERS | {"visa for state"},
    (Role.VALIDATOR, "pole"): READS | EVERYWHERE | STEERS,
    (Role.ADMINISTRATOR, "region"): READS | EVERYWHERE | STEERS | OWN_REPORT | {"asks for the whole report", "manages"},
}


@pytest.fixture
def people(region, state):
    actors = {"region": region, "prefecture": state, "pole": make_actor("pole")}
    return {key: (make_user(f"someone-{n}", key[0], actors[key[1]]), actors[key[1]]) for n, key in enumerate(EXPECTED)}


@pytest.fixture
def objects(people):
    """By actor, a commitment that it leads, and its indicator; one of an actor that nobody here belongs to."""
    led = {}
    for slug in ("region", "prefecture", "pole", "autre"):
        actor = next((a for _, a in people.values() if a.slug == slug), None) or make_actor(slug)
        commitment = make_commitment(code=f"eng-{slug}", lead=actor, visibility=Commitment.Visibility.INTERNAL)
        led[slug] = (commitment, make_indicator(code=f"ind-{slug}", commitment=commitment))
    return led


def what_they_can(user, actor, objects):
    own, other = objects[actor.slug], objects["autre"]
    writable, measurable = set(writable_commitments(user)), set(measurable_indicators(user))
    facts = {
        "reads the internal commitment of another": commitments_for(user).filter(pk=other[0].pk).exists(),
        "writes on its own": own[0] in writable,
        "writes on another's": other[0] in writable,
        "measures its own": own[1] in measurable,
        "measures another's": other[1] in measurable,
        "publishes": permissions.can_publish(user),
        "steers": permissions.can_steer(user),
        "asks for the report of its actor": permissions.can_request_report(user, f"actor={actor.slug}"),
        "asks for the whole report": permissions.can_request_report(user, ""),
        "manages": permissions.is_administrator(user),
        **{f"visa for {side}": side in permissions.visa_sides(user) for side in ("state", "region")},
    }
    return {what for what, may in facts.items() if may}


def found(people, objects):
    return {key: what_they_can(user, actor, objects) for key, (user, actor) in people.items()}


def test_each_role_can_what_the_matrix_says_and_no_more(people, objects):
    assert found(people, objects) == EXPECTED


@pytest.mark.parametrize("line", list(GRANTS), ids=lambda line: f"{line[0]}-{line[1].name.lower()}")
def test_a_line_taken_out_of_the_table_is_seen(line, people, objects, monkeypatch):
    """A mutation: what the matrix would say if someone removed that line."""
    monkeypatch.delitem(GRANTS, line)
    assert found(people, objects) != EXPECTED


def test_reports_before_they_are_online_follow_the_same_table(people):
    amina, aline = people[Role.ADMINISTRATOR, "region"][0], people[Role.ADMINISTRATOR, "pole"][0]
    assert not permissions.reports_visible_to(amina)
    assert permissions.reports_visible_to(aline).children == [("scope__in", ["actor=pole"])]


def test_the_readme_shows_the_table():
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    assert permissions.table() in readme, f"Put this table into the README:\n{permissions.table()}"
