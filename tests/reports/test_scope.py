"""A part of a report keeps what the list of commitments finds, and counts it anew."""

from datetime import date
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from actors.models import Side
from commitments.filters import CommitmentFilter, canonical_scope, in_scope
from commitments.models import Axis, Campaign, Commitment, Participation, Status, Weather
from commitments.progress import refresh_standing
from reports.dataset import build_dataset, scopes_in_words
from reports.dataset.figures import tally
from reports.dataset.scope import WHOLE, narrowed
from reports.models import Report
from tests.factories import make_actor, make_axis, make_campaign, make_commitment
from tests.reports.situations import at, draw_quarter

pytestmark = pytest.mark.django_db
ON = date(2026, 9, 30)
ACTORS = {
    "prefecture": {"side": Side.STATE, "department_code": "69", "name": "Préfecture de région"},
    "region": {"side": Side.REGION, "department_code": "69", "name": "Région"},
    "pole": {"side": "", "department_code": "38", "name": "Pôle Straße & Énergie"},
    "cea": {"side": "", "department_code": "", "name": "İnria ŒUVRE"},
}
TITLES = ["Énergie et santé", "énergie", "ENERGIE %_", "Straße ﬁn", "œuvre", "İstanbul ıx", "Ǆ ŉ", "a\nb"]
WORDS = ["énergie", "ÉNERGIE", "energie", "strasse", "STRASSE", "ß", "Œuvre", "i̇", "i", "I", "%", "_", "\\", "ﬁ", "FI",
         "région pôle", "ENG-1", "ǆ", "ŉ", "b a"]  # fmt: skip
GRID = {
    "axis": ["research", "training", "transversal"],
    "status": [str(status) for status in Status],
    "weather": [str(weather) for weather in Weather],
    "provenance": [str(provenance) for provenance in Commitment.Provenance],
    "late": ["0", "1"],
    "side": [str(side) for side in Side],
    "actor": [*ACTORS],
    "role": [str(role) for role in Participation.Role],
    "department": ["69", "38", "01"],
    "q": WORDS,
}

participations = st.lists(
    st.tuples(st.sampled_from([*ACTORS]), st.sampled_from(GRID["role"]), st.sampled_from(["", "state", "region"])),
    max_size=4,
    unique_by=lambda p: p[:2],
)
drawn = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "summary": st.sampled_from(["", *TITLES]),
        "milestones": st.sampled_from(["", "x", ".", "x..", "-"]),
        "main_axis": st.sampled_from([None, "research", "training"]),
        "other_axes": st.sets(st.sampled_from(["research", "training"])),
        "status": st.sampled_from([str(status) for status in Status if status != Status.COMPLETED]),
        "weather": st.sampled_from(GRID["weather"]),
        "provenance": st.sampled_from(GRID["provenance"]),
        "visibility": st.sampled_from(["public", "public", "public", "internal"]),
        "participations": participations,
    }
)


def test_each_filter_of_the_list_is_in_the_grid():
    assert {*GRID} == {*CommitmentFilter.base_filters} - {"ordering"}


def make(number, *, participations, main_axis, other_axes, milestones, **fields):
    commitment = make_commitment(
        milestones,
        code=f"eng-{number}",
        main_axis=main_axis and Axis.objects.get(code=main_axis),
        weather_reason="Motif.",
        **fields,
    )
    commitment.axes.add(*Axis.objects.filter(code__in=other_axes))
    sides_led = set()
    for actor, role, side in participations:
        if role == "lead" and side in sides_led:
            continue
        sides_led |= {side} if role == "lead" else set()
        commitment.participations.create(actor=make_actor(actor), role=role, side=side)
    refresh_standing([commitment.pk])


def whole_of(campaign):
    return build_dataset(Report(campaign=campaign, started_at=at(2026, 10, 1)))


def scopes(choices):
    """Each value of each filter alone, then the combinations that were drawn."""
    alone = [{name: value} for name, values in GRID.items() for value in values]
    return [canonical_scope(asked) for asked in [*alone, *choices] if asked]


