"""What a citizen meets: light pages that call nobody and leave nothing behind, and the keyboard all the way."""

import pytest
from playwright.sync_api import expect

from tests.browser.driving import press_tab_until
from tests.web import running_web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ["/", "/engagements/", "/engagements/eng-06-former/", "/carte/", "/calendrier/", "/financements/",
         "/rapports/", "/recherche/?q=formation", "/donnees/", "/abonnement/", "/accessibilite/"]  # fmt: skip
MOST_BYTES, MOST_REQUESTS = 150_000, 10


@pytest.mark.slow
def test_a_first_view_is_light_and_calls_nobody_and_sets_no_cookie(portal, browser):
    """As production serves it: packed, fingerprinted."""
    with running_web() as site:
        for path in PAGES:
            context = browser.new_context()
            page, sizes, asked = context.new_page(), [], []
            wire = context.new_cdp_session(page)
            wire.send("Network.enable")
            wire.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(site + path, wait_until="networkidle")
            assert [url for url in asked if not url.startswith((site, "data:"))] == [], path
            assert len([url for url in asked if url.startswith(site)]) <= MOST_REQUESTS, (path, asked)
            assert sum(sizes) < MOST_BYTES, (path, sum(sizes))
            assert context.cookies() == [], path
            assert page.evaluate("localStorage.length + sessionStorage.length") == 0
            context.close()


def test_the_keyboard_finds_filters_and_opens_a_commitment(portal, browser):
    page = browser.new_page()
    page.goto(portal)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto(f"{portal}/recherche/")
    press_tab_until(page, "#q")
    page.keyboard.type("formation")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("résultat")
    press_tab_until(page, ".results a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{portal}/engagements/")
    press_tab_until(page, "select[name=status]")
    page.keyboard.type("réalisé")
    press_tab_until(page, "form.filters button, form button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".badges")).to_contain_text("réalisé")


def test_the_keyboard_walks_the_map_and_subscribes(portal, browser):
    page = browser.new_page()
    page.goto(f"{portal}/carte/")
    press_tab_until(page, '.map a[href$="department=38"]')
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal}/engagements/?department=38")
    page.goto(f"{portal}/abonnement/")
    press_tab_until(page, "input[name=email]")
    page.keyboard.type("claire")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Adresse électronique")
    page.locator("input[name=email]").fill("claire@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("un message vient de lui être envoyé")


def test_nothing_is_lost_at_320_pixels_nor_at_twice_the_size(portal, browser):
    """What a window of 1280 leaves at 400 % (WCAG 1.4.10) and at 200 % (1.4.4)."""
    page, too_wide = browser.new_page(), []
    for path in PAGES:
        for width in (320, 640):
            page.set_viewport_size({"width": width, "height": 640})
            page.goto(portal + path)
            too_wide += [(path, width)] if page.evaluate("document.documentElement.scrollWidth") > width else []
    assert too_wide == []
