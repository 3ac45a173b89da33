"""Lucie keeps the facts file of the roadmap, and loads it again each time she edits it."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pghistory
import pytest
import yaml
from django.apps import apps
from django.core.management import CommandError, call_command

from actors.models import Actor, Source
from commitments.models import (
    Axis,
    Commitment,
    Event,
    Indicator,
    IndicatorTarget,
    Measurement,
    Milestone,
    Participation,
    Roadmap,
    Status,
)
from commitments.progress import refresh_standing
from funding.models import Envelope, FundingEvent, FundingLine
from funding.queries import funding_lines
from roadmap_portal.management.commands.load_roadmap import CARRIED_FILE
from tests.factories import make_user
from tests.reports.situations import make_event

pytestmark = pytest.mark.django_db
OUR_APPS = ["actors", "accounts", "commitments", "funding", "reports"]
# JSON is YAML, and is written a hundred times faster.
CARRIED = json.dumps(yaml.load(CARRIED_FILE.read_text(), yaml.CSafeLoader))
NO_CHANGE = "Total\u00a0: 0 créé, 0 modifié, 0 retiré."


def load(*arguments):
    out, err = StringIO(), StringIO()
    call_command("load_roadmap", *arguments, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


def entry(document, identifier):
    return next(fact for fact in document["facts"] if fact.get("id") == identifier)


@pytest.fixture
def edited(tmp_path):
    """`edited(change)`: the path of the carried file once `change` has been made to it."""

    def write(*changes) -> Path:
        document = json.loads(CARRIED)
        for change in changes:
            change(document)
        path = tmp_path / "facts.yaml"
        path.write_text(json.dumps(document))
        return path

    return write


def put(identifier, *path_and_value):
    """A change: the value at the end of the path, in one entry."""
    *path, value = path_and_value

    def change(document):
        place = entry(document, identifier)
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def snapshot():
    """Every row of ours, links included, but for their history."""
    tables = [model for app in OUR_APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    tables = [model for model in tables if not issubclass(model, pghistory.models.Event)]
    return {model._meta.db_table: {row["id"]: row for row in model.objects.values()} for model in tables}


def differing(before, after):
    """(table, id) of the rows that differ, appeared or left."""
    return {
        (table, pk)
        for table in before
        for pk in before[table].keys() | after[table].keys()
        if before[table].get(pk) != after[table].get(pk)
    }


# --- The file we carry --------------------------------------------------------------------------


def test_the_whole_file_is_loaded():
    assert "Total\u00a0: 600 créés, 0 modifié, 0 retiré." in load()
    counts = {model: model.objects.count() for model in (Source, Actor, Axis, Commitment, Envelope, Indicator, Event)}
    assert counts == {Source: 126, Actor: 77, Axis: 13, Commitment: 40, Envelope: 35, Indicator: 36, Event: 36}
    assert Commitment.objects.counted().count() == 26
    assert Commitment.objects.filter(provenance="adjacent").count() == 14
    assert Commitment.objects.filter(provenance="named").count() == 15


def test_loaded_again_it_changes_nothing():
    load()
    before = snapshot()
    assert NO_CHANGE in load()
    assert differing(before, snapshot()) == set()


def test_it_takes_few_queries(django_assert_max_num_queries):
    load()
    with django_assert_max_num_queries(60):
        load()


def test_the_roadmap_is_the_one_that_was_signed():
    load()
    roadmap = Roadmap.objects.get(code="ia-aura-2022")
    assert roadmap.signed_on == date(2022, 8, 30)
    assert {actor.slug for actor in roadmap.signatories.all()} == {"prefecture-region-aura", "region-aura"}
    assert roadmap.sources.count() == 3
    assert not roadmap.is_demonstration


def test_the_commitment_that_covers_all_axes_has_none_of_its_own():
    load()
    commitment = Commitment.objects.get(code="eng-01-articulation")
    assert commitment.main_axis is None
    assert not commitment.axes.filter(kind=Axis.Kind.THEMATIC).exists()


def test_nothing_is_invented_about_progress():
    load()
    assert set(Commitment.objects.values_list("status", "progress", "due_on", "late_since")) == {
        (Status.NOT_PROVIDED, None, None, None)
    }


def test_axes_keep_where_they_come_from():
    load()
    assert Axis.objects.filter(kind=Axis.Kind.PUBLISHED).count() == 4
    transverse = Axis.objects.get(kind=Axis.Kind.PRIORITY)
    assert transverse.code == "priorite-filiere-souveraine"
    covered = Axis.objects.get(code="pub-formation-culture").covers.values_list("code", flat=True)
    assert set(covered) == {"training", "trustworthy-ai"}


def test_a_suggested_lead_takes_no_part():
    load()
    commitment = Commitment.objects.get(code="eng-03-recherche-appliquee")
    assert commitment.suggested_lead.slug == "region-aura"
    assert not commitment.participations.filter(role="lead").exists()


def test_a_lead_answers_for_their_side():
    load()
    assert Participation.objects.get(commitment__code="eng-20-rencontres", role="lead").side == "region"
    assert Participation.objects.get(commitment__code="eng-18-miai", role="lead").side == ""


def test_actors_are_sorted_in_our_kinds():
    load()
    kinds = dict(Actor.objects.values_list("slug", "kind"))
    assert kinds["minalogic"] == "competitiveness_pole"
    assert kinds["bpifrance"] == "operator"
    assert set(Actor.objects.filter(side="state").values_list("kind", flat=True)) == {"state_service"}
    assert Actor.objects.get(side="region").slug == "region-aura"


def test_envelopes_are_nested_and_say_whose_money_it_is():
    load()
    envelopes = {envelope.code: envelope for envelope in Envelope.objects.select_related("parent__parent")}
    assert envelopes["fin-miai-cluster"].parent.parent.code == "fin-france-2030-ia"
    reaches = {code: envelopes[code].reach for code in ("fin-crolles-etat", "fin-snia-1", "fin-fames", "fin-chips-act")}
    assert reaches == {
        "fin-crolles-etat": "regional",
        "fin-snia-1": "national",
        "fin-fames": "european",
        "fin-chips-act": "european",
    }
    assert [envelope.code for envelope in envelopes.values() if envelope.is_yearly] == ["fin-agence-aura"]
    assert envelopes["fin-plan-2022-2028"].amount is None


def test_a_line_names_its_funder_only_when_there_is_one():
    load()
    campus = funding_lines().get(commitment__code="eng-23-campus")
    assert (campus.funder.slug, campus.planned_amount) == ("region-aura", Decimal(60_000_000))
    assert FundingLine.objects.get(commitment__code="eng-24-f2030-innov").funder is None


def test_a_month_or_a_year_lasts_until_its_last_day():
    load()
    horizon = Milestone.objects.get(commitment__code="eng-15-chips-act")
    assert (horizon.due_on, horizon.date_precision, horizon.status) == (date(2030, 12, 31), "year", "planned")
    chantier = Milestone.objects.get(title="Lancement du chantier")
    assert (chantier.achieved_on, chantier.origin) == (date(2022, 3, 31), Milestone.Origin.SOURCE)
    assert Commitment.objects.get(code="eng-35-transpolis").starts_on == date(2018, 10, 1)


def test_figures_carry_the_page_they_were_read_in():
    load()
    figures = [figure for commitment in Commitment.objects.all() for figure in commitment.figures]
    assert figures
    assert all(figure["url"].startswith("http") and figure["publisher"] for figure in figures)


# --- An edited file -----------------------------------------------------------------------------


def test_lucie_corrects_a_title_and_only_that_moves(edited):
    load()
    before = snapshot()
    said = load(edited(put("eng-06-former", "title", "Former à l’IA")))
    assert "Total\u00a0: 0 créé, 1 modifié, 0 retiré." in said
    commitment = Commitment.objects.get(title="Former à l’IA")
    assert differing(before, snapshot()) == {("commitments_commitment", commitment.pk)}


def test_partners_and_axes_follow_the_file(edited):
    load()
    load(edited(put("eng-20-rencontres", "partners", ["minalogic"]), put("eng-20-rencontres", "axes", ["training"])))
    commitment = Commitment.objects.get(code="eng-20-rencontres")
    assert [p.actor.slug for p in commitment.participations.filter(role="partner")] == ["minalogic"]
    assert commitment.main_axis.code == "training"
    assert "research" not in commitment.axes.values_list("code", flat=True)


def test_a_milestone_read_elsewhere_is_replaced(edited):
    load()
    said = load(edited(put("eng-15-chips-act", "milestones", 0, "nature", "past")))
    assert "0 créé, 1 modifié" in said
    assert Milestone.objects.get(commitment__code="eng-15-chips-act").achieved_on == date(2030, 12, 31)


def test_a_target_that_left_the_file_leaves(edited):
    load()
    load(edited(put("ind-osez-tpe", "target", None)))
    assert not IndicatorTarget.objects.filter(indicator__code="ind-osez-tpe").exists()


def test_a_corrected_reading_supersedes_the_old_one(edited):
    load()
    load(edited(put("ind-poles", "series", 0, "value", 14)))
    old, new = Measurement.objects.filter(indicator__code="ind-poles").order_by("pk")
    assert (old.value, new.value, new.supersedes) == (13, 14, old)
    assert "1 modifié" in load()  # Back to the carried file, which says 13 again.
    assert Measurement.objects.filter(indicator__code="ind-poles", superseded_by=None).get().value == 13


def test_what_left_the_file_stays_and_is_named(edited):
    load()

    def forget(document):
        document["facts"] = [fact for fact in document["facts"] if fact["id"] != "evt-hub-loire"]

    said = load(edited(forget))
    assert "Gardés en base, absents du fichier\u00a0: repères (evt-hub-loire)." in said
    assert Event.objects.filter(code="evt-hub-loire").exists()


# --- What staff entered -------------------------------------------------------------------------


def test_what_staff_entered_stays():
    load()
    commitment = Commitment.objects.get(code="eng-25-f2030-idemo")
    actor = Actor.objects.get(slug="tenerrdis")
    Commitment.objects.filter(pk=commitment.pk).update(starts_on=date(2023, 1, 1), weight=3, summary="En bref")
    Milestone.objects.create(commitment=commitment, title="Revue", initial_due_on="2027-01-31", due_on="2027-01-31")
    Participation.objects.create(commitment=commitment, actor=actor, role="partner")
    line = FundingLine.objects.create(
        commitment=commitment, envelope=Envelope.objects.get(code="fin-cper-esri"), funder=actor
    )
    make_event(line, "planned", Decimal(10))
    make_event(FundingLine.objects.get(commitment__code="eng-22-efelia"), "planned", Decimal(500))
    # Of a line whose amount the file knows: theirs stands.
    of_the_file = FundingEvent.objects.get(line__commitment__code="eng-23-campus")
    make_event(of_the_file.line, "planned", Decimal(7), supersedes=of_the_file, reason="Convention")
    IndicatorTarget.objects.create(
        indicator=Indicator.objects.get(code="ind-poles"), kind="interim", value=15, due_on=date(2027, 12, 31)
    )
    refresh_standing([commitment.pk])
    before = snapshot()
    assert NO_CHANGE in load()
    assert differing(before, snapshot()) == set()


def test_a_lead_confirmed_by_staff_is_not_pushed_aside(edited):
    load()
    commitment = Commitment.objects.get(code="eng-06-former")
    region = Actor.objects.get(slug="region-aura")
    Participation.objects.create(commitment=commitment, actor=region, role="lead", side="region")
    assert NO_CHANGE in load()
    # The file agrees: the Region, a partner until now, is the lead.
    assert "0 créé, 0 modifié, 1 retiré" in load(edited(put("eng-06-former", "lead_actor", "region-aura")))
    another = edited(put("eng-06-former", "lead_actor", "minalogic"), put("minalogic", "actor_type", "region"))
    with pytest.raises(CommandError, match=r"eng-06-former, lead_actor.*« region-aura »"):
        load(another)


def test_a_reading_corrected_by_staff_does_not_come_back():
    load()
    old = Measurement.objects.get(indicator__code="ind-poles")
    Measurement.objects.create(
        indicator=old.indicator,
        reference_on=old.reference_on,
        value=12,
        supersedes=old,
        comment="Un pôle était compté deux fois.",
        recorded_by=make_user("lucie"),
    )
    assert NO_CHANGE in load()
    assert Measurement.objects.filter(indicator__code="ind-poles").count() == 2


def test_a_start_after_the_due_date_is_refused(edited):
    load()
    Commitment.objects.filter(code="eng-06-former").update(initial_due_on="2027-06-30", due_on="2027-06-30")
    with pytest.raises(CommandError, match=r"eng-06-former, date.*« 2028-01-01 »"):
        load(edited(put("eng-06-former", "date", "2028")))