def codes(rows):
    return {row["code"] for row in rows}


@settings(
    max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(drawn, max_size=6),
    st.lists(st.fixed_dictionaries({}, optional={name: st.sampled_from(v) for name, v in GRID.items()}), max_size=20),
)
def test_a_part_keeps_exactly_what_the_list_finds(portfolio, choices):
    with transaction.atomic():
        campaign = make_campaign(2026, 3, state=Campaign.State.REVIEW)
        make_axis("research", order=1), make_axis("training", order=2)
        for slug, fields in ACTORS.items():
            make_actor(slug, **fields)
        for number, fields in enumerate(portfolio):
            make(number, **fields)
        whole = whole_of(campaign)
        public = Commitment.objects.filter(visibility="public")
        for scope in scopes(choices):
            part = narrowed(whole, scope, ON)
            found = set(in_scope(scope, public, on=ON).qs.values_list("code", flat=True))
            assert codes(part["commitments"]) | codes(part["adjacent"]) == found, scope
            assert_counted_anew(part, whole)
        transaction.set_rollback(True)


def assert_counted_anew(part, whole):
    rows = part["commitments"]
    assert [row for row in whole["commitments"] if row["code"] in codes(rows)] == rows
    assert part["summary"] == {**tally(rows), "adjacent": len(part["adjacent"])}
    assert part["summary"]["late"] == len([row for row in rows if row["is_late"]])
    assert sum(axis["counted"] for axis in part["axes"]) == len(rows) == part["summary"]["counted"]
    for axis in part["axes"]:
        own = tally([row for row in rows if row["axis"] == axis["code"]])
        assert {key: axis[key] for key in own} == own
    assert codes(part["axes"]) <= codes(whole["axes"])
    assert {p["actor"] for row in [*rows, *part["adjacent"]] for p in row["participations"]} == {*part["actors"]}


def test_a_part_has_the_tables_of_its_commitments_and_no_other():
    whole = whole_of(draw_quarter())
    part = narrowed(whole, "actor=region", ON)
    assert codes(part["commitments"]) == {"eng-retard"}
    assert {line["commitment"] for line in part["funding_lines"]} == {"eng-retard"}
    # The regional envelope is drawn on, and the national one that it is part of.
    assert codes(part["envelopes"]) == {"regionale", "nationale"}
    assert codes(narrowed(whole, "q=anticonstitutionnellement", ON)["envelopes"]) == {"regionale", "nationale"}
    assert narrowed(whole, "q=abandonn%C3%A9e", ON)["envelopes"] == []
    assert part["scope"]["label"] == "Acteur\u00a0: Region"
    assert narrowed(whole, "", ON) == whole
    assert whole["scope"] == WHOLE


def test_a_part_built_at_once_is_the_part_of_the_whole():
    campaign = draw_quarter()
    whole = whole_of(campaign)
    for axis, provenance in product(["research", "training", "transversal"], ["named", "adjacent"]):
        scope = canonical_scope({"axis": axis, "provenance": provenance})
        built = build_dataset(Report(campaign=campaign, scope=scope, started_at=at(2026, 10, 1)))
        assert built == narrowed(whole, scope, campaign.reference_on)


def test_scopes_are_told_in_words_in_two_queries(django_assert_num_queries):
    make_axis("research", title="Recherche")
    make_actor("pole", name="Pôle")
    asked = ["", "actor=pole&axis=research", "axis=transversal&late=1", "actor=parti", "inconnu=1", "side=state"]
    with django_assert_num_queries(2):
        words = scopes_in_words(asked)
    assert {scope: [(p["label"], p["value"]) for p in found] for scope, found in words.items()} == {
        "": [],
        "actor=pole&axis=research": [("Acteur", "Pôle"), ("Axe", "Recherche")],
        "axis=transversal&late=1": [("Axe", "transversal (tous les axes)"), ("Retard", "en retard")],
        "actor=parti": [("Acteur", "parti")],
        "inconnu=1": [("inconnu", "1")],
        "side=state": [("Côté", "État")],
    }
