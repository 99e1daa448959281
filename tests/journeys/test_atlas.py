"""Find, filter, share and read the atlas: with the mouse, by keyboard alone, on a phone, in three languages."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.usecases.keep_listing import enter_listings
from tests.atlas import HAIFA, content, listing
from tests.browser import NewContext, check_accessibility

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SIZES = {1280: 900, 390: 844}
KENYA = {"kind": "national", "country": "KE"}


@pytest.fixture
def told(transactional_db: None, settings: Any, live_server: LiveServer) -> str:
    """An atlas of thirty, and its address."""
    settings.SITE_URL = live_server.url
    ohio = [
        {"kind": "point", "country": "US", "names": {"en": f"Town {at}"},
         "latitude": str(38 + at % 5), "longitude": str(-86 + at % 7)}
        for at in range(20)
    ]  # fmt: skip
    enter_listings(
        by=None, contents=[content(f"Cradle {at:02}", places=[place], fields=["education"], status="active")
                           for at, place in enumerate(ohio)],
    )  # fmt: skip
    spot = {"kind": "point", "country": "AU", "names": {"en": "Sydney"}, "latitude": "-33.87", "longitude": "151.21"}
    enter_listings(by=None, contents=[content(f"Harbour {at}", places=[spot], fields=["health"]) for at in range(3)])
    listing("Haifa together", names={"en": "Haifa together", "he": "חיפה ביחד", "ar": "حيفا معًا"}, places=[HAIFA],
            fields=["inclusion"], status="closed", ended="2021")  # fmt: skip
    listing("Tusome", places=[KENYA], fields=["education"])
    listing("GAIN", places=[{"kind": "global"}], fields=["nutrition"])
    return live_server.url


def opened(context: BrowserContext, address: str) -> Page:
    """A page of the atlas, with its map as it will stay."""
    page = context.new_page()
    page.goto(address)
    settled(page)
    return page


def settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.locator("#atlas-map .spot").first).to_be_visible()
    expect(page.locator("#atlas-map")).not_to_have_attribute("aria-busy", "true")


def marks(page: Page) -> set[tuple[str | None, int, int]]:
    """What the map shows: each mark's name, and where in the map it is (px)."""
    shown = page.evaluate(
        """() => { const map = document.querySelector('#atlas-map').getBoundingClientRect();
             return [...document.querySelectorAll('#atlas-map .spot')].map(spot => {
               const at = spot.getBoundingClientRect();
               return [spot.getAttribute('aria-label'), Math.round(at.x - map.x), Math.round(at.y - map.y)]; }); }"""
    )
    return {(name, x, y) for name, x, y in shown}


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_find_filter_share(told: str, new_context: NewContext, language: str, width: int) -> None:
    """Two filters chosen, the map made larger, the address copied: another browser shows the same."""
    window = {"width": width, "height": SIZES[width]}
    context = new_context(language, viewport=window, permissions=["clipboard-read", "clipboard-write"])
    page = opened(context, f"{told}/{language}/atlas/")
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#atlas-map").bounding_box()
    assert box is not None
    assert box["y"] < 0.8 * SIZES[width], "the map is seen without scrolling, on a phone too"

    page.locator("#filter-field summary").click()
    check_accessibility(page)
    page.locator("#choice-field-education").check()
    expect(page.locator("#atlas-live")).to_contain_text("21")
    expect(page.locator("#choice-field-education")).to_be_focused()
    page.locator("label:has(#choice-field-inclusion) span").click()  # people press the words, not the box
    expect(page.locator("#atlas-live")).to_contain_text("22")
    page.keyboard.press("Escape")
    expect(page.locator(".chosen li")).to_have_count(2)
    assert parse_qs(urlsplit(page.url).query)["field"] == ["education", "inclusion"]

    settled(page)
    page.locator("#atlas-map .spot:has(.mark.several)").first.click()
    settled(page)
    assert "at=" in page.url
    before = marks(page)
    page.locator("[data-copy-link]").click()
    expect(page.locator("#atlas-live")).to_have_text(re.compile(".+"))
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.url

    other = opened(new_context(language, viewport=window), address)
    assert marks(other) == before
    expect(other.locator(".chosen li")).to_have_count(2)
    check_accessibility(other)

    page.locator(".chosen li a").first.click()
    expect(page.locator(".chosen li")).to_have_count(1)
    expect(page.locator("#atlas-list h3")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chosen li")).to_have_count(2)


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_all_views_by_eye(told: str, new_context: NewContext, language: str, width: int) -> None:
    """List and table of the same answer, without a sideways scroll and without a barrier; a page that finds nothing."""
    page = new_context(language, viewport={"width": width, "height": SIZES[width]}).new_page()
    for query in ("?view=list", "?view=table", "?q=nothing+such", "?view=table&country=IL"):
        page.goto(f"{told}/{language}/atlas/{query}")
        page.wait_for_load_state("networkidle")
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, query


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_by_keyboard_alone(told: str, new_context: NewContext, language: str, width: int) -> None:
    """Tab to a mark, Enter makes the map larger and stays there, Enter on one tells of it, Escape goes back."""
    page = opened(new_context(language, viewport={"width": width, "height": SIZES[width]}), f"{told}/{language}/atlas/")
    page.locator("#atlas-map").focus()
    for _time in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.querySelector?.('.mark.several')") is not None:
            break
    assert page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    settled(page)
    at = page.evaluate("document.activeElement.className")
    assert "spot" in at, "focus stays at the marks"

    page.goto(f"{told}/{language}/atlas/?country=IL")
    settled(page)
    mark = page.locator("#atlas-map .spot").first
    name = {"en": "Haifa together", "he": "חיפה ביחד", "ar": "حيفا معًا"}[language]
    expect(mark).to_have_attribute("aria-label", re.compile(name))
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#atlas-card a")).to_have_text(name)
    assert page.evaluate("document.activeElement.id") == "atlas-card"
    check_accessibility(page)
    page.keyboard.press("Escape")
    expect(page.locator("#atlas-card")).to_be_hidden()
    expect(mark).to_be_focused()

    box = page.locator("#atlas-map")
    box.focus()
    east = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => location.href !== before", arg=east)  # the arrow keys move the map


def test_past_the_filters_in_one_step(told: str, new_context: NewContext) -> None:
    """A link before the filters leads to the views, though a filter is open and long."""
    page = new_context("en").new_page()
    page.goto(f"{told}/en/atlas/?view=list")
    page.wait_for_load_state("networkidle")
    page.locator(".rooms a").last.focus()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip the filters, to map, list and table")
    expect(skip).to_be_focused()
    check_accessibility(page)
    page.keyboard.press("Enter")
    for name in ("Map", "List", "Table"):
        page.keyboard.press("Tab")
        expect(page.locator("#atlas-views").get_by_role("link", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#atlas-list table")).to_be_visible()


def test_names_and_squares_stay_in_their_countries(told: str, new_context: NewContext) -> None:
    """No name lies on a mark; a square is never farther than its own size from the point of its country."""
    page = opened(new_context("en"), f"{told}/en/atlas/?at=3/5/35")
    expect(page.locator(".land-name").first).to_be_attached()
    laid = page.evaluate(
        """() => { const boxes = of => [...document.querySelectorAll(of)].map(one => one.getBoundingClientRect());
             const names = [...document.querySelectorAll('.land-name')].map(one => {
               const range = document.createRange(); range.selectNodeContents(one); return range.getBoundingClientRect(); });
             return names.filter(a => boxes('#atlas-map .mark').some(b =>
               a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length; }"""
    )
    assert laid == 0
    far = page.evaluate(
        """async () => { const map = await (await fetch('/en/atlas/map.json?zoom=3')).json();
             const [, latitude, longitude] = map.national.find(one => one[0] === "KE");
             const side = 256 * 2 ** 3, radians = latitude / 1e5 * Math.PI / 180, from = 5 * Math.PI / 180;
             const up = angle => Math.log(Math.tan(Math.PI / 4 + angle / 2)) / (2 * Math.PI) * side;
             const box = document.querySelector('#atlas-map').getBoundingClientRect();
             const at = document.querySelector('#atlas-map .mark.national').getBoundingClientRect();
             const x = box.x + box.width / 2 + (longitude / 1e5 - 35) / 360 * side;
             const y = box.y + box.height / 2 - (up(radians) - up(from));
             return Math.hypot(at.x + at.width / 2 - x, at.y + at.height / 2 - y); }"""
    )
    assert far < 26


def test_marks_are_met_as_one_reads(told: str, new_context: NewContext) -> None:
    """From top to bottom; within a row from left to right in English, from right to left in Hebrew."""
    for language, sign in (("en", 1), ("he", -1)):
        page = opened(new_context(language), f"{told}/{language}/atlas/?country=US&at=6/40/-83")
        spots = page.evaluate(
            """() => [...document.querySelectorAll('#atlas-map .leaflet-marker-pane .spot')].map(spot => {
                 const at = spot.getBoundingClientRect(); return [at.x + at.width / 2, at.y + at.height / 2]; })"""
        )
        assert len(spots) > 5
        for (x, y), (next_x, next_y) in pairwise(spots):
            assert next_y > y or (next_x - x) * sign > 0


def test_many_at_one_spot(told: str, new_context: NewContext) -> None:
    """No zoom would part them: a list of them; and a country that somebody works in the whole of."""
    page = opened(new_context("en"), f"{told}/en/atlas/")
    page.locator("#atlas-map .spot[aria-label^='3 initiatives near']").click()
    expect(page.locator("#atlas-card h3 a")).to_have_text(["Harbour 0", "Harbour 1", "Harbour 2"])
    check_accessibility(page)
    page.locator("#atlas-card .close").click()
    page.locator("#atlas-map .spot:has(.mark.national)").click()
    expect(page.locator("#atlas-card h3 a")).to_have_text(["Tusome"])


def test_only_what_is_in_the_window(told: str, new_context: NewContext) -> None:
    page = opened(new_context("en"), f"{told}/en/atlas/?at=5/32/35")
    expect(page.locator("#atlas-list-title")).to_have_text("26 initiatives match")
    page.locator("[data-this-window]").click()
    expect(page.locator("#atlas-list h3")).to_have_text(["Haifa together"])
    assert "in=" in page.url
    page.get_by_role("link", name=re.compile("In a window of the map")).click()
    expect(page.locator("#atlas-list-title")).to_have_text("26 initiatives match")


def test_find_by_words(told: str, new_context: NewContext) -> None:
    page = opened(new_context("he"), f"{told}/he/atlas/")
    page.locator("#atlas-q").fill("חיפה")
    page.keyboard.press("Enter")
    expect(page.locator("#atlas-list h3")).to_have_count(1)
    expect(page.locator("#atlas-list h3 a")).to_have_text("חיפה ביחד")
    expect(page.locator("#atlas-q")).to_have_value("חיפה")


def test_the_map_cannot_be_loaded(told: str, new_context: NewContext) -> None:
    """It says so, and the list is right."""
    page = new_context("en").new_page()
    page.route("**/map.json*", lambda route: route.abort())
    page.goto(f"{told}/en/atlas/?country=IL")
    expect(page.get_by_role("alert")).to_contain_text("The map cannot be loaded")
    expect(page.locator("#atlas-list h3")).to_have_text(["Haifa together"])
    check_accessibility(page)


def test_without_script(told: str, new_context: NewContext) -> None:
    """Countries, list, filters: all by links and buttons of the page."""
    page = new_context("en", java_script_enabled=False).new_page()
    page.goto(f"{told}/en/atlas/")
    expect(page.locator("#atlas-map")).to_be_hidden()
    page.locator("#filter-country summary").click()
    page.locator("#choice-country-AU").check()
    page.locator("#filter-country button").click()
    expect(page.locator("#atlas-list h3")).to_have_count(3)
    page.locator(".chosen li a").click()
    expect(page.locator("#atlas-list-title")).to_have_text("26 initiatives match")
    page.locator("#atlas-countries a", has_text="Israel").click()
    expect(page.locator("#atlas-list h3")).to_have_count(1)


def test_dark_and_calm(told: str, new_context: NewContext) -> None:
    """In the dark nothing is too faint; whoever wants no motion gets none."""
    page = opened(new_context("en", color_scheme="dark", reduced_motion="reduce"), f"{told}/en/atlas/")
    check_accessibility(page)
    assert page.locator(".leaflet-zoom-anim").count() == 0
    assert Listing.objects.count() == 26
