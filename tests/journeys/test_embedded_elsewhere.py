"""A page of somebody else, on another port, with our snippets in it: seen as they see it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.atlas import HAIFA, listing
from tests.browser import NewContext, check_accessibility
from tests.pages.public.documents import document, figure, release, texts
from tests.world import World, make_world

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
KINDS = ("", "indicators/ready/", "releases/1/")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name above)
        """A test says what it has to say itself."""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which it is served: another host and port than ours."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told(transactional_db: None, settings: Any, live_server: LiveServer, tmp_path: Path) -> World:
    settings.SITE_URL, settings.HOME = live_server.url, tmp_path
    world = make_world()
    figures = [figure("2022", "50"), figure("2023", None, "suppressed"), figure("2024", "55"), figure("2025", "61.5")]
    names = texts("ילדים מוכנים לכיתה א׳", "أطفال جاهزون للصفّ الأوّل", "Children ready for first grade")
    release(world.initiative, [document("ready", world.district, figures, names=names)])
    return world


def _snippet(page: Page, ours: str, language: str, path: str, query: str = "") -> str:
    """The frame as the page of snippets gives it."""
    page.goto(f"{ours}/{language}/embed/make/?url={ours}/{language}/i/first-steps/{path}{query}")
    return page.locator("#snippet-frame").input_value()


def _frames_of_ours(page: Page, ours: str) -> list[Frame]:
    for at in range(page.locator("iframe").count()):
        frame = page.locator("iframe").nth(at)
        frame.scroll_into_view_if_needed()  # they load when one comes to them
        if frame.get_attribute("title") != "refused":
            expect(frame.content_frame.locator("footer")).to_be_attached(timeout=15_000)
    return [one for one in page.frames if one.url.startswith(ours)]


def _visit(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address, wait_until="domcontentloaded")
    return page


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_in_a_page_of_others(
    told: World, live_server: LiveServer, new_context: NewContext, elsewhere: tuple[Path, str], language: str
) -> None:
    """Frames show what they should at any width, leave no cookie, meet nobody's barrier; our pages are no frames."""
    folder, address = elsewhere
    ours = live_server.url
    maker = new_context(language).new_page()
    lines = [_snippet(maker, ours, language, path) for path in KINDS]
    maker.close()
    refused = f'<iframe src="{ours}/{language}/i/first-steps/" title="refused" width="300" height="200"></iframe>'
    body = "\n".join([f"<p>{number}</p>{line}" for number, line in enumerate([*lines, refused])])
    page_of_others = (
        f'<!doctype html><html lang="en"><head><title>Theirs</title></head><body><main>{body}</main></body></html>'
    )
    (folder / "index.html").write_text(page_of_others, encoding="utf-8")
    for width, scheme in ((280, "light"), (1000, "dark")):
        context = new_context(language, viewport={"width": width + 16, "height": 900}, color_scheme=scheme)
        page = _visit(context, address)
        frames = _frames_of_ours(page, ours)
        assert [one.url.removeprefix(ours) for one in frames] == [
            f"/{language}/embed/i/first-steps/{path}" for path in KINDS
        ]
        for frame in frames:
            expect(frame.locator("html")).to_have_attribute("dir", "ltr" if language == "en" else "rtl")
            expect(frame.locator("b:visible", has_text="61.5%").first).to_be_visible()
            assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{frame.url} at {width}"
        chart = frames[1]
        assert chart.locator("svg.chart:visible").count() == 1
        alone = context.new_page()  # in the frame itself axe cannot run: no script does
        alone.set_viewport_size({"width": width, "height": 700})
        for frame in frames:
            alone.goto(frame.url)
            check_accessibility(alone)
        alone.close()
        chart.locator("summary").click()
        expect(chart.locator("table tbody tr")).to_have_count(4)
        page.wait_for_function("frames.length === 4")
        assert sum(one.url.startswith("chrome-error:") for one in page.frames) == 1, "our own page is refused"
        assert context.cookies() == []
        page.close()


def test_fitted_into_a_height_and_in_a_colour_of_theirs(
    told: World, live_server: LiveServer, new_context: NewContext, elsewhere: tuple[Path, str]
) -> None:
    folder, address = elsewhere
    query = "&width=500&height=380&fit=on&own_colour=on&accent=%23a3005c&mode=light"
    line = _snippet(new_context("en").new_page(), live_server.url, "en", "indicators/ready/", query)
    (folder / "index.html").write_text(f"<!doctype html><title>Theirs</title>{line}", encoding="utf-8")
    context = new_context("en", color_scheme="dark")
    page = _visit(context, address)
    frame = _frames_of_ours(page, live_server.url)[0]
    assert frame.evaluate("document.documentElement.scrollHeight") == 380
    shown = frame.locator("svg.chart:visible")
    assert shown.count() == 1
    box = shown.bounding_box()
    assert box is not None
    assert box["height"] > 100
    assert frame.evaluate("getComputedStyle(document.querySelector('footer a')).color") == "rgb(163, 0, 92)"
    assert frame.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    with context.expect_page() as opened:
        frame.locator("footer a").click()
    opened.value.wait_for_load_state()
    assert opened.value.url == f"{live_server.url}/en/i/first-steps/indicators/ready/"
    expect(opened.value.locator("h1")).to_be_visible()
    assert opened.value.evaluate("window.opener") is None


