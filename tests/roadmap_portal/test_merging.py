"""Two people, one text: nothing that either of them wrote is lost without being shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap_portal.merging import merge, same

FIELDS = ["text", "next_steps", "weather"]
texts = st.sampled_from(["", "a", "b", "a\r\nb", "a\nb"])
statements = st.fixed_dictionaries(dict.fromkeys(FIELDS, texts))


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "changes", "conflicts"),
    [
        ("a", "a", "a", {}, {}),
        ("a", "b", "a", {"text": "b"}, {}),
        ("a", "a", "b", {}, {}),
        ("a", "b", "b", {}, {}),
        ("a", "b", "c", {}, {"text": "c"}),
        ("a\r\nb", "a\nb ", "a\nb", {}, {}),
    ],
)
def test_three_values_of_a_field_decide(base, mine, theirs, changes, conflicts):
    merged = merge({"text": base}, {"text": mine}, {"text": theirs})
    assert (merged.changes, merged.conflicts) == (changes, conflicts)


def test_without_a_base_what_is_sent_wins():
    assert merge({}, {"text": "b"}, {"text": "a"}).changes == {"text": "b"}


@given(base=statements, mine=statements, theirs=statements, shown=st.sets(st.sampled_from(FIELDS)))
def test_a_field_that_was_not_sent_is_never_written(base, mine, theirs, shown):
    merged = merge(base, {name: mine[name] for name in shown}, theirs)
    assert {*merged.changes, *merged.conflicts} <= shown


@given(base=statements, mine=statements, theirs=statements)
def test_what_others_wrote_is_kept_or_put_to_the_author(base, mine, theirs):
    merged = merge(base, mine, theirs)
    for name in FIELDS:
        if not same(theirs[name], base[name]) and name in merged.changes:
            pytest.fail(f"{name}: {theirs[name]!r} was overwritten unseen")
