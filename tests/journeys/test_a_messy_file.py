"""A messy file in a real browser, in three languages: questions, a conflict, an error, a word, and it is taken in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django_scopes import scope
from playwright.sync_api import Page, expect

from tests.browser import NewContext, check_accessibility

if TYPE_CHECKING:
    from django.conf import LazySettings

    from tests.unit.conditions.shared_measurement.intake.partner_files import Asked

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

NOVEMBER = [
    ["יישוב", "מגדר", 2023, None, 2024, None, "הערות"],
    [None, None, "פנו", "התחילו לעבוד", "פנו", "התחילו לעבוד", None],
    ["נחל אלון", "נשים", 118, 71, 124, 86],
]
SUMMARY = [
    ["מרכז הצעירים – סיכום פעילות"],
    [],
    *NOVEMBER[:2],
    ["נחל אלון", "נשים", 118, 71, 124, 83],
    [None, "גברים", 97, 52, 105, 61],
    ["עין חרוב המושבה", "נשים", 64, 31, 95, "44*"],
    [None, "גברים", 71, 38, 77, 95, "קבוצה חדשה"],
    ['סה"כ', None, 350, 192, 401, 226],
    ["* נתון זמני"],
]


@pytest.fixture
def asked(transactional_db: None, settings: LazySettings) -> Asked:
    """A partner that is asked to report; what runs in the background runs at once."""
    from tests.unit.conditions.shared_measurement.intake.partner_files import ask_for_reports
    from tests.world import make_world

    settings.JOBS_AT_ONCE = True
    world = make_world()
    with scope(initiative=world.initiative):
        return ask_for_reports(world)


def messy_file() -> bytes:
    from tests.unit.conditions.shared_measurement.intake.partner_files import xlsx

    def finish(book: Any) -> None:
        for sheet in book.worksheets:
            sheet.sheet_view.rightToLeft = True
        second = book["עדכון"]
        for cells in ("A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2"):
            second.merge_cells(cells)

    first = "A3:A4 B3:B4 C3:D3 E3:F3 G3:G4 A5:A6 A7:A8"
    return xlsx(("סיכום", SUMMARY), ("עדכון", NOVEMBER), merge=first, then=finish)


def sign_in(page: Page, address: str, asked: Asked) -> None:
    from tests.world import signed_in

    cookie = signed_in(asked.world.reporter).cookies["session"]
    page.context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])


def looks_right(page: Page) -> None:
    """Nothing that axe-core objects to and no sideways scrolling, the whole page in sight: on a phone the bar at its
    foot covers what is below it until one scrolls."""
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height + 200})
    check_accessibility(page)
    page.set_viewport_size(size)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("he", 1280, "light"), ("ar", 390, "dark"), ("en", 1280, "dark")]
)
def test_a_messy_file_is_asked_about_mended_and_taken_in(
    asked: Asked, live_server: Any, new_context: NewContext, language: str, width: int, scheme: str
) -> None:
    page = new_context(language, viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    sign_in(page, live_server.url, asked)
    page.goto(f"{live_server.url}/{language}/work/first-steps/measurement/uploads/new/?round=1")
    looks_right(page)
    file = {"name": "דיווח (2).xlsx", "mimeType": "application/octet-stream", "buffer": messy_file()}
    page.set_input_files("input[type=file]", file)
    page.locator("form[enctype] button.main").click()

    page.wait_for_url("**/mapping/")
    looks_right(page)
    sheet = page.locator("table.sheet")
    expect(sheet).to_have_attribute("dir", "rtl")  # the sheet runs as its partner made it, in every language
    expect(page.locator(".questions fieldset")).to_have_count(2)
    # The button is never switched off: it leads to what is open.
    page.locator("button[name=step][value=go]").click()
    page.wait_for_url("**/mapping/#q1")
    page.locator(".questions [value='denominator:started-work']").check()
    page.locator(".questions [value='IL-N-2']").check()
    page.locator("button[name=step][value=go]").click()

    page.wait_for_url("**/preview/**")
    looks_right(page)
    expect(page.locator("article.issue")).to_have_count(3)
    page.locator("article.issue .row-opts input").nth(1).check()
    page.locator("input[name^='type:']").fill("35")
    page.locator("input[name^='explain:']").fill("נפתחה קבוצה שנייה")
    page.locator("button[name=step][value=decide]").click()
    expect(page.locator("button[name=step][value=take]")).to_be_visible()
    looks_right(page)
    page.locator("button[name=step][value=take]").click()

    page.wait_for_url(re.compile(r"/uploads/\d+/(#.*)?$"))
    expect(page.locator("table.rows tbody tr")).to_have_count(8)
    looks_right(page)
    from shidra.conditions.shared_measurement.models import Observation

    with scope(initiative=asked.world.initiative):
        taken = Observation.objects.filter(batch__taken_order__isnull=False)
        numbers = sorted(taken.values_list("sheet", "row", "column", "numerator"))
        assert (1, 2, 5, 86) in [(sheet, row, column, int(number)) for sheet, row, column, number in numbers]
        assert (0, 7, 5, 35) in [(sheet, row, column, int(number)) for sheet, row, column, number in numbers]


def test_everything_works_without_script(asked: Asked, live_server: Any, new_context: NewContext) -> None:
    from tests.unit.conditions.shared_measurement.intake.partner_files import TIDY, xlsx

    page = new_context("en", java_script_enabled=False).new_page()
    sign_in(page, live_server.url, asked)
    page.goto(f"{live_server.url}/en/work/first-steps/measurement/uploads/new/?round=1")
    file = {"name": "report.xlsx", "mimeType": "application/octet-stream", "buffer": xlsx(("Data", TIDY))}
    page.set_input_files("input[type=file]", file)
    page.locator("form[enctype] button.main").click()
    page.locator("button[name=step][value=go]").click()
    page.locator("button[name=step][value=take]").click()
    expect(page.locator("table.rows tbody tr")).to_have_count(3)
