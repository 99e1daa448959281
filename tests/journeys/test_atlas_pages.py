"""Reading the atlas page by page in a browser: what it says, that no text of others runs, that it can be used by all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.usecases.keep_listing import change_listing, enter_listings, withdraw_listing
from tests.atlas import HAIFA, content, listing
from tests.browser import NewContext, check_accessibility

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
EVIL = "</script><script>document.title='taken over'</script><!-- \u202eevil"
SIZES = {1280: 900, 390: 844}


@pytest.fixture
def told(transactional_db: None, settings: Any, live_server: LiveServer) -> tuple[str, Listing]:
    """An atlas with one listing that says much, some of it hostile, and its address."""
    settings.SITE_URL = live_server.url
    ended = {"ended": "2015", "status": "closed"}
    enter_listings(
        by=None,
        contents=[
            content(f"Life {at}", started=str(2000 + at), fields=["health"], places=[{"kind": "national", "country": "IL"}],
                    **(ended if at < 4 else {}))
            for at in range(14)
        ],
    )  # fmt: skip
    said: dict[str, Any] = {
        "names": {"en": f"{EVIL} {'long' * 20}", "he": "ילדי מפרץ חיפה", "ar": "أطفال خليج حيفا"},
        "summary": {"en": EVIL, "he": "פועלים יחד."}, "past_names": [{"names": {"en": "Bay Kids"}, "until": "2019"}],
        "fields": ["health", "youth"], "status": "active", "started": "2013-09", "places": [HAIFA],
        "parts": [{"names": {"en": EVIL}, "part": "backbone", "backbone_kind": "dedicated"}],
        "indicators": [{"names": {"en": "Ready"}, "value": "68.1", "unit": "%", "period": "2023"}],
        "links": [{"title": "", "address": f"https://example.org/{'long' * 40}"}],
    }  # fmt: skip
    one = listing("Much", **said)
    change_listing(
        by=None, listing=one, content=content("Much", **(said | {"started": "2014", "summary": {"ar": "معًا."}}))
    )
    one.refresh_from_db()
    return live_server.url, one


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_every_page_is_fit_for_all_and_runs_nothing_of_others(
    told: tuple[str, Listing], new_context: NewContext, language: str
) -> None:
    base, one = told
    gone = listing("Gone")
    withdraw_listing(by=None, listing=gone, reason={"en": EVIL})
    refused: list[str] = []
    for width, height in SIZES.items():
        page = new_context(language, viewport={"width": width, "height": height}).new_page()
        page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
        for path in (
            f"initiatives/{one.slug}/", f"initiatives/{one.slug}/history/", f"initiatives/{gone.slug}/", "countries/",
            "countries/IL/", "countries/FJ/", "fields/", "fields/health/", "figures/",
        ):  # fmt: skip
            page.goto(f"{base}/{language}/atlas/{path}")
            assert page.title() != "taken over", path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} at {width} is too wide"
            for details in page.locator("main details").all():
                details.evaluate("one => { one.open = true }")
            check_accessibility(page)
    assert [said for said in refused if "410" not in said] == [], "the policy of contents refuses nothing"


def test_programs_read_the_linked_data_of_a_page(told: tuple[str, Listing], new_context: NewContext) -> None:
    base, one = told
    page = new_context().new_page()
    page.goto(f"{base}/en/atlas/initiatives/{one.slug}/")
    block = json.loads(page.locator('script[type="application/ld+json"]').text_content() or "")
    assert block["@type"] == "Project"
    assert {"@value": "أطفال خليج حيفا", "@language": "ar"} in block["name"]
    assert block["location"][0]["geo"] == {"@type": "GeoCoordinates", "latitude": 32.82, "longitude": 34.99}


def test_from_a_fact_to_its_source_and_back_by_keyboard(told: tuple[str, Listing], new_context: NewContext) -> None:
    base, one = told
    page = new_context().new_page()
    page.goto(f"{base}/en/atlas/initiatives/{one.slug}/")
    page.locator("dl.known sup a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source-1")).to_be_in_viewport()
    page.get_by_role("link", name="What has changed here, and on whose word").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("long")
    changed = page.get_by_role("table", name="What changed")
    expect(changed.get_by_role("row", name="Start")).to_contain_text("September 2013")
    page.go_back()
    page.get_by_role("link", name="Health").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Health")
    page.get_by_role("link", name="On the map").first.click()
    page.wait_for_url("**/en/atlas/?field=health")
