"""A round as its people go through it: the form by keyboard, the board, the review; in three languages, with axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django_scopes import scope, scopes_disabled
from playwright.sync_api import Page, expect

from shidra.conditions.shared_measurement.models import Draft, Observation, Submission
from shidra.conditions.shared_measurement.usecases.submit_report import submit_report
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from tests.browser import NewContext, check_accessibility
from tests.rounds import make_definition, make_dimension, make_round, report, submission_of
from tests.world import World, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


class Visit:
    """Pages of the initiative, as one person reads them in one language."""

    def __init__(self, new_context: NewContext, server: str, person: Person, language: str, width: int = 1280) -> None:
        person.language = language
        person.save()
        context = new_context(language, viewport={"width": width, "height": 900})
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": signed_in(person).cookies[name].value, "url": server}])
        self.page: Page = context.new_page()
        self.base = f"{server}/{language}/work/first-steps/measurement/"

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, path
        return self.page


@pytest.fixture
def submission(world: World) -> Submission:
    today = clock.today()
    with scope(initiative=world.initiative):
        sex = make_dimension(world.initiative)
        count = make_definition(world.initiative, "children", sex)
        share = make_definition(world.initiative, "share-ready", unit="percent")
        made = make_round(
            world, [count, share], opens_on=today, due_on=today + timedelta(days=20),
            review_until=today + timedelta(days=30),
        )  # fmt: skip
        return submission_of(made, world.organisation)


def form_of(submission: Submission) -> str:
    return f"rounds/1/reports/{submission.organisation_id}/form/"


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_the_form_is_filled_in_without_a_mouse(
    world: World, submission: Submission, new_context: NewContext, live_server: object, language: str
) -> None:
    visit = Visit(new_context, str(live_server), world.reporter, language)
    page = visit.go(form_of(submission))
    values = page.locator(".fill-sheet [data-column=value]")
    saved = page.locator(".said.st-saved")

    values.first.focus()
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    expect(saved).to_have_count(1)
    page.keyboard.type("60")
    page.keyboard.press("ArrowDown")
    expect(saved).to_have_count(2)
    page.keyboard.type("many")
    page.keyboard.press("Enter")  # at the end of the table the column goes on in the next one
    expect(page.locator("[data-column=numerator]").first).to_be_focused()
    expect(page.locator(".said.st-wrong")).to_have_count(1)
    expect(values.nth(2)).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("30")
    page.keyboard.press("Tab")
    page.keyboard.type("40")
    page.keyboard.press("Tab")
    expect(saved).to_have_count(3)
    expect(page.locator("input[data-column=value]").last).to_have_attribute("placeholder", "75.0")
    check_accessibility(page)

    values.nth(2).fill("50")
    values.nth(2).press("Enter")
    asked = page.locator(".said.st-asked")
    expect(asked).to_have_count(1)
    asked.locator("textarea").fill("Ten children are in both.")
    asked.locator("textarea").press("Tab")
    expect(page.locator(".said.st-asked")).to_have_count(0)
    expect(saved).to_have_count(4)
    with scope(initiative=world.initiative):
        assert Observation.objects.count() == 4
        assert not Draft.objects.exists()


def test_what_is_typed_survives_a_browser_that_closes(
    world: World, submission: Submission, new_context: NewContext, live_server: object
) -> None:
    page = Visit(new_context, str(live_server), world.reporter, "en").go(form_of(submission))
    page.locator("[data-column=value]").first.focus()
    with page.expect_request_finished(lambda sent: sent.url.endswith("/row/")):
        page.keyboard.type("77")  # and the field is not left
    with scope(initiative=world.initiative):
        assert not Observation.objects.exists()
        assert Draft.objects.get().typed["value"] == "77"
    page.close()  # now a browser may say that the field is left, which saves the value
    again = Visit(new_context, str(live_server), world.reporter, "en").go(form_of(submission))
    expect(again.locator("[data-column=value]").first).to_have_value("77")


def test_two_people_in_one_row_see_both_values(
    world: World, submission: Submission, new_context: NewContext, live_server: object
) -> None:
    first = Visit(new_context, str(live_server), world.approver, "en").go(form_of(submission))
    second = Visit(new_context, str(live_server), world.reporter, "he").go(form_of(submission))
    first.locator("[data-column=value]").first.fill("120")
    first.locator("[data-column=value]").first.press("Enter")
    expect(first.locator(".said.st-saved")).to_have_count(1)

    field = second.locator("[data-column=value]").first
    field.fill("130")
    field.press("Enter")
    conflict = second.locator(".said.st-conflict")
    expect(conflict).to_contain_text("120")
    expect(conflict).to_contain_text("130")
    check_accessibility(second)
    conflict.locator("button").first.click()  # theirs
    expect(second.locator("[data-column=value]").first).to_have_value("120")
    with scopes_disabled():
        assert [str(one.value) for one in Observation.objects.all()] == ["120"]


@pytest.mark.parametrize(("language", "width"), [("he", 1280), ("ar", 390), ("en", 1280)])
def test_the_pages_of_a_round_are_open_to_everybody(
    world: World, submission: Submission, new_context: NewContext, live_server: object, language: str, width: int
) -> None:
    with scope(initiative=world.initiative):
        count = submission.expectations.order_by("definition_id")[0].definition
        report(world.reporter, submission, count, 120)
        submit_report(by=world.approver, submission=submission, note="All there.")
    visit = Visit(new_context, str(live_server), world.steward, language, width)
    organisation = submission.organisation_id
    for path in ("", "rounds/", "rounds/new/", "rounds/1/", "rounds/1/asked/", f"rounds/1/reports/{organisation}/",
                 "dictionary/", "dictionary/children/", "dictionary/new/"):  # fmt: skip
        page = visit.go(path)
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page = visit.go(f"rounds/1/reports/{organisation}/")
    page.locator("td.tick input").first.check()
    expect(page.locator(".reason-field").first).to_be_visible()
    page.set_viewport_size({"width": width, "height": 4000})  # a phone's fixed bar would cover what is not scrolled to
    check_accessibility(page)
