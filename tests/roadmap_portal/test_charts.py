"""Charts: figures one can read without colour, and an SVG that the content policy lets in."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from lxml import etree

from roadmap_portal.charts import (
    Amount,
    Bar,
    Point,
    ProgressBar,
    amounts_chart,
    expected_progress_chart,
    series_chart,
    status_bar_chart,
)

BARS = [Bar("in_progress", "en cours", 19, "19"), Bar("completed", "réalisé", 0, "0")]
GROUPS = [
    ProgressBar("Recherche & <formation>", Decimal("48.09"), Decimal("72.14"), "48 %, attendu 72 %"),
    ProgressBar("Sans mesure", None, None, "non mesuré"),
]
COURSE = [Point(date(2022, 12, 31), Decimal(20), "20"), Point(date(2026, 6, 30), Decimal(35), "35")]
TARGETS = [Point(date(2027, 12, 31), Decimal(50), "50"), Point(None, Decimal(45), "45")]


AMOUNTS = [Amount("programmé", Decimal(1200), "1 200 €"), Amount("payé", None, "non renseigné")]


@pytest.fixture(params=["status", "progress", "series", "amounts", "nothing"])
def chart(request):
    draw = {
        "status": lambda: status_bar_chart(BARS, title="Engagements « par statut »"),
        "progress": lambda: expected_progress_chart(GROUPS, title="Avancement"),
        "series": lambda: series_chart(COURSE, TARGETS, title="Chaires", description="De 20 à 35."),
        "amounts": lambda: amounts_chart(AMOUNTS, title="Du programmé au payé"),
        "nothing": lambda: series_chart([], [], title="Rien"),
    }
    return draw[request.param]()


def test_it_says_what_it_shows(chart):
    root = etree.fromstring(chart)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert root[0].tag.endswith("title")
    assert root[0].text


def test_the_content_policy_lets_it_in(chart):
    for element in etree.fromstring(chart).iter():
        assert element.tag.rpartition("}")[2] not in {"style", "script", "foreignObject", "image"}
        assert "style" not in element.attrib
        assert not [name for name in element.attrib if name.startswith("on")]


def test_it_follows_the_width_of_its_box(chart):
    root = etree.fromstring(chart)
    assert (root.get("width"), root.get("height")) == ("100%", None)
    assert root.get("viewBox").startswith("0 0 ")


def test_figures_are_written_and_not_only_drawn():
    texts = "".join(etree.fromstring(status_bar_chart(BARS, title="Statuts")).itertext())
    assert "19" in texts
    assert "en cours" in texts
    texts = "".join(etree.fromstring(expected_progress_chart(GROUPS, title="Avancement")).itertext())
    assert "48 %, attendu 72 %" in texts
    assert "Recherche & <formation>" in texts
    texts = "".join(etree.fromstring(amounts_chart(AMOUNTS, title="Argent")).itertext())
    assert "1 200 €" in texts
    assert "non renseigné" in texts
    texts = "".join(etree.fromstring(series_chart(COURSE, TARGETS, title="Chaires")).itertext())
    assert all(figure in texts for figure in ("20", "35", "50", "Cible\u00a0: 45"))


def test_large_figures_are_grouped_as_the_language_groups_them():
    points = [Point(date(2024, 12, 31), Decimal(28000), "28 000"), Point(date(2025, 12, 31), Decimal(9000), "9 000")]
    with translation.override("fr"):
        assert "20\u202f000" in series_chart(points, title="Emplois")
    with translation.override("en"):
        assert "20,000" in series_chart(points, title="Emplois")
