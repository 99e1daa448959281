"""The public pages as a reader meets them: with a screen reader, on a phone, by keyboard, without script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import NewContext, check_accessibility
from tests.pages.public.documents import document, figure, release, series, texts
from tests.world import World, make_world

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PATHS = (
    "", "i/first-steps/", "i/first-steps/indicators/ready/", "i/first-steps/releases/", "i/first-steps/releases/1/",
    "i/first-steps/releases/1/compare/2/",
)  # fmt: skip


@pytest.fixture
def told(transactional_db: None) -> World:
    world = make_world()
    place = world.district
    dimensions = [
        {"code": code, "names": texts(code, code, code), "categories": [
            {"code": "a", "names": texts("קבוצה א", "مجموعة أ", "group a")},
            {"code": "b", "names": texts("קבוצה ב", "مجموعة ب", "group b")},
        ]}
        for code in ("sex", "age")
    ]  # fmt: skip
    main = [
        figure("2021", "50"), figure("2022", None, "suppressed"), figure("2023", "55", "restated"),
        figure("2024", None),
        figure("2025", "61.5", reporting=2, expected=3),
    ]  # fmt: skip
    more: dict[str, Any] = {
        "names": texts("ילדים מוכנים לכיתה א׳", "أطفال جاهزون للصفّ الأوّل", "Children ready for first grade"),
        "dimensions": dimensions,
        "series": [
            series(main, place.code),
            *(series([figure("2021", "48"), figure("2025", "59")], place.code, f"{code}=a") for code in ("sex", "age")),
            *(series([figure("2021", "52"), figure("2025", "63")], place.code, f"{code}=b") for code in ("sex", "age")),
        ],
        "sources": ["https://example.org/a-long-address/that-does-not-end/and-does-not-end/and-goes-on/2025"],
    }
    release(world.initiative, [document("ready", place, main[:3], names=more["names"])], number=1)
    release(world.initiative, [document("ready", place, main, **more)], number=2)
    return world


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_everybody_can_read_it(told: World, live_server: LiveServer, new_context: NewContext, language: str) -> None:
    """No barrier by axe, light and dark; nothing runs over the edge of a phone."""
    for scheme, width in (("light", 1280), ("dark", 390)):
        page = new_context(language, color_scheme=scheme, viewport={"width": width, "height": 800}).new_page()
        for path in PATHS:
            page.goto(f"{live_server.url}/{language}/{path}")
            check_accessibility(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_without_script_all_figures_are_there(told: World, live_server: LiveServer, new_context: NewContext) -> None:
    page = new_context("en", java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/en/i/first-steps/indicators/ready/")
    assert page.locator("svg.chart:visible").count() == 3
    assert page.locator("table.figures").first.locator("tbody tr").count() == 5
    page.locator("details.numbers summary").first.click()
    assert page.get_by_role("cell", name="59.0%").first.is_visible()


def test_by_keyboard_from_figure_to_figure(told: World, live_server: LiveServer, new_context: NewContext) -> None:
    for language, back in (("en", "ArrowLeft"), ("he", "ArrowRight")):
        page = new_context(language).new_page()
        page.goto(f"{live_server.url}/{language}/i/first-steps/indicators/ready/")
        chart = page.locator(".main-figure svg.chart.wide")
        chart.locator(".chart-point[tabindex='0']").focus()
        said = page.locator(".main-figure .chart-words")
        before = said.text_content()
        page.keyboard.press(back)
        assert said.text_content() not in ("", before)


def test_a_walk_by_tab_key_alone(told: World, live_server: LiveServer, new_context: NewContext) -> None:
    """Every stop shows that it has the focus; the way past the header, full screen and groups are keys too."""
    page = new_context("en").new_page()
    page.goto(f"{live_server.url}/en/i/first-steps/indicators/ready/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    seen = []
    while (stop := page.keyboard.press("Tab") or page.evaluate(_STOP))["tag"] != "BODY":
        seen.append(stop)
        assert stop["outline"] >= 2 or stop["ring"] >= 2, f"no sign of focus on {stop}"
        assert stop["tag"] != "svg", "a drawing is no stop, its points are"
        assert len(seen) < 200
    names = [stop["name"] for stop in seen]
    assert {"Full screen", "By sex", "By age", "The same numbers as a table"} <= set(names)
    assert sum(stop["tag"] == "g" for stop in seen) == 2, "one stop a chart that is shown; arrows go on from there"
    page.get_by_role("button", name="By age").focus()
    page.keyboard.press("Space")
    assert page.locator("figure[data-group=age]").is_visible()
    page.get_by_role("button", name="Full screen").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.fullscreenElement")
    top = page.locator(".main-figure h2").bounding_box()
    assert top is not None
    assert top["y"] >= 0, "what is too tall for the screen is cut at the end, where one can scroll to it"
    page.keyboard.press("Enter")
    page.wait_for_function("!document.fullscreenElement")


_STOP = """() => {
  const at = document.activeElement, style = getComputedStyle(at), ring = at.querySelector?.(".chart-ring");
  return {
    tag: at.tagName, name: at.textContent.trim(),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    ring: ring && getComputedStyle(ring).stroke !== "none" ? parseFloat(getComputedStyle(ring).strokeWidth) : 0,
  };
}"""


def test_one_group_figure_at_a_time_and_pictures_to_take(
    told: World, live_server: LiveServer, new_context: NewContext
) -> None:
    page = new_context("en", accept_downloads=True).new_page()
    page.goto(f"{live_server.url}/en/i/first-steps/indicators/ready/")
    figures = page.locator("figure[data-group]")
    assert [figures.nth(at).is_visible() for at in (0, 1)] == [True, False]
    page.get_by_role("button", name="By age").click()
    assert [figures.nth(at).is_visible() for at in (0, 1)] == [False, True]
    with page.expect_download() as saved:
        page.locator(".main-figure").get_by_role("button", name="Picture as SVG").click()
    drawn = saved.value.path().read_text(encoding="utf-8")
    assert "Children ready for first grade" in drawn
    assert "Release 2" in drawn
    assert "suppressed" in drawn
    assert 'class="' not in drawn  # it stands without our styles
    with page.expect_download() as saved:
        page.locator(".main-figure").get_by_role("button", name="Picture as PNG").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
