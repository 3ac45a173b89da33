"""Pages on money: whatever the cut, the same total, which is that of the lines, to the cent."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from lxml import html

from accounts.models import Membership
from commitments.models import Commitment
from funding import queries
from funding.models import FundingLine
from funding.queries import overview
from funding.queries.parity import parities
from roadmap_portal.templatetags.portal import euros
from tests.factories import make_actor, make_axis, make_commitment, make_user
from tests.reports.situations import make_envelope, make_event, make_line

pytestmark = pytest.mark.django_db
STAGES = ("planned", "authorised", "net_contracted", "net_paid")


def ledger_on(line, planned, chance):
    """Allowed events, to the cent."""
    FundingLine.objects.filter(pk=line.pk).update(authorisation_kind="AE")
    make_event(line, "planned", planned, date(2024, 2, 1))
    make_event(line, "authorised", planned, date(2024, 3, 1))
    contracted = (planned * chance.randint(50, 100) / 100).quantize(Decimal("0.01"))
    make_event(line, "contracted", contracted, date(2024, 4, 1))
    for year in (2024, 2025):
        make_event(line, "paid", (contracted * chance.randint(1, 40) / 100).quantize(Decimal("0.01")), date(year, 6, 1))
    if chance.random() < 0.5:
        make_event(line, "decommitted", Decimal("0.01"), date(2025, 7, 1))


def draw(seed, number=6):
    """Nested envelopes, shares and a line of all funders, context, adjacent and internal commitments, silent ones."""
    chance = Random(seed)  # noqa: S311 - not a secret
    top = make_envelope("tout", reach="regional")
    envelopes = [
        top, make_envelope("partie", parent=top), make_envelope("autre"),
        make_envelope("nation", reach="national"), make_envelope("europe", reach="european"),
    ]  # fmt: skip
    axes = [make_axis("research", order=1), make_axis("training", order=2), None]
    for n in range(number):
        commitment = make_commitment(
            main_axis=chance.choice(axes),
            provenance="adjacent" if n % 5 == 4 else "named",
            visibility="internal" if n % 5 == 3 else "public",
        )
        for envelope in chance.sample(envelopes, chance.randint(0, 4)):
            for funder in chance.sample([None, "region", "prefecture", "europe"], 2):
                line = make_line(commitment, envelope, funder=funder)
                if chance.random() < 0.8:
                    ledger_on(line, Decimal(chance.randint(1, 10**9)) / 100, chance)


def expected(commitments):
    """By hand, of the region: of each commitment and kind, neither a line whose envelope contains one of another, nor a
    share beside the line of all funders."""
    found = dict.fromkeys(STAGES)
    for commitment in commitments:
        lines = list(queries.funding_lines().filter(commitment=commitment))
        for stage, kind, back in (
            ("planned", "planned", None), ("authorised", "authorised", None),
            ("net_contracted", "contracted", "decommitted"), ("net_paid", "paid", "recovered"),
        ):  # fmt: skip
            known = [line for line in lines if getattr(line, f"{kind}_amount") is not None]
            codes = {line.envelope.code for line in known}
            for line in known:
                is_outer = line.envelope.code == "tout" and "partie" in codes
                is_share = line.funder_id is not None and any(
                    other.funder_id is None and other.envelope_id == line.envelope_id for other in known
                )
                if line.envelope.reach == "regional" and not is_outer and not is_share:
                    taken = getattr(line, f"{back}_amount") if back else None
                    found[stage] = (found[stage] or 0) + getattr(line, f"{kind}_amount") - (taken or 0)
    return found


def table(page, anchor):
    """Rows of the table of a section: title → the four amounts, as they are written."""
    rows = html.fromstring(page.text).xpath(f'//table[@id="{anchor}"]//tr[td]')
    return {
        (row.xpath("string(th)") or "").strip(): [cell.text_content().strip() for cell in row.xpath("td")][:4]
        for row in rows
    }


@pytest.mark.parametrize("seed", range(4))
def test_each_cut_adds_up_to_the_sum_of_the_lines(client, seed):
    draw(seed)
    page = client.get(reverse("funding:list"))
    public = Commitment.objects.filter(visibility="public").exclude(provenance="adjacent")
    sums = expected(public)
    assert {stage: getattr(page.context["regional"]["amounts"], stage) for stage in STAGES} == sums
    for cut in ("envelopes", "axes", "funders", "years"):
        for stage in STAGES:
            values = [getattr(row.amounts, stage) for row in page.context["regional"][cut]]
            known = [value for value in values if value is not None]
            assert (sum(known) if known else None) == sums[stage], (cut, stage)
    written = [euros(sums[stage]) for stage in STAGES]
    for anchor in ("enveloppes", "axes", "financeurs", "exercices"):
        assert table(page, f"{anchor}-table")["Total"] == written
    assert table(page, "total")[""] == written


@pytest.mark.parametrize("seed", range(3))
def test_other_pages_tell_the_same_rows(client, seed):
    draw(seed)
    whole = client.get(reverse("funding:list")).context["regional"]
    axes = {row.url: row.amounts for row in whole["axes"] if row.url}
    for url, amounts in axes.items():
        assert client.get(url).context["amounts"] == amounts
    for row in whole["funders"]:
        if row.url:
            assert client.get(row.url).context["amounts"] == row.amounts
    pages = [
        client.get(c.get_absolute_url()) for c in Commitment.objects.filter(visibility="public", provenance="named")
    ]
    sums = [getattr(page.context["money"].regional, stage) for page in pages for stage in ["planned"]]
    known = [value for value in sums if value is not None]
    assert (sum(known) if known else None) == whole["amounts"].planned


def test_the_staff_counts_what_is_internal_and_the_public_does_not(client):
    line = make_line(make_commitment(visibility="internal"), make_envelope("a"), Decimal(10))
    assert client.get(reverse("funding:list")).context["counted"].lines == []
    client.force_login(make_user("louis", Membership.Role.READER))
    assert client.get(reverse("funding:list")).context["counted"].lines == [line]


def test_funding_that_nobody_knows_is_counted_and_is_not_zero(client):
    silent = make_commitment()
    make_line(silent, make_envelope("a"))
    make_line(make_commitment(), make_envelope("b"), Decimal(5))
    page = client.get(reverse("funding:list"))
    assert (page.context["counted"].informed, page.context["counted"].silent) == (1, 1)
    assert list(page.context["silent"]) == [silent]
    assert "ce qui ne veut pas dire zéro" in page.text
    assert "Financement non renseigné" in client.get(make_commitment().get_absolute_url()).text


def test_the_picture_says_what_its_table_says(client):
    line = make_line(make_commitment(), make_envelope("a"), funder="region")
    ledger_on(line, Decimal("123456.78"), Random(1))  # noqa: S311 - not a secret
    page = client.get(line.commitment.get_absolute_url())
    for place in (page, client.get(reverse("funding:list"))):
        root = html.fromstring(place.text)
        drawn = "".join(root.xpath('//div[@class="chart"]//*[local-name()="svg"]//text()'))
        cells = root.xpath('//table[@id="montants" or @id="total"]//td')[:4]
        assert [cell.text_content().strip() for cell in cells if cell.text_content().strip() not in drawn] == []
        assert root.xpath("//figcaption")[0].text_content().strip().startswith("Programmé")
    assert "Délibération" in page.text


def test_a_page_costs_the_same_whatever_the_data(client, django_assert_max_num_queries):
    addresses = [reverse("funding:list"), reverse("funding:envelopes"), reverse("funding:parity")]
    draw(1, number=3)
    counts = []
    for address in addresses:
        with django_assert_max_num_queries(20) as counted:
            client.get(address)
        counts.append(len(counted))
    for n in range(12):
        line = make_line(make_commitment(), make_envelope(f"x{n}", parity_tolerance=5), funder="region")
        ledger_on(line, Decimal(100 + n), Random(n))  # noqa: S311
    for address, count in zip(addresses, counts, strict=True):
        with django_assert_max_num_queries(count):
            client.get(address)


# --- Parity --------------------------------------------------------------------------------------


def at_parity(region, state, tolerance=Decimal(5)):
    envelope = make_envelope("regionalise", parity_tolerance=tolerance)
    commitment, part = make_commitment(), make_envelope("volet", parent=envelope)
    make_line(commitment, part, region, "region")
    make_line(commitment, part, state, "prefecture")
    (found,) = parities(AnonymousUser())
    return found.stages["planned"]


@pytest.mark.parametrize(
    ("region", "state", "gap", "rate", "beyond"),
    [
        (Decimal(100), Decimal(100), 0, 0, False),
        (Decimal(100), Decimal(95), -5, 5, False),
        (Decimal(100), Decimal("94.99"), Decimal("-5.01"), Decimal("5.01"), True),
        (Decimal(50), Decimal(100), 50, 50, True),
        (None, Decimal(100), None, None, False),
    ],
)
def test_parity_is_of_the_larger_share(client, region, state, gap, rate, beyond):
    found = at_parity(region, state)
    assert (found.gap, found.gap_rate, found.is_beyond) == (gap, rate, beyond)
    text = client.get(reverse("funding:parity")).text
    assert ("à surveiller</span>" in text) is beyond


def test_shares_that_were_not_published_are_told_apart(client):
    envelope = make_envelope("regionalise", parity_tolerance=Decimal(5))
    make_line(make_commitment(), envelope, Decimal(32))
    make_line(make_commitment(), envelope, Decimal(3), make_actor("commune").slug)
    (found,) = parities(AnonymousUser())
    assert (found.shared, found.others, found.stages["planned"].gap) == (Decimal(32), Decimal(3), None)
    assert "leurs parts n’ont pas été publiées" in client.get(reverse("funding:parity")).text


def test_context_is_never_added_to_the_region(client):
    commitment = make_commitment()
    make_line(commitment, make_envelope("n", reach="national"), Decimal(1000))
    make_line(commitment, make_envelope("r"), Decimal(1))
    page = client.get(reverse("funding:list"))
    assert page.context["regional"]["amounts"].planned == Decimal(1)
    assert [amounts.planned for _title, amounts in page.context["context"]] == [Decimal(1000)]
    assert overview.regional(queries.counted(AnonymousUser()).cells).planned == Decimal(1)