def test_making_a_snippet(told: World, live_server: LiveServer, new_context: NewContext) -> None:
    """From the page of an indicator; with script what is chosen is seen at once and copied, without it by the button."""
    for with_script in (True, False):
        context = new_context("en", java_script_enabled=with_script)
        if with_script:
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
        page = _visit(context, f"{live_server.url}/en/i/first-steps/indicators/ready/")
        page.get_by_role("link", name="Put this into your page").click()
        expect(page.frame_locator(".stage iframe").locator("svg.chart:visible")).to_have_count(1)
        page.get_by_role("combobox", name="Language").select_option("he")
        page.get_by_label("Width in pixels").fill("400")
        page.get_by_label("Height in pixels").fill("500")
        if with_script:
            page.get_by_label("Height in pixels").press("Tab")
        else:
            page.get_by_role("button", name="Show it so").click()
        expect(page.locator(".stage iframe")).to_have_attribute("src", "/he/embed/i/first-steps/indicators/ready/")
        expect(page.locator(".stage iframe")).to_have_attribute("width", "400")
        expect(page.locator("#snippet-frame")).to_have_value(re.compile('width="400" height="500"'))
        if with_script:
            page.get_by_role("button", name="Copy").first.click()
            expect(page.get_by_text("Copied.")).to_be_visible()
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied == page.locator("#snippet-frame").input_value()
            check_accessibility(page)


# ---------- the atlas ----------

# How much a frame keeps in the browser; nothing at all where the browser does not even let it look.
KEPT = """() => {
    try { return localStorage.length + sessionStorage.length; }
    catch (refusal) { if (refusal.name === "SecurityError") return 0; throw refusal; }
}"""

CINCINNATI = {
    "kind": "point",
    "country": "US",
    "names": {"en": "Cincinnati"},
    "latitude": "39.1",
    "longitude": "-84.51",
}


@pytest.fixture
def known(transactional_db: None, settings: Any, live_server: LiveServer, tmp_path: Path) -> str:
    """An atlas of four, three of them in education; and our address."""
    settings.SITE_URL, settings.HOME = live_server.url, tmp_path
    listing("Haifa together", names={"en": "Haifa together", "he": "חיפה ביחד", "ar": "حيفا معًا"}, places=[HAIFA],
            fields=["education"], status="active", started="2015")  # fmt: skip
    for name in ("StrivePartnership", "Agenda 360"):
        listing(name, places=[CINCINNATI], fields=["education"])
    listing("GAIN", places=[{"kind": "global"}], fields=["nutrition"])
    return str(live_server.url)


def _map_elsewhere(elsewhere: tuple[Path, str], *lines: str) -> str:
    folder, address = elsewhere
    body = "\n".join(lines)
    (folder / "map.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Theirs</title><main>{body}</main></html>',
        encoding="utf-8",
    )
    return f"{address}/map.html"


def _map_snippet(new_context: NewContext, ours: str, language: str, address: str, query: str = "") -> str:
    page = new_context(language).new_page()
    page.goto(f"{ours}/{language}/embed/make/?url={quote(f'{ours}/{language}/{address}', safe='')}{query}")
    line = page.locator("#snippet-frame").input_value()
    check_accessibility(page)
    page.close()
    return line


