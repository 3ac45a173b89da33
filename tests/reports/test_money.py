"""Money in a report: as of the end of its quarter, every total counted again from the lines, in every file."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from lxml import etree
from pypdf import PdfReader

from commitments.models import Campaign
from funding import queries
from funding.queries import overview
from reports import transitions
from reports.dataset import Dataset, readable
from reports.dataset.money import STAGES, totals
from reports.dataset.scope import narrowed
from reports.writers import Format
from reports.writers.prose import content, surroundings
from roadmap_portal.templatetags.portal import euros
from tests.factories import make_campaign
from tests.funding.test_pages import draw
from tests.reports.reading import dataset_of, ods_table, written, xlsx_table
from tests.reports.situations import at, make_event

pytestmark = pytest.mark.django_db
CUTS = ("envelopes", "axes", "funders", "years")


@pytest.fixture
def quarter(db):
    draw(2, number=8)
    return make_campaign(2026, 3, state=Campaign.State.REVIEW)


@pytest.fixture
def dataset(quarter):
    return dataset_of(quarter)


def by_hand(lines):
    """The four stages, from the rows alone."""
    found = dict.fromkeys(STAGES)
    signs = {"planned": ("planned", 1), "authorised": ("authorised", 1), "contracted": ("net_contracted", 1),
             "decommitted": ("net_contracted", -1), "paid": ("net_paid", 1), "recovered": ("net_paid", -1)}  # fmt: skip
    for line in lines:
        for event in line["events"]:
            if (
                line["reach"] == "regional"
                and not line["is_adjacent"]
                and event["kind"] in set(line["added"]) & signs.keys()
            ):
                stage, sign = signs[event["kind"]]
                found[stage] = (found[stage] or 0) + sign * Decimal(event["amount"])
    return found


def told(row):
    return {stage: None if row[stage] is None else Decimal(row[stage]) for stage in STAGES}


def test_totals_are_those_of_the_lines_and_of_the_page(dataset):
    money = dataset["money"]
    assert told(money["total"]) == by_hand(dataset["funding_lines"])
    public = overview.regional(queries.counted(AnonymousUser(), date(2026, 9, 30)).cells)
    assert told(money["total"]) == {stage: getattr(public, stage) for stage in STAGES}
    for cut in CUTS:
        for stage in STAGES:
            known = [told(row)[stage] for row in money[cut] if row[stage] is not None]
            assert (sum(known) if known else None) == told(money["total"])[stage], (cut, stage)
    assert money["informed"] + money["silent"] == len(dataset["commitments"])


def test_nothing_dated_after_the_quarter_is_in_it(quarter):
    line = queries.funding_lines().filter(planned_amount__isnull=False).first()
    before = dataset_of(quarter)["money"]
    make_event(line, "planned", Decimal(10**6), date(2026, 10, 1), document="Après la fin")
    after = dataset_of(quarter)
    assert after["money"] == before
    assert "Après la fin" not in json.dumps(after["funding_lines"], ensure_ascii=False)


def test_a_correction_after_the_seal_moves_nothing(quarter, amina):
    sealed = transitions.seal(quarter, by=amina, at=at(2026, 10, 20))
    content_before = sealed.content
    event = next(e for e in queries.funding_lines().filter(planned_amount__isnull=False).first().events.all())
    make_event(event.line, event.kind, Decimal("0.01"), event.occurred_on, supersedes=event, reason="Erreur")
    sealed.refresh_from_db()
    assert sealed.content == content_before


@pytest.mark.parametrize(("format_", "table"), [(Format.XLSX, xlsx_table), (Format.ODS, ods_table)])
def test_the_sheets_add_up_to_the_total(dataset, tmp_path, format_, table):
    path = written(dataset, format_, tmp_path)
    columns = {"planned": "Programmé", "authorised": "Autorisé", "net_contracted": "Engagé net", "net_paid": "Payé net"}
    whole = told(dataset["money"]["total"])

    def summed(rows, stage):
        cells = [row[columns[stage]] for row in rows if row[columns[stage]] not in {None, ""}]
        return sum(Decimal(str(cell)).quantize(Decimal("0.01")) for cell in cells) if cells else None

    rows = table(path, "Totaux financiers")
    for cut in ("Total", "Enveloppe", "Axe", "Financeur", "Exercice"):
        of_cut = [row for row in rows if row["Coupe"] == cut]
        assert {stage: summed(of_cut, stage) for stage in STAGES} == whole, cut
    events = table(path, "Écritures")
    planned = [row["Montant"] for row in events if row["Nature"] == "programmé" and row["Additionné"] == "oui"]
    assert sum(Decimal(str(cell)).quantize(Decimal("0.01")) for cell in planned) == whole["planned"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pdf_and_its_twin_say_the_same_amounts(dataset, tmp_path, language):
    path = written(dataset, Format.PDF, tmp_path, language)
    text = "".join("".join(page.extract_text() for page in PdfReader(path).pages).split())
    with translation.override(language):
        said = content(Dataset.of(dataset))["money_totals"]
        amounts = [said["total"][stage] for stage in STAGES]
        assert amounts == [euros(value) for value in told(dataset["money"]["total"]).values()]
        drawn = "".join(etree.fromstring(surroundings.money_chart(dataset["money"])).itertext())
    for row in [said["total"], *(row for cut in said["cuts"] for row in cut["rows"])]:
        assert all("".join(row[stage].split()) in text for stage in STAGES)
    assert all(figure in drawn for figure in amounts)


def test_a_part_has_the_totals_of_its_own_lines(dataset):
    part = narrowed(dataset, "axis=research", date(2026, 9, 30))
    assert 0 < len(part["funding_lines"]) < len(dataset["funding_lines"])
    assert told(part["money"]["total"]) == by_hand(part["funding_lines"])
    assert part["money"] == totals(part["funding_lines"], part["commitments"])


def test_the_form_before_is_still_read_and_nothing_is_made_up(dataset, tmp_path):
    lines = [{k: v for k, v in line.items() if k not in {"events", "added", "net_paid", "net_contracted", "authorised"}}
             for line in dataset["funding_lines"]]  # fmt: skip
    old = {k: v for k, v in dataset.items() if k != "money"} | {"schema": "3", "funding_lines": lines}
    read = Dataset.of(old)
    assert read["money"] is None
    assert {line["net_paid"] for line in readable(old)["funding_lines"]} == {None}
    for format_ in (Format.PDF, Format.ODS, Format.XLSX):
        assert written(read, format_, tmp_path).stat().st_size > 0
