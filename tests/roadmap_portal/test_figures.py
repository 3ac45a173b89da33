"""« D’où vient ce chiffre ? »: whoever takes the inputs as they are shown finds the figure again, to the last digit."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from django.core.management import call_command
from django.urls import reverse
from lxml import html

from accounts.models import Membership
from commitments.models import Commitment, Indicator, Status
from commitments.progress import refresh_standing
from tests.factories import make_actor, make_axis, make_commitment, make_indicator, make_milestone, make_user
from tests.funding.test_pages import ledger_on
from tests.reports.situations import make_envelope, make_line

pytestmark = pytest.mark.django_db
CENT = Decimal("0.01")


# --- By hand: what the page says of each formula, written again ------------------------------------


def counted(rows):
    return [row for row in rows if row["counted"]]


def weighted(rows):
    weights = sum(row["weight"] for row in rows)
    return sum(Decimal(row["value"]) * row["weight"] for row in rows) / weights if weights else None


def two_places(value):
    return None if value is None else value.quantize(CENT, ROUND_HALF_UP)


def day(row):
    return date.fromisoformat(row["value"])


def linear(rows):
    if any(not row["value"] for row in rows):
        return None
    start, end, on = (day(row) for row in rows)
    share = Decimal((on - start).days) / (end - start).days if end != start else Decimal(on >= end)
    return two_places(100 * min(max(share, Decimal(0)), Decimal(1)))


def course(rows):
    if any(not row["value"] for row in rows):
        return None
    base, reading, target = (Decimal(row["value"]) for row in rows)
    share = 100 * (reading - base) / (target - base)
    return two_places(min(max(share, Decimal(0)), Decimal(100)))


def ratio(rows):
    part, whole = (Decimal(row["value"]) if row["value"] else None for row in rows)
    return None if part is None or not whole else 100 * part / whole


def total(rows):
    return sum(Decimal(row["value"]) * row["weight"] for row in counted(rows)) if counted(rows) else None


def share(rows):
    found = weighted(counted(rows))
    return None if found is None else two_places(100 * found)


BY_HAND = {
    "count": lambda rows: Decimal(len(counted(rows))),
    "mean": lambda rows: two_places(weighted(counted(rows))),
    "share": share,
    "stated": lambda rows: Decimal(rows[0]["value"]) if rows else None,
    "linear": linear,
    "course": course,
    "difference": lambda rows: Decimal((day(rows[1]) - day(rows[0])).days),
    "sum": total,
    "ratio": ratio,
}


def figures_of(page):
    """name → (formula, exact value, as it is shown, inputs), as the page displays them."""
    found = {}
    for section in html.fromstring(page.text).xpath("//section[@data-figure]"):
        head = section.xpath("h2/data")[0]
        inputs = [
            {
                "value": (row.xpath("td[1]/data/@value") or [""])[0],
                "weight": int(weight) if (weight := row.xpath("string(td[2])").strip()) != "–" else None,
                "counted": row.get("data-counted") == "1",
            }
            for row in section.xpath(".//tbody/tr")
        ]
        formula = section.xpath(".//dd/@data-formula")[0]
        found[section.get("data-figure")] = (formula, head.get("value"), head.text_content(), inputs)
    return found


def links_of(page):
    return set(html.fromstring(page.text).xpath('//a[@class="why"]/@href'))


@pytest.fixture
def roadmap():
    """A bit of everything, an internal commitment included."""
    axes = [make_axis("research", order=1), make_axis("training", order=2), None]
    chance = Random(5)  # noqa: S311 - not a secret
    top = make_envelope("tout")
    envelopes = [top, make_envelope("partie", parent=top), make_envelope("nation", reach="national")]
    for n in range(9):
        dates = {"starts_on": date(2024, 1, 1), "initial_due_on": date(2026, 9, 1), "due_on": date(2027, 3, 2)}
        commitment = make_commitment(
            "xx.-" if n % 2 else "", main_axis=axes[n % 3], weight=1 + n % 3,
            declared_progress=None if n % 4 == 2 else Decimal("33.33"),
            status=Status.ABANDONED if n == 8 else Status.IN_PROGRESS,
            provenance="adjacent" if n == 7 else "named", visibility="internal" if n == 6 else "public", **dates,
        )  # fmt: skip
        make_milestone(commitment, "x" if n % 2 else ".", date(2026, 3, 31), "Autre", weight=3) if n % 3 else None
        ledger_on(
            make_line(commitment, envelopes[n % 3], funder=["region", "prefecture"][n % 2]), Decimal(1000 + n), chance
        )
    measured = make_commitment(main_axis=axes[0], progress_method="indicators")
    make_indicator(commitment=measured)
    refresh_standing(Commitment.objects.values_list("pk", flat=True))


def public_addresses():
    names = ("home", "commitments:axis_list", "funding:list")
    return [
        *map(reverse, names),
        *[reverse("commitments:axis_detail", args=[code]) for code in ("research", "training")],
        *[commitment.get_absolute_url() for commitment in Commitment.objects.filter(visibility="public")],
        *[indicator.get_absolute_url() for indicator in Indicator.objects.all()],
        *[reverse("actors:detail", args=[slug]) for slug in ("region", "prefecture")],
    ]


def test_every_figure_is_found_again_from_what_is_displayed(client, roadmap):
    pages = {address: client.get(address) for address in public_addresses()}
    links = {link for page in pages.values() for link in links_of(page)}
    assert len(links) > 15
    seen = set()
    for link in sorted(links):
        page = client.get(link)
        assert page.status_code == 200, link
        for name, (formula, exact, _shown, rows) in figures_of(page).items():
            by_hand = BY_HAND[formula](rows)
            assert (None if exact == "" else Decimal(exact)) == by_hand, (link, name)
            seen.add(formula)
    assert seen == set(BY_HAND)


def test_the_figure_is_the_one_of_the_page_it_came_from(client, roadmap):
    for address in public_addresses():
        if address.startswith(reverse("commitments:indicator_list")):
            continue  # its page shows the inputs, and the progress they lead to stands on its commitment
        page = client.get(address)
        text = " ".join(page.text.split())
        for link in links_of(page):
            shown = [" ".join(figure[2].split()) for figure in figures_of(client.get(link)).values()]
            assert any(figure in text for figure in shown), (address, link)
    home = client.get(reverse("home"))
    figures = figures_of(client.get(reverse("figures", args=["feuille-de-route"])))
    whole = home.context["overview"].whole
    assert Decimal(figures["progress"][1]) == whole.progress.value
    assert [int(figures[name][1]) for name in ("total", "late", "late_revised")] == [
        whole.total, whole.late, whole.late_revised
    ]  # fmt: skip


def test_an_internal_commitment_is_no_input_of_a_visitor(client, roadmap):
    internal = Commitment.objects.get(visibility="internal")
    Commitment.objects.filter(pk=internal.pk).update(title="Titre secret")
    keys = ["feuille-de-route", "axe/research", "liste/research", "financement", "financement/acteur/region"]
    pages = [client.get(reverse("figures", args=[key])) for key in keys]
    assert not [page for page in pages if "Titre secret" in page.text]
    assert client.get(reverse("figures", args=[f"engagement/{internal.code}"])).status_code == 404
    client.force_login(make_user("louis", Membership.Role.READER, make_actor("region")))
    assert "Titre secret" in client.get(reverse("figures", args=["feuille-de-route"])).text


def test_the_same_for_machines(client, roadmap):
    page = figures_of(client.get(reverse("figures", args=["financement"])))
    data = client.get(reverse("figures_data", args=["financement"])).json()["figures"]
    assert {figure["name"]: figure["value"] for figure in data} == {
        name: exact or None for name, (_f, exact, _s, _r) in page.items()
    }
    assert all(figure["formula_in_words"] for figure in data)


@pytest.mark.parametrize("key", ["rien", "axe/rien", "engagement/rien", "financement/axe/rien", "financement/a/b/c"])
def test_what_is_not_known_is_not_found(client, roadmap, key):
    assert client.get(reverse("figures", args=[key])).status_code == 404


def test_a_page_costs_the_same_whatever_the_data(client, roadmap, django_assert_max_num_queries):
    keys = ["feuille-de-route", "liste/research", "financement"]
    counts = []
    for key in keys:
        with django_assert_max_num_queries(15) as found:
            client.get(reverse("figures", args=[key]))
        counts.append(len(found))
    for n in range(10):
        line = make_line(make_commitment(main_axis=make_axis("research")), make_envelope(f"x{n}"), funder="region")
        ledger_on(line, Decimal(50), Random(n))  # noqa: S311 - not a secret
    for key, count in zip(keys, counts, strict=True):
        with django_assert_max_num_queries(count):
            client.get(reverse("figures", args=[key]))


def test_every_figure_of_the_demonstration_is_found_again(client, settings):
    settings.DEBUG = True
    call_command("load_roadmap", verbosity=0)
    call_command("seed_demo", verbosity=0)
    addresses = [reverse(name) for name in ("home", "commitments:axis_list", "funding:list")]
    addresses += [commitment.get_absolute_url() for commitment in Commitment.objects.filter(visibility="public")]
    links = {link for address in addresses for link in links_of(client.get(address))}
    for link in sorted(links):
        for name, (formula, exact, _shown, rows) in figures_of(client.get(link)).items():
            assert (None if exact == "" else Decimal(exact)) == BY_HAND[formula](rows), (link, name)
