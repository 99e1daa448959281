"""The means of the journeys see what they are there to see."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import NewContext, check_accessibility

pytestmark = pytest.mark.journey
GOOD = '<!doctype html><html lang="he" dir="rtl"><title>דף</title><main><h1>שלום</h1><p>תוכן</p></main></html>'


def test_a_good_page_passes(new_context: NewContext) -> None:
    page = new_context("he").new_page()
    page.set_content(GOOD)
    assert page.evaluate("navigator.language") == "he-IL"
    check_accessibility(page)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<img src='data:,'>", "image-alt"),
        ("<input type='text'>", "label"),
        ("<p style='color:#bbb;background:#fff'>pale</p>", "color-contrast"),
    ],
)
def test_a_fault_is_seen(page: Page, fault: str, rule: str) -> None:
    page.set_content(GOOD.replace("<p>תוכן</p>", fault))
    with pytest.raises(AssertionError, match=rule):
        check_accessibility(page)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("throw new Error('a fault of a script')", "a fault of a script"),
        ("fetch('http://elsewhere.invalid/').catch(() => 0)", "elsewhere.invalid"),
    ],
)
def test_script_errors_and_foreign_requests_are_faults(new_context: NewContext, script: str, expected: str) -> None:
    page = new_context().new_page()
    page.set_content(f"<script>setTimeout(() => {{{script}}})</script>")
    page.wait_for_timeout(500)
    found = "\n".join(new_context.faults)
    new_context.faults.clear()  # they would fail this test, as they are meant to
    assert expected in found
