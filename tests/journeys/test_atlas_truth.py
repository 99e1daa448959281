"""How the atlas stays true, in a browser: proposed, confirmed, reviewed, public; claimed, granted, confirmed by a link."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from shidra.commons.atlas.models import Listing
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from tests.atlas import HAIFA, editor, listing
from tests.browser import NewContext, check_accessibility, follow
from tests.world import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WHO = [("en", 1280), ("he", 390), ("ar", 1280), ("en", 390)]


def _link(what: str) -> str:
    """The link of the newest letter, as its reader would open it."""
    found = re.search(rf"https?://[^/]+(/\w\w/atlas/{what}/\S+)", Letter.objects.latest("pk").text)
    assert found is not None
    return found[1]


def _desk(new_context: NewContext, server: str, person: Person, language: str, width: int) -> Page:
    context = new_context(language, viewport={"width": width, "height": 900})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": signed_in(person).cookies[name].value, "url": server}])
    return context.new_page()


def _wait_like_a_person(page: Page) -> None:
    page.wait_for_timeout(1_200)  # what is sent quicker was not typed


@pytest.mark.parametrize(("language", "width"), WHO)
def test_proposed_confirmed_reviewed_public(
    new_context: NewContext, live_server: object, language: str, width: int
) -> None:
    server = str(live_server)
    page = new_context(language, viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{server}/{language}/atlas/propose/")
    check_accessibility(page)
    trap = page.locator("input[name=reference]")
    expect(trap).to_have_attribute("tabindex", "-1")
    assert trap.evaluate("element => element.closest('[aria-hidden=true]') !== null")
    page.locator("[name=names_en]").fill("Springfield Pact")
    page.locator("[name=names_he]").fill("ברית ספרינגפילד")
    page.locator("[name=fields_of_action][value=education]").check()
    page.locator("[name=status][value=active]").check()
    page.locator("[name=places-0-country]").select_option("US")
    page.locator("[name=places-0-name]").fill("Springfield")
    page.locator("[name=started]").fill("about 2019")
    page.locator("[name=parts-0-name]").fill("Springfield Fund")
    page.locator("[name=source]").fill("https://springfield.example.org/about")
    page.locator("[name=email]").fill("somebody@example.org")
    _wait_like_a_person(page)
    page.locator("main form.form button[type=submit]").click()
    expect(page.locator("#form-errors")).to_be_visible()
    expect(page.locator("[name=names_he]")).to_have_value("ברית ספרינגפילד")
    check_accessibility(page)
    page.locator("[name=started]").fill("2019")
    _wait_like_a_person(page)
    page.locator("main form.form button[type=submit]").click()
    page.wait_for_url(f"**/{language}/atlas/propose/sent/")
    check_accessibility(page)
    page.goto(server + _link("propose/confirm"))
    check_accessibility(page)
    page.locator("main form button").click()
    expect(page.locator("main form")).to_have_count(0)

    desk = _desk(new_context, server, editor(language=language), language, width)
    desk.goto(f"{server}/{language}/work/atlas/")
    check_accessibility(desk)
    follow(desk.locator("main .panel a").first)
    check_accessibility(desk)
    follow(desk.locator("main tbody a").first)
    check_accessibility(desk)
    follow(desk.locator("a[href$='/mend/']"))
    check_accessibility(desk)
    which = desk.locator("[name=places-0-which]")
    which.select_option(which.locator("option", has_text="Illinois").first.get_attribute("value"))
    desk.locator("[name=names_en]").fill("The Springfield Pact")
    desk.locator("main form.form button.main").click()
    expect(desk.locator(".messages .notice")).to_be_visible()

    made = Listing.objects.get()
    assert made.names == {"he": "ברית ספרינגפילד", "en": "The Springfield Pact"}
    assert made.places.get().region == "Illinois"
    page.goto(server + _link("initiatives"))
    # Who reads Arabic and finds none is shown the Hebrew name.
    name = "The Springfield Pact" if language == "en" else "ברית ספרינגפילד"
    expect(page.locator("h1").first).to_contain_text(name)


@pytest.mark.parametrize(("language", "width"), WHO)
def test_claimed_granted_confirmed_by_a_link(
    new_context: NewContext, live_server: object, language: str, width: int
) -> None:
    server = str(live_server)
    made = listing("Road Map", places=[HAIFA], started="2012", summary={"en": "Every child.", "he": "כל ילדה וילד."})
    page = new_context(language, viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{server}/{language}/atlas/initiatives/{made.slug}/claim/")
    check_accessibility(page)
    page.locator("[name=message]").fill("I am its director.")
    page.locator("[name=email]").fill("director@roadmap.example.org")
    _wait_like_a_person(page)
    page.locator("main form.form button[type=submit]").click()
    page.wait_for_url(f"**/{language}/atlas/propose/sent/")
    page.goto(server + _link("propose/confirm"))
    page.locator("main form button").click()
    expect(page.locator("main form")).to_have_count(0)

    desk = _desk(new_context, server, editor(language=language), language, width)
    desk.goto(f"{server}/{language}/work/atlas/proposals/")
    follow(desk.locator("main tbody a").first)
    check_accessibility(desk)
    desk.locator("button[value=accept]").click()
    expect(desk.locator(".messages .notice")).to_be_visible()
    desk.goto(f"{server}/{language}/work/atlas/listings/{made.pk}/")
    expect(desk.locator("main")).to_contain_text("director@roadmap.example.org")
    check_accessibility(desk)

    letter = Letter.objects.get(to="director@roadmap.example.org", text__contains="/atlas/keep/")
    found = re.search(rf"(/{language}/atlas/keep/\S+:\S+)", letter.text)
    assert found is not None
    page.goto(server + found[1])
    check_accessibility(page)
    follow(page.locator("a[href$='/mend/']"))
    check_accessibility(page)
    page.locator("[name=started]").fill("2013")
    page.locator("main form.form button.main").click()
    expect(page.locator(".messages .notice")).to_be_visible()
    page.locator("button[value=confirm]").click()
    expect(page.locator(".messages .notice")).to_be_visible()
    made.refresh_from_db()
    assert (made.started, made.verified_by, made.verified_on) == ("2013", "keeper", clock.today())
    page.goto(f"{server}/{language}/atlas/initiatives/{made.slug}/")
    expect(page.locator("h1").first).to_be_visible()
