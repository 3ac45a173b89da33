"""Whatever a form sends and whoever else writes: a field that was not sent keeps its value, over all fields."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from commitments.forms import UpdateForm
from commitments.models import ProgressUpdate
from commitments.transitions import CLAIM, STATED, EditConflict, save_draft, starting_point, statement_of
from tests.factories import TODAY, make_commitment, make_roadmap, make_user

pytestmark = pytest.mark.django_db
texts = st.text(alphabet="abé\n ", max_size=12)
VALUES = {
    "status": st.sampled_from(["not_provided", "in_progress", "suspended"]),
    "weather": st.sampled_from(["secured", "reachable", "compromised", "not_provided"]),
    "progress": st.none() | st.integers(0, 100).map(Decimal),
    "milestone": st.none() | st.integers(0, 300).map(lambda days: TODAY - timedelta(days=days)),
}
OPTIONS = {"max_examples": 60, "deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


def statements(names):
    return st.fixed_dictionaries({}, optional={name: VALUES.get(name.rstrip("_0123456789"), texts) for name in names})


@pytest.fixture
def written(region, paula):
    make_roadmap()
    commitment = make_commitment("..", code="eng-champs", lead=region)
    commitment.progress_method = "declared"
    commitment.save()
    return commitment


def names_of(commitment):
    return [*STATED, *(f"{CLAIM}{milestone.pk}" for milestone in commitment.milestones.all())]


def same(one, other):
    return (one.strip() if isinstance(one, str) else one) == (other.strip() if isinstance(other, str) else other)


@settings(**OPTIONS)
@given(data=st.data())
def test_fewer_fields_leave_the_others_alone(data, written, paula):
    """Of the transition, which every form, job and later interface goes through."""
    names = names_of(written)
    update = save_draft(written, data.draw(statements(names)), by=paula)
    before = dict.fromkeys(names) | statement_of(update)
    sent = data.draw(statements(names))
    after = dict.fromkeys(names) | statement_of(save_draft(written, sent, by=paula))
    assert {name for name in names if name not in sent and after[name] != before[name]} == set()
    assert {name for name in sent if not same(after[name], sent[name])} == set()


@settings(**OPTIONS)
@given(data=st.data())
def test_a_form_with_fewer_fields_leaves_the_others_alone(data, client, written, paula):
    """Through the page: fields that the browser did not send."""
    names = [name for name in UpdateForm.base_fields if name != "form_key"]
    save_draft(written, data.draw(statements(names)), by=paula)
    update = ProgressUpdate.objects.get(commitment=written, state="draft")
    before = statement_of(update)
    shown = {name: "" if value is None else str(value) for name, value in data.draw(statements(names)).items()}
    client.force_login(paula)
    client.post(
        "/espace/engagements/eng-champs/point/",
        shown | {"form_key": str(update.form_key), "action": "draft"},
    )
    after = statement_of(ProgressUpdate.objects.get(pk=update.pk))
    assert {name for name in names if name not in shown and after[name] != before[name]} == set()


@pytest.fixture
def zoe(region):
    return make_user("zoe", Membership.Role.CONTRIBUTOR, region)


@settings(**OPTIONS)
@given(data=st.data())
def test_two_people_lose_nothing_unseen(data, written, paula, zoe):
    """Both start from the same page. What the first wrote stands, unless the second was shown it."""
    names = names_of(written)
    opened = ProgressUpdate.objects.filter(commitment=written, state="draft").first()
    base = dict.fromkeys(names) | (statement_of(opened) if opened else starting_point(written))
    first_sent, second_sent = data.draw(statements(names)), data.draw(statements(names))
    first = save_draft(written, first_sent, base=base, by=paula)
    stored = dict.fromkeys(names) | statement_of(first)
    shown = set()
    try:
        save_draft(written, second_sent, base=base, by=zoe)
    except EditConflict as conflict:
        shown = set(conflict.stored)
    after = dict.fromkeys(names) | statement_of(ProgressUpdate.objects.get(pk=first.pk))
    if shown:
        assert shown <= set(first_sent) & set(second_sent)
        assert after == stored
    changed = {name for name in first_sent if not same(first_sent[name], base[name])}
    assert {name for name in changed if not same(after[name], first_sent[name])} == set()
