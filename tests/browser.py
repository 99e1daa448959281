"""Headless Chromium for journeys, and axe-core for what a person with a screen reader would meet.

A journey asks for `page` (and `live_server`), is marked `@pytest.mark.journey` and
`@pytest.mark.django_db(transaction=True)`, and ends a page's visit with `check_accessibility(page)`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOCALES = {"he": "he-IL", "ar": "ar-IL", "en": "en-GB"}
RESULTS = Path(__file__).parent.parent / "test-results"

OURS = ("http://127.0.0.1", "http://localhost", "data:", "blob:", "about:")


class NewContext:
    """Makes browser contexts, each a person's own browser: `new_context("ar", viewport=...)`; several in one test.

    An error in a page's script, and a request to another host than ours, fail the test: pages need no other network.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def __call__(self, language: str = "en", **options: Any) -> BrowserContext:
        context = self.browser.new_context(
            **{
                "locale": LOCALES[language],
                "timezone_id": "Asia/Jerusalem",
                "reduced_motion": "reduce",
                "viewport": {"width": 1280, "height": 900},
                **options,
            }
        )
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("request", lambda sent: sent.url.startswith(OURS) or self.faults.append(f"request to {sent.url}"))
        self.contexts.append(context)
        return context


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for all journeys of a process."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.fail("No Chromium here: install Debian's package chromium, or run `make test`.")
    arguments = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewContext]:
    make = NewContext(browser)
    yield make
    if _failed(request.node):
        RESULTS.mkdir(exist_ok=True)
        for number, page in enumerate(page for context in make.contexts for page in context.pages):
            page.screenshot(path=RESULTS / f"{request.node.name.replace('/', '_')[:120]}-{number}.png", full_page=True)
    for context in make.contexts:
        context.close()
    assert not make.faults, "\n".join(make.faults)


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A page in an English browser; other languages by `new_context(language).new_page()`."""
    return new_context().new_page()


def follow(link: Locator) -> None:
    """Click what leads to another page and wait until that page has come: a click alone may return while the old one stands."""
    with link.page.expect_navigation():
        link.click()


def check_accessibility(page: Page) -> None:
    """Fail with what axe-core finds against WCAG 2.2 AA on the page as it is now."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # A bar that is fixed to the edge covers what one scrolls to reach: for the look it stands in its place in the page.
    violations = page.evaluate(
        """async standards => {
             const bars = [...document.querySelectorAll('*')].filter(
                 element => ['fixed', 'sticky'].includes(getComputedStyle(element).position));
             for (const bar of bars) bar.style.position = 'relative';
             const found = await axe.run(document, {runOnly: standards});
             for (const bar of bars) bar.style.position = '';
             return found.violations.map(violation => ({
                 id: violation.id, help: violation.help,
                 where: violation.nodes.map(node => node.target.join(' ') + ' | ' + node.failureSummary)}));
           }""",
        STANDARDS,
    )
    assert not violations, "\n".join(
        f"{page.url}: {found['id']}: {found['help']}\n    " + "\n    ".join(found["where"]) for found in violations
    )


_OUTCOME = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[_OUTCOME] = report.failed
    return report


def _failed(item: pytest.Item) -> bool:
    return item.stash.get(_OUTCOME, False)
