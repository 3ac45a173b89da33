"""Other sites show the roadmap: small pages they may frame, and pictures of the links that are shared."""

import json
import re
from contextlib import suppress
from urllib.parse import quote

import pytest
from django.urls import NoReverseMatch, reverse

from commitments.models import Commitment
from tests.factories import make_axis, make_commitment
from tests.test_addresses import EVERYONE, RULES

pytestmark = pytest.mark.django_db
WHOLE = "/integrer/feuille-de-route/ensemble/"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def portfolio(roadmap, region):
    axis = make_axis("research", title="Recherche <appliquée>")
    make_commitment("x.", code="eng-1", title="Soutenir & former", main_axis=axis, lead=region)
    make_commitment(code="eng-2", title="Secret", visibility="internal", lead=region)


def oembed(client, settings, path, **more):
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return client.get(f"/oembed/?url={quote(settings.PUBLIC_URL + path, safe='')}{query}")


@pytest.mark.parametrize("address", [WHOLE, "/integrer/axes/research/", "/integrer/engagements/eng-1/", f"/en{WHOLE}"])
def test_a_card_may_be_framed_by_any_site(client, portfolio, address):
    card = client.get(address)
    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert "X-Frame-Options" not in card
    assert not card.cookies
    assert "<script" not in card.content.decode()


def test_nothing_else_may_be_framed(client, portfolio):
    asked = 0
    for name, (looking, _acting) in RULES.items():
        if looking == EVERYONE and name != "embed":
            with suppress(NoReverseMatch):  # those that take arguments
                policy = client.get(reverse(name)).get("Content-Security-Policy", "")
                assert "frame-ancestors 'none'" in policy, name
                asked += 1
    assert asked > 20


@pytest.mark.parametrize("address", ["/integrer/engagements/eng-2/", "/integrer/rien/eng-1/", "/integrer/axes/rien/"])
def test_what_is_not_public_has_no_card_even_for_staff(client, portfolio, amina, address):
    client.force_login(amina)
    assert client.get(address).status_code == 404
    assert client.get(address.replace("integrer", "partage").rstrip("/") + ".png").status_code == 404


def test_the_card_says_what_the_page_says(client, portfolio):
    card = client.get("/integrer/engagements/eng-1/").content.decode()
    assert "Soutenir &amp; former" in card
    assert "50\u00a0%" in card
    assert 'rel="noopener"' in card


def test_a_shared_link_has_a_picture_of_its_own(client, portfolio, settings):
    for page in ("/", "/engagements/eng-1/", "/axes/research/", "/en/engagements/eng-1/"):
        text = client.get(page).content.decode()
        address = re.search(r'og:image" content="([^"]+)"', text)[1]
        picture = client.get(address.removeprefix(settings.PUBLIC_URL))
        assert picture["Content-Type"] == "image/png"
        assert picture.content.startswith(PNG)
        assert picture.content[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")


def test_the_picture_says_the_title(client, portfolio):
    """An unknown font draws nothing, and says nothing of it."""
    address = "/partage/engagements/eng-1.png"
    before = client.get(address).content
    Commitment.objects.filter(code="eng-1").update(title="Former")
    assert client.get(address).content != before


def test_each_page_names_itself_and_its_other_language(client, portfolio, settings):
    text = client.get("/en/engagements/eng-1/?utm=x").content.decode()
    site = settings.PUBLIC_URL
    assert f'<link rel="canonical" href="{site}/en/engagements/eng-1/">' in text
    assert f'hreflang="fr" href="{site}/engagements/eng-1/"' in text
    assert f'hreflang="x-default" href="{site}/engagements/eng-1/"' in text


def described(client, page):
    text = client.get(page).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])


def test_what_search_engines_read_is_json_whatever_the_title(client, portfolio):
    told = described(client, "/engagements/eng-1/")
    assert (told["@type"], told["name"]) == ("WebPage", "Soutenir & former")
    assert described(client, "/")["@type"] == "WebSite"


def test_oembed_tells_how_to_frame_a_page_within_the_room_there_is(client, portfolio, settings):
    told = oembed(client, settings, "/en/engagements/eng-1/", maxwidth=320, maxheight="x").json()
    assert (told["type"], told["version"], told["width"], told["height"]) == ("rich", "1.0", 320, 300)
    address = re.search(r'src="([^"]+)"', told["html"])[1]
    assert address == f"{settings.PUBLIC_URL}/en/integrer/engagements/eng-1/"
    assert client.get(address.removeprefix(settings.PUBLIC_URL)).status_code == 200


@pytest.mark.parametrize("path", ["/engagements/eng-2/", "/engagements/", "/rien/", "//evil.example/"])
def test_oembed_knows_no_other_page(client, portfolio, settings, path):
    assert oembed(client, settings, path).status_code == 404
    assert client.get("/oembed/?url=https://ailleurs.example/").status_code == 404
    assert oembed(client, settings, "/", format="xml").status_code == 501