@pytest.mark.parametrize(("language", "name"), [("en", "Haifa together"), ("he", "חיפה ביחד"), ("ar", "حيفا معًا")])
def test_the_map_in_a_page_of_others(
    known: str, new_context: NewContext, elsewhere: tuple[Path, str], language: str, name: str
) -> None:
    """Marks appear, one opens, its link leads to a tab of its own; nothing is kept, and nothing else can be framed."""
    line = _map_snippet(new_context, known, language, "atlas/?field=education")
    refused = f'<iframe src="{known}/{language}/atlas/" title="refused" width="300" height="200"></iframe>'
    address = _map_elsewhere(elsewhere, line, refused)
    for width, scheme in ((280, "light"), (390, "dark"), (1000, "dark"), (1280, "light")):
        context = new_context(language, viewport={"width": width + 16, "height": 900}, color_scheme=scheme)
        fetched: list[str] = []
        context.on("request", lambda sent, into=fetched: into.append(sent.url))
        page = _visit(context, address)
        page.locator("iframe").first.scroll_into_view_if_needed()
        expect(page.frame_locator("iframe >> nth=0").locator(".spot").first).to_be_visible()
        frame = next(one for one in page.frames if "/embed/atlas/" in one.url)
        assert frame.locator(".spot").count() == 2, "two lie together, one by itself, one is of another field"
        expect(frame.locator("html")).to_have_attribute("dir", "ltr" if language == "en" else "rtl")
        expect(frame.locator("#atlas-map")).to_have_css("direction", "ltr")
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert frame.locator(".listings h3").count() == 3
        frame.get_by_role("button", name=re.compile(name)).click()
        card = frame.get_by_role("dialog")
        expect(card).to_contain_text(name)
        with context.expect_page() as opened:
            card.get_by_role("link", name=name).click()
        opened.value.wait_for_load_state()
        assert opened.value.url == f"{known}/{language}/atlas/initiatives/haifa-together/"
        assert opened.value.evaluate("window.opener") is None
        opened.value.close()
        assert "/embed/atlas/" in frame.url, "the frame stays what it is"
        page.wait_for_function("frames.length === 2")
        assert sum(one.url.startswith("chrome-error:") for one in page.frames) == 1, "our own page is refused"
        alone = context.new_page()
        alone.set_viewport_size({"width": width, "height": 640})
        alone.goto(frame.url)
        expect(alone.locator(".spot").first).to_be_visible()
        check_accessibility(alone)
        alone.close()
        assert context.cookies() == []
        assert frame.evaluate(KEPT) == 0
        paths = [one.removeprefix(known) for one in fetched if one.startswith(known)]
        asked = [path for path in paths if not path.startswith(("/static/", "/maps/", f"/{language}/embed/atlas/"))]
        assert set(asked) <= {f"/{language}/atlas/", f"/{language}/atlas/initiatives/haifa-together/"} | {
            path for path in asked if path.startswith("/logos/")
        }, "marks come from addresses at which nobody is known"
        page.close()


def test_the_map_elsewhere_by_keyboard_alone(known: str, new_context: NewContext, elsewhere: tuple[Path, str]) -> None:
    line = _map_snippet(new_context, known, "en", "atlas/?field=education", "&width=900&height=600")
    page = _visit(new_context("en"), _map_elsewhere(elsewhere, line))
    frame = page.frame_locator("iframe")
    expect(frame.locator(".spot").first).to_be_visible()
    said: list[str] = []
    for _step in range(12):
        page.keyboard.press("Tab")
        inner = page.frames[1]
        said.append(
            inner.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        )
        if "Haifa together" in said[-1]:
            break
    assert any(one.startswith("Map. Arrow keys") for one in said)
    page.keyboard.press("Enter")
    card = frame.get_by_role("dialog")
    expect(card).to_contain_text("Haifa together")
    expect(card).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(frame.get_by_role("button", name=re.compile("Haifa together"))).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(frame.locator(".spot").first).to_be_attached()


def test_without_script_the_list_says_it(known: str, new_context: NewContext, elsewhere: tuple[Path, str]) -> None:
    lines = [_map_snippet(new_context, known, "en", "atlas/", f"&show={show}") for show in ("both", "map", "list")]
    page = _visit(new_context("en", java_script_enabled=False), _map_elsewhere(elsewhere, *lines))
    for at in range(3):
        page.locator("iframe").nth(at).scroll_into_view_if_needed()
        frame = page.frame_locator(f"iframe >> nth={at}")
        expect(frame.get_by_role("link", name="Haifa together")).to_be_visible()
        expect(frame.locator("#atlas-map")).to_be_hidden()
        expect(frame.get_by_role("link", name="Open the whole atlas")).to_be_visible()


def test_a_listing_elsewhere(known: str, new_context: NewContext, elsewhere: tuple[Path, str]) -> None:
    line = _map_snippet(new_context, known, "en", "atlas/initiatives/haifa-together/", "&language=he")
    context = new_context("en", viewport={"width": 300, "height": 700})
    page = _visit(context, _map_elsewhere(elsewhere, line))
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("חיפה ביחד")
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
    with context.expect_page() as opened:
        frame.locator("footer a").click()
    opened.value.wait_for_load_state()
    assert opened.value.url == f"{known}/he/atlas/initiatives/haifa-together/"
    assert context.cookies() == []


def test_a_snippet_of_the_map_from_its_page(known: str, new_context: NewContext) -> None:
    """From what is looked at on the atlas's page, and back to choose others."""
    page = new_context("en").new_page()
    page.goto(f"{known}/en/atlas/")
    page.locator("#filter-field summary").click()
    page.get_by_role("checkbox", name="education").check()
    expect(page.locator("#atlas-views").get_by_role("link", name="Put this into your page")).to_have_attribute(
        "href", re.compile("field%3Deducation")
    )
    page.get_by_role("link", name="Put this into your page").click()
    expect(page.locator(".of-the-atlas")).to_contain_text("education")
    expect(page.frame_locator(".stage iframe").locator(".spot").first).to_be_visible()
    page.get_by_role("combobox", name="What is shown").select_option("list")
    expect(page.locator("#snippet-frame")).to_have_value(re.compile("field=education&(amp;)?show=list"))
    expect(page.frame_locator(".stage iframe").locator("h3")).to_have_count(3)
    page.get_by_role("link", name="Choose others in the atlas").click()
    expect(page).to_have_url(f"{known}/en/atlas/?field=education")
