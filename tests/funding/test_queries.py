"""Which euros may be added: never those of an envelope and of a part of it, never the region's and the context's."""

from decimal import Decimal
from itertools import combinations

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from actors.models import Actor
from funding.models import Envelope, FundingLine
from funding.queries import (
    envelope_tree,
    envelopes_of,
    funding_lines,
    lines_for,
    parents_of_envelopes,
    planned,
)
from tests.factories import make_actor, make_commitment
from tests.reports.situations import make_envelope, make_line


def line_of(amount, **fields):
    """A line as `funding_lines` would fetch it."""
    line = FundingLine(**fields)
    line.planned_amount = amount
    return line


def planned_of(commitment):
    return planned(funding_lines().filter(commitment=commitment), parents_of_envelopes())


@pytest.mark.django_db
def test_lines_of_separate_envelopes_are_added():
    commitment = make_commitment()
    make_line(commitment, make_envelope("a"), Decimal("100.10"))
    make_line(commitment, make_envelope("b"), Decimal("0.05"))
    assert planned_of(commitment).regional == Decimal("100.15")


@pytest.mark.django_db
def test_an_envelope_and_a_part_of_it_are_the_same_money():
    commitment = make_commitment()
    whole = make_envelope("tout")
    part = make_envelope("partie", parent=make_envelope("milieu", parent=whole))
    make_line(commitment, whole, Decimal(1000))
    make_line(commitment, part, Decimal(30))
    found = planned_of(commitment)
    assert found.regional == Decimal(30)
    assert [line.envelope.code for line in found.left_out] == ["tout"]


@pytest.mark.django_db
def test_the_line_of_all_funders_together_comprises_the_share_of_each():
    commitment, envelope = make_commitment(), make_envelope("a")
    make_line(commitment, envelope, Decimal(32))
    make_line(commitment, envelope, Decimal(3), "region")
    assert planned_of(commitment).regional == Decimal(32)


@pytest.mark.django_db
def test_shares_of_two_funders_are_added():
    commitment, envelope = make_commitment(), make_envelope("a")
    make_line(commitment, envelope, Decimal(32), "etat")
    make_line(commitment, envelope, Decimal(3), "region")
    assert planned_of(commitment).regional == Decimal(35)


@pytest.mark.django_db
def test_national_and_european_money_stay_apart():
    commitment = make_commitment()
    for reach, amount in (("regional", 1), ("national", 10), ("european", 100)):
        make_line(commitment, make_envelope(reach, reach=reach), Decimal(amount))
    found = planned_of(commitment)
    assert (found.regional, found.national, found.european) == (Decimal(1), Decimal(10), Decimal(100))


@pytest.mark.django_db
def test_a_missing_amount_is_counted_and_is_not_zero():
    commitment, whole = make_commitment(), make_envelope("tout")
    make_line(commitment, whole, Decimal(7))
    make_line(commitment, make_envelope("partie", parent=whole))
    found = planned_of(commitment)
    assert (found.regional, found.without_amount, found.lines) == (Decimal(7), 1, 2)
    assert planned_of(make_commitment()).regional is None


@given(
    parents=st.lists(st.integers(min_value=0, max_value=7), min_size=8, max_size=8),
    chosen=st.lists(st.tuples(st.integers(1, 8), st.integers(0, 3), st.integers(0, 10**6)), max_size=12),
    reaches=st.lists(st.sampled_from(["regional", "national", "european"]), min_size=8, max_size=8),
)
def test_whatever_the_tree_no_parent_and_child_are_added(parents, chosen, reaches):
    # Envelope n is part of one with a smaller number, or of none (0): a tree.
    tree = {n: (parent % n) or None for n, parent in enumerate(parents, start=1)}
    envelopes = {n: Envelope(pk=n, reach=reaches[n - 1]) for n in tree}
    lines = [
        line_of(Decimal(amount), pk=pk, envelope=envelopes[n], funder_id=funder or None)
        for pk, (n, funder, amount) in enumerate(chosen, start=1)
    ]
    found = planned(lines, tree)

    def above(n):
        return set() if tree[n] is None else {tree[n]} | above(tree[n])

    for one, other in combinations(found.added, 2):
        assert one.envelope_id not in above(other.envelope_id)
        assert other.envelope_id not in above(one.envelope_id)
    for reach, total in (("regional", found.regional), ("national", found.national), ("european", found.european)):
        amounts = [line.planned_amount for line in found.added if line.envelope.reach == reach]
        assert total == (sum(amounts) if amounts else None)


def test_a_circle_of_envelopes_does_not_hang():
    first, second = Envelope(pk=1, reach="regional"), Envelope(pk=2, reach="regional")
    lines = [line_of(Decimal(1), pk=1, envelope=first)]
    assert planned(lines, {1: 2, 2: 1}).regional == Decimal(1)
    assert second.pk == 2


@pytest.mark.django_db
def test_the_tree_lists_each_envelope_then_its_parts(django_assert_num_queries):
    top = make_envelope("b-tout")
    make_envelope("a-seule")
    middle = make_envelope("z-milieu", parent=top)
    make_envelope("c-fond", parent=middle)
    middle.funders.add(make_actor("region"))
    with django_assert_num_queries(3):
        tree = [(row.envelope.code, row.level, [*row.envelope.funders.all()]) for row in envelope_tree()]
    assert [row[:2] for row in tree] == [("a-seule", 0), ("b-tout", 0), ("z-milieu", 1), ("c-fond", 2)]
    assert [actor.slug for actor in tree[2][2]] == ["region"]
    assert [e.code for e in envelopes_of(Actor.objects.get())] == ["z-milieu"]


@pytest.mark.django_db
def test_the_public_sees_no_line_of_an_internal_commitment(louis):
    envelope = make_envelope("a")
    make_line(make_commitment(), envelope, Decimal(1))
    make_line(make_commitment(visibility="internal"), envelope, Decimal(2))
    assert len(lines_for(AnonymousUser())[envelope.pk]) == 1
    assert len(lines_for(louis)[envelope.pk]) == 2
