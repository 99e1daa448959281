"""An editor adds a feed, looks at what it brought, takes it in, and follows what its home says, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as ours
from django.test import Client
from playwright.sync_api import Page, expect

from shidra.commons.atlas.models import Arrival, Feed, Listing
from tests.atlas import editor, listing
from tests.browser import NewContext, check_accessibility, follow
from tests.feeds import FeedServer, feed_server, told

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 390)
KENYA = {"kind": "national", "country": "KE"}


@pytest.fixture
def other(settings: Settings) -> Iterator[FeedServer]:
    settings.JOBS_AT_ONCE = True
    with feed_server() as server:
        settings.FETCH_ALLOWED = [server.place]
        yield server


def open_page(new_context: NewContext, language: str, width: int, address: str, who: Any) -> Page:
    client = Client()
    client.force_login(who)
    context = new_context(language, viewport={"width": width, "height": 844})
    name = ours.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    return context.new_page()


def press(page: Page, do: str) -> None:
    follow(page.locator(f"main button[name=do][value={do}]"))


def fits(page: Page) -> None:
    """Nothing sticks out to the side, and axe-core finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    check_accessibility(page)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("he", 390), ("ar", 390)])
def test_from_a_feed_to_the_public_page(
    other: FeedServer, live_server: Any, new_context: NewContext, language: str, width: int
) -> None:
    listing("West Lothian Children", places=[KENYA])
    hostile = "<img src=x onerror=alert(1)> a very long name without any end in sight"
    entries = [told("a:1", "Rift Valley Reads", content={"started": "2013"}), told("a:3", hostile),
               told("a:2", "West Lothian children", content={"places": [KENYA]}), {"id": "bad"}]  # fmt: skip
    other.says(*entries)
    page = open_page(new_context, language, width, live_server.url, editor(language=language))
    desk = f"{live_server.url}/{language}/work/atlas"
    page.goto(f"{desk}/feeds/")
    fits(page)
    page.fill("main input[name=address]", other.url)
    page.locator("main form button.main").click()
    page.wait_for_url("**/work/atlas/feeds/*/")
    expect(page.locator("h1")).to_have_text("The other atlas")
    expect(page.locator("main")).to_contain_text("bad")
    fits(page)

    page.goto(f"{desk}/arrivals/")
    assert page.locator("main img").count() == 0
    fits(page)
    page.locator("tr", has_text="Rift Valley Reads").locator("input[type=checkbox]").check()
    page.locator("tr", has_text="onerror").locator("input[type=checkbox]").check()
    press(page, "accept")
    assert Listing.objects.filter(origin="harvested", state="public").count() == 2

    page.get_by_role("link", name="West Lothian children").click()
    page.wait_for_url("**/arrivals/*/")
    fits(page)
    press(page, "join")
    assert Arrival.objects.get(uid="a:2").state == "ours"

    other.says(told("a:1", "Rift Valley Reads", content={"started": "2014"}), *entries[1:])
    feed = Feed.objects.get()
    page.goto(f"{desk}/feeds/{feed.pk}/")
    press(page, "harvest")
    page.wait_for_url("**/work/atlas/feeds/*/")
    page.goto(f"{desk}/arrivals/")
    page.get_by_role("link", name="Rift Valley Reads").click()
    page.wait_for_url("**/arrivals/*/")
    expect(page.locator("main table")).to_contain_text("2013")
    expect(page.locator("main table")).to_contain_text("2014")
    fits(page)
    press(page, "accept")
    taken = Listing.objects.get(sort_name="rift valley reads")
    assert taken.started == "2014"

    page.goto(f"{live_server.url}/{language}/atlas/initiatives/{taken.slug}/")
    expect(page.locator("main")).to_contain_text("The other atlas")
    expect(page.locator("a[href='https://example.org/Rift-Valley-Reads/']").first).to_be_visible()


def test_a_feed_in_trouble_says_so(other: FeedServer, live_server: Any, new_context: NewContext) -> None:
    entries = [told(f"a:{number}", f"Listing {number}") for number in range(4)]
    other.says(*entries)
    page = open_page(new_context, "en", 1280, live_server.url, editor())
    desk = f"{live_server.url}/en/work/atlas"
    page.goto(f"{desk}/feeds/")
    page.fill("main input[name=address]", f"{live_server.url}/")
    page.locator("main form button.main").click()
    expect(page.locator("main")).to_contain_text("Only addresses that begin with https://")
    page.goto(f"{desk}/feeds/")
    page.fill("main input[name=address]", other.url)
    page.locator("main form button.main").click()
    page.wait_for_url("**/work/atlas/feeds/*/")
    press(page, "trust")
    expect(page.locator("main")).to_contain_text("This feed is trusted")
    other.says(entries[0])
    press(page, "harvest")
    page.wait_for_url("**/work/atlas/feeds/*/")
    expect(page.locator("main")).to_contain_text("more than half")
    fits(page)
    press(page, "obey")
    expect(page.locator("main")).to_contain_text("3 were taken out.")
    other.answers["/feed.json"] = b"<html>"
    press(page, "harvest")
    page.wait_for_url("**/work/atlas/feeds/*/")
    expect(page.locator("main")).to_contain_text("The answer is no JSON in UTF-8 that can be read.")
    fits(page)
    press(page, "pause")
    expect(page.locator("main button[value=harvest]")).to_have_count(0)
