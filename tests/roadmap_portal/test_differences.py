"""Word by word: what was added, what was taken away, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap_portal.differences import differences

texts = st.text(alphabet="ab .\n", max_size=60)


def joined(pieces, *kinds):
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@given(old=texts, new=texts)
def test_both_texts_can_be_read_back(old, new):
    pieces = differences(old, new)
    assert joined(pieces, "same", "removed") == old
    assert joined(pieces, "same", "added") == new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Deux cents PME", "Deux cents PME", [("same", "Deux cents PME")]),
        ("", "Neuf", [("added", "Neuf")]),
        ("Deux cents PME aidées", "Trois cents PME aidées", [("removed", "Deux"), ("added", "Trois"),
                                                             ("same", " cents PME aidées")]),
    ],
)  # fmt: skip
def test_the_change_is_the_words_that_changed(old, new, expected):
    assert [tuple(piece) for piece in differences(old, new)] == expected


def test_a_single_word_kept_between_two_changes_is_a_coincidence():
    kinds = [piece.kind for piece in differences("un deux de trois quatre", "cinq six de sept huit")]
    assert kinds == ["removed", "added"]
