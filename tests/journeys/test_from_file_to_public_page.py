"""The main job in a real browser, in each language: a partner's file, accepted, released, and the public page moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewContext, check_accessibility, follow

if TYPE_CHECKING:
    from django.conf import LazySettings

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# A file of the demo: whose it is, its name, the indicator that moves.
FILES = {
    "ar": ("khatwa", "khatwa-تقرير-خطوة.xlsx", "started-work"),
    "he": ("al-sindyan", "אל-סנדיאן.csv", "work-experience"),
    "en": ("maayan", "Maayan Logistics figures.csv", "places-opened"),
}


@pytest.fixture
def demo(transactional_db: None, settings: LazySettings, tmp_path: Path) -> Path:
    """The demo's initiatives; work that runs in the background runs at once. Returns the folder of partners' files."""
    from shidra.entrypoints.demo import building, partner_files
    from shidra.kernel import clock

    settings.JOBS_AT_ONCE = True
    building.build_demo()
    year = clock.today().year - (1 if clock.today().month >= 9 else 2)
    partner_files.write_partner_files(tmp_path / "files", year)
    return tmp_path / "files"


class Visit:
    """One person in one browser."""

    def __init__(self, new_context: NewContext, address: str, language: str, **options: Any) -> None:
        self.page: Page = new_context(language, **options).new_page()
        self.address, self.language = address, language

    def sign_in(self, name: str) -> None:
        from shidra.entrypoints.demo.building import PASSWORD

        self.open("account/login/")
        self.page.fill("input[name=login]", f"{name}@demo.example")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.locator("main form button.main").first.click()
        self.page.wait_for_url("**/work/**")

    def open(self, path: str) -> None:
        answer = self.page.goto(f"{self.address}/{self.language}/{path}")
        assert answer is not None
        assert answer.status == 200, path
        expect(self.page.locator("html")).to_have_attribute("dir", "ltr" if self.language == "en" else "rtl")

    def press(self, step: str) -> None:
        """The button of that step; its words differ from language to language."""
        follow(self.page.locator(f"main button[name=step][value={step}]").first)

    def looks_right(self) -> None:
        """Nothing that axe-core objects to, and nothing that makes the page scroll sideways."""
        check_accessibility(self.page)
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_a_partners_file_moves_the_public_page(
    demo: Path, live_server: Any, new_context: NewContext, language: str
) -> None:
    partner, file, indicator = FILES[language]
    public = Visit(new_context, live_server.url, language)
    public.open(f"i/shezaf-valley/indicators/{indicator}/")
    before = public.page.locator("main").inner_text()
    public.looks_right()

    reporter = Visit(new_context, live_server.url, language)
    reporter.sign_in(partner)
    reporter.looks_right()
    reporter.open("work/shezaf-valley/measurement/")
    reporter.looks_right()
    reporter.page.locator("main tbody a").first.click()
    reporter.looks_right()
    reporter.page.locator("main a[href*='uploads/new']").first.click()
    reporter.looks_right()
    reporter.page.set_input_files("input[type=file]", demo / file)
    reporter.page.locator("main form[enctype] button.main").click()
    reporter.page.wait_for_url("**/mapping/**")
    reporter.looks_right()
    _answer_questions(reporter.page)
    reporter.press("go")
    reporter.page.wait_for_url("**/preview/**")
    reporter.looks_right()
    _decide(reporter)
    reporter.press("take")
    reporter.looks_right()
    _hand_in(reporter, partner)

    steward = Visit(new_context, live_server.url, language)
    steward.sign_in("steward")
    steward.open("work/shezaf-valley/measurement/rounds/5/")
    steward.looks_right()
    steward.open(f"work/shezaf-valley/measurement/rounds/5/reports/{_organisation(partner)}/")
    steward.looks_right()
    steward.press("accept")
    # From a value to the cell of the file that it came from.
    steward.page.locator("main a[href*='/trace/values/']").first.click()
    expect(steward.page.locator("main .sheet .here")).to_have_count(1)
    steward.looks_right()
    steward.open("work/shezaf-valley/measurement/releases/")
    steward.looks_right()
    follow(steward.page.locator("main form[action*='prepare'] button").first)
    steward.open("work/shezaf-valley/measurement/releases/draft/")
    steward.looks_right()
    follow(steward.page.locator("main form:has(input[name=seen]) button.main"))
    steward.looks_right()

    public.open(f"i/shezaf-valley/indicators/{indicator}/")
    public.looks_right()
    assert public.page.locator("main").inner_text() != before
    assert public.page.locator("main svg").count() > 0
    phone = Visit(new_context, live_server.url, language, viewport={"width": 390, "height": 844})
    for path in (f"i/shezaf-valley/indicators/{indicator}/", "i/shezaf-valley/", ""):
        phone.open(path)
        phone.looks_right()


def test_the_public_page_reads_without_script(demo: Path, live_server: Any, new_context: NewContext) -> None:
    reader = Visit(new_context, live_server.url, "he", java_script_enabled=False)
    reader.open("i/milwaukee-teen-births/indicators/teen-births/")
    text = reader.page.locator("main").inner_text()
    assert "18.1" in text
    assert "24.5" in text  # the restated figure of 2012, not the one first published
    assert reader.page.locator("main svg").count() > 0


def _answer_questions(page: Page) -> None:
    """Take the first answer to each question that is asked."""
    for group in page.locator("main fieldset").all():
        choices = group.locator("input[type=radio]")
        if choices.count() and not group.locator("input[type=radio]:checked").count():
            choices.first.check()


def _decide(visit: Visit) -> None:
    """Say a word about what is asked, and leave out what stops the file, with the reason."""
    for _round in range(3):
        if visit.page.locator("main button[name=step][value=take]").count():
            return
        for issue in visit.page.locator("main article.issue").all():
            if issue.locator("[name^='explain:']").count():
                issue.locator("[name^='explain:']").first.fill("✓ 2025")
            else:
                issue.locator("[name^='leave:']").first.check()
                issue.locator("[name^='why:']").first.fill("✓ 2025")
        visit.press("decide")
        visit.looks_right()


def _hand_in(visit: Visit, partner: str) -> None:
    visit.open(f"work/shezaf-valley/measurement/rounds/5/reports/{_organisation(partner)}/")
    visit.looks_right()
    if partner == "al-sindyan":  # two values were returned in the demo; they are stood by
        for _value in range(4):
            answers = visit.page.locator("main form:has(input[name=value]) textarea[name=answer]")
            if not answers.count():
                break
            answers.first.fill("✓ 2025")
            visit.press("answer")
    if visit.page.locator("main button[name=step][value=submit]").count():
        visit.press("submit")
    visit.looks_right()


def _organisation(partner: str) -> int:
    from django_scopes import scopes_disabled

    from shidra.foundation.initiatives.models import Membership

    with scopes_disabled():
        found = Membership.objects.filter(person__email=f"{partner}@demo.example").values_list(
            "organisation_id", flat=True
        )
        return int(next(iter(one for one in found if one)))
