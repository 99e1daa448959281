"""An editor sends a file of listings, looks at what it would bring, answers what it asks and takes it in, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from shidra.commons.atlas.models import Listing
from tests.atlas import editor
from tests.browser import NewContext, follow
from tests.journeys.test_harvesting import fits, open_page

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TABLE = """name,city,country,field,start
Springfield Promise,Springfield,USA,education,2012
<img src=x onerror=alert(1)>,Haifa,Israel,health,2011
Soon,Haifa,Israel,health,soon
"""


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("he", 390), ("ar", 390)])
def test_from_a_file_to_the_public_page(
    settings: Settings, live_server: Any, new_context: NewContext, language: str, width: int
) -> None:
    settings.JOBS_AT_ONCE = True
    page = open_page(new_context, language, width, live_server.url, editor(language=language))
    page.goto(f"{live_server.url}/{language}/work/atlas/files/")
    fits(page)
    page.set_input_files(
        "main input[type=file]", {"name": "list.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    page.locator("main form button.main").click()
    page.wait_for_url("**/work/atlas/files/*/")

    promise, fault = (page.locator("main tr", has_text=name) for name in ("Springfield Promise", "soon"))
    expect(page.locator("main fieldset", has_text="Springfield")).to_have_count(1)
    expect(fault).to_have_count(1)
    expect(promise.get_by_role("link", name="Springfield Promise")).to_have_count(0)
    assert page.locator("main img").count() == 0
    assert not Listing.objects.exists()
    fits(page)

    page.locator("main fieldset label", has_text="Illinois").click()
    follow(page.locator("main form[action$='/answer/'] button.main"))
    expect(page.locator("main fieldset")).to_have_count(0)
    follow(page.locator("form[action$='/take/'] button"))
    promise.get_by_role("link", name="Springfield Promise").click()
    expect(page.locator("h1")).to_have_text("Springfield Promise")
    assert sorted(Listing.objects.values_list("sort_name", flat=True)) == [
        "img src x onerror alert 1",
        "springfield promise",
    ]

    page.goto(f"{live_server.url}/{language}/atlas/initiatives/springfield-promise/")
    expect(page.locator("main")).to_contain_text("Illinois")
    expect(page.locator("main")).to_contain_text("list.csv")
    fits(page)
