"""Queries whose SQL is kept."""

from datetime import date
from typing import NamedTuple

import pytest

from commitments.models import Commitment
from roadmap_portal.prepared import Prepared
from tests.factories import make_commitment

pytestmark = pytest.mark.django_db


class Line(NamedTuple):
    code: str
    due_on: date | None


def test_the_same_question_with_other_values(django_assert_num_queries):
    for month in (3, 6, 9):
        day = date(2026, month, 30)
        make_commitment(code=f"eng-{month}", initial_due_on=day, due_on=day)
    due = Prepared(
        Line,
        lambda after, code: Commitment.objects.filter(due_on__gt=after).exclude(code=code).order_by("code"),
        after=date,
        code=str,
    )
    with django_assert_num_queries(2):
        assert due(after=date(2026, 1, 1), code="eng-6") == [
            Line("eng-3", date(2026, 3, 30)),
            Line("eng-9", date(2026, 9, 30)),
        ]
        assert [line.code for line in due(after=date(2026, 5, 1), code="rien")] == ["eng-6", "eng-9"]


def test_a_value_is_never_read_as_sql():
    make_commitment(code="eng-1")
    by_code = Prepared(Line, lambda code: Commitment.objects.filter(code=code), code=str)
    assert by_code(code="' OR 1=1 --") == []
    assert [line.code for line in by_code(code="eng-1")] == ["eng-1"]


def test_a_parameter_that_is_lost_on_the_way_is_told():
    lost = Prepared(Line, lambda pk, unused: Commitment.objects.filter(pk=pk), pk=int, unused=int)
    with pytest.raises(ValueError, match="unused"):
        lost(pk=1, unused=2)


def test_a_parameter_changed_on_the_way_is_told():
    """`icontains` puts percent signs around: kept SQL would look for the marker."""
    changed = Prepared(Line, lambda word: Commitment.objects.filter(title__icontains=word), word=str)
    with pytest.raises(ValueError, match="word"):
        changed(word="IA")


def test_a_model_comes_with_all_its_fields():
    made = make_commitment(code="eng-1", figures=[{"label": "1 200 élèves"}])
    by_code = Prepared(Commitment, lambda code: Commitment.objects.filter(code=code), code=str)
    (found,) = by_code(code="eng-1")
    assert (found, found.figures, found.weight) == (made, [{"label": "1 200 élèves"}], made.weight)
    assert not found.get_deferred_fields()
